"""The door: arguments are checked here once, so that what lies behind can be plain mathematics."""

from __future__ import annotations

import numbers
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatOrArray = float | NDArray[np.float64]


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


def positive_as_given(**arguments: ArrayLike) -> tuple[np.ndarray, ...]:
    """As `positive`, in the type they came in, for a caller that converts block by block."""
    return _checked(arguments, "positive", lambda least: least > 0)


def single(check: Callable, name: str, value: ArrayLike) -> float:
    """Return one number that passes `positive` or `non_negative`, as a float."""
    (array,) = check(**{name: value})
    if array.ndim:
        raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    return float(array)


def set_single(law: object, check: Callable, *names: str) -> None:
    """Check the named fields of a frozen law, and store them as floats."""
    for name in names:
        object.__setattr__(law, name, single(check, name, getattr(law, name)))


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return a whole number in its range as an int, or raise `ValueError` naming it."""
    good = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not good or value < least or (most is not None and value > most):
        range_ = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number, {range_}, got {value!r}")
    return int(value)


def broadcast_shape(**arguments: np.ndarray) -> tuple[int, ...]:
    """Return the common shape of the arguments, or raise `ValueError` naming them all."""
    try:
        return np.broadcast_shapes(*(np.shape(array) for array in arguments.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in arguments.items())
        raise ValueError(f"the shapes must broadcast together, got {shapes}") from None


def plain(result: np.ndarray) -> FloatOrArray:
    """Return a 0-d result as a Python float, any other as it is."""
    return float(result) if np.ndim(result) == 0 else result


def _checked(arguments, what: str, holds) -> tuple[np.ndarray, ...]:
    arrays = tuple(_real(name, value) for name, value in arguments.items())
    for name, array in zip(arguments, arrays, strict=True):
        # Without temporaries: minimum and maximum both carry a NaN through.
        if not (holds(array.min()) and array.max() < np.inf):
            _raise_first(name, array, what, holds)
    broadcast_shape(**dict(zip(arguments, arrays, strict=True)))
    return arrays


def _real(name: str, value: ArrayLike) -> np.ndarray:
    refused = ValueError(f"{name} must be real numbers, got {value!r}")
    if np.ma.is_masked(value):
        raise ValueError(f"{name} must not be masked, got {value!r}")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":  # Python integers beyond 64 bits, such as 10**22 FLOP
            if not all(_is_number(element) for element in array.flat):
                raise refused
            array = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise refused from None
    if array.dtype.kind not in "iuf":
        raise refused
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array


def _is_number(element) -> bool:
    return isinstance(element, numbers.Real) and not isinstance(element, bool)


def _raise_first(name: str, array: np.ndarray, what: str, holds) -> None:
    for value in array.flat:
        if not np.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value}")
        if not holds(value):
            raise ValueError(f"{name} must be {what}, got {value}")
