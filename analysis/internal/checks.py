"""The door: arguments are checked here once, so that what lies behind can be plain mathematics.

What is not what it should be raises `ValueError` that names the argument and shows its value, also
where it is of the wrong type altogether. `takes` puts checks before a function.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import signature
from types import UnionType
from typing import Any, Literal, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A function of numbers that broadcast returns a float where all of them are single numbers, and an
# array otherwise (`plain`). Python's types cannot say so without every signature twice, and a union
# would have every caller ask for what it knows already. So it is Any, and the docstrings say which.
FloatOrArray: TypeAlias = Any
# `positive`, `non_negative`, `real` or `extended`; and the condition that an array satisfies.
CheckOfNumbers: TypeAlias = Callable[..., tuple[NDArray[np.float64], ...]]
Condition: TypeAlias = Callable[[Any], Any]
T = TypeVar("T")
LONGEST = 200
"""Characters of a value that an error shows."""


def positive(**arguments: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """Return the arguments as double-precision arrays of positive finite numbers that broadcast.

    Raises
    ------
    ValueError
        Naming the first argument that is empty, masked, not real, not finite or not positive, with
        the offending value; or naming all arguments and their shapes if these do not broadcast.
    """
    return tuple(array.astype(float, copy=False) for array in positive_as_given(**arguments))


def non_negative(**arguments: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """As `positive`, with zero allowed."""
    arrays = _checked(arguments, "non-negative", lambda least: least >= 0)
    return tuple(array.astype(float, copy=False) for array in arrays)


def real(**arguments: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """As `positive`, with any finite number allowed."""
    arrays = _checked(arguments, "finite", lambda least: least > -np.inf)
    return tuple(array.astype(float, copy=False) for array in arrays)


def positive_as_given(**arguments: ArrayLike) -> tuple[np.ndarray, ...]:
    """As `positive`, in the type they came in, for a caller that converts block by block."""
    return _checked(arguments, "positive", lambda least: least > 0)


def extended(**arguments: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """As `positive`, with any number allowed, infinities among them."""
    arrays = {}
    for name, value in arguments.items():
        arrays[name] = _real(name, value).astype(float, copy=False)
        if np.isnan(arrays[name]).any():
            raise ValueError(f"{name} must not be NaN, got {shown(value)}")
    broadcast_shape(**arrays)
    return tuple(arrays.values())


def analytic(**arguments: ArrayLike) -> tuple[np.ndarray, ...]:
    """As `real`, with complex arrays allowed, for functions whose derivatives are complex steps."""
    arrays = {}
    for name, value in arguments.items():
        if isinstance(value, complex | np.ndarray) and np.iscomplexobj(value):
            arrays[name] = np.asarray(value)
            real(**{name: arrays[name].real})
            real(**{name: arrays[name].imag})
        else:
            (arrays[name],) = real(**{name: value})
    broadcast_shape(**arrays)
    return tuple(arrays.values())


def as_given(name: str, value: ArrayLike) -> np.ndarray:
    """Return real numbers, NaN and infinities among them, as an array of the type they came in."""
    return _real(name, value)


def single(check: CheckOfNumbers, name: str, value: ArrayLike) -> float:
    """Return one number that passes `positive` or `non_negative`, as a float."""
    (array,) = check(**{name: value})
    if array.ndim:
        raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    return float(array)


def share(name: str, value: ArrayLike) -> float:
    """Return one number between 0 and 1, as a float."""
    number = single(real, name, value)
    if not 0 < number < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {number}")
    return number


def set_single(law: object, check: CheckOfNumbers, *names: str) -> None:
    """Check the named fields of a frozen law, and store them as floats."""
    for name in names:
        object.__setattr__(law, name, single(check, name, getattr(law, name)))


def whole(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return a whole number in its range as an int, or raise `ValueError` naming it."""
    # A duration of NumPy's is an integer of NumPy's.
    good = isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)
    if not good or value < least or (most is not None and value > most):
        range_ = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number, {range_}, got {shown(value)}")
    return int(value)


def flag(name: str, value: object) -> bool:
    """Return a truth value, or raise `ValueError`: "no" and 0 are none."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def instance(name: str, value: object, kind: type[T]) -> T:
    """Return the value if it is of its kind, or raise `ValueError` naming it."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {_called(kind)}, got {shown(value)}")
    return value


def broadcast_shape(**arguments: np.ndarray) -> tuple[int, ...]:
    """Return the common shape of the arguments, or raise `ValueError` naming them all."""
    try:
        return np.broadcast_shapes(*(np.shape(array) for array in arguments.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in arguments.items())
        raise ValueError(f"the shapes must broadcast together, got {shapes}") from None


def same_length(**arguments: Any) -> None:
    """Raise `ValueError`, naming all arguments, unless they are of one length."""
    if len({len(value) for value in arguments.values()}) > 1:
        lengths = ", ".join(f"{name} {len(value)}" for name, value in arguments.items())
        raise ValueError(f"the lengths must be the same, got {lengths}")


def plain(result: np.ndarray) -> FloatOrArray:
    """Return a 0-d result as a Python float, any other as it is."""
    return float(result) if np.ndim(result) == 0 else result


def shown(value: object) -> str:
    """Return a value as an error shows it: on a line, never too long, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # an integer of thousands of digits, or whatever else cannot be written
        text = f"a value of type {type(value).__name__} that cannot be shown"
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def _called(kind: type) -> str:
    name = getattr(kind, "__name__", str(kind))
    return f"an {name}" if name[0] in "AEIOU" else f"a {name}"


def _checked(arguments: Mapping[str, Any], what: str, holds: Condition) -> tuple[np.ndarray, ...]:
    arrays = tuple(_real(name, value) for name, value in arguments.items())
    for name, array in zip(arguments, arrays, strict=True):
        # Without temporaries: minimum and maximum both carry a NaN through.
        if not (holds(array.min()) and array.max() < np.inf):
            _raise_first(name, array, what, holds)
    broadcast_shape(**dict(zip(arguments, arrays, strict=True)))
    return arrays


def _real(name: str, value: ArrayLike) -> np.ndarray:
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(f"{name} must not be masked, got {shown(value)}")
    try:
        array = _at_most_double(np.asarray(value))
    except Exception:  # what an object does that is asked for numbers is its own affair
        array = None
    if array is None or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be real numbers, got {shown(value)}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array


def _at_most_double(array: np.ndarray) -> np.ndarray | None:
    """What doubles can hold; infinite where their range ends, None where objects are no numbers."""
    if array.dtype.kind == "O":  # Python integers beyond 64 bits, such as 10**22 FLOP
        return array.astype(float) if all(_is_number(element) for element in array.flat) else None
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        with np.errstate(over="ignore", under="ignore"):
            return array.astype(float)
    return array


def _is_number(element: object) -> bool:
    return isinstance(element, numbers.Real) and not isinstance(element, bool)


def _raise_first(name: str, array: np.ndarray, what: str, holds: Condition) -> None:
    for value in array.flat:
        if not np.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value}")
        if not holds(value):
            raise ValueError(f"{name} must be {what}, got {value}")


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
