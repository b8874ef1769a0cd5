"""The pictures of the chapter on how sure the exponents are; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PURPLE, seen_as
from analysis.internal.checks import extended, positive, same_length
from analysis.internal.kinds import array, mapping_with, named, one, several, table_with, tuple_of
from analysis.laws import LawEnsemble, ParametricLaw

Plane: TypeAlias = Annotated[pd.DataFrame, table_with(N=array(positive), D=array(positive))]
NEIGHBOURS = 41
"""How many values a running median is the middle of."""
ENDS = {name: one(positive) for name in ("low", "refit", "high", "post")}
BAND = {"k_N": array(positive)} | {name: array(extended) for name in ("low", "high", "refit")}


@seen_as(
    "Training tokens against parameters of the runs, both axes logarithmic: a broad cloud that "
    "rises to the right around a dashed line of twenty tokens a parameter, with a few excluded "
    "runs marked by crosses at the lower edge."
)
def plot_runs(ax: Axes, kept: Plane, excluded: Plane) -> Axes:
    """The runs that are fitted and those left out, in size and data."""
    ax.plot(kept["N"], kept["D"], ".", color=BLUE, markersize=5, label="fitted")
    ax.plot(excluded["N"], excluded["D"], "x", color=ORANGE, label="left out")
    N = np.array([kept["N"].min(), kept["N"].max()])
    ax.plot(N, 20 * N, "--", color=GREY, linewidth=1.2, label="20 tokens a parameter")
    ax.set(xscale="log", yscale="log", xlabel="parameters N", ylabel="training tokens D")
    ax.legend()
    return ax


@seen_as(
    "Residual of the loss in percent against tokens a parameter on a logarithmic axis: a dense "
    "band within about half a percent of zero, with scattered runs up to several percent above "
    "and below, mostly at few tokens a parameter. The running median is level in the middle and "
    "bends up at both ends."
)
def plot_residuals(
    ax: Axes,
    law: ParametricLaw,
    runs: Annotated[
        pd.DataFrame, table_with(N=array(positive), D=array(positive), loss=array(positive))
    ],
) -> Axes:
    """How far each run lies from the law, and the running median of `NEIGHBOURS` runs."""
    residual = 100 * np.log(runs["loss"] / law.loss(runs["N"], runs["D"]))
    ax.axhline(0, color=GREY, linewidth=1)
    M = runs["D"] / runs["N"]
    ax.plot(M, residual, ".", color=BLUE, markersize=5, label="runs")
    by_M = residual.groupby(M).median().rolling(NEIGHBOURS, center=True, min_periods=5).median()
    ax.plot(by_M.index, by_M, color=ORANGE, label="running median")
    ax.set(
        xscale="log",
        xlabel="training tokens a parameter, D/N",
        ylabel="measured above fitted loss, %",
    )
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend()
    return ax


@seen_as(
    "The plane of the exponents alpha and beta with rings of equal objective: nested ovals "
    "around the refit near 0.35 and 0.37. A cloud of resampled fits fills them. The published "
    "refit lies inside; the exponents of de Vries and of Hoffmann et al. lie far below, near "
    "0.34 and 0.28."
)
def plot_profile(
    ax: Axes,
    alpha: Annotated[Sequence[float], several(one(positive), least=2)],
    beta: Annotated[Sequence[float], several(one(positive), least=2)],
    profile: Annotated[ArrayLike, array(positive, axes=2)],
    draws: LawEnsemble,
    points: Annotated[
        Mapping[str, tuple[float, float]], named(tuple_of(one(positive), one(positive)), str)
    ],
) -> Axes:
    """The least objective at each pair of exponents, resampled fits, and published exponents."""
    profile = np.asarray(profile)
    same_length(alpha=alpha, profile=profile)
    same_length(beta=beta, profile=profile.T)
    dots: dict[str, Any] = {"color": GREY, "markersize": 2, "alpha": 0.5, "label": "resamples"}
    ax.plot(draws.alpha, draws.beta, ".", **dots)
    steps = profile.min() * np.array([1.01, 1.03, 1.1, 1.3, 1.7, 2.5])
    ax.contour(alpha, beta, profile.T, levels=steps, colors=BLUE, linewidths=1)
    ax.plot(
        [], [], color=BLUE, linewidth=1, label="objective 1, 3, 10, 30, 70, 150 % above its least"
    )
    styles = zip(points.items(), "o^sD", (GREEN, ORANGE, PURPLE, BLUE), strict=False)
    for (name, (x, y)), shape, colour in styles:
        ax.plot(x, y, shape, color=colour, markersize=7, label=name)
    ax.set(xlabel=r"$\alpha$, exponent of size", ylabel=r"$\beta$, exponent of data")
    ax.set(xlim=(min(alpha), max(alpha)), ylim=(min(beta), max(beta)))
    ax.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return ax


@seen_as(
    "Compute overhead in percent against the fraction of the optimal size. The curve of the "
    "refit with its shaded band runs above the curve of the post's law everywhere left of one, "
    "and the gap widens fast below a half: the band leaves the picture near a quarter, the "
    "post's curve further left."
)
def plot_overhead_band(
    ax: Axes,
    band: Annotated[Mapping[str, list[float]], mapping_with(**BAND)],
    k_N: Annotated[ArrayLike, array(positive)],
    post: Annotated[ArrayLike, array(extended)],
) -> Axes:
    """The overhead curve of the refit with its interval, and that of the post."""
    same_length(k_N=k_N, post=post)
    same_length(**{f"band[{name!r}]": band[name] for name in BAND})
    sizes = np.asarray(band["k_N"])
    low, high, refit = (100 * np.asarray(band[name]) for name in ("low", "high", "refit"))
    ax.fill_between(sizes, low, np.minimum(high, 1e4), color=BLUE, alpha=0.35, linewidth=0)
    ax.plot(sizes, refit, color=BLUE, label="refit, with its interval")
    ax.plot(sizes, low, color=BLUE, linewidth=0.6, label=f"{DATA_ONLY}lower end")
    ax.plot(sizes, high, color=BLUE, linewidth=0.6, label=f"{DATA_ONLY}upper end")
    ax.plot(k_N, 100 * np.asarray(post), "--", color=ORANGE, label="the post's law")
    ax.set(
        xlim=(0.15, 1.2),
        ylim=(-5, 250),
        xlabel="$k_N$, fraction of the compute-optimal size",
        ylabel="compute overhead, %",
    )
    ax.legend()
    return ax


@seen_as(
    "One horizontal interval with a dot in each row, a row for each quantity, as multiples of the "
    "post's value, which is a vertical line at one: every interval of the overheads and of the "
    "sizes of the wall lies to the right of the line, the sizes of the two models to the left "
    "of it."
)
def plot_quantities(
    ax: Axes,
    quantities: Annotated[Mapping[str, Mapping[str, float]], named(mapping_with(**ENDS), str)],
) -> Axes:
    """Each quantity of the refit, with its interval, as a multiple of the post's value."""
    ax.axvline(1, color=ORANGE, linestyle="--", linewidth=1.4, label="the post's law")
    for row, values in enumerate(quantities.values()):
        low, refit, high = (values[end] / values["post"] for end in ("low", "refit", "high"))
        ax.plot([low, high], [row, row], color=BLUE, linewidth=2.2, label="_interval")
        ax.plot(refit, row, "o", color=BLUE, label="refit" if row == 0 else "_refit")
    ax.set_yticks(range(len(quantities)), labels=list(quantities))
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="multiple of the post's value")
    ax.set_xticks([0.7, 1, 1.5, 2, 3, 5], labels=["0.7", "1", "1.5", "2", "3", "5"])
    ax.minorticks_off()
    ax.legend(loc="upper right")
    return ax
