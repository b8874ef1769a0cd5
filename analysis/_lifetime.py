"""The equation behind the cheapest model over its life: what `analysis.serving` computes with.

The cheapest model has m = 1 + r T / (3 D), where D = k_D(m) D_opt. In w = ln(m - 1) that reads

    w + ln[(alpha + beta + beta e**w) / (alpha + beta)] / beta = ln(r T / (3 D_opt)),

whose left side is increasing and convex: Newton's method from the right end never overshoots.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from analysis._validate import FloatOrArray
from analysis.counts import show_count
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

FLOP_PER_PARAMETER_SERVED = 2
"""Serving FLOP for each parameter and token: a forward pass (Kaplan et al. 2020, section 2.1)."""
TRAINING_TO_SERVING = FLOP_PER_PARAMETER_TOKEN / FLOP_PER_PARAMETER_SERVED
"""A token costs three times as much to train on as to serve."""


def relative_cost(k_N: FloatOrArray, k_D: FloatOrArray, served: np.ndarray) -> FloatOrArray:
    """Return the lifetime cost of a model relative to the compute-optimal one's."""
    use = served / TRAINING_TO_SERVING
    return k_N * (k_D + use) / (1 + use)


def excess_rate(served: Any, alpha: Any, beta: Any) -> np.ndarray:
    """Return m - 1 of the lifetime-optimal model, from r T / D_opt; 0 where nothing is served."""
    with np.errstate(divide="ignore"):
        target, shift = np.log(served / TRAINING_TO_SERVING), np.log(beta / (alpha + beta))
    target, shift, beta = np.broadcast_arrays(target, shift, beta)
    idle = np.isneginf(target)
    w = np.where(idle, 0.0, target)
    goal, active = w.copy(), ~idle
    while active.any():
        above = w + np.logaddexp(0, w + shift) / beta - goal
        lower = w - above / (1 + expit(w + shift) / beta)
        active = active & (lower < w)
        w = np.where(active, lower, w)
    return np.where(idle, 0.0, np.exp(w))


def check_above(least: np.ndarray, N: np.ndarray, shape: tuple[int, ...]) -> None:
    """Raise `ValueError` with the first N that is not above the smallest size, if there is one."""
    too_small = np.broadcast_to(least >= N, shape)
    if too_small.any():
        size, wall = (np.broadcast_to(value, shape)[too_small][0] for value in (N, least))
        needed = f"above {show_count(wall, 4)}, the smallest size that can reach this loss"
        raise ValueError(f"N must be {needed}, got {show_count(size, 4)}")
