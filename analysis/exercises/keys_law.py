"""Keys to the exercises on the law and its optimum: chapters 1 and 2.

Each key is a function without arguments that computes the expected answer, with the wrong answers
that the steps lead to when one of them is missed. Numbers follow from the post's law, as in the
chapters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp

from analysis.exercises.answers import (
    SIGN,
    SWAPPED_EXPONENTS,
    Formula,
    Function,
    Key,
    Mistake,
    Names,
    Number,
    Numbers,
)
from analysis.laws import PUBLISHED

LAW = PUBLISHED["de-vries-2023"].law


def shortages() -> Names:
    """1.1: the runs that gain more from twice the data than from twice the size."""
    compare = "Compare what a doubling removes, not the terms: each shrinks at its own exponent."
    rule = "Twenty tokens a parameter is no constant of this law. Compute the two gains."
    return Names(
        {"cedar", "damson", "elder"},
        [
            Mistake({"birch", "cedar", "damson", "elder"}, compare),
            Mistake(
                {"amber", "birch"},
                "Look again at which doubling the question asks for, and at which of your two "
                "gains is larger.",
            ),
            Mistake({"cedar"}, rule),
            Mistake({"cedar", "elder"}, rule),
        ],
    )


def floor_size() -> Number:
    """1.2: the size whose floor is a loss of 2."""
    reducible = 2 - LAW.E
    return Number(
        (LAW.A / reducible) ** (1 / LAW.alpha),
        [
            Mistake((LAW.A / 2) ** (1 / LAW.alpha), "A part of the loss is there at every size."),
            Mistake(LAW.A / reducible, "The size stands under a power. How is a power undone?"),
            Mistake((LAW.A / reducible) ** LAW.alpha, "A power is undone by its inverse."),
            Mistake((LAW.A / reducible) ** (1 / LAW.beta), SWAPPED_EXPONENTS),
            Mistake((LAW.B / reducible) ** (1 / LAW.beta), "This counts tokens: the other term."),
        ],
    )


def three_losses() -> Numbers:
    """1.4: exponent and floor from three losses of one size, on 1, 2 and 4 times the data."""
    losses = LAW.loss(7e9, np.array([1e11, 2e11, 4e11]))
    first, second = -np.diff(losses)
    term = LAW.B * 4e11**-LAW.beta
    floor = losses[2] - term
    natural = "The data double at each step: which logarithm undoes a doubling?"
    ratio = "The floor is in every loss. What no longer holds it?"
    middle = "This takes off the data term of another of the three runs."
    return Numbers(
        {
            "beta": Number(
                LAW.beta,
                [
                    Mistake(float(np.log(first / second)), natural),
                    Mistake(-LAW.beta, SIGN),
                    Mistake(float(np.log2(losses[0] / losses[1])), ratio),
                ],
            ),
            "floor": Number(
                floor,
                [
                    Mistake(LAW.E, "This is the floor of all sizes. This size has its own."),
                    Mistake(losses[2] - second, "One more doubling is not the end of the gains."),
                    Mistake(losses[2] - 2**LAW.beta * term, middle),
                    Mistake(losses[2] - 4**LAW.beta * term, middle),
                ],
                tolerance=1e-4,
            ),
        }
    )


def accelerators() -> Numbers:
    """2.1: size and tokens of ten days on 512 accelerators."""
    rate = 512 * 1e15 * 0.4
    budget = rate * 10 * 86400
    right = LAW.compute_optimal(budget)
    wrong = {
        rate: "FLOP per second is a rate. Which step turns it into FLOP?",
        rate * 10: "The rate counts in seconds, the time in days.",
        rate * 240: "The rate counts in seconds, the time in hours.",
        budget / 0.4: "The peak is never reached: how much of it is used?",
        budget / 512: "This is the budget of a single accelerator.",
    }
    off = {advice: LAW.compute_optimal(flop) for flop, advice in wrong.items()}
    rule = "Twenty tokens a parameter is a rule of thumb. Use the law's own optimum."
    other = "Size and tokens have changed places."
    root = (budget / 120) ** 0.5
    sizes = [Mistake(best.N, advice) for advice, best in off.items()]
    tokens = [Mistake(best.D, advice) for advice, best in off.items()]
    return Numbers(
        {
            "N": Number(right.N, [*sizes, Mistake(root, rule), Mistake(right.D, other)]),
            "D": Number(right.D, [*tokens, Mistake(20 * root, rule), Mistake(right.N, other)]),
        }
    )


def slope_of_size() -> Formula:
    """2.4: d ln N_opt / d ln C where the cost is 6 N^p D."""
    alpha, beta, p = sp.symbols("alpha beta p", positive=True)
    whole = alpha + p * beta
    afterwards = "Dividing the old slope by p is not enough: the balance of the bill changes too."
    return Formula(
        beta / whole,
        [
            Mistake(alpha / whole, "This is the slope of the tokens, not of the size."),
            Mistake(beta / (alpha + beta), "This is the old cost. Where does p enter the bill?"),
            Mistake(beta / (p * (alpha + beta)), afterwards),
            Mistake(beta / (beta + p * alpha), "Which of the two does the power p stand on?"),
        ],
    )


def smallest_budget() -> Function:
    """2.5: the smallest budget that reaches a loss."""
    alpha, beta = LAW.alpha, LAW.beta
    total = alpha + beta

    def budget(size: float, data: float, factor: float = 6) -> float:
        return float(factor * (LAW.A / size) ** (1 / alpha) * (LAW.B / data) ** (1 / beta))

    def shared(
        first: float, second: float, E: float = LAW.E, factor: float = 6
    ) -> Callable[[float], float]:
        return lambda L: budget((L - E) * first, (L - E) * second, factor)

    size, data = beta / total, alpha / total
    halves = "At the optimum the two shortages are not equal. Which ratio do they have?"
    product = "This is the product of size and tokens. What does a parameter and token cost?"
    return Function(
        lambda L: LAW.compute_optimal_for_loss(L).C,
        [(2.0,), (2.3,), (3.0,)],
        [
            Mistake(shared(data, size), "Which of the two terms has the share with beta on top?"),
            Mistake(shared(0.5, 0.5), halves),
            Mistake(shared(size, data, E=0), "No training removes E: it is not to be shared."),
            Mistake(shared(size, data, factor=1), product),
        ],
    )


KEYS: dict[str, Callable[[], Key]] = {
    "1.1": shortages,
    "1.2": floor_size,
    "1.4": three_losses,
    "2.1": accelerators,
    "2.4": slope_of_size,
    "2.5": smallest_budget,
}
