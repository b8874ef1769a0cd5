"""The pictures of chapters 9 to 11: over-training measured, from loss to tasks, does k_D hold up.

As in `analysis.figures`, `plot_*(ax, ...)` draws what it is given on the axes it is given and
returns them; above each stands its alt text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from analysis.figures.marks import SETS, TRAIN_SETS, markers, size_name
from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.checks import extended, flag, non_negative, positive, real, same_length
from analysis.internal.kinds import (
    NonNegativeFloat,
    PositiveFloat,
    array,
    column_of,
    either,
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
    "Predicted against measured values for three training sets, most of them close to the diagonal "
    "of equality; hollow markers are the runs that were fitted to."
)
def plot_predicted(
    ax: Axes,
    tables: Annotated[Mapping[str, pd.DataFrame], named(table_with(**RUNS), one_of(*SETS))],
    fitted: Annotated[
        Sequence[tuple[float, float]], several(tuple_of(one(positive), one(positive)))
    ],
    quantity: Annotated[str, one_of("loss", "error")] = "loss",
) -> Axes:
    """Predicted against measured `quantity`, "loss" or "error"; runs fitted to are hollow."""
    drawn = {quantity: array(positive), f"{quantity}_predicted": array(positive)}
    passed("tables", tables, named(table_with(**drawn)))
    table = pd.concat([own.assign(train_set=name) for name, own in tables.items()])
    small = {(float(N), float(M)) for N, M in fitted}
    used = [run in small for run in zip(table["N"], table["token_multiplier"], strict=True)]
    markers(ax, table, table[quantity], table[f"{quantity}_predicted"], used, "fitted to")
    ends = [table[quantity].min(), table[quantity].max()]
    ax.plot(ends, ends, color=GREY, linewidth=1, label="equal")
    what = {"loss": "loss, nats per token", "error": "average error"}[quantity]
    ax.set(xlabel=f"measured {what}", ylabel=f"predicted {what}")
    return ax


@seen_as(
    "A table of relative errors in percent, a row a model size and a column a token multiplier. "
    "The deeper the colour the larger the error: blue where the prediction is too low, orange "
    "where it is too high."
)
def plot_error_map(
    ax: Axes,
    table: Annotated[pd.DataFrame, table_with(**RUNS)],
    column: Annotated[str, column_of("table")] = "loss_error",
    full: PositiveFloat = 5.0,
) -> Axes:
    """Signed relative errors in percent by size and multiplier; `full` is the deepest colour's."""
    passed("table", table, table_with(**{column: array(real)}))
    sizes = sorted(table["N"].unique())
    columns = {M: place for place, M in enumerate(sorted(table["token_multiplier"].unique()))}
    for row, N in enumerate(sizes):
        own = table[table["N"] == N]
        values = 100 * own[column].to_numpy()
        places = [columns[M] for M in own["token_multiplier"]]
        label = f"{size_name(N)} parameters, column and error in %"
        ax.plot(places, values, visible=False, label=label)
        for x, value in zip(places, values, strict=True):
            depth = min(abs(value) / full, 1.0)
            colour = ORANGE if value > 0 else BLUE
            ax.add_patch(Rectangle((x - 0.5, row - 0.5), 1, 1, color=colour, alpha=0.85 * depth))
            text = "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")
            ax.text(x, row, text, ha="center", va="center", fontsize=8)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-0.5, len(sizes) - 0.5))
    ax.set(xlabel="tokens a parameter M", ylabel="parameters N")
    ax.set_xticks(list(columns.values()), labels=[f"{M:g}" for M in columns])
    ax.set_yticks(range(len(sizes)), labels=[size_name(N) for N in sizes])
    ax.grid(False)
    return ax


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
    "Compute overhead in percent against the fraction of the optimal size, one curve with a shaded "
    "band for each law. All are flat near one; towards small models they part, the ones with "
    "larger exponents rising first."
)
def plot_overheads(
    ax: Axes,
    k_N: Annotated[ArrayLike, array(positive)],
    curves: Annotated[
        Mapping[str, tuple[Any, ...]],
        named(tuple_of(array(extended), *[either(NoneType, array(extended))] * 2), str),
    ],
) -> Axes:
    """Overheads: label -> (centre, low, high), fractions; low and high may be None."""
    colours = (BLUE, ORANGE, GREEN, PURPLE, GREY)
    for (label, (centre, low, high)), colour in zip(curves.items(), colours, strict=False):
        for curve in (centre, low, high):
            same_length(k_N=k_N, curves=k_N if curve is None else curve)
        ax.plot(k_N, 100 * np.asarray(centre), color=colour, label=label)
        if low is not None and high is not None:
            band = (np.minimum(100 * np.asarray(edge), 1e4) for edge in (low, high))
            ax.fill_between(k_N, *band, color=colour, alpha=0.2, linewidth=0, label="_band")
    ax.set(
        xlim=(0, 1),
        ylim=(0, 200),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="compute overhead, %",
    )
    ax.legend()
    return ax


@seen_as(
    "Measured against predicted token multipliers of pairs of models with the same loss, both "
    "logarithmic. Filled markers, pairs of one batch, lie within a factor of about one and a half "
    "of the diagonal; hollow ones, which mix two batches, lie further off."
)
def plot_pairs(
    ax: Axes,
    pairs: Annotated[
        pd.DataFrame,
        table_with(
            train_set=TRAIN_SETS,
            predicted=array(positive),
            multiplier=array(positive),
            same_batch=several(flag),
        ),
    ],
    factor: PositiveFloat = 1.5,
) -> Axes:
    """Measured and predicted multipliers, as `isoloss.compare_pairs` gives them."""
    both = pairs[["predicted", "multiplier"]]
    ends = np.array([both.min().min() / 1.3, both.max().max() * 1.3])
    ax.plot(ends, ends, color=GREY, linewidth=1, label="equal")
    ax.fill_between(ends, ends / factor, ends * factor, color=GREY, alpha=0.2, linewidth=0)
    mixed = ~pairs["same_batch"]
    markers(ax, pairs, pairs["predicted"], pairs["multiplier"], mixed, "two batches")
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="predicted token multiplier",
        ylabel="measured token multiplier",
    )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([3, 5, 10, 20, 30], labels=["3", "5", "10", "20", "30"])
    ax.minorticks_off()
    ax.set(xlim=ends, ylim=ends)
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
