"""The runs of the testbed: their names and sizes, and how to choose among them.

Runs are named by size and token multiplier, (N, M). In which batch a run was trained stands with
the release, `analysis.datasets.batches`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeAlias

import pandas as pd

from analysis.internal.checks import positive, shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Kind, column_of, several, table_with

Run = tuple[int, int]
"""A run within its training set: parameters, and tokens a parameter."""
SMALL_SIZES = (10_569_312, 78_914_048, 153_677_376, 411_616_256)
LARGE_SIZES = (1_439_795_200, 6_889_410_560)
FIVE_RUNS: tuple[Run, ...] = (*((N, 20) for N in SMALL_SIZES), (SMALL_SIZES[0], 320))
"""The runs that the paper fits the loss to."""
SIX_RUNS: tuple[Run, ...] = (*FIVE_RUNS, (LARGE_SIZES[0], 20))
"""The runs that the paper fits the task error to."""
COLUMNS = ("train_set", "model", "N", "D", "C", "token_multiplier")
"""The columns of the runs, beside the losses and the errors."""


def pair(name: str, value: Run) -> Run:
    """Return a run (N, M), or raise `ValueError` naming it."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise ValueError(f"{name} must hold pairs (N, M), got {shown(value)}")
    (numbers,) = positive(**{name: value})
    if numbers.shape != (2,):
        raise ValueError(f"{name} must hold pairs of numbers (N, M), got {shown(value)}")
    N, M = value
    return N, M


def train_set_of(name: str, value: Any, runs: pd.DataFrame) -> str:
    """Return the name of a training set of the runs, or raise `ValueError`."""
    known = sorted(runs["train_set"].unique())
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {known}, got {shown(value)}")
    return value


Table: TypeAlias = Annotated[pd.DataFrame, table_with(*COLUMNS)]
TrainSet: TypeAlias = Annotated[str, Kind("training set", train_set_of, of="runs")]
Validation: TypeAlias = Annotated[str, column_of("runs")]
RunNames: TypeAlias = Annotated[Iterable[Run], several(pair)]


@checked
def with_errors(
    runs: Annotated[pd.DataFrame, table_with("train_set", "model")],
    downstream: Annotated[pd.DataFrame, table_with("train_set", "model")],
) -> pd.DataFrame:
    """Return the runs with the columns of the tasks beside them."""
    return runs.merge(downstream, on=["train_set", "model"], validate="one_to_one")


@checked
def of_train_set(
    runs: Annotated[pd.DataFrame, table_with("train_set")], train_set: TrainSet
) -> pd.DataFrame:
    """Return the runs of one training set."""
    return runs[runs["train_set"] == train_set]


@checked
def choose(
    runs: Annotated[pd.DataFrame, table_with("N", "token_multiplier")],
    wanted: RunNames,
) -> pd.DataFrame:
    """Return the named runs (N, M) of one training set, in the order in which they are named."""
    named = [(float(N), float(M)) for N, M in wanted]
    places: dict[tuple[float, float], list[int]] = {name: [] for name in named}
    for place, name in enumerate(zip(runs["N"], runs["token_multiplier"], strict=True)):
        if name in places:
            places[name].append(place)
    absent = [name for name in named if not places[name]]
    if absent:
        raise ValueError(f"there is no run of N = {absent[0][0]:.0f} at M = {absent[0][1]:g}")
    rows = [place for name in named for place in places[name]]
    return runs.iloc[rows].reset_index(drop=True)
