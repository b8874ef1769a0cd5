"""Keys to the exercises on the derivation, chapters 1 to 4; those of chapters 3 and 4 are here.

Each key is a function without arguments that computes the expected answer, with the wrong answers
that the steps lead to when one of them is missed. Numbers follow from the post's law, as in the
chapters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp
from scipy.optimize import brentq, minimize_scalar

from analysis.exercises.answers import (
    OVERHEAD,
    PERCENT,
    SWAPPED_EXPONENTS,
    Formula,
    Function,
    Key,
    Mistake,
    Number,
    Numbers,
)
from analysis.exercises.keys_law import KEYS as LAW_AND_OPTIMUM
from analysis.laws import PUBLISHED
from analysis.tradeoff import (
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
    model_scale_for_overhead,
    place,
)

LAW = PUBLISHED["de-vries-2023"].law
EXPONENTS = LAW.alpha, LAW.beta


def equal_exponents() -> Formula:
    """3.2: k_D where the exponents are equal."""
    alpha, k_N = sp.symbols("alpha k_N", positive=True)
    trade = "A constant product keeps the compute. The question is what keeps the loss."
    return Formula(
        (2 - k_N**-alpha) ** (-1 / alpha),
        [
            Mistake((2 - k_N**-alpha) ** (1 / alpha), "Look at the sign of the outer exponent."),
            Mistake((2 - k_N**alpha) ** (-1 / alpha), "Look at the sign of the inner exponent."),
            Mistake((1 - k_N**-alpha) ** (-1 / alpha), "Put k_N = 1 in: k_D should be one there."),
            Mistake(2 - k_N**-alpha, "This is the data term, not yet the data."),
            Mistake(1 / k_N, trade),
        ],
    )


def broken_budgets() -> Numbers:
    """3.4: k_D of half the size at two budgets where each token costs a constant more."""
    unbroken = data_scaling_factor(0.5, *EXPONENTS)
    small, large = (_broken(C) for C in (1e19, 1e23))
    theorem = "This is the value for the old cost. Is your optimum that of the new one?"
    cost = "These tokens cost the same. The same loss is asked."
    return Numbers(
        {
            "small": Number(
                small["k_D"],
                [
                    Mistake(unbroken, theorem),
                    Mistake(small["old optimum"], "Minimise along the new budget line."),
                    Mistake(small["same budget"], cost),
                    Mistake(large["k_D"], "This belongs to the other budget."),
                ],
            ),
            "large": Number(
                large["k_D"],
                [
                    Mistake(unbroken, theorem),
                    Mistake(large["same budget"], cost),
                    Mistake(large["k_D"] / 2, "This is half the size times k_D: no tokens."),
                ],
                tolerance=3e-4,
            ),
        }
    )


def _broken(C: float, c: float = 1e10) -> dict[str, float]:
    """k_D of half the size under C = 6 N D + c D, and what comes out if a step is missed."""

    def factor(N: float) -> float:
        D = C / (6 * N + c)
        left = LAW.reducible_loss(N, D) - LAW.A * (N / 2) ** -LAW.alpha
        return float((LAW.B / left) ** (1 / LAW.beta) / D)

    valley = minimize_scalar(
        lambda x: LAW.loss(np.exp(x), C / (6 * np.exp(x) + c)), bracket=(18, 24), tol=1e-12
    )
    N = float(np.exp(valley.x))
    return {
        "k_D": factor(N),
        "old optimum": factor(LAW.compute_optimal(C).N),
        "same budget": (6 * N + c) / (3 * N + c),
    }


def kaplan() -> Function:
    """3.5: k_D under the law of Kaplan et al. 2020, eq. 1.5 and table 2."""
    a_N, a_D = 0.076, 0.103
    ratio = a_N / a_D
    outer = "An increasing function of the sum moves no curve of equal loss. Undo it first."
    return Function(
        lambda k_N: data_scaling_factor(k_N, ratio, 1),
        [(0.6,), (0.8,), (1.5,)],
        [
            Mistake(lambda k_N: data_scaling_factor(k_N, a_N, a_D), "Which powers are summed?"),
            Mistake(lambda k_N: data_scaling_factor(k_N, 1, ratio), SWAPPED_EXPONENTS),
            Mistake(lambda k_N: data_scaling_factor(k_N, ratio, 1) ** a_D, outer),
            Mistake(lambda k_N: data_scaling_factor(k_N, ratio, a_D), outer),
            Mistake(lambda k_N: 1 / k_N, "This keeps the compute. What keeps the loss?"),
        ],
    )


def parabola() -> Number:
    """4.1: the size at which the parabola has ten per cent."""
    total = sum(EXPONENTS)
    u = np.sqrt(2 * np.log(1.1) / total)
    logarithm = "The series is that of a logarithm. Of which number, if the overhead is a tenth?"
    return Number(
        float(np.exp(-u)),
        [
            Mistake(float(np.exp(u)), "There are two such sizes. Which is the smaller model?"),
            Mistake(float(np.exp(-np.sqrt(0.2 / total))), logarithm),
            Mistake(float(np.exp(-u / np.sqrt(2))), "The first term has a factor of one half."),
            Mistake(-u, "This is the logarithm of the size."),
            Mistake(model_scale_for_overhead(0.1, *EXPONENTS), "This is exact. Use the parabola."),
        ],
    )


def second_wall() -> Formula:
    """4.2: the least data, as a multiple of the compute-optimal tokens."""
    alpha, beta = sp.symbols("alpha beta", positive=True)
    share = alpha / (alpha + beta)
    return Formula(
        share ** (1 / beta),
        [
            Mistake((1 + alpha / beta) ** (-1 / alpha), "This is the wall of the size."),
            Mistake(share ** (-1 / beta), "Should it be above or below one?"),
            Mistake(share ** (1 / alpha), SWAPPED_EXPONENTS),
            Mistake((1 - share) ** (1 / beta), "Which term of the sum is gone at this wall?"),
        ],
    )


def llama3() -> Numbers:
    """4.3: overhead and implied use of eight billion parameters on fifteen trillion tokens."""
    N, D = 8e9, 15e12
    placed = place(LAW, N, D)
    m = placed.marginal_rate
    served = 3 * (m - 1) * D
    budget = compute_overhead(N / LAW.compute_optimal(6 * N * D).N, *EXPONENTS)
    optimum = "Compare with the optimum of the run's loss, not with that of its budget."
    cheaper = "A token served costs less than a token of training. By which factor?"
    return Numbers(
        {
            "overhead": Number(
                placed.overhead,
                [
                    Mistake(1 + placed.overhead, OVERHEAD),
                    Mistake(100 * placed.overhead, PERCENT),
                    Mistake(budget, optimum),
                ],
            ),
            "T": Number(
                served,
                [
                    Mistake(served / 3, cheaper),
                    Mistake(served / 9, cheaper),
                    Mistake(3 * m * D, "A model that is never used has which marginal rate?"),
                    Mistake(served / 1e12, "Count single tokens, not trillions."),
                    Mistake(served * 2 * N, "This is compute, in FLOP. Tokens are asked."),
                ],
                digits=2,
            ),
        }
    )


def fifteen() -> Numbers:
    """4.5: the two sizes with fifteen per cent overhead."""
    u = np.sqrt(2 * np.log(1.15) / sum(EXPONENTS))
    below = model_scale_for_overhead(0.15, *EXPONENTS)
    above = brentq(lambda k: compute_overhead(k, *EXPONENTS) - 0.15, 1, 10, xtol=1e-14)
    tokens = brentq(lambda k: data_scaling_factor(k, *EXPONENTS) - 1.15, 0.5, 1)
    percent = model_scale_for_overhead(15, *EXPONENTS)
    parabola = "This is the parabola's answer. Find the root of the full formula."
    return Numbers(
        {
            "below": Number(
                below,
                [
                    Mistake(tokens, "Here the tokens are a multiple of that. Compute is asked."),
                    Mistake(percent, PERCENT),
                    Mistake(float(np.exp(-u)), parabola),
                    Mistake(above, "This is the larger of the two sizes."),
                    Mistake(minimum_model_scale(*EXPONENTS), "This is the wall: a bracket's end."),
                ],
                digits=2,
            ),
            "above": Number(
                above,
                [
                    Mistake(1 / below, "The overhead is not symmetric in the logarithm."),
                    Mistake(2 - below, "The overhead is not symmetric."),
                    Mistake(float(np.exp(u)), parabola),
                ],
            ),
        }
    )


KEYS: dict[str, Callable[[], Key]] = {
    **LAW_AND_OPTIMUM,
    "3.2": equal_exponents,
    "3.4": broken_budgets,
    "3.5": kaplan,
    "4.1": parabola,
    "4.2": second_wall,
    "4.3": llama3,
    "4.5": fifteen,
}
