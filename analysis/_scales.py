"""The exchange curve in logarithms, where nothing cancels: what `analysis.tradeoff` computes with.

With u = ln k_N and v = ln k_D the curve is

    v = -log1p(-(beta/alpha) expm1(-alpha u)) / beta,

and ln(k_N k_D) = h(-alpha u) / alpha + h(-beta v) / beta, where h(x) = exp(x) - 1 - x is never
negative. Nothing is checked here; what is given are arrays of doubles that broadcast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis._validate import FloatOrArray, plain

Doubles = NDArray[np.float64]

H_SERIES = 1 / np.array([2, 6, 24, 120, 720, 5040, 40320])
"""Coefficients of (exp(x) - 1 - x) / x**2."""


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
    """Return ln(k_N k_D) at u = ln k_N and v = ln k_D, without cancellation."""
    return _h(u * -alpha) / alpha + _h(v * -beta) / beta


def _log_k_D(u: Doubles, alpha: Doubles, beta: Doubles) -> Doubles:
    """Return ln k_D at u = ln k_N; NaN below the wall."""
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
