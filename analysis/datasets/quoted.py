"""Runs that are quoted in this repository: no data set is needed for them."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from analysis.laws import FLOP_PER_PARAMETER_TOKEN


def load_quoted_runs() -> pd.DataFrame:
    """Return the runs that the headline needs, quoted in this repository: no data set needed.

    The six fitting runs and two targets a training set, with the columns that `extrapolate` needs
    for validation "c4_val" and tasks ["err17"]. Source and licence are in the file's first lines.
    """
    runs = _quoted("quoted.csv")
    runs["C"] = FLOP_PER_PARAMETER_TOKEN * runs["N"] * runs["D"]
    return runs.assign(token_multiplier=runs["D"] / runs["N"])


def load_openeurollm_runs() -> pd.DataFrame:
    """Return the 51 runs of OpenEuroLLM's English scaling runs, quoted in this repository.

    Returns
    -------
    DataFrame
        N (parameters; the source's file does not say which), D (training tokens), loss (nats per
        token) and suspect, whether the run is of the size whose losses are erratic. The source is
        in the file's first lines.
    """
    return _quoted("quoted_openeurollm.csv")


def _quoted(file: str) -> pd.DataFrame:
    table = files("analysis.datasets").joinpath(file)
    with table.open(encoding="utf-8") as text:
        return pd.read_csv(text, comment="#", dtype={"N": float, "D": float})
