"""The pictures of a reader's own runs; see `analysis.figures`."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from analysis.advice import OwnAnswer, Plan
from analysis.figures.picture import BLUE, DATA_ONLY, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.doors import behind
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.studies.atlas import recorded_atlas
from analysis.tradeoff import data_scaling_factor

SIZES = np.linspace(0.15, 1.0, 86)
"""Sizes k_N at which the overhead is drawn."""
N_CURVES = 5
"""Curves of equal loss among the runs."""
MOST = 200.0
"""Per cent of overhead that are drawn."""


@seen_as(
    "Training tokens against parameters, both axes logarithmic: a dot for each run, curves of "
    "equal loss of the fitted law that bend towards both axes, the line of the compute-optimal "
    "runs through their corners, and rings where the next runs should be, if any were asked for."
)
def plot_own_runs(ax: Axes, answer: OwnAnswer, plan: Plan | None = None) -> Axes:
    """The runs, curves of equal loss, the compute-optimal runs, and the next runs."""
    runs, law = answer.table.runs, answer.law
    C = FLOP_PER_PARAMETER_TOKEN * runs.N * runs.D
    budgets = np.geomspace(C.min(), C.max(), N_CURVES)
    best = behind(law.compute_optimal)(budgets)
    k_N = np.geomspace(0.02, 1e3, 600)
    k_D = behind(data_scaling_factor)(k_N, law.alpha, law.beta)
    for N, D in zip(best.N, best.D, strict=True):
        ax.plot(N * k_N, D * k_D, color=GREY, linewidth=1, label=f"{DATA_ONLY}equal loss")
    ax.plot(best.N, best.D, "--", color=ORANGE, linewidth=1.4, label="compute-optimal")
    ax.plot(runs.N, runs.D, "o", color=BLUE, markersize=4, label="runs")
    if plan is not None:
        points = [run.N for run in plan.runs], [run.D for run in plan.runs]
        ring: dict[str, Any] = {"color": PURPLE, "fillstyle": "none", "markersize": 9}
        ax.plot(*points, "D", **ring, markeredgewidth=1.8, label="run these next")
    ax.set(xscale="log", yscale="log", xlabel="parameters N", ylabel="training tokens D")
    every_N = [*runs.N, *(run.N for run in plan.runs)] if plan else runs.N
    every_D = [*runs.D, *(run.D for run in plan.runs)] if plan else runs.D
    ax.set_xlim(min(every_N) / 2, max(every_N) * 2)
    ax.set_ylim(min(every_D) / 2, max(every_D) * 2)
    ax.legend()
    return ax


@seen_as(
    "How far the loss of each run lies above the fitted law, in per cent, against tokens a "
    "parameter on a logarithmic axis: dots about a line at zero. A slope or a bow would say that "
    "the law is the wrong one for these runs."
)
def plot_own_residuals(ax: Axes, answer: OwnAnswer) -> Axes:
    """How far each run lies from the law."""
    runs = answer.table.runs
    ax.axhline(0, color=GREY, linewidth=1)
    ax.plot(runs.D / runs.N, 100 * answer.residuals, "o", color=BLUE, markersize=4, label="runs")
    for row, value in answer.worst[:3]:
        place = int(np.flatnonzero(answer.table.rows == row)[0])
        at = runs.D[place] / runs.N[place], 100 * value
        ax.annotate(f"row {row}", at, (4, 3), textcoords="offset points", fontsize=8)
    ax.set(xscale="log", xlabel="tokens a parameter, D/N", ylabel="loss above the law, %")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend()
    return ax


@seen_as(
    "Compute overhead in per cent against the fraction of the optimal size: the curve of these "
    "runs with its interval, over a pale band in which another laboratory should expect its own, "
    "and the mean of the public sets of runs as a dashed line. All rise from zero at one, slowly "
    "and then steeply."
)
def plot_own_overhead(ax: Axes, answer: OwnAnswer) -> Axes:
    """The overhead by these runs, with its interval, over that of other laboratories."""
    curve = recorded_atlas()["pooled"]["N"]["outer power"]["curve"]
    theirs = {name: 100 * np.asarray(curve[name]) for name in ("mean", "new_low", "new_high")}
    ends = np.minimum(theirs["new_low"], 1e4), np.minimum(theirs["new_high"], 1e4)
    ax.fill_between(curve["k_N"], *ends, color=PURPLE, alpha=0.15, linewidth=0)
    ax.plot(curve["k_N"], theirs["mean"], "--", color=PURPLE, label="other laboratories")
    own = [answer.at(float(k_N)) for k_N in SIZES[:-1]]
    shown = {
        "value": np.array([100 * one.value for one in own] + [0.0]),
        "low": np.array([100 * one.low if one.known else np.nan for one in own] + [0.0]),
        "high": np.array([100 * one.high if one.known else np.nan for one in own] + [0.0]),
    }
    ax.fill_between(SIZES, shown["low"], shown["high"], color=BLUE, alpha=0.3, linewidth=0)
    for name in ("low", "high"):
        ax.plot(SIZES, shown[name], visible=False, label=f"{DATA_ONLY}{name}")
    ax.plot(SIZES, shown["value"], color=BLUE, label="these runs")
    ax.set(xlim=(0.15, 1), ylim=(0, MOST))
    ax.set(xlabel="$k_N$, fraction of the compute-optimal size", ylabel="compute overhead, %")
    ax.legend()
    return ax
