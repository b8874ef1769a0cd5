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
UNITS |= {"PF-DAY": 8.64e19, "PF-DAYS": 8.64e19, "PETAFLOP/S-DAYS": 8.64e19}
"""What may follow a number, in capitals; a petaFLOP/s-day is 1e15 FLOP a second for a day."""
PATTERN = (
    r"([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:\s*(?:e|[x×*]\s*10\s*\^)\s*([+-]?[0-9]+))?"
    rf"\s*({'|'.join(sorted(UNITS, key=len, reverse=True))})?"
    r"\s*(?:params?|parameters|tok|tokens?|flops?)?"
)
"""A number, its power of ten, its unit, and what it counts; Python and JavaScript read it alike."""


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
