"""The paper's experiment: fit to small runs, predict large ones, compare (Gadre et al. 2024).

Runs are named by size and token multiplier, (N, M). By default the loss is fitted to the four
small sizes at M = 20 and the smallest at M = 320, the task error to the same five runs and the
1.4B at M = 20 (table 1 of the paper). The task error is fitted to measured losses and predicted
from predicted ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.fit import FitResult
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Kind, column, passed, several
from analysis.overtraining import fit_downstream, fit_overtraining
from analysis.testbed.runs import (
    FIVE_RUNS,
    SIX_RUNS,
    RunNames,
    Table,
    TrainSet,
    Validation,
    choose,
    of_train_set,
)


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


def _tasks(name: str, value: Any, runs: pd.DataFrame) -> tuple[str, ...]:
    if isinstance(value, tuple | list) and not value:
        return ()
    tasks = passed(name, value, several(str))
    return tuple(column(name, task, runs) for task in tasks)


@checked
def extrapolate(
    runs: Table,
    train_set: TrainSet,
    *,
    validation: Validation = "c4_val",
    tasks: Annotated[Sequence[str], Kind("tasks", _tasks, of="runs")] = (),
    loss_runs: RunNames = FIVE_RUNS,
    error_runs: RunNames = SIX_RUNS,
    targets: RunNames | None = None,
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
    >>> from analysis.datasets import load_quoted_runs
    >>> runs = load_quoted_runs()
    >>> found = extrapolate(runs, "redpajama", tasks=["err17"], targets=[(1_439_795_200, 640)])
    >>> [target] = found.table.itertuples()
    >>> f"{target.loss_error:.2%} of the loss, {target.error_error:.2%} of the error"
    '0.71% of the loss, 3.64% of the error'
    """
    own = behind(of_train_set)(runs, train_set)
    small = behind(choose)(own, loss_runs)
    loss_fit = fit_overtraining(small["N"], small["D"], small[validation])
    asked = own if targets is None else behind(choose)(own, targets)
    table = asked[["model", "N", "D", "C", "token_multiplier"]].reset_index(drop=True)
    predicted = np.asarray(loss_fit.law.loss(table["C"], table["token_multiplier"]))
    _compare(table, "loss", asked[validation], predicted)
    error_fit, error_compute = None, 0.0
    if tasks:
        known = behind(choose)(own, error_runs)
        error_fit = fit_downstream(known[validation], known[[*tasks]].mean(axis=1))
        error_compute = float(known["C"].sum())
        measured = asked[[*tasks]].mean(axis=1)
        _compare(table, "error", measured, np.asarray(error_fit.law.error(predicted)))
    loss_compute = float(small["C"].sum())
    return Extrapolation(
        train_set, validation, loss_fit, error_fit, table, loss_compute, error_compute
    )


def _compare(table: pd.DataFrame, name: str, measured: pd.Series, predicted: np.ndarray) -> None:
    table[name] = measured.to_numpy()
    table[f"{name}_predicted"] = predicted
    table[f"{name}_error"] = predicted / measured.to_numpy() - 1
