"""Results that show themselves: a line of text, or a small table in a notebook, in plain units.

`repr` of a result stays exact. IPython, `print` and notebooks show it rounded: 6.9B parameters,
1.0T tokens, an overhead of 11.7 %.
"""

from __future__ import annotations

import dataclasses
import html
import numbers
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, cast

import numpy as np

from analysis.internal.counts import SUFFIXES, as_float, show_count
from analysis.internal.doors import checked

LONGEST = 72
"""Characters of a text that are shown on a line."""
MOST = 4
"""Entries of a sequence that are shown one by one."""


@checked
def show_large(value: Annotated[float, as_float]) -> str:
    """Write a count with at least two digits before its suffix: 6.9B, 1.0T, 70B.

    Examples
    --------
    >>> show_large(6.9e9), show_large(1e12), show_large(104)
    ('6.9B', '1.0T', '104')
    """
    shown = show_count(value)
    return f"{shown[0]}.0{shown[1]}" if len(shown) == 2 and shown[1] in SUFFIXES else shown


@checked
def show_percent(fraction: Annotated[float, as_float]) -> str:
    """Write a fraction as a percentage: 0.117 is 11.7 %.

    Examples
    --------
    >>> show_percent(0.117), show_percent(1.88)
    ('11.7 %', '188 %')
    """
    return f"{100 * fraction:.3g} %"


@checked
def show_plain(value: Annotated[float, as_float]) -> str:
    """Write a number with four significant digits.

    Examples
    --------
    >>> show_plain(0.57973), show_plain(1e-9), show_plain(12345.6)
    ('0.5797', '1e-09', '1.235e+04')
    """
    return f"{value:.4g}"


UNITS: Mapping[str, tuple[Callable[[float], str], str]] = {
    "N": (show_large, "parameters"),
    "D": (show_large, "tokens"),
    "C": (show_large, "FLOP"),
    "E": (show_plain, "nats per token"),
    "loss": (show_plain, "nats per token"),
    "overhead": (show_percent, ""),
    "extra_compute": (show_percent, ""),
}
"""How the quantity of a name is written, and its unit; other numbers are written plainly."""


class Shown:
    """A frozen dataclass that shows itself in plain units; see the module."""

    def __str__(self) -> str:
        return f"{type(self).__name__}({_line(self)})"

    _repr_pretty_: ClassVar[Callable[..., None]]

    def __init_subclass__(cls) -> None:
        # IPython asks each class in turn, and would find the dataclass's own repr first.
        cls._repr_pretty_ = _pretty

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{html.escape(field.name)}</th>'
            f"<td>{_cell(field.name, value)}</td></tr>"
            for field, value in _fields(self)
        )
        return f'<table class="record"><caption>{type(self).__name__}</caption>{rows}</table>'


def _pretty(record: Shown, printer: Any, cycle: bool) -> None:
    printer.text(str(record))


def _fields(record: Any) -> list[tuple[dataclasses.Field[Any], object]]:
    return [(f, getattr(record, f.name)) for f in dataclasses.fields(record) if f.repr]


def _line(record: Shown) -> str:
    return ", ".join(f"{f.name} = {_words(f.name, value)}" for f, value in _fields(record))


def _cell(name: str, value: object) -> str:
    if isinstance(value, Shown):
        return html.escape(_line(value))
    if hasattr(value, "free_symbols"):
        from sympy import latex

        return f"${html.escape(latex(value))}$"
    return html.escape(_words(name, value))


def _words(name: str, value: Any) -> str:
    write, unit = UNITS.get(name, (show_plain, ""))
    if isinstance(value, np.ndarray) and value.ndim:
        return _array(value, write, unit)
    if isinstance(value, np.ndarray):
        value = value.item()
    if isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_):
        shown = str(value) if isinstance(value, int) and not unit else write(cast(float, value))
        return f"{shown} {unit}".strip()
    if isinstance(value, Shown):
        return str(value)
    if hasattr(value, "columns"):
        return f"a table of {len(value)} rows"
    if isinstance(value, Mapping):
        entries = [f"{key}: {_words(str(key), one)}" for key, one in value.items()]
        return _few(entries, "{%s}")
    if isinstance(value, tuple | list):
        return _few([_words(name, one) for one in value], "(%s)")
    if callable(value):
        return f"the function {getattr(value, '__name__', type(value).__name__)}"
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 2].rstrip() + " …"


def _array(values: np.ndarray, write: Callable[[float], str], unit: str) -> str:
    shape = " x ".join(map(str, values.shape))
    if not values.size or values.dtype.kind not in "iuf" or not np.isfinite(values).any():
        return f"{shape} values"
    finite = values[np.isfinite(values)]
    return f"{shape} values, {write(finite.min())} to {write(finite.max())} {unit}".rstrip()


def _few(entries: list[str], brackets: str) -> str:
    return brackets % ", ".join(entries) if len(entries) <= MOST else f"{len(entries)} entries"
