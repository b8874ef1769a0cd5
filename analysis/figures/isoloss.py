"""The pictures of the chapter that asks whether k_D holds up; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from analysis.figures.marks import TRAIN_SETS, markers
from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.checks import extended, flag, positive, same_length
from analysis.internal.kinds import (
    PositiveFloat,
    array,
    either,
    named,
    several,
    table_with,
    tuple_of,
)

AT = {"three quarters": 0.75, "half": 0.5, "three tenths": 0.3}


@seen_as(
    "Compute overhead in percent, on a logarithmic axis, at three quarters, at half and at three "
    "tenths of the optimal size: for each size a row a law, a mark with its interval. At three "
    "quarters all lie between two and four percent; at three tenths between fifty and two hundred. "
    "The three training sets of the testbed lie together, left of the refit everywhere."
)
def plot_overheads(
    ax: Axes,
    k_N: Annotated[ArrayLike, array(positive)],
    curves: Annotated[
        Mapping[str, tuple[Any, ...]],
        named(tuple_of(array(extended), *[either(NoneType, array(extended))] * 2), str),
    ],
) -> Axes:
    """Overheads at `AT`: label -> (centre, low, high), fractions; low and high may be None."""
    for centre, low, high in curves.values():
        for curve in (centre, low, high):
            same_length(k_N=k_N, curves=k_N if curve is None else curve)
    step = 1 / (len(curves) + 1)
    for row, (label, three) in enumerate(curves.items()):
        colour, shape = (BLUE, ORANGE, GREEN, PURPLE, GREY)[row % 5], "os^Dv"[row % 5]
        y = np.arange(len(AT)) + (row + 1) * step
        centre, *ends = (
            100 * np.interp(list(AT.values()), np.asarray(k_N), np.asarray(one))
            for one in three
            if one is not None
        )
        if len(ends) == 2:
            for place, both in zip(y, np.minimum(np.column_stack(ends), 1e4), strict=True):
                name = f"{DATA_ONLY}{label}, interval"
                ax.plot(both, [place, place], color=colour, linewidth=2.2, alpha=0.6, label=name)
        ax.plot(centre, y, shape, color=colour, markersize=6, label=label)
    for place in range(1, len(AT)):
        ax.axhline(place, color=GREY, linewidth=0.6)
    ax.set(xscale="log", xlabel="compute overhead, %", ylim=(len(AT), 0), xlim=(1, 400))
    ax.set_xticks([1, 2, 5, 10, 20, 50, 100, 200], labels=map(str, (1, 2, 5, 10, 20, 50, 100, 200)))
    ax.set_yticks(np.arange(len(AT)) + 0.5, labels=list(AT))
    ax.tick_params(axis="y", length=0)
    ax.minorticks_off()
    ax.legend(fontsize=8, ncols=3, loc="lower center", bbox_to_anchor=(0.45, 1.0))
    return ax


@seen_as(
    "Measured against predicted multiples of the tokens, of pairs of models with the same loss, "
    "both logarithmic. Filled markers, pairs of one batch, lie within a factor of about one and a "
    "half of the diagonal; hollow ones, which mix two batches, lie further off."
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
        xlabel="predicted multiple of the tokens",
        ylabel="measured multiple of the tokens",
    )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([3, 5, 10, 20, 30], labels=["3", "5", "10", "20", "30"])
    ax.minorticks_off()
    ax.set(xlim=ends, ylim=ends)
    return ax
