"""Keys to the exercises on a reader's own runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.advice.estimates import Estimate, combined
from analysis.advice.plan import narrowed_by
from analysis.exercises.answers import PERCENT, Key, Mistake, Number, Numbers
from analysis.laws import PUBLISHED

OWN, OTHERS = Estimate(0.30, 0.20, 0.45), Estimate(0.44, 0.22, 1.34)
"""What the exercise gives: half the size by one's own runs, and by others."""


def both_together() -> Numbers:
    """The precision-weighted mean of two estimates in logarithms, and its interval."""
    both = combined(OWN, OTHERS)
    plain = "This is without logarithms. Overheads are uncertain by factors."
    weights = np.array([OWN.high - OWN.low, OTHERS.high - OTHERS.low]) ** -2.0
    linear = float((weights * [OWN.value, OTHERS.value]).sum() / weights.sum())
    even = float(np.sqrt(OWN.value * OTHERS.value))
    narrow = "Precisions add: the interval must be narrower than either."
    return Numbers(
        {
            "half": Number(
                both.value,
                [
                    Mistake(100 * both.value, PERCENT),
                    Mistake(linear, plain),
                    Mistake(even, "Both count alike here. Weigh each by one over its variance."),
                ],
            ),
            "low": Number(
                both.low, [Mistake(100 * both.low, PERCENT), Mistake(0.2, narrow)], digits=2
            ),
            "high": Number(
                both.high, [Mistake(100 * both.high, PERCENT), Mistake(0.45, narrow)], digits=2
            ),
        }
    )


def run_that_tells_most() -> Numbers:
    """By what each of three runs multiplies the standard error of half the size."""
    law = PUBLISHED["de-vries-2023"].law
    N, D = np.meshgrid(np.geomspace(1e8, 3e9, 4), np.geomspace(2e9, 2e11, 4))
    best = law.compute_optimal(1e21)
    runs = {"repeat": (5e8, 2e10), "optimal": (best.N, best.D), "long": (5e7, 1e12)}
    found = {
        name: narrowed_by(law, N.ravel(), D.ravel(), [n], [d]) for name, (n, d) in runs.items()
    }
    root = "This is the variance. The standard error is its root."
    inverse = "By this the error grows. Divide the new one by the old one."
    return Numbers(
        {
            name: Number(value, [Mistake(value**2, root), Mistake(1 / value, inverse)])
            for name, value in found.items()
        }
    )


KEYS: dict[str, Callable[[], Key]] = {"16.1": both_together, "16.2": run_that_tells_most}
