"""Three things that a budget can mean, for a model that will be used.

A team with C FLOP, and T tokens to serve, may mean that

(a) the quality is fixed: reach the loss of the compute-optimal run of C as cheaply as training and
    serving allow (`analysis.serving.lifetime_optimal`);
(b) the purse is fixed: C pays for training and for serving, and buys the least loss that it can;
(c) training is fixed: it takes C at any size, and what a smaller model saves in serving is paid for
    in loss.

Against the compute-optimal run of C, a run of k_N times its parameters and k_D times its tokens
spends C on both bills of (b) if k_N = 1 / (k_D + s), s = r T / (3 D_opt), and the least loss has

    k_D**(beta + 1) (k_D + s)**(alpha - 1) = 1,

the marginal rate of (a), m = 1 + r T / (3 D). So the answer to (b) is the answer to (a) for the
loss that it reaches. In (c) a model of k_N times the size sees 1 / k_N times the tokens, and has
the loss that the optimum has of

    [(beta k_N**-alpha + alpha k_N**beta) / (alpha + beta)]**-(1/alpha + 1/beta)

times the compute. None of it depends on the budget, nor on an outer power of the law.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, NonNegative, Positive
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, ParametricLaw
from analysis.serving import TRAINING_TO_SERVING
from analysis.tradeoff import Placement, at_log_rate

__all__ = ["compute_forgone", "total_budget_optimal", "total_budget_scales"]

MOST_STEPS = 100
"""Newton takes a handful."""


@checked(finite=True)
def total_budget_scales(
    served: NonNegative, alpha: Positive, beta: Positive
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return (k_N, k_D) of the run of least loss where one budget pays for training and serving.

    Parameters
    ----------
    served : float or array
        r T / D_opt: the tokens served, at their price, for each token of the compute-optimal run of
        the whole budget.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    k_N, k_D : float or array
        Size and tokens as multiples of that run's. Below alpha = 1 the tokens grow with what is
        served.

    Raises
    ------
    ValueError
        If served is negative, an exponent is not positive, or one is not finite.

    Examples
    --------
    >>> k_N, k_D = total_budget_scales(1.0, alpha=0.336, beta=0.283)
    >>> round(k_N, 4), round(k_D, 4)
    (0.6193, 1.2815)
    """
    k_D = np.exp(log_tokens(served, alpha, beta))
    return plain(1 / (k_D + served / TRAINING_TO_SERVING)), plain(k_D)


@checked(finite=True)
def total_budget_optimal(
    law: ParametricLaw,
    C: Positive,
    inference_tokens: NonNegative,
    *,
    inference_cost_ratio: Positive = 1.0,
) -> Placement:
    """Place the run of least loss where C pays for training and for serving.

    Parameters
    ----------
    law : ParametricLaw
        Or a `LawEnsemble`, for an answer under each of its laws.
    C : float or array
        FLOP of training, or their price: 6 N D + 2 r N T.
    inference_tokens, inference_cost_ratio : float or array
        T and r, as in `analysis.serving.lifetime_compute`. All broadcast together.

    Returns
    -------
    Placement
        Against the compute-optimal run of the same loss; `Placement.run` is the run itself.

    Raises
    ------
    ValueError
        If law is no law, C or the ratio is not positive, the tokens are negative, or one of them is
        not finite.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> law = PUBLISHED["besiroglu-2024"].law
    >>> run = total_budget_optimal(law, 1e23, 5e12).run
    >>> f"{run.N:.3g} parameters, {run.D:.3g} tokens, {run.C:.3g} FLOP of training"
    '5.74e+09 parameters, 1.24e+12 tokens, 4.26e+22 FLOP of training'
    """
    best = behind(law.compute_optimal)(C)
    served = inference_cost_ratio * inference_tokens / best.D
    share, k_D = served / TRAINING_TO_SERVING, np.exp(log_tokens(served, law.alpha, law.beta))
    excess = share / k_D
    k_N, scale_D, overhead = at_log_rate(np.log1p(excess), law.alpha, law.beta)
    N, D = best.N / (k_D + share) / k_N, best.D * k_D / scale_D
    optimal = Allocation(plain(N), plain(D), plain(FLOP_PER_PARAMETER_TOKEN * N * D))
    return Placement(k_N, scale_D, overhead, plain(1 + excess), optimal)


@checked(finite=True)
def compute_forgone(k_N: Positive, alpha: Positive, beta: Positive) -> FloatOrArray:
    """Return the share of C that a model of k_N times the optimal size forgoes when trained on C.

    The optimum of the rest has its loss: 0.09 is "as if you had 9 % less compute".

    Parameters
    ----------
    k_N : float or array
        Size as a fraction of the compute-optimal size of C; above 1 for a larger model.
    alpha, beta : float or array
        Exponents of size and of data. All three broadcast together.

    Returns
    -------
    float or array
        A fraction, from 0 at k_N = 1 to 1; accurate to the last few digits next to 0.

    Raises
    ------
    ValueError
        If an argument is not positive and finite.

    Examples
    --------
    >>> round(compute_forgone(0.5, alpha=0.336, beta=0.283), 4)
    0.1388
    """
    overhead = at_log_rate(-(alpha + beta) * np.log(k_N), alpha, beta)[2]
    return plain(overhead / (1 + np.asarray(overhead)))


def log_tokens(served: Any, alpha: Any, beta: Any) -> Doubles:
    """Return ln k_D where one budget pays for both.

    In v = ln k_D the logarithm of its equation is (beta + 1) v + (alpha - 1) ln(e**v + s): it
    rises, and bends to one side only. So Newton's method comes to the root from one side after
    its first step.
    """
    served, alpha, beta = np.broadcast_arrays(served, alpha, beta)
    share = served / TRAINING_TO_SERVING
    v = (1 - alpha) / (1 + beta) * np.log1p(share)
    for _ in range(MOST_STEPS):
        above = (beta + 1) * v + (alpha - 1) * np.log(np.exp(v) + share)
        step = above / (beta + 1 + (alpha - 1) / (1 + share * np.exp(-v)))
        v = v - step
        if (np.abs(step) <= 4e-16 * (1 + np.abs(v))).all():
            break
    return np.asarray(v)
