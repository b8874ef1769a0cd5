"""The paper's experiment: fit to small runs, predict large ones, compare (Gadre et al. 2024).

Runs are named by size and token multiplier, (N, M). By default the loss is fitted to the four
small sizes at M = 20 and the smallest at M = 320, the task error to the same five runs and the
1.4B at M = 20 (table 1 of the paper). The task error is fitted to measured losses and predicted
from predicted ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pandas as pd

from analysis._door import column, several, table_with, takes
from analysis._validate import positive, shown
from analysis.fit import FitResult
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.overtraining import fit_downstream, fit_overtraining
from analysis.shown import Shown

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


@dataclass(frozen=True)
class Extrapolation(Shown):
    """What the laws fitted to small runs say of others.

    Attributes
    ----------
    train_set, validation : str
        The training set; the column of the loss.
    loss_fit : FitResult
        Of an `OvertrainingLaw`.
    error_fit : FitResult or None
        Of a `DownstreamLaw`; None if no tasks were asked for.
    table : DataFrame
        A row a target: model, N, D, C, token_multiplier; loss, loss_predicted and loss_error; with
        tasks also error, error_predicted and error_error. The last of each three is relative and
        signed: predicted / measured - 1.
    loss_compute, error_compute : float
        FLOP spent on the runs of either fit. `table["C"] / loss_compute` says how many times
        cheaper than the target the fit was.
    """

    train_set: str
    validation: str
    loss_fit: FitResult
    error_fit: FitResult | None
    table: pd.DataFrame
    loss_compute: float
    error_compute: float


@takes(
    runs=table_with(*COLUMNS),
    validation=str,
    loss_runs=several(pair),
    error_runs=several(pair),
    targets=several(pair),
)
def extrapolate(
    runs: pd.DataFrame,
    train_set: str,
    *,
    validation: str = "c4_val",
    tasks: Sequence[str] = (),
    loss_runs: Iterable[Run] = FIVE_RUNS,
    error_runs: Iterable[Run] = SIX_RUNS,
    targets: Iterable[Run] | None = None,
) -> Extrapolation:
    """Fit the loss, and the average error on tasks, to some runs and predict others.

    Parameters
    ----------
    runs : DataFrame
        `load_testbed()`, joined with `load_downstream()` if tasks are asked for (`with_errors`).
    train_set : str
        "c4", "redpajama" or "refinedweb".
    validation : str
        The column of the loss.
    tasks : sequence of str
        Tasks whose errors are averaged; none for the loss alone.
    loss_runs, error_runs : iterable of (N, M)
        The runs that each law is fitted to.
    targets : iterable of (N, M), optional
        The runs to predict; by default all of the training set.

    Raises
    ------
    ValueError
        If a training set, a column or a run does not exist.

    Examples
    --------
    >>> runs = load_quoted_runs()
    >>> found = extrapolate(runs, "redpajama", tasks=["err17"], targets=[(1_439_795_200, 640)])
    >>> [target] = found.table.itertuples()
    >>> f"{target.loss_error:.2%} of the loss, {target.error_error:.2%} of the error"
    '0.71% of the loss, 3.64% of the error'
    """
    own = of_train_set(runs, train_set)
    tasks = several(str)("tasks", tasks) if not _none(tasks) else ()
    for name, wanted in (("validation", validation), *(("tasks", task) for task in tasks)):
        column(name, wanted, own)
    small = choose(own, loss_runs)
    loss_fit = fit_overtraining(small["N"], small["D"], small[validation])
    asked = own if targets is None else choose(own, targets)
    table = asked[["model", "N", "D", "C", "token_multiplier"]].reset_index(drop=True)
    predicted = np.asarray(loss_fit.law.loss(table["C"], table["token_multiplier"]))
    _compare(table, "loss", asked[validation], predicted)
    error_fit, error_compute = None, 0.0
    if tasks:
        known = choose(own, error_runs)
        error_fit = fit_downstream(known[validation], known[[*tasks]].mean(axis=1))
        error_compute = float(known["C"].sum())
        measured = asked[[*tasks]].mean(axis=1)
        _compare(table, "error", measured, np.asarray(error_fit.law.error(predicted)))
    loss_compute = float(small["C"].sum())
    return Extrapolation(
        train_set, validation, loss_fit, error_fit, table, loss_compute, error_compute
    )


def load_quoted_runs() -> pd.DataFrame:
    """Return the runs that the headline needs, quoted in this repository: no data set needed.

    The six fitting runs and two targets a training set, with the columns that `extrapolate` needs
    for validation "c4_val" and tasks ["err17"]. Source and licence are in the file's first lines.
    """
    table = files("analysis").joinpath("quoted", "gadre2024.csv")
    with table.open(encoding="utf-8") as text:
        runs = pd.read_csv(text, comment="#", dtype={"N": float, "D": float})
    runs["C"] = FLOP_PER_PARAMETER_TOKEN * runs["N"] * runs["D"]
    return runs.assign(token_multiplier=runs["D"] / runs["N"])


@takes(runs=table_with("train_set", "model"), downstream=table_with("train_set", "model"))
def with_errors(runs: pd.DataFrame, downstream: pd.DataFrame) -> pd.DataFrame:
    """Return the runs with the columns of the tasks beside them."""
    return runs.merge(downstream, on=["train_set", "model"], validate="one_to_one")


@takes(runs=table_with("train_set"))
def of_train_set(runs: pd.DataFrame, train_set: str) -> pd.DataFrame:
    """Return the runs of one training set."""
    known = sorted(runs["train_set"].unique())
    if not isinstance(train_set, str) or train_set not in known:
        raise ValueError(f"train_set must be one of {known}, got {shown(train_set)}")
    return runs[runs["train_set"] == train_set]


@takes(runs=table_with("N", "token_multiplier"), wanted=several(pair))
def choose(runs: pd.DataFrame, wanted: Iterable[Run]) -> pd.DataFrame:
    """Return the named runs (N, M) of one training set, in the order in which they are named."""
    by_name = runs.set_index(["N", "token_multiplier"], drop=False)
    named = [(float(N), float(M)) for N, M in wanted]
    absent = [run for run in named if run not in by_name.index]
    if absent:
        raise ValueError(f"there is no run of N = {absent[0][0]:.0f} at M = {absent[0][1]:g}")
    return by_name.loc[named].reset_index(drop=True)


def _none(tasks: Sequence[str]) -> bool:
    return isinstance(tasks, tuple | list) and not tasks


def _compare(table: pd.DataFrame, name: str, measured: pd.Series, predicted: np.ndarray) -> None:
    table[name] = measured.to_numpy()
    table[f"{name}_predicted"] = predicted
    table[f"{name}_error"] = predicted / measured.to_numpy() - 1
