"""The pictures of the lab; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from analysis.figures.picture import (
    BLUE,
    DATA_ONLY,
    FIVE,
    GREEN,
    GREY,
    MARKERS,
    ORANGE,
    PURPLE,
    seen_as,
)
from analysis.internal.checks import non_negative, positive, real, same_length, shown
from analysis.internal.kinds import (
    RealFloat,
    array,
    count,
    named,
    one,
    several,
    table_with,
    tuple_of,
)
from analysis.laws import ParametricLaw

RunTable: TypeAlias = Annotated[
    pd.DataFrame, table_with(N=array(positive), D=array(positive), loss=array(positive))
]
Errors: TypeAlias = Annotated[Mapping[str, Any], named(array(real), str)]


def _with_runs(widths: Sequence[int], runs: pd.DataFrame) -> Sequence[int]:
    if absent := [N for N in widths if N not in set(runs["N"])]:
        raise ValueError(f"widths must be those of runs, got {shown(absent[0])}")
    return widths


@seen_as(
    "Loss against the number of cues read, on a logarithmic axis, for five widths of the window. "
    "Dots lie on falling curves that flatten towards a floor of their own, the wider the model the "
    "lower; the dots of the runs cannot be told from the curves of theory."
)
def plot_sweep(
    ax: Axes, runs: RunTable, law: ParametricLaw, widths: Annotated[Sequence[int], several(count())]
) -> Axes:
    """The losses of the sweep, and the law that theory gives."""
    D = np.geomspace(runs["D"].min(), runs["D"].max(), 60)
    for N, colour, shape in zip(_with_runs(widths, runs), FIVE, MARKERS, strict=False):
        own = runs[runs["N"] == N]
        ax.plot(D, law.loss(N, D), color=colour, linewidth=1.2, label=f"{DATA_ONLY}theory, N = {N}")
        ax.plot(own["D"], own["loss"], shape, color=colour, markersize=5, label=f"N = {N}")
    ax.set(xscale="log", xlabel="cues read, D", ylabel="loss, nats")
    ax.legend(ncols=2)
    return ax


@seen_as(
    "Loss against the width of the window at three budgets of comparisons: three shallow valleys, "
    "each below and to the right of the one before. The bottom of each, a filled dot, lies close "
    "to the dashed vertical line where theory puts it."
)
def plot_isoflop(
    ax: Axes,
    runs: Annotated[
        pd.DataFrame, table_with(budget=array(positive), N=array(positive), loss=array(positive))
    ],
    minima: Annotated[
        pd.DataFrame,
        table_with(**{name: array(positive) for name in ("budget", "N", "loss", "law")}),
    ],
) -> Axes:
    """Loss at equal compute against width, the minima, and where the law puts them."""
    for row, colour, shape in zip(minima.itertuples(), FIVE, MARKERS, strict=False):
        own = runs[runs["budget"] == row.budget]
        label = f"C = {row.budget / 1e6:g} million"
        ax.plot(own["N"], own["loss"], shape + "-", color=colour, linewidth=0.8, label=label)
        named = f"{DATA_ONLY}minimum at {label}"
        ax.plot([row.N], [row.loss], "o", color=colour, markersize=11, alpha=0.5, label=named)
        ax.axvline(row.law, color=colour, linestyle="--", linewidth=1)
    ax.set(xscale="log", xlabel="width of the window, N", ylabel="loss, nats")
    ticks = [4, 8, 16, 32, 64, 128, 256]
    ax.set_xticks(ticks, labels=map(str, ticks))
    ax.minorticks_off()
    ax.legend()
    return ax


@seen_as(
    "Residual of the fitted additive law in percent against the number of cues. The narrowest "
    "models rise from below zero to above it, the widest fall from above to below, and the one "
    "between stays near zero: the lines cross like scissors."
)
def plot_broken_residuals(
    ax: Axes,
    runs: RunTable,
    law: ParametricLaw,
    widths: Annotated[Sequence[int], several(count())] = (4, 24, 96),
) -> Axes:
    """How far the runs of a language that is not additive lie from the best additive law."""
    widths = _with_runs(widths, runs)
    ax.axhline(0, color=GREY, linewidth=1)
    for N, colour, shape in zip(widths, FIVE, MARKERS, strict=False):
        own = runs[runs["N"] == N]
        residual = 100 * np.log(own["loss"] / law.loss(own["N"], own["D"]))
        ax.plot(own["D"], residual, shape + "-", color=colour, linewidth=1, label=f"N = {N}")
    ax.set(xscale="log", xlabel="cues read, D", ylabel="measured above fitted loss, %")
    ax.legend()
    return ax


@seen_as(
    "Error of the predicted loss of the dearest runs against the compute of the dearest run that "
    "was fitted, both logarithmic. The median falls from three percent to below a tenth of a "
    "percent as the fit may see dearer runs; the band of nine sweeps in ten narrows with it."
)
def plot_extrapolation(
    ax: Axes,
    cuts: Annotated[ArrayLike, array(positive)],
    errors: Annotated[np.ndarray, array(non_negative, axes=2)],
) -> Axes:
    """Errors, shape (n_sweeps, n_cuts), in percent: how far cheap runs predict dear ones."""
    same_length(cuts=cuts, errors=errors.T)
    _median_and_band(ax, cuts, errors, "o", BLUE)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="dearest run fitted, comparisons",
        ylabel="error on the dear runs, %",
    )
    _percent_ticks(ax)
    ax.legend()
    return ax


@seen_as(
    "Error of the predicted loss of the dearest runs against the number of cheap runs that were "
    "fitted: the median falls from a third of a percent with eight runs to below a tenth with "
    "forty; the upper end of the band falls steeply at first, from well above one percent."
)
def plot_few_runs(
    ax: Axes,
    counts: Annotated[ArrayLike, array(positive)],
    errors: Annotated[np.ndarray, array(non_negative, axes=2)],
) -> Axes:
    """Errors, shape (n_sweeps, n_counts), in percent: how many cheap runs it takes."""
    same_length(counts=counts, errors=errors.T)
    _median_and_band(ax, counts, errors, "s", ORANGE)
    ax.set(yscale="log", xlabel="cheap runs fitted", ylabel="error on the dear runs, %")
    _percent_ticks(ax)
    ax.legend()
    return ax


def _median_and_band(ax: Axes, x: ArrayLike, errors: np.ndarray, shape: str, colour: str) -> None:
    """The median of the sweeps against x, and the band of nine in ten."""
    low, middle, high = np.quantile(errors, [0.05, 0.5, 0.95], axis=0)
    ax.fill_between(x, low, high, color=colour, alpha=0.3, linewidth=0)
    ax.plot(x, middle, shape + "-", color=colour, label="median of the sweeps")
    for name, edge in (("low", low), ("high", high)):
        label = f"{DATA_ONLY}{name} end of nine in ten"
        ax.plot(x, edge, color=colour, linewidth=0.6, label=label)


def _percent_ticks(ax: Axes) -> None:
    top = max(np.max(line.get_ydata()) for line in ax.get_lines())
    ticks = [tick for tick in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if tick <= 1.5 * top]
    low, high = ax.get_ylim()
    ax.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    ax.set_ylim(low, high)
    ax.minorticks_off()


@seen_as(
    "A hundred vertical intervals side by side, one a sweep, sorted by their centre, with the true "
    "value as a horizontal line. Nearly all cross the line; the few that miss it are drawn in "
    "another colour and lie at the two ends."
)
def plot_intervals(
    ax: Axes,
    intervals: Annotated[
        Iterable[Iterable[float]], several(tuple_of(one(real), one(real), one(real)))
    ],
    truth: RealFloat,
    name: str,
) -> Axes:
    """Intervals, rows (estimate, low, high), a sweep each, against the true value."""
    rows = np.array(sorted(map(tuple, intervals)))
    place = np.arange(1, len(rows) + 1)
    holds = (rows[:, 1] <= truth) & (truth <= rows[:, 2])
    for kept, colour, label in ((holds, BLUE, "holds the truth"), (~holds, ORANGE, "misses it")):
        ax.vlines(place[kept], rows[kept, 1], rows[kept, 2], color=colour, linewidth=1.4)
        ax.plot(place[kept], rows[kept, 0], ".", color=colour, markersize=4, label=label)
        for end, column in (("low", 1), ("high", 2)):
            series = f"{DATA_ONLY}{label}, {end} end"
            ax.plot(place[kept], rows[kept, column], linestyle="none", label=series)
    ax.axhline(truth, color=GREY, linewidth=1.2)
    ax.set(xlabel="sweep, in order of its estimate", ylabel=name)
    ax.legend()
    return ax


def _ranges(ax: Axes, values: Mapping[str, np.ndarray], colours: Mapping[str, str]) -> None:
    """A range a row; the colour is that of the first key that the row's name ends with."""
    if odd := [name for name in values if not name.endswith(tuple(colours))]:
        raise ValueError(f"errors must have names that end with {[*colours]}, got {odd[0]!r}")
    ax.axvline(0, color=GREY, linewidth=1)
    for row, (name, errors) in enumerate(values.items()):
        low, middle, high = np.quantile(errors, [0.05, 0.5, 0.95])
        kind = next(ending for ending in colours if name.endswith(ending))
        ax.plot([low, high], [row, row], color=colours[kind], linewidth=2.2, label="_range")
        ax.plot([middle], [row], "o", color=colours[kind], label="_median")
        label = f"{DATA_ONLY}{name}: low, median, high".replace("\n", " ")
        ax.plot([low, middle, high], [row] * 3, linestyle="none", label=label)
    for kind, colour in colours.items():
        ax.plot([], [], "o-", color=colour, label=kind)
    ax.set_yticks(range(len(values)), labels=list(values))
    ax.set_ylim(len(values) - 0.5, -0.5)
    ax.set_ylabel(" ")
    ax.set_xlabel("error of the predicted loss, %")
    ax.legend(loc="lower center", bbox_to_anchor=(0.35, 1.0), ncols=2, fontsize=8)


@seen_as(
    "Five horizontal ranges of the error of a predicted loss about a zero line, one a row: designs "
    "of runs with the law that was fitted. All lie within about two percent of zero, and all but "
    "the grid with equal exponents, which is shifted left by one percent, hold the zero line."
)
def plot_designs(ax: Axes, errors: Errors) -> Axes:
    """Error in percent of the loss predicted at thirty times the budget, by design and law."""
    _ranges(ax, errors, {"free exponents": BLUE, "equal exponents": ORANGE})
    return ax


@seen_as(
    "Horizontal ranges of the error of a predicted loss about a zero line, for the recipe of five "
    "points, in pairs: alone, and pooled below it, which is shorter. In the upper half, where the "
    "exponents are equal, all hold zero. In the lower half those of the over-trained model lie "
    "mostly to the right of it."
)
def plot_recipe(ax: Axes, errors: Errors) -> Axes:
    """Error in percent of the recipe's predictions, by language, target and recipe."""
    _ranges(ax, errors, {"alone": GREEN, "pooled": PURPLE})
    return ax
