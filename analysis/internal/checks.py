"""Checks of one argument or of a few: what is not what it should be raises `ValueError`.

The message names the argument and shows its value, also where it is of the wrong type altogether.
`analysis.internal.doors` puts these checks before a function.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

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


def factor(name: str, value: ArrayLike) -> float:
    """Return one number from 1, as a float."""
    number = single(positive, name, value)
    if number < 1:
        raise ValueError(f"{name} must be a factor of 1 or more, got {number:g}")
    return number


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
