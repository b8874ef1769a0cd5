"""Keys to the exercises on the dozen testbeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.exercises.answers import PERCENT, SIGN, Key, Mistake, Names, Number, Numbers
from analysis.laws import PUBLISHED
from analysis.studies.atlas import recorded_atlas
from analysis.tradeoff import compute_overhead, data_scaling_factor, minimum_model_scale

BEND, SLOPE = 0.0585, -0.065
"""What the exercise gives: the bend of a valley, and the slope of the frontier."""
NORMAL = 1.96
PUBLISHED_LAWS = "de-vries-2023", "besiroglu-2024", "hoffmann-2022"


def valley() -> Numbers:
    """The exponent, half the size and the wall of a valley, both exponents equal."""
    total = -BEND / SLOPE
    alpha = total / 2
    half = float(compute_overhead(0.5, alpha, alpha))
    both = "The quotient is the sum of the two exponents. How large is each?"
    return Numbers(
        {
            "alpha": Number(
                alpha,
                [
                    Mistake(total, both),
                    Mistake(-alpha, SIGN + " The frontier falls."),
                    Mistake(-SLOPE / BEND / 2, "Which is divided by which? The bend is on top."),
                ],
            ),
            "half": Number(
                half,
                [
                    Mistake(float(compute_overhead(0.5, total, total)), both),
                    Mistake(
                        float(data_scaling_factor(0.5, alpha, alpha)),
                        "These are the tokens. The compute is size times tokens.",
                    ),
                    Mistake(100 * half, PERCENT),
                ],
            ),
            "wall": Number(
                float(minimum_model_scale(alpha, alpha)),
                [
                    Mistake(float(minimum_model_scale(total, total)), both),
                    Mistake(100 * float(minimum_model_scale(alpha, alpha)), PERCENT),
                ],
            ),
        }
    )


def rejected_laws() -> Names:
    """The laws whose price of half the size lies outside what FineWeb's curves say."""
    atlas = recorded_atlas()
    web, fits = atlas["read"]["kempner-fineweb"], atlas["arms"]["kempner-fineweb"]["fits"]["N"]
    published = {name: PUBLISHED[name].law for name in PUBLISHED_LAWS}
    halves = {name: compute_overhead(0.5, law.alpha, law.beta) for name, law in published.items()}
    halves |= {name: fit["half"] for name, fit in fits.items()}
    out = [name for name, half in halves.items() if not web["low"] <= half <= web["high"]]
    inside = [name for name in halves if name not in out]
    return Names(
        out,
        [
            Mistake(inside, "These are inside. Which lie outside?"),
            Mistake(
                [name for name in out if name in published],
                "One is missing. A law may be fitted to these very runs and still be rejected.",
            ),
            Mistake(list(halves), "Not all of them. Which one lies inside?"),
        ],
    )


def broken_interval() -> Numbers:
    """The best kappa on the grid, half the size there, and its range within five per cent."""
    profile = recorded_atlas()["profiles"]["hoffmann"]
    kappa, half = np.array(profile["kappa"]), np.array(profile["half"])
    objective = np.array(profile["objective"])
    best = int(np.argmin(objective))
    fine = half[objective < 1.05 * objective.min()]
    at_one = int(np.argmin(np.abs(np.log(kappa))))
    ends = "Keep all places below the bound, and take the least and the largest cost among them."
    sum_law = "This is at a kappa near one: the sum law. Where is the objective least?"
    return Numbers(
        {
            "kappa": Number(float(kappa[best]), [Mistake(float(kappa[at_one]), sum_law)]),
            "half": Number(
                float(half[best]),
                [
                    Mistake(float(half[at_one]), sum_law),
                    Mistake(100 * float(half[best]), PERCENT),
                ],
            ),
            "low": Number(float(fine.min()), [Mistake(float(half.min()), ends)]),
            "high": Number(float(fine.max()), [Mistake(float(half.max()), ends)]),
        }
    )


def slope_of_prices() -> Numbers:
    """The slope of the price of half the size on StarCoder, with its interval by Student's t."""
    read = recorded_atlas()["read"]["kempner-starcoder"]["by_budget"]
    x, y = np.log10(read["C"]), np.array(read["overhead"])
    (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
    error = float(np.sqrt(covariance[0, 0]))
    apart, normal = float(stdtrit(len(x) - 2, 0.975)) * error, NORMAL * error
    natural = "Is this for each unit of the natural logarithm? A decade is a factor of ten."
    student = "With so few points the normal multiple is too small. Take Student's."
    return Numbers(
        {
            "slope": Number(slope, [Mistake(slope / np.log(10), natural)], digits=1),
            "low": Number(slope - apart, [Mistake(slope - normal, student)], digits=2),
            "high": Number(slope + apart, [Mistake(slope + normal, student)], digits=2),
        }
    )


def one_exchange_for_all() -> Numbers:
    """The fixed-effect mean of ln(alpha + beta), its interval, and how many studies miss it."""
    pooled: dict[str, Any] = recorded_atlas()["pooled"]["N"]["outer power"]
    studies = pd.DataFrame(pooled["studies"]).T
    theta, v = studies["curvature"], studies["curvature_variance"]
    mean = float((theta / v).sum() / (1 / v).sum())
    apart = NORMAL * float(1 / np.sqrt((1 / v).sum()))
    own = NORMAL * np.sqrt(v)
    outside = int(((theta + own < mean - apart) | (theta - own > mean + apart)).sum())
    plain = "This mean counts every study once. Weigh each by one over its variance."
    root = "The variance of the mean is one over the sum of the weights; take its root."
    return Numbers(
        {
            "mean": Number(mean, [Mistake(float(theta.mean()), plain)], digits=2),
            "low": Number(
                mean - apart, [Mistake(mean - NORMAL / float((1 / v).sum()), root)], digits=2
            ),
            "high": Number(
                mean + apart, [Mistake(mean + NORMAL / float((1 / v).sum()), root)], digits=2
            ),
            "outside": Number(outside, []),
        }
    )


KEYS: dict[str, Callable[[], Key]] = {
    "12.1": valley,
    "12.2": rejected_laws,
    "12.3": broken_interval,
    "12.4": slope_of_prices,
    "12.5": one_exchange_for_all,
}
