"""The pictures of the chapter on which laws have a budget-free k_D; see `analysis.figures`.

Every curve is solved for (`analysis.theorem.numeric`); none is drawn from a closed form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from numpy.typing import ArrayLike

from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PINK, PURPLE, seen_as
from analysis.internal.checks import extended, positive, same_length
from analysis.internal.kinds import PositiveFloat, array, named, one, several
from analysis.theorem import CostedLaw, optimum, solve_k_D

_TALLEST = 60
"""Up to which k_D an iso-loss curve is drawn: towards the wall it rises without end."""
Budgets: TypeAlias = Annotated[Sequence[float], several(one(positive))]
Sizes: TypeAlias = Annotated[ArrayLike, array(positive)]
TOP = 4.0
"""The largest k_D on the picture of laws against the budget."""
_MOVING = (ORANGE, GREEN, PURPLE, PINK, "#b08a1e")


@seen_as(
    "Data against size, both logarithmic. Four iso-loss curves, one for each budget, all of the "
    "same shape: each is the one before moved up and to the right along a straight dotted line "
    "through the compute-optimal runs, where the curve touches its budget line."
)
def plot_straight_path(
    ax: Axes, law: CostedLaw, budgets: Budgets, k_N: Sizes, between: Budgets
) -> Axes:
    """Iso-loss curves at `budgets` and the path at the budgets `between`, for a straight path."""
    return _translates(ax, law, budgets, k_N, between)


@seen_as(
    "Data against size, both logarithmic. Four iso-loss curves of the same shape along a straight "
    "dotted line. From the compute-optimal run of each, the same step to the left and the same "
    "step up lead back to the curve: the steps are the same four times over."
)
def plot_same_steps(
    ax: Axes, law: CostedLaw, budgets: Budgets, k_N: Sizes, step: PositiveFloat
) -> Axes:
    """Iso-loss curves at `budgets` with the way from each optimum to `step` times its size."""
    _translates(ax, law, budgets, k_N, budgets)
    for i, budget in enumerate(budgets):
        best, factor = optimum(law, budget), float(solve_k_D(law, step, budget))
        name = "step to the smaller model" if i == 0 else f"{DATA_ONLY}step {i + 1}"
        size, data = best.N * np.array([1, step, step]), best.D * np.array([1, 1, factor])
        ax.plot(size, data, color=PURPLE, linewidth=2.2, label=name)
    ax.legend(fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.45, -0.12))
    return ax


@seen_as(
    "Data against size, both logarithmic. Four iso-loss curves of one and the same shape, carried "
    "along a dotted path that bends: nearly level at the lower left, where the data hardly grow, "
    "and rising like a diagonal at the upper right."
)
def plot_curved_path(
    ax: Axes, law: CostedLaw, budgets: Budgets, k_N: Sizes, between: Budgets
) -> Axes:
    """Iso-loss curves at `budgets` and the path at the budgets `between`, for a curved path."""
    return _translates(ax, law, budgets, k_N, between)


@seen_as(
    "Tokens against size, each as a multiple of the compute-optimal, both logarithmic. The curves "
    "of several budgets all pass through the point one, one. There the smaller budgets share a "
    "curve, and the larger the budget, the sooner its curve turns up to the left."
)
def plot_moved_back(
    ax: Axes,
    law: CostedLaw,
    budgets: Budgets,
    k_N: Sizes,
    names: Annotated[Sequence[str], several(str)],
) -> Axes:
    """The iso-loss curves of several budgets, moved so that their optima coincide."""
    same_length(budgets=budgets, names=names)
    colours = (BLUE, GREEN, PURPLE, ORANGE)
    for budget, name, colour in zip(budgets, names, colours, strict=False):
        factors = np.asarray(solve_k_D(law, k_N, budget))
        found = np.isfinite(factors)
        ax.plot(np.asarray(k_N)[found], factors[found], color=colour, label=name)
    ax.plot(1, 1, "o", color=GREY, label=f"{DATA_ONLY}optimum")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="$k_N$, fraction of the optimal size",
        ylabel="$k_D$, multiple of the optimal tokens",
        xlim=(0.19, 2.2),
        ylim=(0.45, 22),
    )
    _plain_ticks(ax.xaxis, [0.2, 0.5, 1, 2])
    _plain_ticks(ax.yaxis, [0.5, 1, 2, 5, 10, 20])
    ax.legend(title="budget, FLOP")
    return ax


@seen_as(
    "k_D at half the optimal size against the budget in FLOP. The budget-free laws are level "
    "lines at different heights. The others are not level: non-embedding parameters, counted "
    "attention and a counted router rise slowly towards one of the level lines; repeated data and "
    "rounding to four bits turn upwards and leave the picture at the top."
)
def plot_against_budget(
    ax: Axes,
    budgets: Annotated[ArrayLike, array(positive)],
    free: Annotated[Mapping[str, ArrayLike], named(array(extended), str)],
    moving: Annotated[Mapping[str, ArrayLike], named(array(extended), str)],
) -> Axes:
    """k_D at a fixed k_N against the budget: budget-free laws, and laws whose k_D moves."""
    for kind, laws in (("free", free), ("moving", moving)):
        for values in laws.values():
            same_length(**{"budgets": budgets, kind: values})
    for name, factors in free.items():
        ax.plot(budgets, factors, color=BLUE, linewidth=1.1, label=f"{DATA_ONLY}{name}")
    lowest, height = 0.0, 1.0
    beside: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "va": "center", "fontsize": 8}
    ends = {name: np.asarray(factors, dtype=float) for name, factors in moving.items()}
    in_order = sorted(ends.items(), key=lambda one: one[1][-1])
    for (name, factors), colour in zip(in_order, _MOVING, strict=False):
        found = np.isfinite(factors)
        C, inside = np.asarray(budgets)[found], factors[found] < TOP
        ax.plot(C, factors[found], color=colour, label=f"{DATA_ONLY}{name}")
        if found.all() and inside.all():
            lowest = max(lowest + 0.075, factors[-1])
            ax.annotate(name, (1.02, lowest), color=colour, **beside)
        else:
            height -= 0.08
            at = np.interp(height * TOP, factors[found], C), height * TOP
            ax.annotate(name, at, (6, 0), textcoords="offset points", color=colour, fontsize=8)
    highest = [np.asarray(factors, dtype=float).max() for factors in free.values()]
    level = max((one for one in highest if one < TOP), default=TOP)
    ax.annotate("budget-free laws", (1.02, level), color=BLUE, **beside)
    ax.set(
        xscale="log",
        ylim=(2, TOP),
        xlabel="budget, FLOP",
        ylabel="$k_D$ at half the optimal size",
    )
    return ax


def _translates(
    ax: Axes, law: CostedLaw, budgets: Budgets, k_N: Sizes, between: Sequence[float]
) -> Axes:
    k_N = np.asarray(k_N, dtype=float)
    path = [optimum(law, C) for C in between]
    ax.plot(
        [run.N for run in path],
        [run.D for run in path],
        ":",
        color=ORANGE,
        linewidth=2.2,
        label="compute-optimal runs",
    )
    for i, budget in enumerate(budgets):
        best = optimum(law, budget)
        factors = np.asarray(solve_k_D(law, k_N, budget))
        found = factors < _TALLEST
        first = i == 0
        name = "iso-loss curves" if first else f"{DATA_ONLY}iso-loss curve {i + 1}"
        ax.plot(k_N[found] * best.N, factors[found] * best.D, color=BLUE, label=name)
        size = best.N * np.array([k_N.min(), k_N.max()])
        name = "budget lines" if first else f"{DATA_ONLY}budget line {i + 1}"
        ax.plot(size, best.N * best.D / size, "--", color=GREY, linewidth=1, label=name)
        ax.plot(best.N, best.D, "o", color=ORANGE, label=f"{DATA_ONLY}optimum {i + 1}")
    ax.set(xscale="log", yscale="log", xlabel="size N", ylabel="data D")
    ax.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.45, -0.12))
    return ax


def _plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    axis.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    axis.set_ticks([], minor=True)
