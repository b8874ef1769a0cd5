"""How little compute a prediction needs, and whether a recipe was chosen by looking ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pandas as pd

from analysis.internal.doors import checked
from analysis.internal.kinds import count, several, table_with
from analysis.testbed.recipes import CANDIDATES, PAPER, POOLED, Recipe, held_out
from analysis.testbed.runs import (
    SIX_RUNS,
    SMALL_SIZES,
    Run,
    Table,
    Validation,
    choose,
    of_train_set,
    pair,
)

PAPER_MULTIPLIERS = (20, 320)
MORE_MULTIPLIERS = (20, 40, 80, 160, 320)
"""Token multipliers of the smallest size: the paper's two, and five, which cost hardly more."""


@checked
def ladder(
    multipliers: Annotated[Sequence[int], several(count(1, 10**12))] = PAPER_MULTIPLIERS,
) -> tuple[tuple[Run, ...], ...]:
    """Return ever costlier sets of runs: two, three, four sizes at M = 20, then the 1.4B as well.

    The smallest size is there at all the multipliers given. With the paper's multipliers the third
    set is the paper's for the loss, the fourth its set for the task error.
    """
    smallest = tuple((SMALL_SIZES[0], M) for M in multipliers)
    others = [(N, 20) for N in (*SMALL_SIZES[1:], SIX_RUNS[-1][0])]
    return tuple((*smallest, *others[:count]) for count in range(1, len(others) + 1))


@checked
def frontier(
    runs: Table,
    recipes: Annotated[Sequence[Recipe], several(Recipe)] = (PAPER, POOLED),
    fit_sets: Annotated[Sequence[Sequence[Run]], several(several(pair))] = (
        *ladder(),
        *ladder(MORE_MULTIPLIERS),
    ),
    validation: Validation = "c4_val",
) -> pd.DataFrame:
    """Return the errors of every recipe from every set of runs.

    A training set fitted alone needs four runs; smaller sets are left out for such recipes.

    Returns
    -------
    DataFrame
        A row a held-out run that was not fitted to: recipe; n_fit, the runs fitted to in each
        training set, and their n_sizes; fitted_compute, what they took, FLOP; train_set, model, N,
        D, C, token_multiplier, loss, predicted and error, as `held_out`; fraction = fitted_compute
        / C.
    """
    tables = []
    for fit_runs in fit_sets:
        for recipe in recipes:
            if not recipe.pooled and len(fit_runs) < 4:
                continue
            table = held_out(runs, recipe, fit_runs, validation)
            fitted = set(fit_runs)
            names = zip(table["N"].astype(int), table["token_multiplier"].astype(int), strict=True)
            table = table[[name not in fitted for name in names]]
            some = of_train_set(runs, table["train_set"].iloc[0])
            spent = float(choose(some, fit_runs)["C"].sum())
            table.insert(0, "recipe", recipe.name)
            table.insert(1, "n_fit", len(fit_runs))
            table.insert(2, "n_sizes", len({N for N, _ in fit_runs}))
            table.insert(3, "fitted_compute", spent)
            tables.append(table.assign(fraction=spent / table["C"]))
    return pd.concat(tables, ignore_index=True)


@checked
def summary(
    table: Annotated[pd.DataFrame, table_with("train_set", "error", "covered")],
) -> pd.DataFrame:
    """Return the median and the worst relative error, and the coverage, of held-out runs.

    Returns
    -------
    DataFrame
        A row a training set, and one for all: runs, median, worst (of |error|, fractions), covered.
    """
    groups = [*table.groupby("train_set"), ("all", table)]
    return pd.DataFrame(
        {
            "train_set": name,
            "runs": len(group),
            "median": float(group["error"].abs().median()),
            "worst": float(group["error"].abs().max()),
            "covered": int(group["covered"].sum()),
        }
        for name, group in groups
    )


@checked
def leave_one_out(
    runs: Table,
    candidates: Annotated[Sequence[Recipe], several(Recipe)] = CANDIDATES,
    validation: Validation = "c4_val",
) -> pd.DataFrame:
    """Choose a recipe on two training sets' held-out runs and judge it on the third's.

    The choice is the candidate of the least root mean square relative error.

    Returns
    -------
    DataFrame
        A row a training set left out: train_set, recipe (the chosen one's name), median and worst
        error on its held-out runs.
    """
    tables = {recipe: held_out(runs, recipe, validation=validation) for recipe in candidates}
    rows = []
    for train_set in sorted(runs["train_set"].unique()):

        def on_the_others(recipe: Recipe, left_out: str = train_set) -> float:
            table = tables[recipe]
            return float(np.mean(table["error"][table["train_set"] != left_out] ** 2))

        best = min(candidates, key=on_the_others)
        own = tables[best][tables[best]["train_set"] == train_set]["error"].abs()
        rows.append(
            {
                "train_set": train_set,
                "recipe": best.name,
                "median": float(own.median()),
                "worst": float(own.max()),
            }
        )
    return pd.DataFrame(rows)
