"""The pictures of chapter 7: the size that is cheapest over a lifetime.

As in `analysis.figures`, `plot_*(ax, ...)` draws what it is given on the axes it is given and
returns them; above each stands its alt text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from matplotlib.axes import Axes

from analysis.bootstrap import percentile_interval
from analysis.figures.picture import (
    BLUE,
    DATA_ONLY,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    seen_as,
)
from analysis.internal.checks import non_negative, positive
from analysis.internal.kinds import PositiveFloat, named, one, several
from analysis.laws import LawEnsemble, ParametricLaw
from analysis.serving import lifetime_cost, lifetime_saving, lifetime_scales
from analysis.tradeoff import minimum_model_scale

SERVED = np.geomspace(1e-2, 1e5, 141)
"""Served tokens for each training token of the compute-optimal run, r T / D_opt."""


@seen_as(
    "The cheapest size as a fraction of the compute-optimal size, against served tokens for each "
    "compute-optimal training token, on a logarithmic axis. Two falling S-shaped curves, one for "
    "each law, start at one and sink slowly to their dotted floors, the smallest sizes. The curve "
    "of the refit, with a narrow grey band, lies a little above the other at the right end."
)
def plot_lifetime_size(
    ax: Axes,
    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw, str)],
    draws: LawEnsemble,
) -> Axes:
    """k_N of the lifetime-optimal model against r T / D_opt, and the band of the drawn laws."""
    many, _ = lifetime_scales(SERVED, draws.alpha[:, None], draws.beta[:, None])
    low, high = percentile_interval(many)
    ax.fill_between(SERVED, low, high, color=GREY, alpha=0.35, linewidth=0)
    for (name, law), colour, line in zip(laws.items(), (BLUE, ORANGE), ("-", "--"), strict=False):
        k_N, _ = lifetime_scales(SERVED, law.alpha, law.beta)
        ax.plot(SERVED, k_N, line, color=colour, label=name)
        wall = [minimum_model_scale(law.alpha, law.beta)] * 2
        label = f"{DATA_ONLY}k_min, {name}"
        ax.plot(SERVED[[0, -1]], wall, ":", color=colour, linewidth=1.1, label=label)
    for end, values in (("low", low), ("high", high)):
        ax.plot(SERVED, values, color="none", label=f"{DATA_ONLY}{end} end of the 95 % band")
    ax.annotate("$k_{min}$", (SERVED[0], wall[0]), (0, -3), textcoords="offset points", va="top")
    ax.set(
        xscale="log",
        ylim=(0, 1.05),
        xlabel="served tokens for each compute-optimal training token",
        ylabel="cheapest size, fraction of the optimum",
    )
    ax.legend()
    return ax


@seen_as(
    "Lifetime cost, relative to the compute-optimal model serving as much, against the fraction of "
    "the optimal size: one valley for each amount of use. With more use the valley is deeper and "
    "its lowest point, a dot, lies further left. Left of each lowest point the curve rises slowly "
    "at first, then up a wall. Where a curve crosses the line at one, the smaller model has paid "
    "for its overhead."
)
def plot_lifetime_cost(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    uses: Annotated[Sequence[float], several(one(non_negative))],
) -> Axes:
    """Lifetime cost against k_N, relative to k_N = 1, at several r T / D_opt; minima as dots."""
    wall = minimum_model_scale(alpha, beta)
    k_N = np.concatenate([np.geomspace(wall * 1.01, 1, 300), np.linspace(1, 1.4, 60)[1:]])
    styles = zip(
        uses, (GREY, PURPLE, BLUE, GREEN, ORANGE), ("-", "--", "-.", ":", "-"), strict=False
    )
    for served, colour, line in styles:
        cost = lifetime_cost(k_N, served, alpha, beta)
        ax.plot(k_N, cost, line, color=colour, label=f"{served:g}")
        best = lifetime_scales(served, alpha, beta)[0]
        least = 1 - lifetime_saving(served, alpha, beta)
        ax.plot(best, least, "o", color=colour, label=f"{DATA_ONLY}least at {served:g}")
    ax.plot([0, 1.4], [1, 1], color=GREY, linewidth=0.8, label=f"{DATA_ONLY}break-even")
    ax.set(
        xlim=(0, 1.4),
        ylim=(0.3, 2.4),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="lifetime cost, relative",
    )
    ax.legend(title="served tokens for each\ncompute-optimal training token", title_fontsize=9)
    return ax


@seen_as(
    "Share of the lifetime cost saved against served tokens for each compute-optimal training "
    "token. The cheapest model's curve rises from zero to about eighty per cent. The curves of "
    "models fixed at three quarters, a half and a quarter of the size start below zero, touch it "
    "one after the other, and then level off at a quarter, a half and three quarters."
)
def plot_lifetime_saving(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    sizes: Annotated[Sequence[float], several(one(positive))],
) -> Axes:
    """What the cheapest model and models of fixed k_N save, against r T / D_opt."""
    saving = 100 * np.asarray(lifetime_saving(SERVED, alpha, beta))
    ax.plot(SERVED, saving, color=BLUE, label="cheapest size")
    styles = zip(sizes, (GREEN, PURPLE, ORANGE), ("--", "-.", ":"), strict=False)
    for k_N, colour, line in styles:
        cost = np.asarray(lifetime_cost(k_N, SERVED, alpha, beta))
        ax.plot(SERVED, 100 * (1 - cost), line, color=colour, label=f"always {k_N:g} of the size")
    ax.set(
        xscale="log",
        ylim=(-50, 100),
        xlabel="served tokens for each compute-optimal training token",
        ylabel="lifetime cost saved, %",
    )
    ax.legend(loc="upper left")
    return ax
