"""The pictures of chapters 1 to 5.

`plot_*(ax, ...)` draws what it is given on the axes it is given and returns them; above each stands
its alt text: what one should see. `analysis.figures.picture.show` makes a picture of it for a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.figures.picture import (
    BLUE,
    DATA_ONLY,
    FIVE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    seen_as,
    strip,
)
from analysis.internal.checks import positive, real
from analysis.internal.counts import show_count
from analysis.internal.doors import behind
from analysis.internal.kinds import PositiveFloat, array, named, one, several, tuple_of
from analysis.laws import ParametricLaw
from analysis.tradeoff import (
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
    scales_from_marginal_rate,
)

SMALL: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9}
"""How a note on the axes is written: so many points from its place."""
SIZES = 0.75, 0.5, 0.3
"""The sizes at which the overhead curve says its value."""


@seen_as(
    "Loss against training tokens on a logarithmic axis, one falling curve for each model size. "
    "Every curve flattens towards its own dotted floor; larger models have lower floors, and all "
    "floors lie above the solid line at E."
)
def plot_loss_against_data(
    ax: Axes,
    law: ParametricLaw,
    sizes: Annotated[Sequence[float], several(one(positive))],
    D: Annotated[np.ndarray, array(positive)],
) -> Axes:
    """Loss against tokens, a curve and its floor E + A/N**alpha for each size."""
    ends = [D[0], D[-1]]
    for N, colour in zip(sizes, (PURPLE, BLUE, GREEN, ORANGE), strict=False):
        ax.plot(D, law.loss(N, D), color=colour, label=f"{show_count(N)} parameters")
        floor, label = [behind(law.loss)(N, np.inf)] * 2, f"{DATA_ONLY}floor of {show_count(N)}"
        ax.plot(ends, floor, color=colour, linestyle=":", linewidth=1.1, label=label)
    ax.plot(ends, [law.E] * 2, color=GREY, linewidth=1.2, label=f"{DATA_ONLY}E")
    ax.annotate("E", (D[-1], law.E), (0, -3), textcoords="offset points", ha="right", va="top")
    ax.margins(y=0.1)
    ax.set(xscale="log", xlabel="training tokens D", ylabel="loss, nats per token")
    ax.legend()
    return ax


@seen_as(
    "Loss against model size along four compute budgets. Each curve is a valley with one lowest "
    "point, marked by a dot, and its budget written at its right end; with more compute the valley "
    "lies lower and further right."
)
def plot_budget_lines(
    ax: Axes,
    law: ParametricLaw,
    budgets: Annotated[Sequence[float], several(one(positive))],
    span: PositiveFloat = 30.0,
) -> Axes:
    """Loss along each budget line against size, `span` times to either side of the optimum."""
    for C, colour in zip(budgets, (PURPLE, BLUE, GREEN, ORANGE), strict=False):
        best = law.compute_optimal(C)
        N = best.N * np.geomspace(1 / span, span, 201)
        name, least = f"C = {_power(C)} FLOP", law.loss(best.N, best.D)
        loss = law.loss(N, best.D * best.N / N)
        ax.plot(N, loss, color=colour, label=f"{DATA_ONLY}{name}")
        ax.plot(best.N, least, "o", color=colour, label=f"{DATA_ONLY}optimum at {name}")
        ax.annotate(name, (N[-1], loss[-1]), (4, 0), va="center", color=colour, **SMALL)
    ax.set(xscale="log", xlabel="parameters N", ylabel="loss, nats per token")
    ax.set_xlim(right=12 * N[-1])
    return ax


@seen_as(
    "The size term and the data term of the compute-optimal model against the compute budget, "
    "both axes logarithmic: two parallel falling lines, so their ratio never changes."
)
def plot_balance(ax: Axes, law: ParametricLaw, C: Annotated[np.ndarray, array(positive)]) -> Axes:
    """The two reducible terms of the compute-optimal model against the budget."""
    best = law.compute_optimal(C)
    ax.plot(C, law.A * best.N**-law.alpha, color=BLUE, label=r"size term $A/N_{opt}^{\alpha}$")
    ax.plot(C, law.B * best.D**-law.beta, color=ORANGE, label=r"data term $B/D_{opt}^{\beta}$")
    ax.set(xscale="log", yscale="log", xlabel="compute budget C, FLOP", ylabel="nats per token")
    ax.set_yticks([0.03, 0.1, 0.3, 1], labels=["0.03", "0.1", "0.3", "1"])
    ax.minorticks_off()
    ax.legend()
    return ax


@seen_as(
    "Size against data with logarithmic axes. A curve of equal loss touches the straight budget "
    "line at the compute-optimal model and stays above it elsewhere. The model of half the size "
    "lies on the same curve, further up, on a second budget line a little above the first."
)
def plot_iso_loss(ax: Axes, law: ParametricLaw, C: PositiveFloat, k_N: PositiveFloat) -> Axes:
    """Iso-loss contours, the budget line of C, the optimum and the model k_N times its size."""
    best = law.compute_optimal(C)
    k_D = data_scaling_factor(k_N, law.alpha, law.beta)
    N = best.N * np.geomspace(0.07, 7, 300)
    D = best.D * np.geomspace(0.15, 15, 300)
    ax.contour(N, D, law.loss(N, D[:, None]), levels=9, colors=GREY, linewidths=0.7, alpha=0.6)
    walls = minimum_model_scale(law.alpha, law.beta)
    sizes = best.N * np.geomspace(walls * 1.002, 7, 400)
    tokens = best.D * data_scaling_factor(sizes / best.N, law.alpha, law.beta)
    ax.plot(sizes, tokens, color=BLUE, label="same loss as the optimum")
    ax.plot(N, best.D * best.N / N, color=ORANGE, label=f"budget C = {_power(C)} FLOP")
    more = k_N * k_D
    ax.plot(
        N,
        more * best.D * best.N / N,
        color=ORANGE,
        linestyle="--",
        linewidth=1.2,
        label=f"budget {more:.2f} C",
    )
    ax.plot(best.N, best.D, "o", color=GREEN, markersize=8, label="compute-optimal model")
    ax.plot(
        k_N * best.N,
        k_D * best.D,
        "s",
        color=PURPLE,
        markersize=8,
        label=f"{k_N:g} of its size, {k_D:.2f} times its tokens",
    )
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(N[0], N[-1]),
        ylim=(D[0], D[-1]),
        xlabel="parameters N",
        ylabel="training tokens D",
    )
    handles = [*ax.get_lines(), Line2D([], [], color=GREY, linewidth=0.7, label="equal loss")]
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=8)
    return ax


@seen_as(
    "The data scaling factor against the fraction of the optimal size. Open markers of five "
    "shapes, one for each compute budget, sit inside one another on a single falling curve. A "
    "strip below shows what is left between them and the curve: parts of a million, around zero."
)
def plot_one_curve(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    solved: Annotated[
        Mapping[float, tuple[np.ndarray, np.ndarray]],
        named(tuple_of(array(positive), array(positive)), one(positive)),
    ],
) -> Axes:
    """k_D found by root finding at each budget, {C: (k_N, k_D)}, on the closed form."""
    lowest = min(k_N.min() for k_N, _ in solved.values())
    k_N = np.geomspace(lowest * 0.98, 1.6, 300)
    ax.plot(k_N, data_scaling_factor(k_N, alpha, beta), color=GREY, label="closed form")
    shapes = zip(solved.items(), "osD^v", FIVE, strict=False)
    for size, ((C, (sizes, tokens)), shape, colour) in enumerate(shapes):
        ax.plot(
            sizes,
            tokens,
            shape,
            color=colour,
            markersize=14 - 2.2 * size,
            fillstyle="none",
            markeredgewidth=1.2,
            label=f"C = {_power(C)} FLOP",
        )
    left_over = {
        C: 1e6 * (tokens / data_scaling_factor(sizes, alpha, beta) - 1)
        for C, (sizes, tokens) in solved.items()
    }
    ax.set(
        yscale="log",
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="$k_D$, multiple of its tokens",
    )
    ax.set_yticks([1, 3, 10, 30, 100], labels=["1", "3", "10", "30", "100"])
    ax.minorticks_off()
    ax.legend()
    below = strip(ax)
    for (C, rest), shape, colour in zip(left_over.items(), "osD^v", FIVE, strict=False):
        label = f"{DATA_ONLY}found over closed form less one; millionths; C = {_power(C)} FLOP"
        below.plot(solved[C][0], rest, shape, color=colour, markersize=4, label=label)
    below.set_ylabel("off, millionths")
    return ax


@seen_as(
    "Compute overhead in per cent against the fraction of the optimal size, on an axis that is "
    "stretched near zero. The curve is zero at one, about twenty per cent at a half, rises ever "
    "more steeply to the left and runs up a dashed vertical wall near a tenth. To the right of one "
    "it rises slowly."
)
def plot_overhead(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    printed: Annotated[Sequence[tuple[float, float]], several(tuple_of(one(positive), one(real)))]
    | None = None,
) -> Axes:
    """The compute overhead against k_N, with its wall and printed points (k_N, overhead)."""
    wall = minimum_model_scale(alpha, beta)
    k_N = np.concatenate([np.geomspace(wall * 1.001, 1, 400), np.linspace(1, 1.8, 100)[1:]])
    ax.plot(k_N, 100 * compute_overhead(k_N, alpha, beta), color=BLUE, label="compute overhead")
    style: dict[str, Any] = {"color": ORANGE, "linestyle": "--", "linewidth": 1.2}
    ax.plot([wall, wall], [0, 300], label=f"{DATA_ONLY}smallest size, k_min", **style)
    said = "$k_{min}$: no amount of data is enough"
    ax.annotate(said, (wall, 4), (3, 0), rotation=90, **SMALL)
    for size in SIZES:
        overhead = 100 * compute_overhead(size, alpha, beta)
        ax.annotate(f"{overhead:.0f} %", (size, overhead), (8, 2), **SMALL)
    if printed is not None:
        points = np.asarray(printed)
        ax.plot(
            points[:, 0],
            100 * points[:, 1],
            "o",
            color=PURPLE,
            fillstyle="none",
            markersize=7,
            markeredgewidth=1.6,
            label="as the post prints it",
        )
    ax.set(
        xlim=(0, 1.8),
        ylim=(0, 300),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="compute overhead, % (root axis)",
    )
    ax.set_yscale("function", functions=(np.sqrt, np.square))
    ax.set_yticks([0, 1, 5, 20, 50, 100, 200, 300])
    ax.legend()
    return ax


@seen_as(
    "The overhead between half and one and a half times the optimal size, with a dashed parabola "
    "in the logarithm of the size: the two coincide near one, and the overhead is the higher one "
    "for small models and the lower one for large models."
)
def plot_flatness(ax: Axes, alpha: PositiveFloat, beta: PositiveFloat) -> Axes:
    """The overhead near k_N = 1 beside the parabola (alpha + beta)/2 ln(k_N)**2."""
    k_N = np.linspace(0.5, 1.7, 241)
    ax.plot(k_N, 100 * compute_overhead(k_N, alpha, beta), color=BLUE, label="compute overhead")
    ax.plot(
        k_N,
        50 * (alpha + beta) * np.log(k_N) ** 2,
        color=ORANGE,
        linestyle="--",
        label=r"$(\alpha+\beta)/2 \cdot (\ln k_N)^2$",
    )
    ax.set(
        ylim=(0, 22),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="compute overhead, %",
    )
    ax.legend()
    return ax


@seen_as(
    "Tokens against size, both as multiples of the optimum and on logarithmic axes. The curve of "
    "equal loss touches the straight line of equal compute at one, and bends away from it towards "
    "a vertical wall at the smallest size and a horizontal wall at the least data. Dots mark "
    "marginal rates."
)
def plot_exchange(
    ax: Axes,
    alpha: PositiveFloat,
    beta: PositiveFloat,
    rates: Annotated[Sequence[float], several(one(positive))],
) -> Axes:
    """The exchange curve (k_N, k_D), both its walls, and the models of given marginal rates."""
    sizes, tokens = scales_from_marginal_rate(np.geomspace(1e-3, 1e3, 600), alpha, beta)
    ax.plot(sizes, tokens, color=BLUE, label="same loss")
    ax.plot(sizes, 1 / sizes, color=GREY, linewidth=1.2, label="same compute")
    most, _ = scales_from_marginal_rate(1e12, alpha, beta)
    _, least = scales_from_marginal_rate(1e-12, alpha, beta)
    style: dict[str, Any] = {"color": ORANGE, "linestyle": "--", "linewidth": 1.2}
    ax.plot([most, most], [0.06, 200], label=f"{DATA_ONLY}smallest size, k_min", **style)
    ax.plot([0.06, 20], [least, least], label=f"{DATA_ONLY}least data", **style)
    upright: dict[str, Any] = {"rotation": 90, "ha": "right", "va": "bottom"}
    ax.annotate("smallest size, $k_{min}$", (most, 0.3), (-4, 0), **upright, **SMALL)
    ax.annotate("least data", (1, least), (0, -4), ha="left", va="top", **SMALL)
    k_N, k_D = scales_from_marginal_rate(np.asarray(rates, dtype=float), alpha, beta)
    ax.plot(k_N, k_D, "o", color=PURPLE, label="marginal rate m")
    for rate, x, y in zip(rates, k_N, k_D, strict=True):
        ax.annotate(f"m = {rate:g}", (x, y), (7, 3), **SMALL)
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(0.06, 20),
        ylim=(0.06, 200),
        xlabel="$k_N$, multiple of the compute-optimal size",
        ylabel="$k_D$, multiple of its tokens",
    )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.legend()
    return ax


def _power(C: float) -> str:
    mantissa, exponent = f"{C:.3g}".split("e") if "e" in f"{C:.3g}" else (f"{C:g}", "0")
    return (
        f"$10^{{{int(exponent)}}}$"
        if mantissa == "1"
        else rf"{mantissa}$\cdot 10^{{{int(exponent)}}}$"
    )
