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
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache, reduce, wraps
from inspect import Parameter, isclass, ismethod, signature, unwrap
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, cast, overload

import numpy as np

from analysis.internal.checks import broadcast_shape, shown
from analysis.internal.kinds import Kind, KindLike, passed

F = TypeVar("F", bound=Callable[..., Any])


class NoAnswerError(ValueError):
    """The arguments are good, and lead beyond the range of floating point."""


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
    plan = cache(lambda: _plan(function))

    @wraps(function)
    def door(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return _enter(inner, parameters, _admit, plan(), args, kwargs)

    @wraps(inner)
    def unchecked(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return _enter(inner, parameters, _as_arrays, plan(), args, kwargs)

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
    own = unwrap(
        function.__init__ if isclass(function) else getattr(function, "__func__", function)
    )
    given = {one.name: one.annotation for one in signature(own).parameters.values()}
    return {
        name: eval(value, own.__globals__) if isinstance(value, str) else value
        for name, value in given.items()
        if value is not Parameter.empty
    }


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


def _enter(
    inner: Callable[..., Any],
    parameters: list[str],
    admit: Callable[..., tuple[Any, ...]],
    plan: list[_Parameter],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call a function with its arguments as `admit` leaves them."""
    __tracebackhide__ = True
    given = dict(zip(parameters, args, strict=False))
    if given.keys() & kwargs.keys():
        return inner(*args, **kwargs)  # Python says itself what is wrong with such a call
    given |= kwargs
    rest = admit(plan, given, args[len(parameters) :])
    return inner(*(given.pop(name) for name in parameters[: len(args)]), *rest, **given)


def _as_arrays(
    plan: list[_Parameter], given: dict[str, Any], rest: tuple[Any, ...]
) -> tuple[Any, ...]:
    """Make arrays of numbers that broadcast, and return the rest as it is."""
    for name, kind, _, _ in plan:
        if isinstance(kind, Kind) and kind.as_array and given.get(name) is not None:
            given[name] = kind.as_array(given[name])
    return rest


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
            if kind.of and kind.of not in given:
                continue  # Python says itself that it is missing
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
