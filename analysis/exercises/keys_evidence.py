"""Keys to the exercises on the evidence: chapters 8 to 10."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import sympy as sp

from analysis.datasets import load_quoted_runs
from analysis.exercises.answers import (
    INVERSE,
    PERCENT,
    SIGN,
    Formula,
    Key,
    Mistake,
    Number,
    Numbers,
)
from analysis.laws import PUBLISHED
from analysis.overtraining import DownstreamLaw, OvertrainingLaw, fit_overtraining
from analysis.studies.chinchilla import recorded_refit
from analysis.tradeoff import compute_overhead, minimum_model_scale, model_scale_for_overhead

POST = PUBLISHED["de-vries-2023"].law
OVERTRAINED = OvertrainingLaw(E=1.84, a=212, b=367, eta=0.136)
TASKS = DownstreamLaw(epsilon=0.857, k=2.21, gamma=0.715)
"""The laws of the paper for RedPajama (Gadre et al. 2024), which the exercises give."""
OTHER_LAW = "These are the exponents of the post. Use the two that the exercise gives."


def equal_exponents() -> Numbers:
    """The wall and the size at 100 % overhead if both exponents are 0.357."""
    alpha = 0.357
    wall = [
        Mistake(minimum_model_scale(POST.alpha, POST.beta), OTHER_LAW),
        Mistake(2**-alpha, "Raise both sides to the right power: the exponent is turned over."),
        Mistake(100 * minimum_model_scale(alpha, alpha), PERCENT),
    ]
    size = [
        Mistake(model_scale_for_overhead(1.0, POST.alpha, POST.beta), OTHER_LAW),
        Mistake(
            model_scale_for_overhead(100.0, alpha, alpha),
            "A hundred per cent is not a hundred: the function takes a fraction.",
        ),
        Mistake(100 * model_scale_for_overhead(1.0, alpha, alpha), PERCENT),
    ]
    return Numbers(
        {
            "k_min": Number(minimum_model_scale(alpha, alpha), wall),
            "size": Number(model_scale_for_overhead(1.0, alpha, alpha), size),
        }
    )


def percentile_interval() -> Numbers:
    """The 95 % interval of the overhead at 0.3 of the size, over the recorded draws."""
    _, draws = recorded_refit()
    overhead = np.asarray(compute_overhead(0.3, draws.alpha, draws.beta))
    low, high = np.percentile(overhead, [2.5, 97.5])
    narrow, apart = np.percentile(overhead, [5, 95]), [2.5, 97.5]
    ends = compute_overhead(
        0.3, np.percentile(draws.alpha, apart), np.percentile(draws.beta, apart)
    )
    half = 1.96 * overhead.std()
    advice = (
        "Each tail holds half of what is left out; these ends leave out twice as much.",
        "Keep each draw together: first its overhead, then the percentiles.",
        "The draws are not symmetric: take percentiles instead of standard deviations.",
        PERCENT,
    )
    wrong = (
        narrow,
        ends,
        (overhead.mean() - half, overhead.mean() + half),
        (100 * low, 100 * high),
    )
    low_mistakes, high_mistakes = (
        [Mistake(float(w[end]), a) for w, a in zip(wrong, advice, strict=True)] for end in (0, 1)
    )
    return Numbers(
        {
            "low": Number(float(low), low_mistakes, tolerance=6e-3),
            "high": Number(float(high), high_mistakes, tolerance=6e-3),
        }
    )


def same_law() -> Numbers:
    """The over-training law of RedPajama in size and data."""
    law, a, b, eta = OVERTRAINED.parametric(), OVERTRAINED.a, OVERTRAINED.b, OVERTRAINED.eta
    half = "Both C and M hold the size: add up its exponents from the two factors."
    six = "The cost is six times size times data. What becomes of the six?"
    other = "To which power is the six raised, and with which sign?"
    exchanged = "Which of the two terms grows with tokens a parameter? That one is the size term."
    return Numbers(
        {
            "alpha": Number(law.alpha, [Mistake(eta, half), Mistake(eta / 2, half)]),
            "A": Number(
                law.A,
                [Mistake(a, six), Mistake(a * 6**eta, other), Mistake(law.B, exchanged)],
            ),
            "B": Number(
                law.B,
                [Mistake(b, six), Mistake(b * 6**eta, other), Mistake(law.A, exchanged)],
            ),
        }
    )


def best_multiplier() -> Formula:
    """M* = (b / a)**(1 / (2 eta))."""
    a, b, eta = sp.symbols("a b eta", positive=True)
    return Formula(
        (b / a) ** (1 / (2 * eta)),
        [
            Mistake((a / b) ** (1 / (2 * eta)), INVERSE),
            Mistake((b / a) ** (1 / eta), "M stands on both sides. Collect its powers first."),
            Mistake((b / a) ** (2 * eta), "Undo a power by its inverse, not by itself."),
            Mistake(b / a, "That makes the coefficients equal. Which two terms must be equal?"),
        ],
    )


def smallest_size() -> Formula:
    """k_min = 2**(-1 / (2 eta))."""
    eta = sp.Symbol("eta", positive=True)
    return Formula(
        2 ** (-1 / (2 * eta)),
        [
            Mistake(2 ** (-1 / eta), "Each exponent of the law is not eta. Look at its expansion."),
            Mistake(2 ** (1 / (2 * eta)), "This is larger than the optimum. " + SIGN),
            Mistake(2 ** (-2 * eta), "Undo a power by its inverse, not by itself."),
        ],
    )


@cache
def extrapolated() -> Number:
    """The relative error of the predicted loss of RefinedWeb's 6.9B model."""
    runs = load_quoted_runs()
    own = runs[runs["train_set"] == "refinedweb"]
    large = own[own["N"] > 5e9].iloc[0]
    law, every = (
        fit_overtraining(some["N"], some["D"], some["c4_val"]).law
        for some in (own[own["N"] < 1e9], own)
    )
    measured = float(large["c4_val"])
    predicted, fitted = (
        float(one.loss(large["C"], large["D"] / large["N"])) for one in (law, every)
    )
    return Number(
        predicted / measured - 1,
        [
            Mistake(
                measured / predicted - 1, "Which of the two stands below? Look at the sign too."
            ),
            Mistake(
                predicted - measured, "This is in nats. Relative to what is the error asked for?"
            ),
            Mistake(100 * (predicted / measured - 1), PERCENT),
            Mistake(
                (predicted - law.E) / (measured - law.E) - 1,
                "This is relative to the loss above E. The whole loss is meant.",
            ),
            Mistake(fitted / measured - 1, "The run that is predicted must not be in the fit."),
        ],
    )


def guessing() -> Number:
    """The average error of a model that guesses on the 17 tasks."""
    free, four, two = 8, 5, 4
    n = free + four + two
    return Number(
        (free + four * 3 / 4 + two / 2) / n,
        [
            Mistake(
                (four / 4 + two / 2) / n, "This is how often it is right. The error is the rest."
            ),
            Mistake(
                (four * 3 / 4 + two / 2) / n,
                "Without choices there is nothing to guess from. What is the error then?",
            ),
            Mistake(
                (four * 3 / 4 + two / 2) / (four + two), "The tasks without choices count as well."
            ),
            Mistake(
                (free + four / 4 + two / 2) / n,
                "With four answers to choose from, how often is a guess wrong?",
            ),
        ],
    )


def loss_for_error() -> Formula:
    """L = ln(k / (epsilon - average)) / gamma."""
    average, epsilon, gamma, k = sp.symbols("average epsilon gamma k", positive=True)
    return Formula(
        sp.log(k / (epsilon - average)) / gamma,
        [
            Mistake(sp.log((epsilon - average) / k) / gamma, SIGN),
            Mistake(
                sp.log(k / (epsilon - average)),
                "The rate is still missing: what multiplies the loss?",
            ),
            Mistake(
                gamma * sp.log(k / (epsilon - average)),
                "The rate multiplies the loss. To free the loss, do the opposite.",
            ),
            Mistake(
                sp.log(k / epsilon - average) / gamma,
                "Bring the constant to the other side before you divide.",
            ),
        ],
    )


def least_error() -> Number:
    """The error at the irreducible loss, by the two laws of RedPajama."""
    E, law = OVERTRAINED.E, TASKS
    return Number(
        float(law.error(E)),
        [
            Mistake(
                law.epsilon - law.k,
                "This is at a loss of zero, and no error at all. How far can the loss fall?",
            ),
            Mistake(law.epsilon, "This is at an infinite loss, the other end of the curve."),
            Mistake(
                law.epsilon - law.k * np.exp(-E),
                "The loss is multiplied by a rate before the power.",
            ),
            Mistake(
                law.k * np.exp(-law.gamma * E), "This is what is spared. It is taken from epsilon."
            ),
            Mistake(100 * float(law.error(E)), PERCENT),
        ],
        digits=2,
    )


KEYS: dict[str, Callable[[], Key]] = {
    "8.2": equal_exponents,
    "8.3": percentile_interval,
    "9.1": same_law,
    "9.2": best_multiplier,
    "9.3": smallest_size,
    "9.5": extrapolated,
    "10.1": guessing,
    "10.2": loss_for_error,
    "10.4": least_error,
}
