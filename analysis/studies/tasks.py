"""What the trained models say of tasks: all that chapter 10 concludes, computed in one go."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from analysis.datasets import load_downstream, load_tasks, load_testbed
from analysis.testbed import LARGE_SIZES, extrapolate, with_errors

NAME = "task-evidence"
DATASETS = ("gadre2024",)
LARGEST = LARGE_SIZES[1], 20
"""The run whose single tasks are asked for: the 6.9B at M = 20."""
OFF = 0.1
"""A prediction further off than this fraction is called wrong."""


def summarise() -> dict[str, Any]:
    """Return what chapter 10 concludes, as numbers, lists and dictionaries.

    Raises
    ------
    DataUnavailableError
        If the runs are nowhere to be had.
    """
    runs, tasks = with_errors(load_testbed(), load_downstream()), load_tasks()
    split = tasks.loc[tasks["in_split"], "task"].tolist()
    groups = {"17 tasks": split, "46 tasks": tasks["task"].tolist()}
    train_sets = sorted(runs["train_set"].unique())
    inside = tasks["in_split"]
    return {
        "n_split": len(split),
        "n_tasks": len(tasks),
        "least_margin_inside": float(tasks.loc[inside, "margin"].min()),
        "largest_margin_outside": float(tasks.loc[~inside, "margin"].max()),
        "averages": {
            group: {name: _average(runs, name, chosen) for name in train_sets}
            for group, chosen in groups.items()
        },
        "single": {name: _single(runs, name, groups["46 tasks"]) for name in train_sets},
        "spearman": {group: _spearman(runs, chosen) for group, chosen in groups.items()},
    }


def _average(runs: pd.DataFrame, train_set: str, tasks: list[str]) -> dict[str, Any]:
    """The law from loss to average error, and how its predictions fare on the large runs."""
    found = extrapolate(runs, train_set, tasks=tasks)
    large = found.table[found.table["C"] > found.error_compute]
    errors = large["error_error"].abs()
    [largest] = found.table.loc[found.table["N"] == LARGEST[0], "error_error"]
    assert found.error_fit is not None  # there are tasks
    return {
        "law": asdict(found.error_fit.law),
        "n_large": len(large),
        "median": float(errors.median()),
        "worst": float(errors.max()),
        "largest": float(abs(largest)),
    }


def _single(runs: pd.DataFrame, train_set: str, tasks: list[str]) -> dict[str, Any]:
    """Each task by itself, predicted for the largest run."""
    found = {task: extrapolate(runs, train_set, tasks=[task], targets=[LARGEST]) for task in tasks}
    errors = pd.Series({task: f.table["error_error"].abs().iloc[0] for task, f in found.items()})
    status = pd.Series({task: f.error_fit.status for task, f in found.items() if f.error_fit})
    return {
        "median": float(errors.median()),
        "wrong": int((errors > OFF).sum()),
        "no_law": int((status != "converged").sum()),
        "errors": {task: round(float(error), 5) for task, error in errors.items()},
    }


def _spearman(runs: pd.DataFrame, tasks: list[str]) -> float:
    """Rank correlation of predicted and measured average error over the large runs of all sets."""
    tables = [extrapolate(runs, name, tasks=tasks).table for name in sorted(set(runs["train_set"]))]
    table = pd.concat(tables)
    large = table[np.isin(table["N"], LARGE_SIZES)]
    ranks = large[["error_predicted", "error"]].rank()
    return float(np.corrcoef(ranks, rowvar=False)[0, 1])
