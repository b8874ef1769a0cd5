"""The pictures of chapters 9 to 11: over-training measured, from loss to tasks, does k_D hold up.

As in `analysis.figures`, `plot_*(ax, ...)` draws what it is given on the axes it is given and
returns them; above each stands its alt text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from analysis.figures.marks import SETS, TRAIN_SETS, markers, size_name
from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.checks import flag, non_negative, positive, real, same_length
from analysis.internal.kinds import (
    NonNegativeFloat,
    PositiveFloat,
    array,
    mapping_with,
    named,
    one,
    one_of,
    passed,
    several,
    table_with,
    tuple_of,
)
from analysis.overtraining import DownstreamLaw, OvertrainingLaw

MULTIPLIERS = (10, 20, 40, 80, 160, 320, 640)
"""Fractions of the optimal size at which laws are compared, as they are called."""
RUNS = {"N": array(positive), "token_multiplier": array(positive)}


@seen_as(
    "Model size against tokens a parameter, both logarithmic. The four small sizes form columns of "
    "eight rows for each of three training sets; the 1.4B and the 6.9B have one or two runs each. "
    "Filled markers are runs of December 2023, hollow ones of the second batch, which are all long "
    "runs."
)
def plot_testbed(
    ax: Axes,
    runs: Annotated[pd.DataFrame, table_with(train_set=TRAIN_SETS, **RUNS)],
    second: Annotated[ArrayLike, several(flag)],
) -> Axes:
    """Every run by size and token multiplier; `second` marks the runs of the second batch."""
    same_length(runs=runs, second=second)
    markers(ax, runs, runs["N"], runs["token_multiplier"], second, "second batch", spread=1.25)
    ax.set(xscale="log", yscale="log", xlabel="parameters N", ylabel="tokens a parameter M")
    ax.set_yticks([5, *MULTIPLIERS], labels=["5", *map(str, MULTIPLIERS)])
    ax.set_xticks(sorted(runs["N"].unique()))
    ax.set_xticklabels([size_name(N) for N in sorted(runs["N"].unique())], rotation=30)
    ax.minorticks_off()
    return ax


@seen_as(
    "Loss above the irreducible loss against compute, both logarithmic. For each token multiplier "
    "the points lie along a straight falling line of the same slope; lines of larger multipliers "
    "lie further up."
)
def plot_parallel_lines(
    ax: Axes,
    law: OvertrainingLaw,
    runs: Annotated[
        pd.DataFrame,
        table_with(token_multiplier=array(positive), C=array(positive), c4_val=array(positive)),
    ],
    multipliers: Annotated[Sequence[float], several(one(positive))] = (20, 80, 320, 640),
) -> Axes:
    """Measured loss less E against compute, and the law's line for each multiplier."""
    if absent := [M for M in multipliers if M not in runs["token_multiplier"].to_numpy()]:
        raise ValueError(f"multipliers must be those of runs, got {absent[0]:g}")
    for M, colour in zip(multipliers, (BLUE, GREEN, ORANGE, PURPLE), strict=False):
        own = runs[runs["token_multiplier"] == M]
        C = np.geomspace(own["C"].min() / 2, own["C"].max() * 2, 50)
        ax.plot(C, law.loss(C, M) - law.E, color=colour, linewidth=1.2, label=f"law, M = {M:g}")
        reducible = own["c4_val"] - law.E
        label = f"{DATA_ONLY}runs, M = {M:g}"
        ax.plot(own["C"], reducible, "o", color=colour, markersize=5, label=label)
    ax.set(xscale="log", yscale="log", xlabel="compute C, FLOP", ylabel="loss − E, nats per token")
    ax.set_yticks([0.5, 1, 2, 3], labels=["0.5", "1", "2", "3"])
    ax.minorticks_off()
    ax.legend()
    return ax


@seen_as(
    "How far the predicted values of three training sets lie from the measured ones, in percent, "
    "against the measured value. Most lie within one or two percent of zero, on either side. Some "
    "lie five to fifteen percent below, at all heights: the shortest runs. Hollow markers are the "
    "runs that were fitted to."
)
def plot_predicted(
    ax: Axes,
    tables: Annotated[Mapping[str, pd.DataFrame], named(table_with(**RUNS), one_of(*SETS))],
    fitted: Annotated[
        Sequence[tuple[float, float]], several(tuple_of(one(positive), one(positive)))
    ],
    quantity: Annotated[str, one_of("loss", "error")] = "loss",
) -> Axes:
    """How far off the predicted `quantity` is, "loss" or "error"; runs fitted to are hollow."""
    drawn = {quantity: array(positive), f"{quantity}_predicted": array(positive)}
    passed("tables", tables, named(table_with(**drawn)))
    table = pd.concat([own.assign(train_set=name) for name, own in tables.items()])
    small = {(float(N), float(M)) for N, M in fitted}
    used = [run in small for run in zip(table["N"], table["token_multiplier"], strict=True)]
    off = 100 * (table[f"{quantity}_predicted"] / table[quantity] - 1)
    markers(ax, table, table[quantity], off, used, "fitted to")
    ax.axhline(0, color=GREY, linewidth=1)
    what = {"loss": "loss, nats per token", "error": "average error"}[quantity]
    ax.set(xlabel=f"measured {what}", ylabel="predicted above measured, %")
    return ax


@seen_as(
    "Tables of relative errors in percent, one above the other for each training set; in each a "
    "row a model size and a column a token multiplier. The deeper the colour the larger the error: "
    "blue where the prediction is too low, orange where it is too high. Most cells are pale. The "
    "column at five tokens a parameter is deep in all of them; on C4 the largest model is deep "
    "blue."
)
def plot_error_maps(
    ax: Axes,
    tables: Annotated[Mapping[str, pd.DataFrame], named(table_with(**RUNS), one_of(*SETS))],
    full: PositiveFloat = 5.0,
) -> Axes:
    """Signed relative errors of the loss by size and multiplier; `full` is the deepest colour's."""
    passed("tables", tables, named(table_with(loss_error=array(real))))
    every = pd.concat(tables.values())
    columns = {M: place for place, M in enumerate(sorted(every["token_multiplier"].unique()))}
    rows: dict[int, str] = {}
    for name, table in tables.items():
        top = max(rows, default=-2) + 2
        sizes = sorted(table["N"].unique())
        ax.text(-0.5, top - 0.7, SETS[name][0], fontweight="bold", fontsize=9)
        for row, N in enumerate(reversed(sizes), top):
            rows[row] = size_name(N)
            own = table[table["N"] == N]
            places = [columns[M] for M in own["token_multiplier"]]
            _error_row(ax, row, places, 100 * own["loss_error"].to_numpy(), full)
            label = f"{SETS[name][0]}; {size_name(N)} parameters; column and error in %"
            ax.plot(places, 100 * own["loss_error"], visible=False, label=label)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(max(rows) + 0.5, -1.5))
    ax.set(xlabel="tokens a parameter M", ylabel="parameters N")
    ax.set_xticks(list(columns.values()), labels=[f"{M:g}" for M in columns])
    ax.set_yticks(list(rows), labels=list(rows.values()))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.grid(False)
    return ax


def _error_row(ax: Axes, row: int, places: list[int], values: np.ndarray, full: float) -> None:
    for x, value in zip(places, values, strict=True):
        depth = min(abs(value) / full, 1.0)
        colour = ORANGE if value > 0 else BLUE
        ax.add_patch(Rectangle((x - 0.5, row - 0.5), 1, 1, color=colour, alpha=0.85 * depth))
        text = "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")
        ax.text(x, row, text, ha="center", va="center", fontsize=8)


@seen_as(
    "How far each run lies from the law of the first batch, in percent, against tokens a "
    "parameter. Runs of December 2023 scatter around zero; those of early 2024 lie one to three "
    "percent below."
)
def plot_batches(
    ax: Axes,
    residual: Annotated[
        pd.DataFrame,
        table_with(
            train_set=TRAIN_SETS,
            token_multiplier=array(positive),
            residual=array(real),
            second=several(flag),
        ),
    ],
) -> Axes:
    """Measured over law less 1, as `noise.batch_residuals` gives it, in percent."""
    M, second = residual["token_multiplier"], residual["second"]
    markers(ax, residual, M, 100 * residual["residual"], second, "second batch", spread=1.08)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.set(xscale="log", xlabel="tokens a parameter M", ylabel="measured above the law, %")
    ticks = [tick for tick in MULTIPLIERS if tick >= M.min()]
    ax.set_xticks(ticks, labels=[str(tick) for tick in ticks])
    ax.minorticks_off()
    return ax


@seen_as(
    "Relative error of the held-out predictions against the fraction of the target's compute that "
    "the fit took, both logarithmic. Errors fall as more is spent. The pooled recipe lies below "
    "the paper's over most of the range, its worst case as well."
)
def plot_frontier(
    ax: Axes,
    frontiers: Annotated[
        Mapping[str, pd.DataFrame],
        named(
            table_with(fraction=array(positive), median=array(positive), worst=array(positive)), str
        ),
    ],
) -> Axes:
    """Median (solid) and worst (dotted) error against the fraction of compute spent on the fit.

    `frontiers`: label -> table with fraction, median and worst, all as fractions; the first is of
    the compute of the largest model.
    """
    for (name, table), colour in zip(frontiers.items(), (ORANGE, BLUE, GREEN), strict=False):
        x, median, worst = (table[column] for column in ("fraction", "median", "worst"))
        ax.plot(x, 100 * median, "o-", color=colour, markersize=5, label=name)
        ax.plot(x, 100 * worst, "o:", color=colour, markersize=3, label=f"{name}: worst")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="compute of the fit, fraction of the 6.9B's",
        ylabel="error of the predicted loss, %",
    )
    ax.set_yticks([0.5, 1, 2, 5, 10, 20], labels=["0.5", "1", "2", "5", "10", "20"])
    ax.minorticks_off()
    ax.legend(fontsize=8)
    return ax


@seen_as(
    "Error on tasks against loss. The points of the fitted runs and of the others rise along "
    "curves that flatten towards high losses."
)
def plot_loss_to_error(
    ax: Axes,
    series: Annotated[
        Mapping[str, tuple[Any, ...]],
        named(tuple_of(DownstreamLaw, array(positive), array(non_negative), several(flag)), str),
    ],
) -> Axes:
    """Error against loss: label -> (law, loss, error, fitted), the fitted runs hollow."""
    colours = (BLUE, ORANGE, GREEN, PURPLE)
    for (label, found), colour in zip(series.items(), colours, strict=False):
        law, loss, error, fitted = found
        same_length(**dict(zip(("loss in series", "error", "fitted"), found[1:], strict=True)))
        loss, error, fitted = np.asarray(loss), np.asarray(error), np.asarray(fitted, dtype=bool)
        L = np.linspace(loss.min(), loss.max(), 200)
        ax.plot(L, law.error(L), color=colour, linewidth=1.2, label=label)
        ax.plot(loss[~fitted], error[~fitted], ".", color=colour, label=f"{DATA_ONLY}{label}, runs")
        style: dict[str, Any] = {"color": colour, "fillstyle": "none", "markersize": 7}
        ax.plot(loss[fitted], error[fitted], "o", label=f"{DATA_ONLY}{label}, fitted", **style)
    ax.set(xlabel="loss, nats per token", ylabel="error, a fraction")
    ax.legend()
    return ax


@seen_as(
    "How often the same experiment would give each prediction error if only the noise of the runs "
    "changed: a bell several percent wide, with a narrow band in the middle for the error printed."
)
def plot_luck(
    ax: Axes,
    worlds: Annotated[
        Mapping[str, Mapping[str, Any]],
        named(mapping_with(counts=array(non_negative), edges=array(real)), str),
    ],
    printed: NonNegativeFloat,
) -> Axes:
    """Histograms of the prediction errors of simulated worlds, and the printed error.

    `worlds`: label -> counts and edges of the histogram; edges and `printed` are fractions.
    """
    for (label, world), colour in zip(worlds.items(), (BLUE, GREEN), strict=False):
        counts, edges = np.asarray(world["counts"]), 100 * np.asarray(world["edges"])
        if len(edges) != len(counts) + 1 or not (np.diff(edges) > 0).all() or not counts.any():
            raise ValueError(f"worlds[{label!r}] must be a histogram: counts and rising edges")
        density = 100 * counts / counts.sum() / np.diff(edges)
        middles = (edges[1:] + edges[:-1]) / 2
        ax.fill_between(middles, density, step="mid", color=colour, alpha=0.3, linewidth=0)
        ax.plot(middles, density, drawstyle="steps-mid", color=colour, label=label)
    ax.axvspan(-100 * printed, 100 * printed, color=ORANGE, alpha=0.35, linewidth=0)
    note = f"within {100 * printed:.1f} %"
    top = ax.get_ylim()[1]
    ax.annotate(note, (100 * printed, top), xytext=(5, -10), textcoords="offset points")
    ax.set(xlabel="error of the predicted loss, %", ylabel="worlds, % for each 1 %")
    ax.legend(loc="upper left")
    return ax
