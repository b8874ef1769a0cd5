"""Kinds of arguments: a class, or a check in an annotation, such as `Positive`.

`analysis.internal.doors` puts the checks before a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from analysis.internal.checks import (
    CheckOfNumbers,
    analytic,
    factor,
    flag,
    instance,
    non_negative,
    positive,
    positive_as_given,
    real,
    share,
    shown,
    single,
    whole,
)

Check: TypeAlias = Callable[[str, Any], Any]
Doubles: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A check of an argument.

    Attributes
    ----------
    name : str
    check : callable
        Takes the argument's name and value, and returns what the function gets.
    as_array : callable, optional
        What makes an array of numbers that broadcast with the other arguments'.
    of : str, optional
        The argument that the check is given too, such as the table of a column.
    """

    name: str
    check: Callable[..., Any]
    as_array: Callable[[Any], np.ndarray] | None = None
    of: str | None = None


KindLike: TypeAlias = type | UnionType | Kind | Check


def name_of(kind: KindLike) -> str:
    """Return what a kind is called."""
    return str(getattr(kind, "name", None) or getattr(kind, "__name__", kind))


def count(least: int = 1, most: int | None = None) -> Kind:
    """A whole number in a range."""
    return Kind(f"count from {least}", lambda name, value: whole(name, value, least, most))


def one(check: CheckOfNumbers) -> Kind:
    """A single number that passes `positive`, `non_negative` or `real`."""
    return Kind(f"one {check.__name__}", lambda name, value: single(check, name, value))


def _doubles(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=float)


def numbers(check: CheckOfNumbers, *, broadcasts: bool = True) -> Kind:
    """Numbers that pass `positive` and so on, and as a rule broadcast with other arguments."""
    as_array = np.asarray if check in (positive_as_given, analytic) else _doubles
    name, form = check.__name__, as_array if broadcasts else None
    return Kind(name, lambda name, value: check(**{name: value})[0], form)


def array(check: CheckOfNumbers, axes: int = 1) -> Kind:
    """An array of so many axes that passes `positive`, `real`, `extended` and so on."""

    def checked(name: str, value: Any) -> Any:
        (found,) = check(**{name: value})
        if found.ndim != axes:
            what = "an axis" if axes == 1 else f"{axes} axes"
            raise ValueError(f"{name} must be an array of {what}, got shape {found.shape}")
        return found

    return Kind(f"array of {check.__name__}", checked)


def one_of(*names: str) -> Kind:
    """One of some texts."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}, got {shown(value)}")
        return value

    return Kind("one of", check)


def either(first: KindLike, second: KindLike) -> Kind:
    """One of two kinds; what is neither is told what the second asks for."""

    def check(name: str, value: Any) -> Any:
        try:
            return passed(name, value, first)
        except ValueError:
            return passed(name, value, second)

    return Kind("either", check)


def function(name: str, value: Any) -> Any:
    """Return a function, or raise `ValueError`."""
    if isinstance(value, type) or not callable(value):
        raise ValueError(f"{name} must be a function, got {shown(value)}")
    return value


def able_to(method: str) -> Kind:
    """An object that has a method."""

    def check(name: str, value: Any) -> Any:
        if isinstance(value, type) or not callable(getattr(value, method, None)):
            raise ValueError(f"{name} must have a method {method!r}, got {shown(value)}")
        return value

    return Kind("able to", check)


def several(kind: KindLike, *, least: int = 1) -> Kind:
    """One or more of a kind, or `least`; the function gets them as a tuple."""

    def check(name: str, values: Any) -> tuple[Any, ...]:
        found = _sequence(name, values)
        if not found and least:
            raise ValueError(f"{name} must not be empty")
        if len(found) < least:
            raise ValueError(f"{name} must be {least} or more, got {len(found)}")
        return tuple(passed(name, value, kind) for value in found)

    return Kind(f"several {name_of(kind)}", check)


def tuple_of(*kinds: KindLike) -> Kind:
    """A sequence of as many values, each of its kind; the function gets a tuple."""

    def check(name: str, values: Any) -> tuple[Any, ...]:
        found = _sequence(name, values)
        if len(found) != len(kinds):
            raise ValueError(f"{name} must hold {len(kinds)} values, got {shown(values)}")
        return tuple(passed(name, *pair) for pair in zip(found, kinds, strict=True))

    return Kind("tuple", check)


def named(kind: KindLike, key: KindLike = object, *, empty: bool = False) -> Kind:
    """A mapping of names, or of keys of a kind, to one or more of a kind; or, if `empty`, none."""

    def check(name: str, value: Any) -> dict[Any, Any]:
        found = _mapping(name, value)
        if not found and not empty:
            raise ValueError(f"{name} must not be empty")
        return {
            passed(f"a key of {name}", one, key): passed(f"{name}[{shown(one)}]", entry, kind)
            for one, entry in found.items()
        }

    return Kind("named", check)


def mapping_with(**kinds: KindLike) -> Kind:
    """A mapping with the named entries, each of its kind; others are let pass."""

    def check(name: str, value: Any) -> dict[Any, Any]:
        found = dict(_mapping(name, value))
        for entry, kind in kinds.items():
            if entry not in found:
                raise ValueError(f"{name} must have the entry {entry!r}")
            found[entry] = passed(f"{name}[{entry!r}]", found[entry], kind)
        return found

    return Kind("mapping", check)


def table_with(*columns: str, **kinds: KindLike) -> Kind:
    """A table, a pandas DataFrame, with rows and the named columns, some of a kind."""

    def check(name: str, value: Any) -> Any:
        if not (hasattr(value, "columns") and hasattr(value, "itertuples")):
            raise ValueError(f"{name} must be a table, got {shown(value)}")
        missing = [column for column in (*columns, *kinds) if column not in value.columns]
        if missing:
            raise ValueError(f"{name} must have the column {missing[0]!r}")
        if not len(value):
            raise ValueError(f"{name} must not be empty")
        for column, kind in kinds.items():
            passed(f"{name}[{column!r}]", value[column], kind)
        return value

    return Kind("table", check)


def column(name: str, value: Any, table: Any) -> str:
    """Return the name of a column of a table, or raise `ValueError`."""
    if not isinstance(value, str) or value not in table.columns:
        raise ValueError(f"{name} must name a column of the table, which has no {shown(value)}")
    return value


def column_of(table: str) -> Kind:
    """The name of a column of the table that another argument is."""
    return Kind("column", column, of=table)


Positive: TypeAlias = Annotated[Any, numbers(positive)]
PositiveAsGiven: TypeAlias = Annotated[Any, numbers(positive_as_given)]
NonNegative: TypeAlias = Annotated[Any, numbers(non_negative)]
Real: TypeAlias = Annotated[Any, numbers(real)]
Analytic: TypeAlias = Annotated[Any, numbers(analytic)]
"""Real numbers, or complex ones for derivatives by complex steps."""
PositiveFloat: TypeAlias = Annotated[float, one(positive)]
NonNegativeFloat: TypeAlias = Annotated[float, one(non_negative)]
RealFloat: TypeAlias = Annotated[float, one(real)]
Share: TypeAlias = Annotated[float, Kind("share", share)]
"""Between 0 and 1."""
Factor: TypeAlias = Annotated[float, Kind("factor", factor)]
"""From 1."""
PositiveInt: TypeAlias = Annotated[int, count()]
NonNegativeInt: TypeAlias = Annotated[int, count(0)]
Flag: TypeAlias = Annotated[bool, Kind("flag", flag)]


def passed(name: str, value: Any, kind: KindLike) -> Any:
    """Return what a function gets for an argument of a kind, or raise `ValueError`."""
    if isinstance(kind, Kind):
        return kind.check(name, value)
    if isinstance(kind, type | UnionType):
        return instance(name, value, cast(type, kind))
    return kind(name, value)


def _sequence(name: str, values: Any) -> tuple[Any, ...]:
    try:
        found = None if isinstance(values, str | bytes | Mapping) else tuple(values)
    except TypeError:
        found = None
    if found is None:
        raise ValueError(f"{name} must be a sequence, got {shown(values)}")
    return found


def _mapping(name: str, value: Any) -> Mapping[Any, Any]:
    return instance(name, value, Mapping)  # type: ignore[type-abstract]
