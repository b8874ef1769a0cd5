"""Checks that stand before a public function: of its arguments, and of what becomes of them.

    @answers(law=ParametricLaw, seed=count(0))
    def function(law, seed): ...

A check is a type, or a function of an argument's name and value that returns what the function
gets, and raises `ValueError` naming the argument (`analysis._validate`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import signature
from types import UnionType
from typing import Any, Literal, TypeAlias, TypeVar, cast

import numpy as np

from analysis._validate import CheckOfNumbers, instance, shown, single, whole

F = TypeVar("F", bound=Callable[..., Any])
Check: TypeAlias = Callable[[str, Any], Any]
Kind: TypeAlias = type | UnionType | Check


class NoAnswerError(ValueError):
    """The arguments are good, and lead beyond the range of floating point."""


def takes(**checks: Kind) -> Callable[[F], F]:
    """Put checks before a function. None passes where it is what an argument is by default."""

    def wrap(function: F) -> F:
        asked = signature(function)
        if not checks.keys() <= asked.parameters.keys():  # it would never be asked
            raise TypeError(f"{function.__name__} has no argument for one of {list(checks)}")

        @wraps(function)
        def taking(*args: Any, **kwargs: Any) -> Any:
            bound = asked.bind(*args, **kwargs)
            for name, check in checks.items():
                if name not in bound.arguments:
                    continue
                value = bound.arguments[name]
                if value is not None or asked.parameters[name].default is not None:
                    bound.arguments[name] = _passed(name, value, check)
            return function(*bound.args, **bound.kwargs)

        return cast(F, taking)

    return wrap


def answers(
    *, infinite: bool = False, under: Literal["ignore", "raise"] = "ignore", **checks: Kind
) -> Callable[[F], F]:
    """Make a function raise `ValueError`, naming its arguments, where its numbers give no answer.

    That is where the arithmetic leaves the range of floating point: an overflow, a NaN, a result
    that is infinite unless `infinite` says that this may be the answer, and with under="raise" a
    result too small to be told from zero. The checks are those of `takes`, which come first.
    """

    def wrap(function: F) -> F:
        asked = signature(function)

        @wraps(function)
        def answering(*args: Any, **kwargs: Any) -> Any:
            try:
                with np.errstate(over="raise", divide="raise", invalid="raise", under=under):
                    result = function(*args, **kwargs)
                if _is_answer(result, infinite):
                    return result
            except (ArithmeticError, NoAnswerError):  # the latter of a function that this one calls
                pass
            given = asked.bind(*args, **kwargs).arguments
            numbers = {name: x for name, x in given.items() if not (is_dataclass(x) or x is None)}
            said = ", ".join(f"{name} = {shown(x)}" for name, x in (numbers or given).items())
            raise NoAnswerError(f"no number of double precision is the answer, got {said}")

        checked = cast(F, answering)
        return takes(**checks)(checked) if checks else checked

    return wrap


def count(least: int = 1, most: int | None = None) -> Check:
    """Check for a whole number in a range."""
    return lambda name, value: whole(name, value, least, most)


def one(check: CheckOfNumbers) -> Check:
    """Check for a single number that passes `positive`, `non_negative` or `real`."""
    return lambda name, value: single(check, name, value)


def array(numbers: CheckOfNumbers, axes: int = 1) -> Check:
    """Check for an array of so many axes that passes `positive`, `real`, `extended` and so on."""

    def check(name: str, value: Any) -> Any:
        (found,) = numbers(**{name: value})
        if found.ndim != axes:
            what = "an axis" if axes == 1 else f"{axes} axes"
            raise ValueError(f"{name} must be an array of {what}, got shape {found.shape}")
        return found

    return check


def one_of(*names: str) -> Check:
    """Check for one of some texts."""

    def check(name: str, value: Any) -> Any:
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"{name} must be one of {', '.join(names)}, got {shown(value)}")
        return value

    return check


def optional(kind: Kind) -> Check:
    """Check for None, or for a kind."""
    return lambda name, value: None if value is None else _passed(name, value, kind)


def either(first: Kind, second: Kind) -> Check:
    """Check for one of two kinds; what is neither is told what the second asks for."""

    def check(name: str, value: Any) -> Any:
        try:
            return _passed(name, value, first)
        except ValueError:
            return _passed(name, value, second)

    return check


def function(name: str, value: Any) -> Any:
    """Return a function, or raise `ValueError`."""
    if isinstance(value, type) or not callable(value):
        raise ValueError(f"{name} must be a function, got {shown(value)}")
    return value


def able_to(method: str) -> Check:
    """Check for an object that has a method."""

    def check(name: str, value: Any) -> Any:
        if isinstance(value, type) or not callable(getattr(value, method, None)):
            raise ValueError(f"{name} must have a method {method!r}, got {shown(value)}")
        return value

    return check


def several(kind: Kind, *, least: int = 1) -> Check:
    """Check for one or more of a kind, or `least`; the function gets them as a tuple."""

    def check(name: str, values: Any) -> tuple[Any, ...]:
        found = _sequence(name, values)
        if not found and least:
            raise ValueError(f"{name} must not be empty")
        if len(found) < least:
            raise ValueError(f"{name} must be {least} or more, got {len(found)}")
        return tuple(_passed(name, value, kind) for value in found)

    return check


def tuple_of(*kinds: Kind) -> Check:
    """Check for a sequence of as many values, each of its kind; the function gets a tuple."""

    def check(name: str, values: Any) -> tuple[Any, ...]:
        found = _sequence(name, values)
        if len(found) != len(kinds):
            raise ValueError(f"{name} must hold {len(kinds)} values, got {shown(values)}")
        return tuple(_passed(name, *pair) for pair in zip(found, kinds, strict=True))

    return check


def named(kind: Kind, key: Kind = object) -> Check:
    """Check for a mapping of names, or of keys of a kind, to one or more of a kind."""

    def check(name: str, value: Any) -> dict[Any, Any]:
        found = _mapping(name, value)
        if not found:
            raise ValueError(f"{name} must not be empty")
        return {
            _passed(f"a key of {name}", one, key): _passed(f"{name}[{shown(one)}]", entry, kind)
            for one, entry in found.items()
        }

    return check


def mapping_with(**kinds: Kind) -> Check:
    """Check for a mapping with the named entries, each of its kind; others are let pass."""

    def check(name: str, value: Any) -> dict[Any, Any]:
        found = dict(_mapping(name, value))
        for entry, kind in kinds.items():
            if entry not in found:
                raise ValueError(f"{name} must have the entry {entry!r}")
            found[entry] = _passed(f"{name}[{entry!r}]", found[entry], kind)
        return found

    return check


def table_with(*columns: str, **kinds: Kind) -> Check:
    """Check for a table, a pandas DataFrame, with rows and the named columns, some of a kind."""

    def check(name: str, value: Any) -> Any:
        if not (hasattr(value, "columns") and hasattr(value, "itertuples")):
            raise ValueError(f"{name} must be a table, got {shown(value)}")
        missing = [column for column in (*columns, *kinds) if column not in value.columns]
        if missing:
            raise ValueError(f"{name} must have the column {missing[0]!r}")
        if not len(value):
            raise ValueError(f"{name} must not be empty")
        for column, kind in kinds.items():
            _passed(f"{name}[{column!r}]", value[column], kind)
        return value

    return check


def column(name: str, value: Any, table: Any) -> str:
    """Return the name of a column of a table, or raise `ValueError`."""
    if not isinstance(value, str) or value not in table.columns:
        raise ValueError(f"{name} must name a column of the table, which has no {shown(value)}")
    return value


def _passed(name: str, value: Any, check: Kind) -> Any:
    if isinstance(check, type | UnionType):
        return instance(name, value, cast(type, check))
    return check(name, value)


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


def _is_answer(result: object, infinite: bool) -> bool:
    if is_dataclass(result):
        return all(_is_answer(getattr(result, f.name), infinite) for f in fields(result))
    if isinstance(result, tuple):
        return all(_is_answer(part, infinite) for part in result)
    if not isinstance(result, float | np.ndarray):
        return True
    return not bool(np.isnan(result).any() if infinite else not np.isfinite(result).all())
