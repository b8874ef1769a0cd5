"""The pictures of chapter 15; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from analysis.figures.picture import (
    BLUE,
    DATA_ONLY,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    seen_as,
)
from analysis.internal.checks import positive
from analysis.internal.kinds import NonNegativeFloat, PositiveFloat, one, several
from analysis.laws import ParametricLaw
from analysis.limits import excess_loss, overhead_with_repetition, wall_with_repetition
from analysis.tradeoff import compute_overhead, minimum_model_scale


@seen_as(
    "Compute overhead in percent against the fraction of the optimal size: three curves that fall "
    "to the right, and a dotted vertical wall for each. With fresh data the wall stands near 0.15. "
    "Where the small model has only the tokens of the compute-optimal run and must repeat them, "
    "the curve leaves the first below one half and runs up a wall near 0.26. With four times as "
    "many distinct tokens it lies close to the first, and its wall near 0.20."
)
def plot_repetition(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    unique: Annotated[Sequence[float], several(one(positive))],
) -> Axes:
    """The overhead with fresh data, and with distinct tokens limited to multiples of D_opt."""
    k_N = np.linspace(0.12, 0.8, 681)
    overhead = 100 * np.asarray(compute_overhead(k_N, alpha, beta))
    ax.plot(k_N, np.where(np.isinf(overhead), np.nan, overhead), color=BLUE, label="fresh data")
    wall = [minimum_model_scale(alpha, beta)] * 2
    ax.plot(wall, [0, 400], ":", color=BLUE, linewidth=1, label=f"{DATA_ONLY}wall, fresh data")
    for times, colour, line in zip(unique, (ORANGE, GREEN), ("--", "-."), strict=False):
        overhead = 100 * np.asarray(overhead_with_repetition(k_N, alpha, beta, times))
        overhead = np.where(np.isinf(overhead), np.nan, overhead)
        name = "the optimum's tokens" if times == 1 else f"{times:g} times the optimum's tokens"
        ax.plot(k_N, overhead, line, color=colour, label=f"{name}, repeated")
        wall = [wall_with_repetition(alpha, beta, times)] * 2
        ax.plot(wall, [0, 400], ":", color=colour, linewidth=1, label=f"{DATA_ONLY}wall, {name}")
    ax.set(
        xlim=(0.12, 0.8),
        ylim=(0, 400),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="compute overhead, %",
    )
    ax.legend()
    return ax


@seen_as(
    "How much higher the loss is at the same compute, in percent, against the fraction of the "
    "optimal size: three flat-bottomed valleys, the lower the larger the budget. A grey band of "
    "the size of the noise of a run, 0.3 percent, covers the bottom of the highest from about two "
    "thirds to three halves, that of the lowest from less than a half to more than two."
)
def plot_excess_loss(
    ax: Axes,
    law: ParametricLaw,
    budgets: Annotated[Sequence[float], several(one(positive))],
    noise: NonNegativeFloat,
) -> Axes:
    """Relative excess loss against k_N at equal compute, and the noise between equal runs."""
    k_N = np.geomspace(0.2, 4, 200)
    ax.fill_between(k_N, 0, 100 * noise, color=GREY, alpha=0.3, linewidth=0)
    ax.plot(k_N, [100 * noise] * 200, color=GREY, linewidth=0.8, label="noise of a run")
    styles = zip(budgets, (PURPLE, BLUE, ORANGE), ("-.", "-", "--"), strict=False)
    for C, colour, line in styles:
        power = f"$10^{{{round(np.log10(C))}}}$"
        excess = 100 * np.asarray(excess_loss(law, k_N, C))
        ax.plot(k_N, excess, line, color=colour, label=f"C = {power} FLOP")
    ax.set(
        xscale="log",
        ylim=(0, 3),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="loss above the optimum's, %",
    )
    ax.set_xticks([0.25, 0.5, 1, 2, 4], labels=["1/4", "1/2", "1", "2", "4"])
    ax.minorticks_off()
    ax.legend()
    return ax
