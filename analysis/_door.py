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


def able_to(method: str) -> Check:
    """Check for an object that has a method."""

    def check(name: str, value: Any) -> Any:
        if isinstance(value, type) or not callable(getattr(value, method, None)):
            raise ValueError(f"{name} must have a method {method!r}, got {shown(value)}")
        return value

    return check


def several(kind: Kind) -> Check:
    """Check for one or more of a kind; the function gets them as a tuple."""

    def check(name: str, values: Any) -> tuple[Any, ...]:
        try:
            found = None if isinstance(values, str | bytes | Mapping) else tuple(values)
        except TypeError:
            found = None
        if found is None:
            raise ValueError(f"{name} must be a sequence, got {shown(values)}")
        if not found:
            raise ValueError(f"{name} must not be empty")
        return tuple(_passed(name, value, kind) for value in found)

    return check


def named(kind: type) -> Check:
    """Check for a mapping of names to one or more of a kind."""

    def check(name: str, value: Any) -> Mapping[str, Any]:
        found: Mapping[str, Any] = instance(name, value, Mapping)  # type: ignore[type-abstract]
        if not found:
            raise ValueError(f"{name} must not be empty")
        for entry in found.values():
            instance(name, entry, kind)
        return found

    return check


def table_with(*columns: str) -> Check:
    """Check for a table, a pandas DataFrame, with rows and the named columns."""

    def check(name: str, value: Any) -> Any:
        if not (hasattr(value, "columns") and hasattr(value, "itertuples")):
            raise ValueError(f"{name} must be a table, got {shown(value)}")
        missing = [column for column in columns if column not in value.columns]
        if missing:
            raise ValueError(f"{name} must have the column {missing[0]!r}")
        if not len(value):
            raise ValueError(f"{name} must not be empty")
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


def _is_answer(result: object, infinite: bool) -> bool:
    if is_dataclass(result):
        return all(_is_answer(getattr(result, f.name), infinite) for f in fields(result))
    if isinstance(result, tuple):
        return all(_is_answer(part, infinite) for part in result)
    if not isinstance(result, float | np.ndarray):
        return True
    return not bool(np.isnan(result).any() if infinite else not np.isfinite(result).all())
