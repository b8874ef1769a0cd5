"""The pictures of the chapter on k_D in a dozen testbeds; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.atlas import Exchange
from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PINK, PURPLE, seen_as
from analysis.internal.checks import extended, positive, real, same_length
from analysis.internal.kinds import (
    PositiveFloat,
    array,
    mapping_with,
    named,
    one,
    one_of,
    several,
    table_with,
)
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

ESTIMATES = {
    "sum law": (GREY, "o", -0.27),
    "outer power": (BLUE, "s", 0.0),
    "read off the curves": (ORANGE, "^", 0.27),
}
"""How each way to the overhead is drawn, and where beside the line of its arm."""
COUNTED = {"N_body": "body only", "N": "head in,\nembedding out", "N_all": "all\nparameters"}
"""The three counts of N, from the fewest to the most."""
STUDIES = (BLUE, ORANGE, GREEN, PURPLE, PINK, GREY)
TICKS = (10, 15, 20, 30, 40, 60, 100, 150)
WIDEST = (7.0, 220.0)
"""Per cent: where the strip ends; an interval that goes on ends in an arrow."""
BAND = {name: array(extended) for name in ("mean", "low", "high", "new_low", "new_high")}


@seen_as(
    "What half the size costs, in per cent more compute, on a logarithmic axis from 7 to 200: a "
    "line for each set of runs, studies one below the other, three marks on a line. The grey marks "
    "of the sum law scatter from 13 to 50. The blue ones of the fits with an outer power and the "
    "orange ones that are read off the curves lie mostly between 25 and 50, close to each other; "
    "two studies lie far to the right. A band at the bottom holds the mean over studies, a wider "
    "paler one what a new laboratory should expect. A dashed line marks the post's law at 20."
)
def plot_strip(
    ax: Axes,
    estimates: Annotated[
        pd.DataFrame,
        table_with(
            arm=several(str),
            estimate=several(one_of(*ESTIMATES)),
            half=array(positive),
            low=array(extended),
            high=array(extended),
        ),
    ],
    pooled: Annotated[
        Mapping[str, float],
        mapping_with(**{name: one(extended) for name in BAND}),
    ],
    post: PositiveFloat,
) -> Axes:
    """Every estimate of what half the size costs, by arm; `pooled` and `post` are fractions."""
    arms = list(dict.fromkeys(estimates["arm"]))
    for name, (colour, marker, beside) in ESTIMATES.items():
        own = estimates[estimates["estimate"] == name]
        y = [len(arms) - arms.index(arm) + 1 - beside for arm in own["arm"]]
        low, high = (np.clip(100 * own[end], *WIDEST) for end in ("low", "high"))
        ax.hlines(y, low, high, color=colour, linewidth=1.3, alpha=0.7)
        ax.plot(100 * own["half"], y, marker, color=colour, markersize=4.5, label=name)
        beyond = own["high"] > WIDEST[1] / 100
        edge = np.full(beyond.sum(), WIDEST[1])
        ax.plot(edge, np.array(y)[beyond], ">", color=colour, markersize=4.5, clip_on=False)
    mean, new = (
        [100 * pooled[f"{which}{end}"] for end in ("low", "high")] for which in ("", "new_")
    )
    ax.fill_betweenx([0, 0.9], new[0], new[1], color=PURPLE, alpha=0.2, linewidth=0)
    ax.fill_betweenx([0, 0.9], mean[0], mean[1], color=PURPLE, alpha=0.45, linewidth=0)
    ax.plot([100 * pooled["mean"]], [0.45], "D", color=PURPLE, label="over the studies")
    ax.axvline(100 * post, color=GREY, linestyle="--", linewidth=1, label="_the post's law")
    ax.annotate(
        "the post's law",
        (100 * post, len(arms) + 1.6),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    ax.set(xscale="log", xlim=WIDEST, ylim=(-0.4, len(arms) + 2.1))
    ax.set_xlabel("half the size costs, % more compute")
    ax.set_xticks(TICKS, labels=[str(tick) for tick in TICKS])
    ax.minorticks_off()
    names = ["all together", *reversed(arms)]
    ax.set_yticks([0.45, *range(2, len(arms) + 2)], labels=names, fontsize=8)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=8, columnspacing=1)
    return ax


@seen_as(
    "Loss against model size, which is logarithmic: a row of valleys, one for each compute budget, "
    "that lie lower and further to the right as the budget grows. Through the bottom of each runs "
    "a smooth curve, and a dashed line joins the bottoms."
)
def plot_valleys(
    ax: Axes,
    runs: Annotated[
        pd.DataFrame,
        table_with(**{name: array(positive) for name in ("N", "D", "loss", "budget")}),
    ],
    found: Exchange,
) -> Axes:
    """The IsoFLOP curves of an arm, the cubics that are read, and the frontier."""
    reading, colours = found.reading, (BLUE, ORANGE, GREEN, PURPLE, PINK)
    for place, C in enumerate(found.by_budget["C"]):
        colour = colours[place % len(colours)]
        own = runs[np.abs(np.log(runs["budget"] / C)) < 0.05]
        on_curve = found.fit.law.loss(own["N"], C / (FLOP_PER_PARAMETER_TOKEN * own["N"]))
        moved = on_curve / found.fit.law.loss(own["N"], own["D"])
        d = np.linspace(-1.6, 1.6, 80)
        x, y = reading.bottom[0][place] + d, reading.loss[0][place]
        y = y + reading.bend[0][place] * d**2 / 2 + reading.skew[0][place] * d**3 / 6
        ax.plot(np.exp(x), np.exp(y), color=colour, linewidth=1.2, label=f"{DATA_ONLY}cubic, {C:g}")
        label = f"{DATA_ONLY}runs, {C:g} FLOP"
        ax.plot(own["N"], own["loss"] * moved, "o", color=colour, markersize=3.5, label=label)
        ax.annotate(
            f"{C:.0e}".replace("e+", "e"),
            (np.exp(x[-1]), np.exp(y[-1])),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=7,
            color=colour,
        )
    ax.plot(
        found.by_budget["N_opt"],
        found.by_budget["loss"],
        "--",
        color=GREY,
        linewidth=1.2,
        label="frontier",
    )
    low, high = found.by_budget["loss"].min(), found.by_budget["loss"].max()
    ax.set(xscale="log", xlabel="parameters N", ylabel="loss, nats per token")
    ax.set_ylim(low * 0.97, high * 1.16)
    ax.legend()
    return ax


def _by_study(labels: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each label, the colour of its study, and the name of its line.

    A label is "study: set". The first line of a study has its name in the legend, the others none.
    """
    colours: dict[str, str] = {}
    for label in labels:
        study = label.split(":")[0]
        name = f"{DATA_ONLY}{label}" if study in colours else study
        yield label, colours.setdefault(study, STUDIES[len(colours) % len(STUDIES)]), name


@seen_as(
    "What half the size costs, in per cent, against the budget on a logarithmic axis, one jagged "
    "line for each set of runs. The six of one study fall from about 50 per cent to about 30 in "
    "the middle of their two decades and rise again. Those of others jump more, and rise or fall."
)
def plot_by_budget(
    ax: Axes,
    read: Annotated[
        Mapping[str, pd.DataFrame], named(table_with(C=array(positive), overhead=array(real)), str)
    ],
) -> Axes:
    """The overhead at half the size read off at each budget: label -> C and overhead, fractions."""
    for label, colour, name in _by_study(read):
        own = read[label]
        ax.plot(
            own["C"],
            100 * own["overhead"],
            "o-",
            color=colour,
            markersize=4,
            linewidth=0.9,
            alpha=0.85,
            label=name,
        )
    ax.set(xscale="log", xlabel="budget C, FLOP", ylabel="half the size costs, %", ylim=(0, 100))
    ax.legend(ncols=2)
    return ax


@seen_as(
    "What half the size costs, in per cent, by what is counted as a parameter: three columns, body "
    "only, head in and embedding out, all parameters. Each line is a set of runs. Nearly all rise "
    "from left to right, from about a quarter over a third to two fifths."
)
def plot_counts(
    ax: Axes,
    halves: Annotated[
        Mapping[str, Mapping[str, float]], named(named(one(positive), one_of(*COUNTED)), str)
    ],
) -> Axes:
    """The overhead at half the size by each count of N: label -> count -> fraction."""
    places = {name: place for place, name in enumerate(COUNTED)}
    for label, colour, name in _by_study(halves):
        own = halves[label]
        x = [places[which] for which in COUNTED if which in own]
        y = [100 * own[which] for which in COUNTED if which in own]
        ax.plot(x, y, "o-", color=colour, markersize=4.5, linewidth=1.1, label=name)
    ax.set_xticks(list(places.values()), labels=list(COUNTED.values()))
    ax.set(xlim=(-0.3, 2.3), ylabel="half the size costs, %", xlabel="what N counts", yscale="log")
    ax.set_yticks(TICKS[1:], labels=[str(tick) for tick in TICKS[1:]])
    ax.minorticks_off()
    ax.legend(ncols=2)
    return ax


@seen_as(
    "How much worse the fit is than at its best, in per cent, against the outer power kappa, held, "
    "on a logarithmic axis: a valley for each of four sets of runs. Their bottoms lie at different "
    "powers, most of them below one; some valleys are steep, some are flat over a factor of two."
)
def plot_kappa(
    ax: Axes,
    profiles: Annotated[
        Mapping[str, Mapping[str, Any]],
        named(mapping_with(kappa=array(positive), objective=array(positive)), str),
    ],
) -> Axes:
    """The objective over its least at every kappa: label -> kappa and objective."""
    colours = (BLUE, ORANGE, GREEN, PURPLE, PINK)
    for (label, own), colour in zip(profiles.items(), colours, strict=False):
        objective = np.asarray(own["objective"])
        above = 100 * (objective / objective.min() - 1)
        ax.plot(own["kappa"], above, color=colour, label=label)
    ax.axvline(1, color=GREY, linestyle=(0, (1, 1)), linewidth=1, label="the sum law")
    ax.set(xscale="log", xlabel="outer power κ, held", ylabel="objective above its least, %")
    ax.set(ylim=(0, 30))
    ax.set_xticks(
        [0.2, 0.3, 0.5, 0.7, 1, 1.5, 2], labels=["0.2", "0.3", "0.5", "0.7", "1", "1.5", "2"]
    )
    ax.minorticks_off()
    ax.legend()
    return ax


@seen_as(
    "Compute overhead in per cent against the fraction of the optimal size. The mean over the "
    "studies rises from zero at one, slowly and then steeply, towards a wall near a quarter. "
    "Around it a dark band for the mean and a pale wide one for a new laboratory. The post's curve "
    "lies below both, at the edge of the pale one, with its wall near a tenth."
)
def plot_pooled(
    ax: Axes,
    k_N: Annotated[Any, array(positive)],
    curve: Annotated[Mapping[str, Any], mapping_with(**BAND)],
    post: Annotated[Any, array(extended)],
) -> Axes:
    """The pooled overhead with the band of the mean and that of a new laboratory, all fractions."""
    same_length(k_N=k_N, post=post, **{f"curve[{name!r}]": curve[name] for name in BAND})
    k_N = np.asarray(k_N)
    ends = {name: np.minimum(100 * np.asarray(curve[name]), 1e4) for name in BAND}
    ax.fill_between(k_N, ends["new_low"], ends["new_high"], color=PURPLE, alpha=0.18, linewidth=0)
    ax.fill_between(k_N, ends["low"], ends["high"], color=PURPLE, alpha=0.4, linewidth=0)
    for name in ("low", "high", "new_low", "new_high"):
        ax.plot(k_N, ends[name], visible=False, label=f"{DATA_ONLY}{name}")
    ax.plot(k_N, ends["mean"], color=PURPLE, label="over the studies")
    ax.plot(k_N, 100 * np.asarray(post), "--", color=GREY, label="the post's law, 2023")
    ax.set(xlim=(0.1, 1), ylim=(0, 200))
    ax.set(xlabel="$k_N$, fraction of the compute-optimal size", ylabel="compute overhead, %")
    ax.legend()
    return ax
