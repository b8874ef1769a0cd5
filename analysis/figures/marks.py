"""How the runs of the testbed are marked in the pictures of chapters 9 to 11."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from analysis.figures.picture import BLUE, GREEN, GREY, ORANGE
from analysis.internal.kinds import one_of, several

SETS = {"c4": ("C4", BLUE, "o"), "redpajama": ("RedPajama", ORANGE, "s")}
SETS["refinedweb"] = ("RefinedWeb", GREEN, "^")
"""How each training set is called and drawn."""
TRAIN_SETS = several(one_of(*SETS))
"""The check of a column of training sets: a run of another one would not be drawn."""


def markers(
    ax: Axes,
    table: pd.DataFrame,
    x: pd.Series,
    y: pd.Series,
    hollow: ArrayLike,
    hollow_text: str,
    spread: float = 1.0,
) -> None:
    """Points in the colour and shape of their training set, some hollow; the key above the axes.

    `spread` sets the training sets apart by this factor in x.
    """
    hollow = np.asarray(hollow, dtype=bool)
    style: dict[str, Any] = {"linestyle": "", "markersize": 5}
    for place, (name, (label, colour, marker)) in enumerate(SETS.items()):
        for empty in (False, True):
            chosen = (table["train_set"] == name).to_numpy() & (hollow == empty)
            text, fill = (f"{label}, {hollow_text}", "none") if empty else (label, "full")
            where = x[chosen] * spread ** (place - 1), y[chosen]
            ax.plot(*where, color=colour, marker=marker, fillstyle=fill, label=text, **style)
    handles = [
        Line2D([], [], color=colour, marker=marker, label=label, **style)
        for label, colour, marker in SETS.values()
    ]
    grey: dict[str, Any] = {"color": GREY, "marker": "o", "fillstyle": "none", "label": hollow_text}
    handles.append(Line2D([], [], **grey, **style))
    ax.legend(
        handles=handles,
        ncols=4,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        fontsize=8,
        columnspacing=1.0,
        handletextpad=0.2,
    )


def size_name(N: float) -> str:
    """Return a size as the pictures write it."""
    return f"{N / 1e9:.1f}B" if N >= 1e9 else f"{N / 1e9:.3f}B"
