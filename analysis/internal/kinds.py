"""What a public function takes stands in its annotations, and is checked once, at its door.

    @checked
    def place(law: ParametricLaw, N: Positive, D: Positive) -> Placement: ...

A kind is a class, or a check in an annotation: `Positive` is one, `Annotated[Any, several(Run)]`
another. Each argument is checked in turn; those of kinds that broadcast must then broadcast
together, and with the laws of an ensemble. Behind the door the package's own code calls
`behind(place)`, which checks no argument again.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce, wraps
from inspect import Parameter, isclass, ismethod, signature
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from analysis.internal.checks import (
    CheckOfNumbers,
    analytic,
    broadcast_shape,
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

F = TypeVar("F", bound=Callable[..., Any])
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


class NoAnswerError(ValueError):
    """The arguments are good, and lead beyond the range of floating point."""


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


def named(kind: KindLike, key: KindLike = object) -> Kind:
    """A mapping of names, or of keys of a kind, to one or more of a kind."""

    def check(name: str, value: Any) -> dict[Any, Any]:
        found = _mapping(name, value)
        if not found:
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
PositiveInt: TypeAlias = Annotated[int, count()]
NonNegativeInt: TypeAlias = Annotated[int, count(0)]
Flag: TypeAlias = Annotated[bool, Kind("flag", flag)]


@overload
def checked(function: F) -> F: ...
@overload
def checked(
    *, finite: bool | None = None, under: Literal["ignore", "raise"] = "ignore"
) -> Callable[[F], F]: ...
def checked(
    function: Any = None,
    *,
    finite: bool | None = None,
    under: Literal["ignore", "raise"] = "ignore",
) -> Any:
    """Put the checks that a function's annotations name before it; for a dataclass, of its fields.

    With `finite` the answer is checked too. Where its numbers give none, `NoAnswerError` names the
    arguments: where the arithmetic leaves the range of floating point, by an overflow, a NaN, with
    under="raise" a result too small to be told from zero, and, if `finite` is True, an infinity.
    """
    if function is None:
        return lambda given: checked_with(given, finite, under)
    return checked_with(function, finite, under)


def checked_with(function: Any, finite: bool | None, under: Literal["ignore", "raise"]) -> Any:
    """Return the function with its door; see `checked`."""
    if isclass(function):
        own = cast(Any, function)
        own.__init__ = checked_with(own.__init__, finite, under)
        return function
    inner = function if finite is None else _answering(function, finite, under)
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [p.name for p in signature(function).parameters.values() if p.kind in positional]
    plan: list[_Parameter] = []

    @wraps(function)
    def door(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not plan:
            plan.extend(_plan(function))
        given = dict(zip(parameters, args, strict=False))
        rest = args[len(given) :]
        if given.keys() & kwargs.keys():
            return inner(*args, **kwargs)  # Python says itself what is wrong with such a call
        given |= kwargs
        rest = _admit(plan, given, rest)
        return inner(*(given.pop(name) for name in parameters[: len(args)]), *rest, **given)

    @wraps(inner)
    def unchecked(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not plan:
            plan.extend(_plan(function))
        given = dict(zip(parameters, args, strict=False)) | kwargs
        for name, kind, _, _ in plan:
            if name in given and isinstance(kind, Kind) and kind.as_array:
                given[name] = kind.as_array(given[name])
        rest = args[len(parameters) :]
        return inner(*(given.pop(name) for name in parameters[: len(args)]), *rest, **given)

    door.behind = unchecked  # type: ignore[attr-defined]
    return door


def behind(door: F) -> F:
    """Return what stands behind a door: the same function, or class, its arguments unchecked.

    Numbers become arrays as they do at the door, so that both give the same bits.
    """
    if isclass(door):

        def unchecked(*args: Any, **kwargs: Any) -> Any:
            made = object.__new__(door)
            vars(door)["__init__"].behind(made, *args, **kwargs)
            return made

        return cast(F, unchecked)
    if ismethod(door):
        return cast(F, door.__func__.behind.__get__(door.__self__))  # type: ignore[attr-defined]
    return cast(F, door.behind)  # type: ignore[attr-defined]


def kinds_of(function: Any) -> dict[str, Any]:
    """Return what each argument of a function or a dataclass is annotated with, evaluated."""
    function = function.__init__ if isclass(function) else function
    function = getattr(function, "__func__", function)
    places = getattr(function, "__wrapped__", function).__globals__
    return {
        name: eval(value, places) if isinstance(value, str) else value
        for name, value in function.__annotations__.items()
        if name != "return"
    }


def passed(name: str, value: Any, kind: KindLike) -> Any:
    """Return what a function gets for an argument of a kind, or raise `ValueError`."""
    if isinstance(kind, Kind):
        return kind.check(name, value)
    if isinstance(kind, type | UnionType):
        return instance(name, value, cast(type, kind))
    return kind(name, value)


class _Parameter(NamedTuple):
    name: str
    kind: KindLike
    optional: bool
    repeated: bool


def _plan(function: Callable[..., Any]) -> list[_Parameter]:
    kinds, found = kinds_of(function), []
    for name, parameter in signature(function).parameters.items():
        annotation = kinds.get(name, object if name == "self" else Any)
        if annotation is not Any and not isinstance(annotation, TypeVar):
            repeated = parameter.kind is Parameter.VAR_POSITIONAL
            found.append(_Parameter(name, *kind_of(annotation), repeated))
    return found


def kind_of(annotation: Any) -> tuple[KindLike, bool]:
    """Return the kind that an annotation names, and whether None may stand for no argument."""
    if typing.get_origin(annotation) in (typing.Union, UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not NoneType]
        optional = len(parts) < len(typing.get_args(annotation))
        kinds = [kind_of(part)[0] for part in parts]
        return (kinds[0] if len(kinds) == 1 else reduce(or_, cast(Any, kinds))), optional
    if typing.get_origin(annotation) is Annotated:
        return typing.get_args(annotation)[-1], False
    plain = typing.get_origin(annotation) or annotation
    if not isclass(plain) or plain in (bool, int, float):
        raise TypeError(f"{annotation} says no kind")
    return plain, False


def _admit(plan: list[_Parameter], given: dict[str, Any], rest: tuple[Any, ...]) -> tuple[Any, ...]:
    """Check what is given, put in its place what the function gets, and return so the rest."""
    __tracebackhide__ = True
    together: dict[str, Any] = {}
    laws: tuple[int, ...] = ()
    for name, kind, optional, repeated in plan:
        if repeated:
            rest = tuple(passed(name, value, kind) for value in rest)
        if name not in given or (optional and given[name] is None):
            continue
        value = given[name]
        if isinstance(kind, Kind):
            value = kind.check(name, value, given[kind.of]) if kind.of else kind.check(name, value)
            if kind.as_array:
                together[name] = value
        else:
            value = passed(name, value, kind)
            laws = laws or getattr(value, "laws_shape", ())
        given[name] = value
    if len(together) > 1:
        broadcast_shape(**together)
    if laws and together:
        broadcast_shape(laws=np.empty(laws), **together)
    return rest


def _answering(function: F, finite: bool, under: Literal["ignore", "raise"]) -> F:
    asked = signature(function)

    @wraps(function)
    def answering(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        cause: Exception | None = None
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise", under=under):
                result = function(*args, **kwargs)
            if _is_answer(result, finite):
                return result
        except (ArithmeticError, NoAnswerError) as error:  # the latter of a function called inside
            cause = error
        given = asked.bind(*args, **kwargs).arguments
        numbers = {name: x for name, x in given.items() if not (is_dataclass(x) or x is None)}
        said = ", ".join(f"{name} = {shown(x)}" for name, x in (numbers or given).items())
        raise NoAnswerError(f"no number of double precision is the answer, got {said}") from cause

    return cast(F, answering)


def _is_answer(result: object, finite: bool) -> bool:
    if is_dataclass(result):
        return all(_is_answer(getattr(result, f.name), finite) for f in fields(result))
    if isinstance(result, tuple):
        return all(_is_answer(part, finite) for part in result)
    if not isinstance(result, float | np.ndarray):
        return True
    return not bool(np.isnan(result).any() if not finite else not np.isfinite(result).all())


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
