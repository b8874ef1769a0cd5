"""The pictures of the statistics primer; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.checks import non_negative, positive, real, same_length
from analysis.internal.kinds import PositiveFloat, RealFloat, array, named, one, tuple_of

Values: TypeAlias = Annotated[ArrayLike, array(positive)]


@seen_as(
    "Loss against training tokens, on a logarithmic axis: twenty dots fall along a curve that "
    "flattens, one of them far above it. Of two fitted curves one is pulled up towards that dot, "
    "the other passes through the rest."
)
def plot_two_fits(
    ax: Axes,
    D: Values,
    loss: Values,
    curves: Annotated[Mapping[str, ArrayLike], named(array(positive), str)],
) -> Axes:
    """Runs, and curves fitted to them: label -> loss at each of D."""
    same_length(D=D, loss=loss)
    ax.plot(D, loss, "o", color=GREY, markersize=5, label="runs")
    for (label, values), colour in zip(curves.items(), (ORANGE, BLUE, GREEN), strict=False):
        same_length(D=D, curves=values)
        ax.plot(D, values, color=colour, label=label)
    ax.set(xscale="log", xlabel="training tokens D", ylabel="loss, nats per token")
    ax.legend()
    return ax


@seen_as(
    "Loss against training tokens, on a logarithmic axis, with many thin curves, one for each "
    "resample of the dots: a narrow bundle where the dots are, which opens like a fan to the right "
    "of them."
)
def plot_many_fits(
    ax: Axes,
    D: Values,
    loss: Values,
    beyond: Values,
    curves: Annotated[ArrayLike, array(positive, axes=2)],
) -> Axes:
    """Runs, and the curve of each resample at the lengths `beyond`, a row a resample."""
    same_length(D=D, loss=loss)
    same_length(beyond=beyond, curves=np.asarray(curves).T)
    for place, values in enumerate(np.asarray(curves), 1):
        label = f"{DATA_ONLY}resample {place}"
        ax.plot(beyond, values, "-", color=BLUE, linewidth=0.5, alpha=0.35, label=label)
    ax.plot([], [], "-", color=BLUE, linewidth=0.5, label="resamples")
    ax.plot(D, loss, "o", color=GREY, markersize=5, label="runs")
    ax.set(xscale="log", xlabel="training tokens D", ylabel="loss, nats per token")
    ax.legend()
    return ax


@seen_as(
    "A row for each way to an interval: a dot for the estimate, a bar for the interval, and the "
    "truth as a dashed vertical line through all rows. The bars that are too sure of themselves "
    "stop short of the line."
)
def plot_ways(
    ax: Axes,
    ways: Annotated[
        Mapping[str, tuple[float, float, float]], named(tuple_of(*[one(real)] * 3), str)
    ],
    truth: RealFloat,
    quantity: str,
) -> Axes:
    """Intervals of a quantity: label -> (estimate, low, high), and its true value."""
    ax.axvline(truth, color=ORANGE, linestyle="--", linewidth=1.4, label="truth")
    for row, (label, (middle, low, high)) in enumerate(ways.items()):
        name = f"{DATA_ONLY}{label}; interval"
        ax.plot([low, high], [row, row], color=BLUE, linewidth=2.4, label=name)
        ax.plot(middle, row, "o", color=BLUE, markersize=7, label=f"{DATA_ONLY}{label}")
    ax.set_yticks(range(len(ways)), labels=list(ways))
    ax.set(xlabel=quantity, ylim=(len(ways) - 0.4, -0.6))
    ax.legend(loc="lower right")
    return ax


@seen_as(
    "How much worse the best fit becomes when one constant is held at a value: a valley with its "
    "lowest point at the estimate. A level line cuts it at the two ends of the interval."
)
def plot_one_profile(
    ax: Axes,
    held: Values,
    worse: Annotated[ArrayLike, array(non_negative)],
    limit: PositiveFloat,
    constant: str,
) -> Axes:
    """The objective above its least, in units in which an interval ends at `limit`."""
    same_length(held=held, worse=worse)
    inside = np.minimum(worse, 10 * limit)
    ax.plot(held, inside, color=BLUE, label="best fit with the constant held")
    ax.axhline(limit, color=PURPLE, linestyle="--", linewidth=1.2, label="where the interval ends")
    ax.set(xlabel=constant, ylabel="sum of squares above its least", ylim=(0, 3 * limit))
    ax.legend()
    return ax
