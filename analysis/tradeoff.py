"""The trade of size for data at equal loss.

A model k_N times the compute-optimal size reaches the optimum's loss on k_D times its tokens. On
the parametric law the two scales are tied by

    beta k_N**-alpha + alpha k_D**-beta = alpha + beta

which holds neither A, B, E nor the budget (de Vries 2023; derived in `analysis.derivation`). The
compute overhead is k_N k_D - 1. With u = ln k_N, x = -alpha u and y = k_D**-beta - 1, its logarithm
is a sum of two terms that cannot be negative,

    ln(k_N k_D) = (expm1(x) - x) / alpha + (y - log1p(y)) / beta,      y = -(beta/alpha) expm1(x)

so nothing cancels next to k_N = 1, where the textbook form k_N * k_D - 1 loses every digit.

All functions take scalars or arrays of any real type, broadcast, work through large arrays in
blocks, and return floats for scalars, otherwise arrays of the common shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from scipy.optimize import elementwise

from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, NonNegative, Positive, PositiveAsGiven
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, ParametricLaw

__all__ = [
    "Placement",
    "compute_overhead",
    "data_scaling_factor",
    "minimum_model_scale",
    "model_scale_for_overhead",
    "place",
    "scales_from_marginal_rate",
]

BLOCK = 16_384
"""Elements in a block: four double-precision operands of this size fit a core's cache."""
H_SERIES = 1 / np.array([2, 6, 24, 120, 720, 5040, 40320])
"""Coefficients of (exp(x) - 1 - x) / x**2."""


@dataclass(frozen=True)
class Placement(Shown):
    """Where a run stands against the cheapest run of the same loss; what `place` returns.

    Attributes
    ----------
    k_N, k_D : float or array
        Its parameters and its tokens, as multiples of the optimum's.
    overhead : float or array
        Extra compute over the optimum, as a fraction: 0.2 is 20 % more.
    marginal_rate : float or array
        m = -dlnD/dlnN on the iso-loss curve at the run; above 1 for a model smaller than optimal.
    optimal : Allocation
        The compute-optimal run of the same loss: N parameters, D tokens, C FLOP.
    """

    k_N: FloatOrArray
    k_D: FloatOrArray
    overhead: FloatOrArray
    marginal_rate: FloatOrArray
    optimal: Allocation

    @property
    def run(self) -> Allocation:
        """The run itself: an `Allocation` of N parameters, D tokens and C = 6 N D FLOP."""
        return _allocation(self.k_N * self.optimal.N, self.k_D * self.optimal.D)


@overload
def data_scaling_factor(k_N: float, alpha: float, beta: float) -> float: ...
@overload
def data_scaling_factor(k_N: Positive, alpha: Positive, beta: Positive) -> Doubles: ...
@checked(finite=False)
def data_scaling_factor(
    k_N: PositiveAsGiven, alpha: PositiveAsGiven, beta: PositiveAsGiven
) -> FloatOrArray:
    """Return k_D = [1 + (beta/alpha)(1 - k_N**-alpha)]**(-1/beta) (de Vries 2023).

    Parameters
    ----------
    k_N : float or array
        Size as a fraction of the compute-optimal size; above 1 for a larger model.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    float or array
        Tokens as a multiple of the compute-optimal tokens; `inf` at and below
        `minimum_model_scale`, where no amount of data is enough.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> round(data_scaling_factor(0.5, alpha=0.336, beta=0.283), 4)
    2.4156
    >>> data_scaling_factor(0.05, alpha=0.336, beta=0.283)
    inf
    """
    return _over_sizes(k_D_into, k_N, alpha, beta)


@overload
def compute_overhead(k_N: float, alpha: float, beta: float) -> float: ...
@overload
def compute_overhead(k_N: Positive, alpha: Positive, beta: Positive) -> Doubles: ...
@checked(finite=False)
def compute_overhead(
    k_N: PositiveAsGiven, alpha: PositiveAsGiven, beta: PositiveAsGiven
) -> FloatOrArray:
    """Return k_N k_D - 1: the extra compute of a model k_N times the optimal size, a fraction.

    Zero at k_N = 1, positive elsewhere, `inf` at and below `minimum_model_scale`; accurate to
    every digit but the last few also next to k_N = 1, where it falls below the rounding of k_D
    (de Vries 2023; the form without cancellation is that of the module).

    Parameters
    ----------
    k_N : float or array
        Size as a fraction of the compute-optimal size.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    float or array
        A fraction of the compute-optimal run's FLOP: 0.2 is 20 % more.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> round(compute_overhead(0.5, alpha=0.336, beta=0.283), 4)
    0.2078
    >>> f"{compute_overhead(1 + 1e-9, alpha=0.336, beta=0.283):.3e}"
    '3.095e-19'
    """
    return _over_sizes(overhead_into, k_N, alpha, beta)


@overload
def minimum_model_scale(alpha: float, beta: float) -> float: ...
@overload
def minimum_model_scale(alpha: Positive, beta: Positive) -> Doubles: ...
@checked(finite=True)
def minimum_model_scale(alpha: Positive, beta: Positive) -> FloatOrArray:
    """Return k_min = (1 + alpha/beta)**(-1/alpha): the size that infinite data would be needed for.

    Where k_D has its pole (de Vries 2023); it holds neither A, B, E nor the budget.

    Parameters
    ----------
    alpha, beta : float or array
        Exponents of size and of data; they broadcast together.

    Returns
    -------
    float or array
        A fraction of the compute-optimal size, between 0 and 1.

    Raises
    ------
    ValueError
        If an exponent is not positive and finite.

    Examples
    --------
    >>> round(minimum_model_scale(alpha=0.336, beta=0.283), 4)
    0.0974
    """
    return plain(np.exp(-np.log1p(alpha / beta) / alpha))


@overload
def model_scale_for_overhead(overhead: float, alpha: float, beta: float) -> float: ...
@overload
def model_scale_for_overhead(overhead: NonNegative, alpha: Positive, beta: Positive) -> Doubles: ...
@checked(finite=True)
def model_scale_for_overhead(
    overhead: NonNegative, alpha: Positive, beta: Positive
) -> FloatOrArray:
    """Return the k_N below 1 whose compute overhead is the given fraction.

    The inverse of `compute_overhead` on (k_min, 1], to rounding: an overhead of 0 gives 1, and one
    so large that no number above k_min has it gives k_min.

    Parameters
    ----------
    overhead : float or array
        Extra compute over the optimum, as a fraction; 0 or more.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    float or array
        Size as a fraction of the compute-optimal size, at most 1.

    Raises
    ------
    ValueError
        If the overhead is negative or infinite, or an exponent is not positive.

    Examples
    --------
    >>> round(model_scale_for_overhead(1.0, alpha=0.336, beta=0.283), 4)
    0.3053
    """
    target = np.log1p(overhead)
    # ln(k_N k_D) at marginal rate m grows like (ln m)**2 near m = 1, hence the roots, and lies
    # above ln(m)/beta less a constant, hence the upper end.
    highest = beta * target + np.log1p(alpha / beta) * (1 + beta / alpha)
    solution = elementwise.find_root(
        lambda log_m, target, alpha, beta: (
            np.sqrt(log_compute_ratio(*log_scales(log_m, alpha, beta), alpha, beta))
            - np.sqrt(target)
        ),
        (np.zeros_like(highest), highest * (1 + 1e-9)),
        args=(target, alpha, beta),
    )
    return plain(np.exp(log_scales(solution.x, alpha, beta)[0]))


@overload
def scales_from_marginal_rate(m: float, alpha: float, beta: float) -> tuple[float, float]: ...
@overload
def scales_from_marginal_rate(
    m: Positive, alpha: Positive, beta: Positive
) -> tuple[Doubles, Doubles]: ...
@checked(finite=False)
def scales_from_marginal_rate(
    m: Positive, alpha: Positive, beta: Positive
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return (k_N, k_D) of the model whose marginal rate is m, in closed form.

    k_N = [(alpha + m beta) / (m (alpha + beta))]**(1/alpha),
    k_D = [(alpha + m beta) / (alpha + beta)]**(1/beta): the whole curve, from k_N large (m -> 0)
    through the optimum (m = 1) to k_min (m -> inf). Derived in `analysis.derivation`.

    Parameters
    ----------
    m : float or array
        Marginal rate -dlnD/dlnN on the iso-loss curve: a model 1 % smaller needs m % more tokens.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    k_N, k_D : float or array
        Multiples of the compute-optimal size and tokens; `inf` beyond double precision.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> k_N, k_D = scales_from_marginal_rate(2.0, alpha=0.336, beta=0.283)
    >>> round(k_N, 4), round(k_D, 4)
    (0.3897, 3.7826)
    """
    k_N, k_D, _ = at_log_rate(np.log(m), alpha, beta)
    return k_N, k_D


@checked(finite=True, under="raise")
def place(law: ParametricLaw, N: Positive, D: Positive) -> Placement:
    """Place a run of N parameters and D tokens against the cheapest run of the same loss.

    Exact and in closed form, through the marginal rate m of the law at (N, D); over- and
    under-trained runs alike.

    Parameters
    ----------
    law : ParametricLaw
        Or a `LawEnsemble`, for an answer under each of its laws.
    N, D : float or array
        Parameters and training tokens; they broadcast together.

    Returns
    -------
    Placement
        k_N, k_D and the overhead, a fraction, against `optimal`, the run of the same loss and the
        least compute; each of the common shape.

    Raises
    ------
    ValueError
        If law is no law, if N or D is not positive and finite, or where the answer leaves the range
        of double precision.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> llama = place(PUBLISHED["de-vries-2023"].law, 6.9e9, 1e12)
    >>> round(llama.k_N, 4), round(llama.overhead, 3)
    (0.5797, 0.117)
    """
    m = behind(law.marginal_rate)(N, D)
    k_N, k_D, overhead = at_log_rate(np.log(m), law.alpha, law.beta)
    return Placement(k_N, k_D, overhead, m, _allocation(N / k_N, D / k_D))


def _allocation(N: FloatOrArray, D: FloatOrArray) -> Allocation:
    return Allocation(plain(N), plain(D), plain(FLOP_PER_PARAMETER_TOKEN * N * D))


def _over_sizes(
    kernel: Callable[..., None], k_N: PositiveAsGiven, alpha: PositiveAsGiven, beta: PositiveAsGiven
) -> FloatOrArray:
    """Apply kernel(out, k_N, alpha, beta) block by block; infinite at and below the wall."""
    wall = np.asarray(behind(minimum_model_scale)(alpha, beta))
    blocks = np.nditer(
        (None, k_N, alpha, beta, wall),
        flags=("external_loop", "buffered"),
        op_dtypes=(float,) * 5,
        buffersize=BLOCK,
    )
    with blocks, np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for out, *operands, wall_block in blocks:
            kernel(out, *operands)
            # A hair above the wall rounding can put k_D**-beta below 0, which gives NaN.
            out[(operands[0] <= wall_block) | np.isnan(out)] = np.inf
        return plain(blocks.operands[0])


def at_log_rate(log_m: Any, alpha: Any, beta: Any) -> tuple[FloatOrArray, ...]:
    """Return (k_N, k_D, overhead) at ln m, unchecked: accurate next to the optimum, ln m = 0.

    What `scales_from_marginal_rate`, `place` and `analysis.serving` rest on: the last knows m - 1
    better than m.
    """
    u, v = log_scales(log_m, alpha, beta)
    with np.errstate(over="ignore"):
        overhead = np.expm1(log_compute_ratio(u, v, alpha, beta))
        return plain(np.exp(u)), plain(np.exp(v)), plain(overhead)


def k_D_into(out: Doubles, k_N: Doubles, alpha: Doubles, beta: Doubles) -> None:
    """Write k_D into `out`; NaN below the wall."""
    np.exp(_log_k_D(np.log(k_N), alpha, beta), out=out)


def overhead_into(out: Doubles, k_N: Doubles, alpha: Doubles, beta: Doubles) -> None:
    """Write k_N k_D - 1, a fraction, into `out`; NaN below the wall."""
    u = np.log(k_N)
    v = _log_k_D(u, alpha, beta)
    log_ratio = u + v
    cancelled = log_ratio < 1e-3 * np.abs(u)
    if cancelled.any():
        near = (operand[cancelled] for operand in (u, v, alpha, beta))
        log_ratio[cancelled] = log_compute_ratio(*near)
    np.expm1(log_ratio, out=out)


def log_scales(log_m: Any, alpha: Any, beta: Any) -> tuple[Any, Any]:
    """Return (ln k_N, ln k_D) at marginal rate m."""
    total = alpha + beta
    with np.errstate(over="ignore"):
        return (
            np.log1p(np.expm1(-log_m) * (alpha / total)) / alpha,
            np.log1p(np.expm1(log_m) * (beta / total)) / beta,
        )


def log_compute_ratio(u: Any, v: Any, alpha: Any, beta: Any) -> Any:
    """Return ln(k_N k_D) at u = ln k_N and v = ln k_D, without cancellation.

    It is h(-alpha u) / alpha + h(-beta v) / beta, where h(x) = exp(x) - 1 - x is never negative.
    """
    return _h(u * -alpha) / alpha + _h(v * -beta) / beta


def _log_k_D(u: Doubles, alpha: Doubles, beta: Doubles) -> Doubles:
    """Return -log1p(-(beta/alpha) expm1(-alpha u)) / beta, ln k_D at ln k_N; NaN below the wall."""
    v = u * -alpha
    np.expm1(v, out=v)
    v *= -(beta / alpha)
    np.log1p(v, out=v)
    v /= -beta
    return v


def _h(x: Any) -> Doubles:
    """Return exp(x) - 1 - x, by its power series where the difference would cancel."""
    difference = np.asarray(np.expm1(x) - x)
    small = np.abs(x) < 0.02
    if np.any(small):
        near = np.asarray(x)[small]
        difference[small] = near**2 * np.polynomial.polynomial.polyval(near, H_SERIES)
    return difference
