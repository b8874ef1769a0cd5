"""The runs that the headline of Gadre et al. 2024 needs, quoted: no data set is needed for them."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from analysis.laws import FLOP_PER_PARAMETER_TOKEN


def load_quoted_runs() -> pd.DataFrame:
    """Return the runs that the headline needs, quoted in this repository: no data set needed.

    The six fitting runs and two targets a training set, with the columns that `extrapolate` needs
    for validation "c4_val" and tasks ["err17"]. Source and licence are in the file's first lines.
    """
    table = files("analysis.datasets").joinpath("quoted.csv")
    with table.open(encoding="utf-8") as text:
        runs = pd.read_csv(text, comment="#", dtype={"N": float, "D": float})
    runs["C"] = FLOP_PER_PARAMETER_TOKEN * runs["N"] * runs["D"]
    return runs.assign(token_multiplier=runs["D"] / runs["N"])
