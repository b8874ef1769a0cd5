"""Large numbers as people write them: 7B parameters, 1.4T tokens, 4e22 FLOP."""

from __future__ import annotations

import math
import numbers
import re
from typing import Annotated

from analysis.internal.checks import shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Flag, count

SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
"""What a letter after a number multiplies it with."""
UNITS = SUFFIXES | {"THOUSAND": 1e3, "MILLION": 1e6, "BILLION": 1e9, "TRILLION": 1e12}
UNITS |= {"MN": 1e6, "BN": 1e9, "TN": 1e12}
UNITS |= {"PF-DAY": 8.64e19, "PF-DAYS": 8.64e19, "PETAFLOP/S-DAYS": 8.64e19}
"""What may follow a number, in capitals; a petaFLOP/s-day is 1e15 FLOP a second for a day."""
UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
COUNTED = r"(?:params?|parameters|tok|tokens?|flops?)?"
"""What a number may say that it counts."""
PATTERN = (
    r"([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:\s*(?:e|[x×*]\s*10\s*\^)\s*([+-]?[0-9]+))?"
    rf"\s*({UNIT})?\s*{COUNTED}"
)
"""A number, its power of ten, its unit, and what it counts; Python and JavaScript read it alike."""
BYTES = {"MB": 1e6, "GB": 1e9, "TB": 1e12, "MIB": 2.0**20, "GIB": 2.0**30, "TIB": 2.0**40}
"""Units of memory, in capitals."""
EXPERTS = r"(.*\S)\s*-\s*A\s*(\S.*)"
"""Parameters in all, and active ones, as mixtures of experts are named: 671B-A37B."""


def as_float(name: str, value: object) -> float:
    """Return a real number, finite or not, as a float, or raise `ValueError` naming it."""
    try:
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            return float(value)
    except (ArithmeticError, ValueError):
        pass
    raise ValueError(f"{name} must be a real number, got {shown(value)}")


def parse_count(text: str, name: str = "number", *, zero: Flag = False) -> float:
    """Read a number as people write it: 7B, 1.4T tokens, 7 billion, 3 x 10^23, 460 PF-days.

    Commas stand between groups of three digits. With `zero`, 0 is a number too.

    Raises
    ------
    ValueError
        Naming what was to be read, and the text, if it is not a positive finite number.

    Examples
    --------
    >>> parse_count("1.4T"), parse_count("1,000,000"), parse_count("3 x 10^23 FLOP")
    (1400000000000.0, 1000000.0, 3e+23)
    """
    match = re.fullmatch(PATTERN, text.strip(), re.I) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{name} must be a number such as 7B, 1.4T or 4e22, got {shown(text)}")
    digits = re.sub("[_,]", "", match[1])
    value = float(f"{digits}e{match[2] or 0}") * UNITS.get((match[3] or "").upper(), 1.0)
    if not (0 < value < math.inf or (zero and value == 0)):
        raise ValueError(f"{name} must be positive and finite, got {shown(text)}")
    return value


def parse_size(text: str, name: str = "N") -> tuple[float, float | None]:
    """Read parameters, and the active ones of a mixture of experts: 7B, 671B-A37B.

    Raises
    ------
    ValueError
        As `parse_count`; or if more are active than there are.

    Examples
    --------
    >>> parse_size("671B-A37B"), parse_size("7 billion")
    ((671000000000.0, 37000000000.0), (7000000000.0, None))
    """
    match = re.fullmatch(EXPERTS, text.strip(), re.I) if isinstance(text, str) else None
    if match is None:
        return parse_count(text, name), None
    total, active = parse_count(match[1], name), parse_count(match[2], f"{name}, active,")
    if active > total:
        raise ValueError(f"{name} must not have more active parameters than all, got {text!r}")
    return total, active


def parse_bytes(text: str, name: str = "memory") -> float:
    """Read a memory, in bytes: 24 GB, 80GiB, 1.6e10.

    Raises
    ------
    ValueError
        As `parse_count`.

    Examples
    --------
    >>> parse_bytes("24 GB"), parse_bytes("1.6e10 bytes")
    (24000000000.0, 16000000000.0)
    """
    units = "|".join(BYTES)
    unit = re.search(rf"\s*(?:({units})|bytes?)\Z", text, re.I)
    number = text if unit is None else text[: unit.start()]
    if not re.fullmatch(PATTERN, number.strip(), re.I):
        raise ValueError(f"{name} must be bytes such as 24 GB or 80 GiB, got {shown(text)}")
    return parse_count(number, name) * (
        1.0 if unit is None else BYTES.get(str(unit[1]).upper(), 1.0)
    )


@checked
def show_count(value: Annotated[float, as_float], digits: Annotated[int, count(1, 17)] = 3) -> str:
    """Write a number with a suffix and so many significant digits, trailing zeros dropped.

    Raises
    ------
    ValueError
        If value is no real number, or digits is not a whole number from 1 to 17.

    Examples
    --------
    >>> show_count(6.9e9), show_count(1e12), show_count(0.4), show_count(2.46e22)
    ('6.9B', '1T', '0.4', '2.46e22')
    """
    rounded = float(f"{value:.{digits}g}")
    if not math.isfinite(rounded) or abs(rounded) >= 1e16:
        return f"{rounded:g}".replace("e+", "e")
    for suffix, size in reversed(SUFFIXES.items()):
        if abs(rounded) >= size:
            return f"{rounded / size:.15g}{suffix}"
    return f"{rounded:.15g}"


def show_ratio(value: float) -> str:
    """Write a number of tokens a parameter."""
    return show_whole(value) if value >= 10 else f"{value:.1f}"


def show_whole(value: float) -> str:
    """Write a number without decimals, with a suffix from a million on."""
    return show_count(value) if abs(value) >= 1e6 else f"{value:,.0f}"
