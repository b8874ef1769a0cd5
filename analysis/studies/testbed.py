"""What the 104 trained models say: all that chapters 9 and 11 conclude, computed in one go.

The record holds what follows from the runs, not the runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.bootstrap import MOST, bootstrap_parametric
from analysis.datasets import load_testbed
from analysis.internal.doors import checked
from analysis.internal.kinds import NonNegativeInt, count
from analysis.studies.chinchilla import BAND, QUANTITIES
from analysis.testbed import (
    FIVE_RUNS,
    LARGE_SIZES,
    MORE_MULTIPLIERS,
    PAPER,
    POOLED,
    SMALL_SIZES,
    Recipe,
    Run,
    batch_step,
    choose,
    compare_pairs,
    equal_exponents_test,
    extrapolate,
    first_batch,
    fit_recipe,
    frontier,
    held_out,
    in_second_batch,
    iso_loss_pairs,
    ladder,
    leave_one_out,
    luck,
    of_train_set,
    run_noise,
    summary,
    worse_with_more_tokens,
)
from analysis.tradeoff import compute_overhead

NAME = "testbed-evidence"
DATASETS = ("gadre2024",)
TARGET = LARGE_SIZES[1], 20.0 * LARGE_SIZES[1]
"""The run whose prediction the luck is asked of: the 6.9B at M = 20."""
HEADLINE = 0.007
"""The error of the loss that the paper's abstract gives."""
RECIPES = {"paper": PAPER, "pooled": POOLED}
THREE_THOUSANDTH = (*ladder(MORE_MULTIPLIERS)[0], (SMALL_SIZES[1], 40))
"""Runs that took 1/3000 of the compute of the over-trained 1.4B run of RedPajama."""
LADDERS = {
    "paper": (PAPER, ladder()),
    "pooled": (POOLED, ladder()[1:]),
    "pooled, more small runs": (POOLED, (*ladder(MORE_MULTIPLIERS), THREE_THOUSANDTH)),
}
"""The recipes, and sets of runs, whose error is followed down to little compute."""
IMPLIED = [name for name in QUANTITIES if ":" not in name]
"""Quantities of the exponents alone."""


@checked
def summarise(
    n_resamples: Annotated[int, count(1, MOST)] = 1000,
    n_worlds: Annotated[int, count(1, 10**7)] = 1000,
    seed: NonNegativeInt = 2403,
) -> dict[str, Any]:
    """Return what chapters 9 and 11 conclude, as numbers, lists and dictionaries.

    Raises
    ------
    DataUnavailableError
        If the runs are nowhere to be had.
    """
    runs, rng = load_testbed(), np.random.default_rng(seed)
    train_sets = sorted(runs["train_set"].unique())
    larger = runs[runs["N"] > SMALL_SIZES[0]]
    noise = run_noise(runs)
    return {
        "noise": noise,
        "batch_step": _records(batch_step(runs)),
        "reversals": _records(
            worse_with_more_tokens(runs)[["train_set", "N", "fewer", "more", "second_fewer"]]
        ),
        "luck": {name: _luck(runs, name, noise, n_worlds, rng) for name in train_sets},
        "laws": {name: _laws(runs, recipe) for name, recipe in RECIPES.items()},
        "held_out": {name: _held_out(runs, recipe) for name, recipe in RECIPES.items()},
        "leave_one_out": _records(leave_one_out(runs)),
        "frontier": {name: _frontier(runs, *step) for name, step in LADDERS.items()},
        "equal_exponents": {name: _exponents(runs, name) for name in train_sets},
        "equal_exponents_without_embedding": {
            name: _exponents(runs.assign(N=runs["N"] - runs["embedding"]), name)
            for name in train_sets
        },
        "pairs": {name: _pairs(runs, recipe) for name, recipe in RECIPES.items()},
        "implied": {name: _implied(runs, name, n_resamples, rng) for name in train_sets},
        "implied_without_smallest": {
            name: _implied(larger, name, n_resamples, rng)["quantities"] for name in train_sets
        },
        "n_resamples": n_resamples,
        "n_worlds": n_worlds,
    }


def _luck(
    runs: pd.DataFrame, train_set: str, noise: float, n_worlds: int, rng: np.random.Generator
) -> dict[str, Any]:
    """How the prediction of the 6.9B scatters with the runs' noise, as assumed and as measured."""
    law = extrapolate(runs, train_set).loss_fit.law
    small = choose(of_train_set(runs, train_set), FIVE_RUNS)
    found = {}
    for name, size in {"half a percent": 0.005, "as measured": noise}.items():
        worlds = luck(law, small["N"], small["D"], TARGET, noise=size, n_worlds=n_worlds, rng=rng)
        counts, edges = np.histogram(worlds.errors, bins=30)
        found[name] = {
            "noise": size,
            "spread": worlds.spread,
            "share": worlds.share_within(HEADLINE),
            "counts": counts.tolist(),
            "edges": edges.tolist(),
        }
    return found


def _laws(runs: pd.DataFrame, recipe: Recipe) -> dict[str, dict[str, float]]:
    fits = fit_recipe(runs, recipe)
    return {
        name: {
            **asdict(fit.laws[name]),
            "M_star": fit.laws[name].optimal_multiplier,
            "eta_error": float(fit.covariance[0, 0] ** 0.5),
        }
        for name, fit in fits.items()
    }


def _held_out(runs: pd.DataFrame, recipe: Recipe) -> dict[str, Any]:
    """The summaries over all held-out runs and over those of the first batch."""
    table = held_out(runs, recipe)
    late = set(runs.loc[in_second_batch(runs), ["train_set", "model"]].itertuples(index=False))
    names = table[["train_set", "model"]].itertuples(index=False)
    first = table[[name not in late for name in names]]
    width = (table["high"] - table["low"]) / (2 * table["loss"])
    return {
        "all": _records(summary(table)),
        "first batch": _records(summary(first)),
        "median_half_width": float(width.median()),
        "half_width_largest": width[table["N"] == LARGE_SIZES[1]].tolist(),
    }


def _frontier(
    runs: pd.DataFrame, recipe: Recipe, fit_sets: Sequence[Sequence[Run]]
) -> list[dict[str, Any]]:
    """The median and the worst error at each step, and the fraction of the 6.9B's compute."""
    table = frontier(runs, [recipe], fit_sets)
    largest = table.loc[table["N"] == LARGE_SIZES[1], "C"].iloc[0]
    rows = table.assign(size=table["error"].abs()).groupby("fitted_compute")
    return [
        {
            "n_fit": int(own["n_fit"].iloc[0]),
            "n_sizes": int(own["n_sizes"].iloc[0]),
            "fraction": spent / largest,
            "median": float(own["size"].median()),
            "worst": float(own["size"].max()),
            "largest": own.loc[own["N"] == LARGE_SIZES[1], "error"].tolist(),
        }
        for spent, own in rows
    ]


def _exponents(runs: pd.DataFrame, train_set: str) -> dict[str, Any]:
    found = equal_exponents_test(runs, train_set)
    return {
        "n_runs": found.n_runs,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "tied": asdict(found.tied),
        "free": asdict(found.free),
    }


def _pairs(runs: pd.DataFrame, recipe: Recipe) -> list[dict[str, Any]]:
    """The iso-loss pairs against the law of a recipe: ratios, not losses."""
    laws = {name: fit.laws[name].parametric() for name, fit in fit_recipe(runs, recipe).items()}
    found = compare_pairs(iso_loss_pairs(runs), laws)
    return _records(found.drop(columns=["D", "D_small", "loss"]))


def _implied(
    runs: pd.DataFrame, train_set: str, n_resamples: int, rng: np.random.Generator
) -> dict[str, Any]:
    """What the law with equal exponents implies for k_D, with 95 % intervals by resampling runs."""
    own = first_batch(of_train_set(runs, train_set))
    resamples = bootstrap_parametric(
        own["N"], own["D"], own["c4_val"], n_resamples=n_resamples, rng=rng, tie_exponents=True
    )
    law = resamples.fit.law
    low, high = resamples.interval(
        lambda p: compute_overhead(BAND, p.alpha[:, None], p.beta[:, None])
    )
    finite = np.isfinite(high)
    curve = compute_overhead(BAND, law.alpha, law.beta)
    band = {"k_N": BAND, "fit": curve, "low": low, "high": high}
    return {
        "alpha": law.alpha,
        "alpha_interval": resamples.interval("alpha").tolist(),
        "n_failed": resamples.n_failed,
        "quantities": {
            name: [float(QUANTITIES[name](law)), *resamples.interval(QUANTITIES[name]).tolist()]
            for name in IMPLIED
        },
        "band": {name: np.round(edge[finite], 6).tolist() for name, edge in band.items()},
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as plain rows."""
    return [
        {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
