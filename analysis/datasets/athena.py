"""IsoFLOP runs that Open-Athena/scaling-law-analysis gathered: Marin's, and Llama 3's off a figure.

Marin's models of L layers of width d have, to the last one,

    parameter_count = L (16 d^2 + 2 d + 256) + d + 2 V d,   V = 128,256.

The budget in a run's name is a third of what it cost (`throughput/total_gflops`, in which attention
over the context is counted too); here it is what the run cost. The runs named "validation-optimal"
follow another convention and are left out, as in the repository.
"""

from __future__ import annotations

import re
from typing import Annotated

import numpy as np
import pandas as pd

from analysis.datasets.columns import Files, counts, read_csv, require, require_close, require_once
from analysis.datasets.registry import DATASETS
from analysis.internal.doors import checked
from analysis.internal.kinds import able_to
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

MARIN_TRAIN_SETS = ("comma", "dclm", "nemotron")
"""The three training sets, each a file."""
VOCABULARY = 128_256
"""Rows of an embedding."""
NAME = re.compile(r"isoflop-(\d+e\+\d+)-d(\d+)-L(\d+)-B\d+-[\w-]+")
"""A run: its budget over three, its width and its layers."""
OTHER_RUNS = "validation-optimal"
"""What marks the runs that are no part of the sweeps."""
MARIN_NUMBERS = {
    "params": "parameter_count",
    "D": "throughput/total_tokens",
    "gflop": "throughput/total_gflops",
    "loss": "eval/paloma/macro_loss",
    "width": "model.hidden_dim",
    "layers": "model.num_layers",
}
LLAMA3_NUMBERS = {"N": "params", "D": "tokens", "budget": "budget", "loss": "loss"}
SAME_BUDGET = 1e-4
"""How far what a run cost may lie from its budget, as a fraction."""


@checked
def read_marin(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the runs of the three files; see `load_marin_runs`.

    Raises
    ------
    ValueError
        Naming the file and the line: a column missing, no positive number where there should be
        one, a name that says no budget, a shape that the name or the parameters contradict, a
        cost that is not the budget, a run there twice.
    """
    tables = [_of_train_set(files, train_set) for train_set in MARIN_TRAIN_SETS]
    runs = pd.concat(tables, ignore_index=True)
    return runs.sort_values(["train_set", "budget", "N"]).reset_index(drop=True)


@checked
def read_llama3(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the points of the figure; see `load_llama3_runs`.

    Raises
    ------
    ValueError
        Naming the file and the line: a column missing, no positive number where there should be
        one, parameters that are not C / (6 D), a point there twice.
    """
    file = "isoflops.csv"
    table = read_csv(files, file, LLAMA3_NUMBERS, {"condition": "condition"})
    cost = FLOP_PER_PARAMETER_TOKEN * table["N"] * table["D"]
    what = "params are not budget / (6 tokens)"
    require_close(table, cost, table["budget"], SAME_BUDGET, file, what)
    points = table[table["condition"] == "raw_loss"].drop(columns="condition")
    require_once(points, ["N", "D"], file)
    return points.sort_values(["budget", "N"]).reset_index(drop=True)


def _of_train_set(files: Files, train_set: str) -> pd.DataFrame:
    file = f"isoflop-{train_set}.csv"
    table = read_csv(files, file, MARIN_NUMBERS, {"name": "Name"})
    table = table[~table["name"].str.contains(OTHER_RUNS)]
    named = [NAME.fullmatch(name) for name in table["name"]]
    require(table, [match is not None for match in named], file, "Name says no budget")
    budget, d, L = np.array([match.groups() for match in named if match], dtype=float).T
    same = (table["width"] == d) & (table["layers"] == L)
    require(table, same, file, "the shape is not that of its Name")
    shape = L * (16 * d**2 + 2 * d + 256) + d + 2 * VOCABULARY * d
    require(table, table["params"] == shape, file, "parameter_count is not that of its shape")
    budget = 3 * budget
    what = "total_gflops are not three times the budget of its Name"
    require_close(table, 1e9 * table["gflop"], budget, SAME_BUDGET, file, what)
    require_once(table, ["params", "D"], file)
    return pd.DataFrame(
        {
            "train_set": train_set,
            **counts(table["params"] - VOCABULARY * d, VOCABULARY * table["width"]),
            "D": table["D"],
            "budget": budget,
            **table[["loss", "layers", "width"]],
        }
    )


def load_marin_runs() -> pd.DataFrame:
    """Return the 258 runs of the IsoFLOP sweeps of Marin, 2026.

    Returns
    -------
    DataFrame
        train_set, one of three; N (parameters without the input embedding), N_all (all of them) and
        N_body (without the head too); D (training tokens); budget (FLOP, attention over the context
        included); loss, the mean over the sets of Paloma (nats per token); layers; width.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_marin(DATASETS["marin2026"])


def load_llama3_runs() -> pd.DataFrame:
    """Return the 133 points read off figure 2 of the Llama 3 report (arXiv:2407.21783).

    Returns
    -------
    DataFrame
        N, budget / (6 D), since the figure shows no parameters; D (training tokens); budget (FLOP);
        loss, in the unit of the figure, which is not nats per token.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_marin_runs`.
    """
    return read_llama3(DATASETS["llama3"])
