"""The pictures of the data scaling factor as the lab measures it; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.picture import (
    DATA_ONLY,
    FIVE,
    GREY,
    MARKERS,
    seen_as,
    strip,
)
from analysis.internal.checks import extended, positive, same_length
from analysis.internal.kinds import (
    PositiveFloat,
    array,
    count,
    named,
    one,
    passed,
    table_with,
    tuple_of,
)
from analysis.tradeoff import data_scaling_factor, minimum_model_scale


def _measured(name: str, value: Any) -> Any:
    passed(name, value, table_with(N=array(positive), k_N=array(positive), k_D=array(positive)))
    if value["N"].nunique() > len(FIVE):
        raise ValueError(f"{name} must be of {len(FIVE)} widths at most")
    return value


def _factor_points(ax: Axes, measured: pd.DataFrame, label: str) -> None:
    for place, (N, own) in enumerate(measured.groupby("N")):
        table = own.groupby("k_N")["k_D"].agg(["mean", "std"])
        x, colour = table.index.to_numpy(), FIVE[place]
        # Hollow and of growing size, so that points in one place do not hide each other.
        ring = {"markersize": 5 + 4 * place, "markerfacecolor": "none", "markeredgewidth": 1.5}
        style: dict[str, Any] = {
            "fmt": MARKERS[place],
            "color": colour,
            "capsize": 3 + 2 * place,
            **ring,
        }
        bars = ax.errorbar(x, table["mean"], table["std"], elinewidth=1, **style)
        bars.lines[0].set_label(label.format(N=N))
        ends = (table["mean"] - table["std"], table["mean"] + table["std"])
        for end, values in zip(("less", "plus"), ends, strict=True):
            name = f"{DATA_ONLY}{label.format(N=N)}, {end} a standard deviation"
            ax.plot(x, values, linestyle="none", label=name)


def _factor_axes(ax: Axes, top: float) -> None:
    ax.set(
        yscale="log",
        ylim=(0.9, top),
        xlim=(0.05, 1.03),
        xlabel="$k_N$, fraction of the compute-optimal width",
        ylabel="$k_D$, multiple of the cues",
    )
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick < top]
    ax.set_yticks(ticks, labels=map(str, ticks))
    ax.minorticks_off()


@seen_as(
    "The data scaling factor against the fraction of the optimal width, falling from a wall near a "
    "tenth to one at the full width. Measured points of three budgets, with error bars, lie on the "
    "predicted curve at three quarters, a half and about a third, one beside the other. A strip "
    "below shows how far off they are: a few per cent to either side."
)
def plot_measured_factor(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    measured: Annotated[pd.DataFrame, _measured],
) -> Axes:
    """The k_D that was measured at several budgets, on the curve that the exponents predict."""
    k_N = np.geomspace(minimum_model_scale(alpha, beta) * 1.001, 1, 400)
    ax.plot(k_N, data_scaling_factor(k_N, alpha, beta), color=GREY, label="predicted")
    _factor_points(ax, measured, "optimal width {N}")
    _factor_axes(ax, 30)
    ax.legend()
    below = strip(ax)
    predicted = data_scaling_factor(measured["k_N"], alpha, beta)
    off = measured.assign(k_D=100 * (measured["k_D"] / predicted - 1))
    _factor_points(below, off, "measured over predicted less one; %; optimal width {N}")
    below.set_ylabel("off, %")
    return ax


@seen_as(
    "The data scaling factor against the fraction of the optimal width, in the language that is "
    "not additive: one curve a budget, which fan out to the left of a half, the smallest budget "
    "highest. All lie above the dashed curve of the additive law; measured points with error bars "
    "lie on the curves of their budgets."
)
def plot_broken_factor(
    ax: Axes,
    exponents: Annotated[tuple[float, float], tuple_of(one(positive), one(positive))],
    curves: Annotated[
        Mapping[int, tuple[np.ndarray, np.ndarray]],
        named(tuple_of(array(positive), array(extended)), count()),
    ],
    measured: Annotated[pd.DataFrame, _measured],
) -> Axes:
    """k_D where it depends on the budget: true curves (k_N, k_D) by optimal width, and points."""
    for sizes, factors in curves.values():
        same_length(k_N=sizes, curves=factors)
    k_N = np.geomspace(minimum_model_scale(*exponents) * 1.001, 1, 400)
    additive = data_scaling_factor(k_N, *exponents)
    ax.plot(k_N, additive, "--", color=GREY, label="the additive law")
    for (N, (x, y)), colour in zip(curves.items(), FIVE, strict=False):
        x, y = np.asarray(x), np.asarray(y)
        kept = np.isfinite(y)
        label = f"{DATA_ONLY}theory at optimal width {N}"
        ax.plot(x[kept], y[kept], color=colour, linewidth=1.2, label=label)
    _factor_points(ax, measured, "optimal width {N}")
    _factor_axes(ax, 110)
    ax.legend()
    return ax
