"""How small, if the model will be used: training and serving paid from one purse.

Serving a token costs about 2 N FLOP, a third of training on one. A model that serves T tokens
costs over its life

    6 N D + 2 r N T                              [FLOP of training, or their price]

where r is the price of a FLOP of serving in FLOP of training. Along an iso-loss curve one per cent
less size saves one per cent of both terms and adds m per cent to D, so the cheapest model has

    m = 1 + r T / (3 D)

(Sardana & Frankle 2023, arXiv:2401.00448, section 2, pose the problem, with r = 1, and solve it
numerically). Since D = k_D(m) D_opt by the exchange curve, this is one equation for m that holds
nothing but the exponents and r T / D_opt: the answer, like k_D, does not depend on the budget.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.counts import show_count
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegative, Positive
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, ParametricLaw
from analysis.tradeoff import (
    Placement,
    at_log_rate,
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
)

__all__ = [
    "TRAINING_TO_SERVING",
    "at_size",
    "break_even",
    "implied_tokens",
    "largest_model",
    "lifetime_compute",
    "lifetime_cost",
    "lifetime_optimal",
    "lifetime_saving",
    "lifetime_scales",
]


@checked(finite=True)
def lifetime_compute(
    N: Positive, D: Positive, inference_tokens: NonNegative, *, inference_cost_ratio: Positive = 1
) -> FloatOrArray:
    """Return 6 N D + 2 r N T: what training and serving cost together, in FLOP of training.

    Parameters
    ----------
    N, D : float or array
        Parameters and training tokens.
    inference_tokens : float or array
        T: all tokens that the model will process in use, read and written; 0 or more.
    inference_cost_ratio : float or array
        r: what a FLOP of serving costs, in FLOP of training. Above 1 where serving uses its
        machines less well, below 1 where it runs in fewer bits. All four broadcast together.

    Returns
    -------
    float or array
        FLOP of training.

    Raises
    ------
    ValueError
        If N, D or the ratio is not positive, or the tokens are negative, or one is not finite.

    Examples
    --------
    >>> f"{lifetime_compute(7e9, 1e12, 3e12):.3g} FLOP"
    '8.4e+22 FLOP'
    """
    served = inference_cost_ratio * inference_tokens / TRAINING_TO_SERVING
    return plain(FLOP_PER_PARAMETER_TOKEN * N * (D + served))


@checked(finite=True)
def lifetime_optimal(
    law: ParametricLaw,
    loss: Positive,
    inference_tokens: NonNegative,
    *,
    inference_cost_ratio: Positive = 1.0,
) -> Placement:
    """Place the model of a given loss that is cheapest to train and to serve.

    Without serving it is the compute-optimal model; the more it serves the smaller it is, down to
    `minimum_model_scale` for serving without end. `Placement.run` is the run itself.

    Parameters
    ----------
    law : ParametricLaw
        Or a `LawEnsemble`, for an answer under each of its laws.
    loss : float or array
        The loss to reach, nats per token.
    inference_tokens, inference_cost_ratio : float or array
        T, a count, and r of `lifetime_compute`. These and the loss broadcast together.

    Returns
    -------
    Placement
        The cheapest run against the compute-optimal run of the same loss; of the common shape.

    Raises
    ------
    ValueError
        If law is no law, the loss not above its E, the tokens negative, the ratio not positive, or
        one of them not finite.

    Examples
    --------
    Sardana & Frankle 2023, figure 1: the quality of a compute-optimal 13B, two trillion tokens.

    >>> from analysis.laws import PUBLISHED
    >>> law = PUBLISHED["de-vries-2023"].law
    >>> cheapest = lifetime_optimal(law, loss=1.97528, inference_tokens=2e12)
    >>> f"{cheapest.optimal.N:.3g} parameters become {cheapest.run.N:.2g}"
    '1.3e+10 parameters become 7e+09'
    """
    optimal = behind(law.compute_optimal_for_loss)(loss)
    served = inference_cost_ratio * inference_tokens / optimal.D
    excess = excess_rate(served, law.alpha, law.beta)
    k_N, k_D, overhead = at_log_rate(np.log1p(excess), law.alpha, law.beta)
    return Placement(k_N, k_D, overhead, plain(1 + excess), optimal)


@checked(finite=True)
def lifetime_scales(
    served: NonNegative, alpha: Positive, beta: Positive
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return (k_N, k_D) of the model that is cheapest over its life, free of the budget.

    Parameters
    ----------
    served : float or array
        r T / D_opt: the tokens served, at their price, for each token of the compute-optimal run.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    k_N, k_D : float or array
        Size and tokens as multiples of the compute-optimal run's.

    Raises
    ------
    ValueError
        If served is negative, an exponent is not positive, or one is not finite.

    Examples
    --------
    >>> k_N, k_D = lifetime_scales(1.0, alpha=0.336, beta=0.283)
    >>> round(k_N, 4), round(k_D, 4)
    (0.7246, 1.4302)
    """
    k_N, k_D, _ = at_log_rate(np.log1p(excess_rate(served, alpha, beta)), alpha, beta)
    return k_N, k_D


@checked(finite=True)
def lifetime_saving(served: NonNegative, alpha: Positive, beta: Positive) -> FloatOrArray:
    """Return the share of the lifetime cost that the cheapest model saves, a fraction.

    Against the compute-optimal model of the same loss serving as much; 0 where nothing is served.
    Parameters (served, alpha, beta), shapes and errors are those of `lifetime_scales`.

    Examples
    --------
    >>> round(lifetime_saving(1.0, alpha=0.336, beta=0.283), 4)
    0.0417
    """
    k_N, k_D = behind(lifetime_scales)(served, alpha, beta)
    return plain(1 - relative_cost(k_N, k_D, served))


@checked(finite=False)
def lifetime_cost(
    k_N: Positive, served: NonNegative, alpha: Positive, beta: Positive
) -> FloatOrArray:
    """Return what a model of any size costs over its life, relative to the compute-optimal one.

    Parameters
    ----------
    k_N, served, alpha, beta : float or array
        Size as a fraction of the compute-optimal size; the others as in `lifetime_scales`.

    Returns
    -------
    float or array
        A ratio of costs: 1 at k_N = 1; `inf` at and below `minimum_model_scale`. Errors as for
        `lifetime_scales`, and if k_N is not positive and finite.

    Examples
    --------
    >>> round(lifetime_cost(0.5, 10.0, alpha=0.336, beta=0.283), 4)
    0.6633
    """
    return plain(relative_cost(k_N, behind(data_scaling_factor)(k_N, alpha, beta), served))


@checked(finite=True)
def implied_tokens(
    law: ParametricLaw, N: Positive, D: Positive, *, inference_cost_ratio: Positive = 1.0
) -> FloatOrArray:
    """Return T = 3 (m - 1) D / r: the served tokens for which a run was the right one.

    A count of tokens, negative for a model larger than compute-optimal. N, D (counts that
    broadcast), inference_cost_ratio and errors are those of `lifetime_compute`.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> f"{implied_tokens(PUBLISHED['de-vries-2023'].law, 6.9e9, 1e12):.2g} tokens"
    '1.3e+12 tokens'
    """
    excess = behind(law.marginal_rate)(N, D) - 1
    return plain(TRAINING_TO_SERVING * excess * D / inference_cost_ratio)


@checked(finite=False)
def break_even(k_N: Positive, alpha: Positive, beta: Positive) -> FloatOrArray:
    """Return r T / D_opt after which a smaller model has paid for its compute overhead.

    Training it takes 6 N_opt D_opt (k_N k_D - 1) more, serving it 2 r N_opt T (1 - k_N) less.

    Parameters
    ----------
    k_N, alpha, beta : float or array
        As for `lifetime_cost`; k_N at most 1.

    Returns
    -------
    float or array
        In the unit of `lifetime_scales`; 0 at k_N = 1; `inf`, never, up to `minimum_model_scale`.

    Raises
    ------
    ValueError
        If k_N is above 1 (a larger model costs more at every step), or an argument is not positive
        and finite.

    Examples
    --------
    >>> round(break_even(0.5, alpha=0.336, beta=0.283), 3)
    1.247
    """
    if k_N.max() > 1:
        raise ValueError(f"k_N must not be above 1, got {k_N.max()}")
    overhead = behind(compute_overhead)(k_N, alpha, beta)
    # At k_N = 1 nothing is spent and nothing saved: 0 / 0 counts as 0.
    return plain(TRAINING_TO_SERVING * overhead / np.maximum(1 - k_N, 1e-300))


@checked(finite=True)
def at_size(law: ParametricLaw, loss: Positive, N: Positive) -> Placement:
    """Place the run of N parameters that reaches a loss.

    Parameters
    ----------
    law : ParametricLaw
    loss, N : float or array
        The loss to reach, nats per token, and the parameters; they broadcast together.

    Returns
    -------
    Placement
        Against the compute-optimal run of that loss; of the common shape.

    Raises
    ------
    ValueError
        If the loss is not above E, or no amount of data brings N parameters to it.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> run = at_size(PUBLISHED["de-vries-2023"].law, loss=2.0, N=7e9).run
    >>> f"{run.D:.3g} tokens"
    '7.35e+11 tokens'
    """
    optimal = behind(law.compute_optimal_for_loss)(loss)
    k_N = np.asarray(N / optimal.N)
    least = np.asarray(behind(minimum_model_scale)(law.alpha, law.beta) * optimal.N)
    check_above(least, N, k_N.shape)
    k_D = behind(data_scaling_factor)(k_N, law.alpha, law.beta)
    overhead = behind(compute_overhead)(k_N, law.alpha, law.beta)
    rate = behind(law.marginal_rate)(N, k_D * optimal.D)
    return Placement(plain(k_N), k_D, overhead, rate, optimal)


@checked(finite=True)
def largest_model(memory: Positive, bytes_per_parameter: Positive) -> FloatOrArray:
    """Return how many parameters fit into a memory; their activations and caches need their own.

    Parameters
    ----------
    memory : float or array
        Bytes that the weights may take.
    bytes_per_parameter : float or array
        2 for 16-bit weights, 1 for 8-bit, 0.5 for 4-bit.

    Returns
    -------
    float or array
        A count of parameters.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> largest_model(16e9, 2)
    8000000000.0
    """
    return plain(memory / bytes_per_parameter)


FLOP_PER_PARAMETER_SERVED = 2
"""Serving FLOP for each parameter and token: a forward pass (Kaplan et al. 2020, section 2.1)."""
TRAINING_TO_SERVING = FLOP_PER_PARAMETER_TOKEN / FLOP_PER_PARAMETER_SERVED
"""A token costs three times as much to train on as to serve."""


def relative_cost(k_N: FloatOrArray, k_D: FloatOrArray, served: np.ndarray) -> FloatOrArray:
    """Return the lifetime cost of a model relative to the compute-optimal one's."""
    use = served / TRAINING_TO_SERVING
    return k_N * (k_D + use) / (1 + use)


def excess_rate(served: Any, alpha: Any, beta: Any) -> np.ndarray:
    """Return m - 1 of the lifetime-optimal model, from r T / D_opt; 0 where nothing is served.

    It has m = 1 + r T / (3 D), where D = k_D(m) D_opt. In w = ln(m - 1) that reads

        w + ln[(alpha + beta + beta e**w) / (alpha + beta)] / beta = ln(r T / (3 D_opt)),

    whose left side is increasing and convex: Newton's method from the right end never overshoots.
    """
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
