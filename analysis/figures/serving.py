"""The pictures of chapter 7: the size that is cheapest over a lifetime.

As in `analysis.figures`, `plot_*(ax, ...)` draws what it is given on the axes it is given and
returns them; above each stands its alt text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes

from analysis.advice import show_count
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
from analysis.serving import lifetime_cost, lifetime_optimal, lifetime_saving, lifetime_scales
from analysis.tradeoff import Placement, minimum_model_scale

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
    "token. The cheapest model's curve rises from zero to about three quarters. The curves of "
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


@seen_as(
    "What a size costs over its life more than the best size, in per cent, against the fraction of "
    "the optimal size: a valley for each of many laws, all of them touching zero somewhere between "
    "two fifths and seven tenths, and a thick line over them, the worst of all at each size. The "
    "lowest point of the thick line is marked. Left of it one law after another goes up a wall."
)
def plot_regret(
    ax: Axes,
    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw, str)],
    served: PositiveFloat,
) -> Axes:
    """What k_N costs above the best by each law, at r T / D_opt, and the worst of them."""
    k_N = np.linspace(0.25, 1.0, 301)
    worst = np.zeros(len(k_N))
    for name, law in laws.items():
        exponents = law.alpha, law.beta
        least = 1 - lifetime_saving(served, *exponents)
        regret = 100 * (np.asarray(lifetime_cost(k_N, served, *exponents)) / least - 1)
        worst = np.maximum(worst, regret)
        ax.plot(k_N, regret, "-", color=GREY, linewidth=0.9, label=f"{DATA_ONLY}{name}")
    ax.plot(k_N, worst, "-", color=BLUE, linewidth=2.2, label="the worst of all laws")
    best = int(np.argmin(worst))
    ax.plot(k_N[best], worst[best], "o", color=ORANGE, label="least worst regret")
    ax.plot([], [], "-", color=GREY, linewidth=0.9, label="one law each")
    ax.set(
        xlim=(0.25, 1.0),
        ylim=(0, 30),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="cost above the best size, %",
    )
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, columnspacing=1.2)
    return ax


@seen_as(
    "The plane of size and training tokens, both logarithmic, with contours of equal loss and "
    "falling budget lines. A line of compute-optimal runs rises through the points where contours "
    "touch budget lines. To its left a line for each amount of serving: near it where models are "
    "large, and ever further to the left the smaller the model."
)
def plot_landscape(
    ax: Axes,
    law: ParametricLaw,
    budgets: Annotated[Sequence[float], several(one(positive))],
    served: Annotated[Sequence[float], several(one(positive))],
) -> Axes:
    """Contours of the loss, budget lines, their optima, and the cheapest runs that serve T."""
    N, D = np.geomspace(1e8, 1e12, 120), np.geomspace(3e9, 1e14, 120)
    loss = law.loss(*np.meshgrid(N, D))
    best = law.compute_optimal(np.geomspace(1e18, 1e28, 201))
    reached = law.loss(best.N, best.D)
    ax.contour(N, D, loss, levels=reached[180:20:-20], colors=GREY, linewidths=0.8, alpha=0.8)
    ax.plot([], [], color=GREY, linewidth=0.8, label="equal loss")
    for C in budgets:
        label = f"{DATA_ONLY}budget of {C:.0e} FLOP"
        ax.plot(N, C / (6 * N), "--", color=GREY, linewidth=0.9, label=label)
    ax.plot([], [], "--", color=GREY, linewidth=0.9, label="budget lines")
    ax.plot(best.N, best.D, color=ORANGE, label="compute-optimal")
    for T, colour, dash in zip(served, (GREEN, BLUE, PURPLE), ("-.", "-", ":"), strict=False):
        run = lifetime_optimal(law, reached, T).run
        ax.plot(run.N, run.D, dash, color=colour, label=f"cheapest for {show_count(T)} served")
    ax.set(xscale="log", yscale="log", xlim=(N[0], N[-1]), ylim=(D[0], D[-1]))
    ax.set(xlabel="parameters N", ylabel="training tokens D")
    ax.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.14))
    return ax


@seen_as(
    "The cheapest size in parameters against served tokens, both logarithmic, for one training "
    "budget's quality: a line that falls slowly to the right, inside a band that is wide from top "
    "to bottom everywhere. Thin lines inside the band, one for each law, run nearly parallel to it."
)
def plot_size_by_use(
    ax: Axes,
    law: ParametricLaw,
    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw, str)],
    C: PositiveFloat,
) -> Axes:
    """The cheapest size for the loss of the optimum of C, by each law with its own optimum."""
    T = np.geomspace(1e10, 1e15, 101)
    sizes = {}
    for name, own in laws.items():
        sizes[name] = _at_the_loss_of(own, C, T).run.N
        label = f"{DATA_ONLY}{name}"
        ax.plot(T, sizes[name], "-", color=GREY, linewidth=0.5, alpha=0.7, label=label)
    low, high = (edge(list(sizes.values()), axis=0) for edge in (np.min, np.max))
    band: dict[str, Any] = {"alpha": 0.2, "linewidth": 0, "label": "by any of the laws"}
    ax.fill_between(T, low, high, color=GREY, **band)
    found = _at_the_loss_of(law, C, T)
    ax.plot(T, found.run.N, color=BLUE, linewidth=2.2, label="by all public runs together")
    ax.axhline(
        law.compute_optimal(C).N,
        color=ORANGE,
        linestyle="--",
        linewidth=1.1,
        label="its optimal size",
    )
    ax.set(xscale="log", yscale="log", xlim=(T[0], T[-1]))
    ticks = [tick for power in range(6, 15) for tick in (10**power, 2 * 10**power, 5 * 10**power)]
    inside = [tick for tick in ticks if low.min() < tick < high.max()]
    ax.set_yticks(inside, labels=map(show_count, inside))
    ax.minorticks_off()
    ax.set(xlabel="served tokens T", ylabel="cheapest size, parameters")
    ax.legend(fontsize=8, loc="lower left")
    return ax


def _at_the_loss_of(law: ParametricLaw, C: float, T: np.ndarray) -> Placement:
    """The cheapest runs that reach the loss of the optimum of C and serve T."""
    best = law.compute_optimal(C)
    return lifetime_optimal(law, law.loss(best.N, best.D), T)
