"""The IsoFLOP runs of Porian et al. 2024 (arXiv:2406.19146) on RefinedWeb and OpenWebText2.

A file is a pickled table of five arms, each with a table of twelve budgets: the sizes, the tokens
and the losses there. Only the arm with a cosine to each run's own length holds final losses; the
others read losses off runs that went on. Its sizes leave the input embedding out, those of Kaplan's
arm both embeddings, so that the difference is one: V d, V = 50,432, d a multiple of 32.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.datasets.columns import Files, counts, require, require_close, require_once, tidy
from analysis.datasets.pickles import read_pickle
from analysis.datasets.registry import DATASETS
from analysis.internal.doors import checked
from analysis.internal.kinds import able_to
from analysis.laws import FLOP_PER_PARAMETER_TOKEN

PORIAN_TRAIN_SETS = {
    "summary_df.pickle.xz": "refinedweb",
    "summary_df_owt2.pickle.xz": "openwebtext2",
}
"""The two training sets, each a file."""
VOCABULARY, GRAIN = 50_432, 32
"""Rows of an embedding, and what every width is a multiple of."""
COSINE = {"decay": "chinchilla", "param_count": "standard", "val": "val"}
KAPLAN = {"decay": "kaplan", "param_count": "kaplan", "val": "train"}
"""What marks the arm of final losses, and the one whose sizes leave both embeddings out."""
COLUMNS = {"N": "orig_n", "D": "orig_t", "loss": "orig_loss"}
SAME_BUDGET = 1e-6
"""How far 6 N D may lie from the budget, as a fraction."""


@checked
def read_porian(files: Annotated[Files, able_to("path")]) -> pd.DataFrame:
    """Return the runs of the two files; see `load_porian_runs`.

    Raises
    ------
    DamagedDataError
        Naming the file, if it is no pickle of a table, or asks for more than one needs.
    ValueError
        Naming the file: an arm or a column missing, no positive number where there should be one,
        6 N D that is not the budget, a size whose embedding is not found, a run there twice.
    """
    tables = [_of_file(files, file, name) for file, name in PORIAN_TRAIN_SETS.items()]
    return pd.concat(tables, ignore_index=True)


def _of_file(files: Files, file: str, train_set: str) -> pd.DataFrame:
    arms = read_pickle(files.path(file))
    runs = _runs(file, _arm(file, arms, COSINE))
    bodies = np.unique(_runs(file, _arm(file, arms, KAPLAN))["N"])
    embedding = [_embedding(N, bodies) for N in runs["N"]]
    require(runs, np.isfinite(embedding), file, "a size whose embedding is not found")
    cost = FLOP_PER_PARAMETER_TOKEN * runs["N"] * runs["D"]
    require_close(runs, cost, runs["budget"], SAME_BUDGET, file, "6 N D is not the budget")
    require_once(runs, ["budget", "N"], file)
    found = pd.DataFrame(
        {
            "train_set": train_set,
            **counts(runs["N"], pd.Series(embedding, runs.index)),
            **runs[["D", "budget", "loss"]],
        }
    )
    return found.sort_values(["budget", "N"]).reset_index(drop=True)


def _arm(file: str, arms: pd.DataFrame, marks: dict[str, str]) -> pd.DataFrame:
    """The budgets of the one arm with these marks."""
    missing = [column for column in (*marks, "data") if column not in arms]
    if missing:
        raise ValueError(f"{file}: missing column {missing[0]}")
    chosen = [row["data"] for _, row in arms.iterrows() if row[list(marks)].to_dict() == marks]
    if len(chosen) != 1 or not isinstance(chosen[0], pd.DataFrame):
        raise ValueError(f"{file}: not one arm with {marks}")
    missing = [column for column in (*COLUMNS.values(), "flops") if column not in chosen[0]]
    if missing:
        raise ValueError(f"{file}: missing column {missing[0]}")
    return chosen[0]


def _runs(file: str, budgets: pd.DataFrame) -> pd.DataFrame:
    """A row for each size at each budget; budgets at which nothing was trained have none."""
    rows: list[dict[str, Any]] = []
    for _, one in budgets.iterrows():
        columns = {name: one[theirs] for name, theirs in COLUMNS.items()}
        if not any(np.ndim(column) for column in columns.values()):
            continue
        if len({np.shape(column) for column in columns.values()}) != 1:
            raise ValueError(f"{file}: sizes, tokens and losses of unequal length")
        for values in zip(*columns.values(), strict=True):
            rows.append(dict(zip(columns, values, strict=True)) | {"budget": one["flops"]})
    names = [*COLUMNS, "budget"]
    return tidy(file, enumerate(rows, 1), dict(zip(names, names, strict=True)), {})


def _embedding(N: float, bodies: np.ndarray) -> float:
    """The one difference to a size without embeddings that can be an embedding, or NaN."""
    differences = N - bodies
    fits = (differences > 0) & (differences % (VOCABULARY * GRAIN) == 0)
    return float(differences[fits].item()) if fits.sum() == 1 else np.nan


def load_porian_runs() -> pd.DataFrame:
    """Return the 176 runs of the cosine arms of Porian et al. 2024 (arXiv:2406.19146).

    Returns
    -------
    DataFrame
        train_set, one of two; N (parameters without the input embedding), N_all (with both) and
        N_body (without the head too), each without norms; D (training tokens); budget (FLOP,
        6 N D); loss, on a validation set of the training set's (nats per token).

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_porian(DATASETS["porian2024"])
