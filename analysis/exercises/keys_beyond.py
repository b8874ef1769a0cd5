"""Keys to the exercises on what lies beyond the laws as fitted: chapters 11 to 14."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp
from scipy.optimize import brentq

from analysis.exercises.answers import (
    BILLIONS,
    INVERSE,
    SIGN,
    Formula,
    Function,
    Key,
    Mistake,
    Names,
    Number,
    Numbers,
)
from analysis.lab import WORDS, theory
from analysis.laws import PUBLISHED
from analysis.limits import REPETITION, overhead_with_repetition, tokens_with_repetition
from analysis.studies.chinchilla import recorded_refit
from analysis.tradeoff import compute_overhead, data_scaling_factor

POST = PUBLISHED["de-vries-2023"].law
NOISE, SLOPE = 0.003 * 2.8, 0.1
"""Of a run in nats; of the loss in ln D: what the exercises of chapter 11 give."""


def multiplier_noise() -> Number:
    """The standard error of ln k_D from two runs."""
    ratio = NOISE / SLOPE
    return Number(
        float(np.sqrt(2)) * ratio,
        [
            Mistake(ratio, "Two runs are uncertain, the large model's and the small one's."),
            Mistake(
                2 * ratio, "Independent errors do not simply add. What adds are their squares."
            ),
            Mistake(
                float(np.sqrt(2)) * 0.003 / SLOPE,
                "The slope is in nats. Put the uncertainty of the loss in nats, too.",
            ),
            Mistake(
                float(np.sqrt(2)) * NOISE, "This is the error of the loss, in nats. Use the slope."
            ),
        ],
        digits=2,
    )


def seeds() -> Function:
    """The standard error of ln k_D with n seeds for each of the two models."""
    single = np.sqrt(2) * NOISE / SLOPE
    return Function(
        lambda n: single / np.sqrt(n),
        [(1,), (4,), (9,), (50,)],
        [
            Mistake(
                lambda n: single / n, "A mean of independent errors shrinks more slowly than that."
            ),
            Mistake(lambda n: single * np.sqrt(n), "More runs should make the error smaller."),
            Mistake(
                lambda n: single / np.sqrt(2 * n),
                "Count for each model: there are that many runs of each, and two means.",
            ),
            Mistake(
                lambda n: single, "Average the losses of one model. How uncertain is the mean?"
            ),
        ],
    )


def crossing() -> Number:
    """k_D from two loss curves, interpolated in ln D."""
    loss, large = 2.862, 16e9
    D, losses = np.array([16e9, 32e9, 64e9]), np.array([2.985, 2.905, 2.835])
    share = (losses[1] - loss) / (losses[1] - losses[2])
    outer = (losses[0] - loss) / (losses[0] - losses[2])
    k_D = float(D[1] * (D[2] / D[1]) ** share / large)
    return Number(
        k_D,
        [
            Mistake(
                float((D[1] + share * (D[2] - D[1])) / large), "Interpolate in ln D, not in D."
            ),
            Mistake(
                float(D[1] * (D[2] / D[1]) ** (1 - share) / large),
                "Check which end of the step you count from.",
            ),
            Mistake(
                float(D[0] * (D[2] / D[0]) ** outer / large),
                "Take the two neighbours of the crossing; the curve bends between the outer ones.",
            ),
            Mistake(float(D[2] / large), "This run is already below the loss. Interpolate."),
            Mistake(
                k_D * large, "These are tokens. The multiplier is relative to the large model's."
            ),
            Mistake(1 / k_D, INVERSE),
            Mistake(k_D / 1e9, BILLIONS),
        ],
    )


def implied_exponents() -> Numbers:
    """The equal exponent that a k_D of 2.5, and one of 3.5, at half the size imply."""
    parts = {}
    for name, k_D in (("first", 2.5), ("second", 3.5)):
        alpha = brentq(lambda x, k=k_D: 2**x + k**-x - 2, 0.05, 2)
        rough = float(np.log(k_D / 2) / np.log(2) ** 2)
        mistakes = [
            Mistake(alpha / 2, "This is eta. The exponent of size and of data is asked for."),
            Mistake(
                rough,
                "This is the first term of the series. Half the size is too far for it; solve.",
            ),
            Mistake(2 ** (-1 / alpha), "This is the wall that belongs to it. Give the exponent."),
        ]
        parts[name] = Number(alpha, mistakes, digits=2)
    return Numbers(parts)


def narrow_loss() -> Number:
    """The loss of width 2 after a hundred thousand cues, from theory."""
    law, gain, phi = theory(WORDS), WORDS.gain, WORDS.phi
    size, data = law.A * 2**-law.alpha, law.B * 100_000**-law.beta
    blind = 0.5 * (1 - phi) * gain
    return Number(
        law.E + size + blind + data / 2,
        [
            Mistake(
                law.E + size + data, "This is the law. What of the content words out of sight?"
            ),
            Mistake(
                law.E + size + blind + data,
                "A word out of sight is lost already. Can it be lost once more for want of data?",
            ),
            Mistake(
                law.E + size + gain / 2 + data / 2,
                "Only the content words drop out here. Which share of all cues are they?",
            ),
            Mistake(
                law.E + size + data / 2, "What does a content word cost that points out of sight?"
            ),
        ],
    )


def worth_of_data() -> Formula:
    """-dL / d ln D = beta y (1 - x / g)."""
    x, y, g, beta = sp.symbols("x y g beta", positive=True)
    return Formula(
        beta * y * (1 - x / g),
        [
            Mistake(-beta * y * (1 - x / g), SIGN),
            Mistake(beta * y, "The product depends on the data as well."),
            Mistake(y * (1 - x / g), "What does the derivative of a power bring down?"),
            Mistake(beta * y * (1 + x / g), "Watch the sign of the product term."),
            Mistake(beta * y - x * y / g, "The product's data factor is a power too. Derive it."),
        ],
    )


def new_units() -> Names:
    """Which constants a factor on every N changes."""
    return Names(
        {"A"},
        [
            Mistake({"A", "alpha"}, "Is a factor inside a power a new exponent?"),
            Mistake({"A", "B"}, "Which of the two terms holds the size?"),
            Mistake({"A", "E"}, "What is left at infinite size does not know its unit."),
            Mistake({"A", "k_D"}, "Which constants does the trade-off depend on?"),
            Mistake({"alpha"}, "Write the factor out of the power. With what does it merge?"),
        ],
    )


def served_tokens() -> Names:
    """For which kinds of use the exchange stays budget-free."""
    return Names(
        {"like D"},
        [
            Mistake({"fixed"}, "Then the cost is a sum of two products. Look for a single one."),
            Mistake({"like N"}, "Put it in: is the cost still one power of N times one of D?"),
            Mistake(
                {"fixed", "like D"}, "One of these keeps its two products apart. Factor the cost."
            ),
            Mistake({"like D", "like N"}, "One of these makes a square. Factor the cost again."),
            Mistake(set(), "There is one for which size and data can be put outside the bracket."),
        ],
    )


def balanced_exponent() -> Formula:
    """b = 2 beta / 3."""
    alpha, beta = sp.symbols("alpha beta", positive=True)
    return Formula(
        2 * beta / 3,
        [
            Mistake(beta / 3, "The two shares must add up to one. Do these?"),
            Mistake(
                2 * alpha / 3, "Look at which exponent belongs to the size and which to the data."
            ),
            Mistake(-2 * beta / 3, SIGN),
            Mistake(beta - alpha / 3, "It is the shares that add up to one, not the exponents."),
            Mistake(sp.Rational(2, 3), "This is the share. Of which exponent?"),
        ],
    )


def two_limits() -> Numbers:
    """k_D at half the size with a third of alpha, and with alpha."""
    law = PUBLISHED["besiroglu-2024"].law
    small, large = (
        data_scaling_factor(0.5, alpha, law.beta) for alpha in (law.alpha / 3, law.alpha)
    )
    post = data_scaling_factor(0.5, POST.alpha, POST.beta)
    overhead = "This is the overhead. The multiple of the data is asked for."
    turned = "Which limit has the exponent divided by three: small models or large ones?"
    return Numbers(
        {
            "small": Number(
                small,
                [
                    Mistake(large, turned),
                    Mistake(
                        data_scaling_factor(0.5, law.alpha / 3, law.beta / 3),
                        "Only the exponent of the size changes. The data are counted as before.",
                    ),
                    Mistake(compute_overhead(0.5, law.alpha / 3, law.beta), overhead),
                ],
            ),
            "large": Number(
                large,
                [
                    Mistake(small, turned),
                    Mistake(post, "This is another law. Take the one that the starter names."),
                    Mistake(compute_overhead(0.5, law.alpha, law.beta), overhead),
                ],
            ),
        }
    )


def next_token() -> Formula:
    """exp(-(n - 1) / R): what a token is worth after n passes."""
    n, R = sp.symbols("n R", positive=True)
    decay = sp.exp(-(n - 1) / R)
    return Formula(
        decay,
        [
            Mistake(
                (1 + R * (1 - decay)) / n,
                "This is the average over all tokens so far. The next one is asked for.",
            ),
            Mistake(
                sp.exp(-n / R), "After one pass nothing is repeated yet. What should come out?"
            ),
            Mistake(sp.exp((n - 1) / R), "A repeated token cannot be worth more. " + SIGN),
            Mistake(R * decay, "Derive the inner function as well."),
            Mistake(
                1 - decay, "Put n = 1 in: what is a token worth when nothing has been repeated?"
            ),
        ],
    )


def passes() -> Number:
    """Passes over the data that half the size needs, by the refit."""
    refit, _ = recorded_refit()
    fresh, R = data_scaling_factor(0.5, refit.alpha, refit.beta), REPETITION
    effective = float(1 + R * (1 - sp.exp(-(fresh - 1) / R)))
    overhead = overhead_with_repetition(0.5, refit.alpha, refit.beta)
    return Number(
        tokens_with_repetition(fresh),
        [
            Mistake(fresh, "This is right if repeating costs nothing. It does cost something."),
            Mistake(effective, "This is what the passes are worth. How many make up for that?"),
            Mistake(
                tokens_with_repetition(fresh) - 1,
                "This counts the repetitions. The first pass is a pass, too.",
            ),
            Mistake(
                tokens_with_repetition(data_scaling_factor(0.5, POST.alpha, POST.beta)),
                "This is by the law of the post. Take the refit.",
            ),
            Mistake(overhead, "This is the overhead. How many passes make it up?"),
        ],
    )


KEYS: dict[str, Callable[[], Key]] = {
    "11.1": multiplier_noise,
    "11.2": seeds,
    "11.3": crossing,
    "11.4": implied_exponents,
    "13.2": narrow_loss,
    "13.3": worth_of_data,
    "13.5": new_units,
    "14.3": served_tokens,
    "14.4": balanced_exponent,
    "14.5": two_limits,
    "15.2": next_token,
    "15.3": passes,
}
