"""Figures that rest on data: the estimates of Besiroglu et al. 2024, every figure of Gadre et al.

What the runs of Gadre et al. 2024 give is computed once and then looked up; without the data set it
is what `analysis/recorded/gadre2024_claims.json` holds, which `python -m analysis.ledger.measured`
writes. The refits of the 240 runs of Besiroglu et al. 2024 take longer and are always read from the
record of `python -m analysis.uncertainty`, which a test holds against the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from scipy.stats import spearmanr

from analysis.datasets import (
    Recalled,
    load_downstream,
    load_tasks,
    load_testbed,
    recall,
    record,
    recorded,
)
from analysis.extrapolation import (
    FIVE_RUNS,
    LARGE_SIZES,
    SIX_RUNS,
    Extrapolation,
    extrapolate,
    with_errors,
)
from analysis.ledger.statements import Case, states
from analysis.testbed import TRAIN_SETS, VALIDATION_SETS

if TYPE_CHECKING:
    import pandas as pd

RECORD = "gadre2024_claims"
REFITS = "chinchilla-refit"
FITS = {"six": SIX_RUNS, "five": FIVE_RUNS}
"""The runs that a law from loss to error was fitted to."""
LARGEST = ((LARGE_SIZES[-1], 20),)
SINGLE_TASKS = ("arc_easy", "lambada_openai", "openbook_qa", "hellaswag_zeroshot")
"""The tasks that the paper's tables show one by one."""


@cache
def recalled() -> Recalled:
    """Return what the data give, or its record with a note that it is one."""
    return recall(RECORD, compute)


def measured() -> dict[str, Any]:
    """Return all values, from the data or from the record."""
    values: dict[str, Any] = recalled().value
    return values


def compute() -> dict[str, Any]:
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
    values["ranks"] = float(spearmanr(predicted, found).statistic)
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


def _entry(case: Case, values: Any, *names: str) -> float:
    for name in names:
        key = case.text(name)
        if key not in values:
            raise ValueError(f"claim {case.claim.id}: no {name} {key!r}, only {sorted(values)}")
        values = values[key]
    return float(values)


@cache
def refits() -> dict[str, dict[str, float]]:
    """Return the laws refitted to the 240 runs, by what was minimised, each by parameter."""
    laws: dict[str, dict[str, float]] = recorded(REFITS)["value"]["laws"]
    return laws


def _huber_refit(case: Case) -> float:
    return refits()["refit"][case.parameter()]


@states(
    "parameter of the 240 runs",
    law="least absolute deviations on the 240 runs",
    others={"the Huber fit of the same runs": _huber_refit},
)
def _parameter_of_the_240_runs(case: Case) -> float:
    return refits()["least absolute deviations"][case.parameter()]


@states("refitted parameter", law="least squares on the released runs")
def _refitted_parameter(case: Case) -> float:
    return _entry(case, measured()["parameters"], "train_set", "parameter")


@states("relative error", law="the law fitted to the small runs, against the measured run")
def _relative_error(case: Case) -> float:
    return _entry(case, measured()["errors"], "train_set", "predicts", "fit", "run")


@states("fitting compute", law="C = 6 N D over the runs fitted to")
def _fitting_compute(case: Case) -> float:
    return _entry(case, measured()["compute"], "train_set", "fit_to")


@states("times cheaper", law="C = 6 N D of the run over that of the runs fitted to")
def _times_cheaper(case: Case) -> float:
    target = _entry(case, measured()["runs"], "train_set", "run")
    return target / _entry(case, measured()["compute"], "train_set", "fit_to")


@states("rank correlation", law="predicted against measured error of the nine large runs")
def _rank_correlation(case: Case) -> float:
    return float(measured()["ranks"])


if __name__ == "__main__":
    print(record(RECORD, compute(), datasets=("gadre2024",), command=f"python -m {__spec__.name}"))
