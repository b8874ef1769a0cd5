"""The IsoFLOP sweeps of Brandfonbrener et al. 2024 (arXiv:2411.12925) on six training sets.

The files count all parameters, `params`. With L layers of width d these are, to the last one,

    params = 12 L d^2 + 4 L d + d + 2 V d,   V = 32,000:

four square matrices' worth of attention and eight of feed-forward, the norms, and two embeddings.
The nominal budget is 6 `params` times tokens: it counts the input embedding, which costs nothing.
"""

from __future__ import annotations

from typing import Annotated

import pandas as pd

from analysis.datasets.columns import Files, counts, read_csv, require, require_close, require_once
from analysis.datasets.registry import DATASETS
from analysis.internal.doors import checked
from analysis.internal.kinds import able_to, one_of
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

KEMPNER_TRAIN_SETS = {
    "fineweb-100b": "fineweb",
    "fineweb-edu-100b": "fineweb-edu",
    "slimpajama-chunk1": "slimpajama",
    "smollm-corpus": "smollm",
    "proof-pile-2": "proof-pile-2",
    "starcoder": "starcoder",
}
"""The six training sets: their name in the files, and here."""
VOCABULARY = 32_000
"""Rows of an embedding."""
NUMBERS = {
    "layers": "n_layers",
    "width": "d_model",
    "params": "params",
    "D": "tokens",
    "budget": "iso_flop",
    "loss": "val_loss",
    "c4_val": "eval/c4_val/CrossEntropyLoss",
}
TEXTS = {"train_set": "data", "state": "state"}
SAME_BUDGET = 1e-6
"""How far 6 N D may lie from the budget, as a fraction."""


@checked
def read_kempner(
    files: Annotated[Files, able_to("path")],
    file: Annotated[str, one_of("sweep.csv", "extrapolation.csv")],
) -> pd.DataFrame:
    """Return the runs of a file; see `load_kempner_runs`.

    Raises
    ------
    ValueError
        Naming the file and the line: a column missing, no positive number where there should be
        one, an unknown training set, a run that did not finish or is there twice, parameters that
        are not those of its shape, tokens that are not those of its budget.
    """
    table = read_csv(files, file, NUMBERS, TEXTS)
    known = table["train_set"].isin(list(KEMPNER_TRAIN_SETS))
    require(table, known, file, f"data must be one of {', '.join(KEMPNER_TRAIN_SETS)}")
    require(table, table["state"] == "finished", file, "a run that did not finish")
    L, d = table["layers"], table["width"]
    shape = 12 * L * d**2 + 4 * L * d + d + 2 * VOCABULARY * d
    require(table, table["params"] == shape, file, "params are not those of its shape")
    cost = FLOP_PER_PARAMETER_TOKEN * table["params"] * table["D"]
    what = "tokens are not those of its budget"
    require_close(table, cost, table["budget"], SAME_BUDGET, file, what)
    require_once(table, ["train_set", "params", "budget"], file)
    runs = pd.DataFrame(
        {
            "train_set": table["train_set"].map(KEMPNER_TRAIN_SETS),
            **counts(table["params"] - VOCABULARY * d, VOCABULARY * d),
            **table[["D", "budget", "loss", "c4_val", "layers", "width"]],
        }
    )
    return runs.sort_values(["train_set", "budget", "N"]).reset_index(drop=True)


def load_kempner_runs() -> pd.DataFrame:
    """Return the 529 runs of the sweeps of Brandfonbrener et al. 2024 (arXiv:2411.12925).

    Returns
    -------
    DataFrame
        train_set, one of six; N (parameters without the input embedding), N_all (all of them) and
        N_body (without the head too); D (training tokens); budget (FLOP, 6 N_all D); loss, on the
        validation set of its own training set, and c4_val (nats per token); layers; width.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_kempner(DATASETS["kempner2024"], "sweep.csv")


def load_kempner_extrapolation() -> pd.DataFrame:
    """Return the six larger runs of Brandfonbrener et al. 2024, one a training set, at 1e21 FLOP.

    Returns
    -------
    DataFrame
        The columns of `load_kempner_runs`.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_kempner_runs`.
    """
    return read_kempner(DATASETS["kempner2024"], "extrapolation.csv")
