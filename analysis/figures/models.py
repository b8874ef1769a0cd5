"""The pictures of the chapter on released models; see `analysis.figures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.advice import tokens_at_overhead
from analysis.figures.picture import BLUE, DATA_ONLY, GREEN, GREY, ORANGE, PINK, PURPLE, seen_as
from analysis.internal.checks import flag, positive
from analysis.internal.kinds import array, mapping_with, named, one, several, table_with
from analysis.laws import ParametricLaw

GROUPS = {
    "2020 to 2022": ((2020, 2022), PURPLE, "o"),
    "2023": ((2023, 2023), GREEN, "s"),
    "2024": ((2024, 2024), BLUE, "^"),
    "2025": ((2025, 2025), ORANGE, "D"),
}
"""How the years are called and drawn."""
NAMED = {
    "GPT-3": (-14, -20, "right"),
    "PaLM-540B": (4, -26, "center"),
    "Chinchilla-70B": (30, 26, "left"),
    "LLaMA-7B": (-26, -16, "right"),
    "Cerebras-GPT-590M": (18, -12, "left"),
    "Llama-3.1-405B": (0, 14, "center"),
    "SmolLM2-1.7B": (-20, 0, "right"),
    "Qwen3-0.6B": (-10, 14, "right"),
    "SmolLM2-135M": (-10, 20, "center"),
}
"""Models whose names are written, how far from their points in points of type, and how aligned."""
LEADER = {"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 2}
"""The line from a name to its point."""
OVERHEADS = {0.5: "50 %", 2.0: "200 %", 8.0: "800 %"}
"""The overheads whose lines are drawn, and what is written on them."""
Placed: TypeAlias = Annotated[
    pd.DataFrame, table_with(name=several(str), law=several(str), compute=array(positive))
]


@seen_as(
    "Training tokens against parameters, both axes logarithmic, with a straight line for the "
    "compute-optimal runs and parallel lines for overheads of 50, 200 and 800 percent above it. "
    "The large models of 2020 to 2022 lie far below the optimal line, except Chinchilla, which is "
    "on it. Those of 2023 lie mostly between the line and 200 percent, those of 2024 and 2025 "
    "mostly above 200 percent, the smallest far above 800. An outline at the lower left holds the "
    "runs that the law was fitted to; of 2024 and 2025 hardly a model lies inside it."
)
def plot_story(
    ax: Axes,
    models: Annotated[
        pd.DataFrame,
        table_with(
            name=several(str),
            year=array(positive),
            N=array(positive),
            D=array(positive),
            distilled=several(flag),
        ),
    ],
    law: ParametricLaw,
    largest: Annotated[
        Mapping[str, float],
        mapping_with(N=one(positive), D=one(positive), multiplier=one(positive)),
    ],
) -> Axes:
    """Models on the plane of size and tokens, lines of equal overhead, and where the runs end.

    `largest` holds the largest "N", "D" and "multiplier" of the runs that the law was fitted to.
    """
    N = np.array([5e7, 2e12])
    _runs(ax, N[0], largest)
    ax.plot(N, tokens_at_overhead(law, 0.0, N), color=GREY, label="compute-optimal, by the refit")
    thin: dict[str, Any] = {"color": GREY, "linewidth": 0.9, "linestyle": "--"}
    for overhead, text in OVERHEADS.items():
        D = tokens_at_overhead(law, overhead, N)
        ax.plot(N, D, label=f"{DATA_ONLY}overhead {text}", **thin)
        left = 8e7, tokens_at_overhead(law, overhead, 8e7)
        style: dict[str, Any] = {"xytext": (0, 6), "textcoords": "offset points", "rotation": 38}
        ax.annotate(text, left, ha="center", va="center", fontsize=8, **style)
    for name, ((first, last), colour, shape) in GROUPS.items():
        own = models[models["year"].between(first, last)]
        for distilled, part in own.groupby("distilled"):
            style = {"fillstyle": "none"} if distilled else {"label": name}
            style = {"label": f"{DATA_ONLY}{name}, distilled"} | style
            ax.plot(part["N"], part["D"], shape, color=colour, markersize=5.5, **style)
    for row in models[models["name"].isin(NAMED)].set_index("name").itertuples():
        x, y, side = NAMED[row.Index]
        style = {"xytext": (x, y), "textcoords": "offset points", "ha": side, "va": "center"}
        ax.annotate(row.Index, (row.N, row.D), fontsize=8, arrowprops=LEADER, **style)
    ax.set(xscale="log", yscale="log", xlim=N, ylim=(1e9, 9e13))
    ax.set(xlabel="parameters N", ylabel="training tokens D")
    ax.plot([], [], "o", color=GREY, markersize=5.5, fillstyle="none", label="hollow: distilled")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=8)
    return ax


def _runs(ax: Axes, smallest: float, largest: Mapping[str, float]) -> None:
    """The outline of the runs, shaded outside of it."""
    N, D, multiplier = (largest[name] for name in ("N", "D", "multiplier"))
    sizes = [smallest, D / multiplier, N, N]
    tokens = [multiplier * smallest, D, D, 1e9]
    ax.plot(sizes, tokens, color=PINK, linewidth=1.2, label="where the fitted runs end")
    beyond: dict[str, Any] = {"facecolor": GREY, "alpha": 0.13, "linewidth": 0, "label": "_beyond"}
    ax.fill_between(sizes[:3], tokens[:3], 9e13, **beyond)
    ax.fill_between([N, 2e12], 1e9, 9e13, **beyond)
    ax.annotate("beyond the runs:\nextrapolation", (2.5e11, 2.2e10), fontsize=8, ha="center")


@seen_as(
    "One row a model. The compute it took as a multiple of the cheapest run of the same loss, on a "
    "logarithmic axis: a dot with a horizontal interval for the refit, and a marker for each other "
    "law. For models near the optimum the markers lie together near one. For the early, too large "
    "models the refit lies to the left of the older laws, and for the small models of the last "
    "years far to the right of them, by a factor of two and more."
)
def plot_disagreement(
    ax: Axes,
    placed: Placed,
    band: Annotated[
        pd.DataFrame, table_with(compute=table_with(low=array(positive), high=array(positive)))
    ],
    names: Annotated[Sequence[str], several(str)],
    others: Annotated[Mapping[str, Any], named(str, str)],
) -> Axes:
    """The compute multiple of some models under the refit, with its band, and other laws.

    `others` gives the laws of `placed` to be drawn beside the refit, and what they are called.
    """
    for argument, known, asked in (
        ("names", placed["name"].unique(), names),
        ("names", band.index, names),
        ("others", placed["law"].unique(), others),
        ("placed", placed["law"].unique(), ["refit"]),
    ):
        if unknown := [name for name in asked if name not in known]:
            raise ValueError(f"{argument} must be in the tables, got {unknown[0]!r}")
    if placed.duplicated(["name", "law"]).any():
        raise ValueError("placed must have one row for each model and law")
    rows = np.arange(len(names))
    compute = placed.pivot(index="name", columns="law", values="compute").loc[list(names)]
    for row, name in zip(rows, names, strict=True):
        ends = band.loc[name, "compute"]
        ax.plot(ends, [row, row], color=BLUE, linewidth=2.2, label=f"{DATA_ONLY}{name}, band")
    ax.plot(compute["refit"], rows, "o", color=BLUE, label="refit, with its band")
    styles = zip(others.items(), "^s", (ORANGE, PURPLE), strict=False)
    for (law, label), shape, colour in styles:
        hollow: dict[str, Any] = {"fillstyle": "none", "markeredgewidth": 1.4}
        ax.plot(compute[law], rows, shape, color=colour, label=label, **hollow)
    ax.axvline(1, color=GREY, linewidth=1, label=f"{DATA_ONLY}optimal")
    ax.set_yticks(rows, labels=list(names))
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel="compute, multiple of the cheapest run")
    ax.set_xticks([1, 2, 5, 10, 30, 100], labels=["1", "2", "5", "10", "30", "100"])
    ax.minorticks_off()
    ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.16), ncols=2, fontsize=8)
    return ax
