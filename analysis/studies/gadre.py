"""What the runs of Gadre et al. 2024 give for every figure that the paper prints."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import TRAIN_SETS, VALIDATION_SETS, load_downstream, load_tasks, load_testbed
from analysis.studies.record import Recalled, recall
from analysis.testbed import (
    FIVE_RUNS,
    LARGE_SIZES,
    SIX_RUNS,
    Extrapolation,
    extrapolate,
    with_errors,
)

NAME = "gadre2024_claims"
DATASETS = ("gadre2024",)
FITS = {"six": SIX_RUNS, "five": FIVE_RUNS}
"""The runs that a law from loss to error was fitted to."""
LARGEST = ((LARGE_SIZES[-1], 20),)
SINGLE_TASKS = ("arc_easy", "lambada_openai", "openbook_qa", "hellaswag_zeroshot")
"""The tasks that the paper's tables show one by one."""


@cache
def recalled() -> Recalled:
    """Return what the data give, or its record with a note that it is one."""
    return recall(NAME, summarise)


def measured() -> dict[str, Any]:
    """Return all values, from the data or from the record."""
    values: dict[str, Any] = recalled().value
    return values


def summarise() -> dict[str, Any]:
    """Compute all values from the data.

    Returns
    -------
    dict
        "parameters": training set -> parameter -> value; "errors": training set -> what is
        predicted -> "six" or "five" -> run -> relative error, a fraction without sign;
        "compute": training set -> "loss" or "error" -> FLOP; "runs": training set -> run -> FLOP;
        "ranks": the rank correlation over the nine large runs.
    """
    tasks = load_tasks()
    runs = with_errors(load_testbed(), load_downstream())
    averages = {"err17": tuple(tasks["task"][tasks["in_split"]]), "err46": tuple(tasks["task"])}
    values: dict[str, Any] = {"parameters": {}, "errors": {}, "compute": {}, "runs": {}}
    predicted, found = [], []
    for train_set in TRAIN_SETS.values():
        whole = extrapolate(runs, train_set, tasks=averages["err17"])
        large = whole.table[whole.table["N"] >= min(LARGE_SIZES)]
        predicted += list(large["error_predicted"])
        found += list(large["error"])
        values["parameters"][train_set] = _parameters(whole)
        values["errors"][train_set] = _errors(runs, train_set, averages)
        values["compute"][train_set] = {"loss": whole.loss_compute, "error": whole.error_compute}
        values["runs"][train_set] = dict(zip(whole.table["model"], whole.table["C"], strict=True))
    ranks = pd.DataFrame({"predicted": predicted, "found": found}).rank()
    values["ranks"] = float(np.corrcoef(ranks, rowvar=False)[0, 1])
    return values


def _parameters(whole: Extrapolation) -> dict[str, float]:
    law = whole.loss_fit.law
    assert whole.error_fit is not None  # there are tasks
    return {**vars(law), **vars(whole.error_fit.law), "M_star": law.optimal_multiplier}


def _errors(
    runs: pd.DataFrame, train_set: str, averages: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """The relative error of every prediction for one training set."""
    errors: dict[str, Any] = {}
    for validation in VALIDATION_SETS:
        table = extrapolate(runs, train_set, validation=validation).table
        errors[validation] = {"five": _by_run(table, "loss_error")}
    for name, tasks in {**averages, **{task: (task,) for task in SINGLE_TASKS}}.items():
        errors[name] = {}
        for label, error_runs in FITS.items():
            all_runs = name in averages and label == "six"
            targets = None if all_runs else LARGEST
            found = extrapolate(
                runs, train_set, tasks=tasks, error_runs=error_runs, targets=targets
            )
            errors[name][label] = _by_run(found.table, "error_error")
    return errors


def _by_run(table: pd.DataFrame, column: str) -> dict[str, float]:
    """Eight digits of each value: the record stays small, and no source prints more than four."""
    digits = [float(f"{value:.8g}") for value in table[column].abs()]
    return dict(zip(table["model"], digits, strict=True))
