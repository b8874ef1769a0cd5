"""Numbers with their intervals: one's own, those of other laboratories, and both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.internal.display import Shown
from analysis.studies.atlas import SIZES, recorded_atlas


@dataclass(frozen=True)
class Estimate(Shown):
    """A number and the ends of its 95 % interval; 0 and infinity where it is not known at all."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return 0 < self.low <= self.high < np.inf


def of_others() -> dict[float, Estimate]:
    """Return what a new laboratory should expect, from the record of the atlas."""
    pooled = recorded_atlas()["pooled"]["N"]["outer power"]
    found = {k_N: pooled[f"{k_N:g}"] for k_N in SIZES}
    return {k: Estimate(one["mean"], one["new_low"], one["new_high"]) for k, one in found.items()}


def combined(own: Estimate, others: Estimate) -> Estimate:
    """Return both together: in the logarithm normal, each weighted by its precision.

    The others are a prior for a laboratory that is one of theirs. Without an interval of its own an
    estimate adds nothing.
    """
    if not own.known:
        return others
    if not others.known:
        return own
    middle = np.log([own.value, others.value])
    width = np.log([own.high / own.low, others.high / others.low])
    precision = np.maximum(width, 1e-9) ** -2
    value = np.exp((precision * middle).sum() / precision.sum())
    factor = np.exp(precision.sum() ** -0.5 / 2)
    return Estimate(float(value), float(value / factor), float(value * factor))
