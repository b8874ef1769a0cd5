"""Method questions put to the lab, where the truth is known.

- `one_sweep`: fit one sweep, with intervals, and predict dear runs from cheap ones. Over many seeds
  this says how far the law can be extrapolated, and how often an interval holds the truth.
- `one_design`: spend one budget on a grid, on IsoFLOP columns, or on five points, and compare.
- `five_points`: the recipe of chapter 9 on three languages at once.
- `one_gradient`: the sweep by `analysis.lab.gradient`, to see what optimisation adds.
- `one_exchange`: k_D measured at three budgets. Over many seeds this says whether it moves.

`summarise` makes them all for many seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from analysis.bootstrap import MOST, bootstrap_parametric
from analysis.fit import fit_parametric
from analysis.internal.checks import shown
from analysis.internal.doors import checked
from analysis.internal.kinds import NonNegativeInt, PositiveFloat, count, several
from analysis.lab import (
    CUTS,
    DEAR,
    WORDS,
    Job,
    Language,
    extrapolate,
    grid,
    measure_factor,
    optimum,
    table,
    theory,
    train_pointer,
)
from analysis.overtraining import fit_overtraining
from analysis.testbed import PAPER, POOLED, fit_recipe
from analysis.tradeoff import data_scaling_factor, minimum_model_scale

NAME = "lab-studies"
DATASETS = ()
N_SEEDS, N_GRADIENT = 100, 4
"""How many seeds each study has; that by gradients is dearer."""
WIDTHS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96)
LENGTHS = tuple(int(D) for D in np.geomspace(2e4, 2e6, 8).round())
SMALLEST, LARGEST = 1e4, 1e15
"""The budgets, in comparisons, that can be divided among the runs of a design."""
POWER = 0.6
"""The power through which the losses of a sweep are passed, for a law that is no sum."""
LARGE, FRACTIONS = (20, 40, 80), (0.75, 0.5, 0.35)
"""The widths whose loss is to be reached, and the fractions of them that are to reach it."""
FAR = 960, 20_000_000
"""A run ten times wider and longer than the largest of the sweep."""
QUANTITIES: Mapping[str, Callable[[Any], np.ndarray]] = MappingProxyType(
    {
        "E": lambda p: p.E,
        "alpha": lambda p: p.alpha,
        "beta": lambda p: p.beta,
        "k_D at 1/2": lambda p: data_scaling_factor(0.5, p.alpha, p.beta),
        "k_min": lambda p: minimum_model_scale(p.alpha, p.beta),
        "loss far out": lambda p: p.loss(*FAR),
    }
)
"""What intervals are made for; "far out" is the run `FAR`."""


@checked
def one_sweep(
    seed: NonNegativeInt,
    *,
    n_resamples: Annotated[int, count(1, MOST)] = 400,
    subsets: Annotated[Sequence[int], several(count(1, len(WIDTHS) * len(LENGTHS)))] = (
        8,
        12,
        18,
        27,
        40,
    ),
) -> dict[str, Any]:
    """Train the sweep of one seed; return its fit, intervals and extrapolations as plain data.

    "subsets" are the errors on dear runs of fits to so many runs of at most 1e7 comparisons, drawn
    at random.
    """
    runs = table(grid(WIDTHS, LENGTHS, seeds=[seed]))
    rng = np.random.default_rng([seed, 12])
    data = runs["N"], runs["D"], runs["loss"]
    resamples = bootstrap_parametric(*data, n_resamples=n_resamples, rng=rng)
    law = resamples.fit.law
    residual = np.log(runs["loss"] / law.loss(runs["N"], runs["D"]))
    cheap = runs[runs["C"] <= CUTS[-1]]
    chosen = {
        n: pd.concat([cheap.sample(n, random_state=rng), runs[runs["C"] > DEAR]]) for n in subsets
    }
    few = {str(n): extrapolate(own, CUTS[-1:])["rms"].item() for n, own in chosen.items()}
    return {
        "law": asdict(law),
        "rms": float(np.sqrt((residual**2).mean())),
        "bootstrap": {
            name: [float(quantity(law)), *resamples.interval(quantity).tolist()]
            for name, quantity in QUANTITIES.items()
        },
        "extrapolation": extrapolate(runs)["rms"].tolist(),
        "subsets": few,
        "passed through a power": passed_through_power(runs, seed, n_resamples),
    }


def passed_through_power(runs: pd.DataFrame, seed: int, n_resamples: int) -> dict[str, Any]:
    """Fit the runs of a sweep by another measure of the same models, E + (L - E)**POWER.

    Which models are equally good is what it was, so k_D is; but no longer is the loss a sum. Return
    k_D at half the size by the sum law and with an outer power, and kappa, each with its interval.
    """
    E = theory(WORDS).E
    loss = E + (runs["loss"] - E) ** POWER
    found: dict[str, Any] = {}
    for name, free in (("sum", False), ("outer power", True)):
        resamples = bootstrap_parametric(
            runs["N"],
            runs["D"],
            loss,
            n_resamples=n_resamples,
            rng=np.random.default_rng([seed, 13]),
            outer_power=free,
        )
        quantity, law = QUANTITIES["k_D at 1/2"], resamples.fit.law
        found[name] = [float(quantity(law)), *resamples.interval(quantity).tolist()]
        if free:
            found["kappa"] = [law.kappa, *resamples.interval("kappa").tolist()]
    return found


@checked
def designs(budget: PositiveFloat, language: Language = WORDS) -> dict[str, list[tuple[int, int]]]:
    """Return ways to spend a budget of comparisons on runs (N, D).

    A grid of four widths and five lengths; three IsoFLOP columns of seven widths, at budgets that
    grow threefold; and five points as in chapter 9: four widths, doubling, at one ratio of D to N,
    the best for the second widest, and the narrowest at sixteen times that ratio.

    Raises
    ------
    ValueError
        If the budget is not from 1e4 to 1e15.
    """
    if not SMALLEST <= budget <= LARGEST:
        raise ValueError(f"budget must be from {SMALLEST:g} to {LARGEST:g}, got {budget:g}")
    law = theory(language)
    widths, steps = np.array([4, 8, 16, 32]), 2 ** np.arange(5)
    shortest = budget / (widths.sum() * steps.sum())
    plans = {"grid": [(N, shortest * step) for N in widths for step in steps]}
    columns = np.array([1, 3, 9]) * budget / (7 * 13)
    plans["IsoFLOP columns"] = [
        (N, C / N)
        for C in columns
        for N in (optimum(law, C).N * 2 ** np.linspace(-1.5, 1.5, 7)).round()
    ]
    narrowest = 1.0
    for _ in range(50):  # the ratio depends on the width; the fixed point is found in a few steps
        best = law.compute_optimal_for_size(4 * narrowest)
        ratio = best.D / best.N
        narrowest = np.sqrt(budget / (ratio * (1 + 4 + 16 + 64 + 16)))
    sizes = (narrowest * 2.0 ** np.arange(4)).round()
    plans["five points"] = [(N, N * ratio) for N in sizes] + [(sizes[0], 16 * sizes[0] * ratio)]
    return {name: [(int(N), round(D)) for N, D in plan] for name, plan in plans.items()}


@checked
def one_design(
    seed: NonNegativeInt, *, budget: PositiveFloat = 1e8, language: Language = WORDS
) -> dict[str, dict[str, float]]:
    """Spend the budget on each design, fit, and return what is concluded.

    Every design is fitted with the five-parameter law and with that of equal exponents
    (`analysis.overtraining`); to five points only the second can be fitted.

    Returns
    -------
    dict
        Design and law -> error of the loss predicted at the best run of thirty times the budget,
        width of that run over the true one, k_D at half the size over the true one.
    """
    law, found = theory(language), {}
    goal = optimum(law, 30 * budget)
    truth = law.loss(goal.N, goal.D), data_scaling_factor(0.5, law.alpha, law.beta)
    for name, plan in designs(budget, language).items():
        runs = table([Job(N, D, seed, language) for N, D in plan])
        data = runs["N"], runs["D"], runs["loss"]
        fits = {"equal exponents": fit_overtraining(*data).law.parametric()}
        if len(plan) > 5:
            fits["free exponents"] = fit_parametric(*data).law
        for kind, fitted in fits.items():
            found[f"{name}, {kind}"] = {
                "loss error": fitted.loss(goal.N, goal.D) / truth[0] - 1,
                "width ratio": float(optimum(fitted, goal.C).N / goal.N),
                "k_D ratio": data_scaling_factor(0.5, fitted.alpha, fitted.beta) / truth[1],
            }
    return found


EQUAL = replace(WORDS, beta=WORDS.alpha, Q=75.0)
"""A language with equal exponents, as the recipe's law has them."""
FIVE = (*((N, 5) for N in (4, 8, 16, 32)), (4, 80))
"""The five runs (N, M) of the recipe, with M = D / N in thousands."""
FIVE_TARGETS = ((128, 5), (512, 5), (128, 160))
"""Runs to predict: wide ones at the ratio of the fit, and a narrower one that is over-trained."""


@checked
def five_points(seed: NonNegativeInt, language: Language = WORDS) -> dict[str, Any]:
    """Use the recipe of chapter 9 on three languages, alone and pooled, with 90 % intervals.

    The languages differ in epsilon, that is, in how hard they are. They share the shape of their
    law, as the pooled recipe holds: Q makes up for what epsilon does to B.

    Returns
    -------
    dict
        Recipe -> "error" and "covered", lists over languages and targets: relative error of the
        predicted loss, and whether the interval holds the truth; "k_D", a list over languages: k_D
        at half the size over the true one.
    """
    found: dict[str, Any] = {}
    kin = {}
    for epsilon in (0.05, language.epsilon, 0.3):
        one = replace(language, epsilon=epsilon)
        kin[f"epsilon {epsilon}"] = replace(one, Q=language.Q * one.hit / language.hit)
    frames = []
    for place, (name, one) in enumerate(kin.items()):
        own = len(kin) * seed + place  # or the languages would share their random numbers
        runs = table([Job(N, 1000 * M * N, own, one) for N, M in FIVE])
        named = runs.rename(columns={"loss": "c4_val"}).assign(train_set=name, model="lab")
        # In thousands of cues the best ratio is a number like that of language models.
        frames.append(named.assign(D=runs["D"] / 1000, token_multiplier=[M for _, M in FIVE]))
    runs = pd.concat(frames, ignore_index=True).astype({"N": float})
    N, M = (np.array(column, dtype=float) for column in zip(*FIVE_TARGETS, strict=True))
    for recipe in (PAPER, POOLED):
        fits = fit_recipe(runs, recipe, FIVE)
        errors, covered, ratios = [], [], []
        for name, one in kin.items():
            law, fit = theory(one), fits[name]
            fitted = fit.laws[name].parametric()
            truth = np.asarray(law.loss(N, 1000 * M * N))
            low, high = fit.interval(name, N, M * N)
            error = np.asarray(fitted.loss(N, M * N)) / truth - 1
            errors += error.tolist()
            covered += ((low <= truth) & (truth <= high)).tolist()
            k_D = data_scaling_factor(0.5, law.alpha, law.beta)
            ratios.append(data_scaling_factor(0.5, fitted.alpha, fitted.beta) / k_D)
        found[recipe.name] = {"error": errors, "covered": covered, "k_D": ratios}
    return found


@checked
def one_gradient(seed: NonNegativeInt) -> dict[str, Any]:
    """Train the sweep of one seed by gradients; return its fit and its losses."""
    jobs = grid(WIDTHS, LENGTHS, seeds=[seed])
    runs = pd.DataFrame([train_pointer(job.N, job.D, seed=seed) for job in jobs])
    fit = fit_parametric(runs["N"], runs["D"], runs["loss"])
    residual = np.log(runs["loss"] / fit.law.loss(runs["N"], runs["D"]))
    rms = float(np.sqrt((residual**2).mean()))
    return {"law": asdict(fit.law), "rms": rms, "loss": runs["loss"].tolist()}


@checked
def one_exchange(seed: NonNegativeInt) -> dict[str, list[float]]:
    """Return, for each of `LARGE`, measured over true k_D less 1 at each of `FRACTIONS`."""
    measured = measure_factor(LARGE, FRACTIONS, seeds=[seed])
    off = measured["k_D"] / measured["theory"] - 1
    return {str(N): own.tolist() for N, own in off.groupby(measured["N"])}


STUDIES: Mapping[str, tuple[Callable[[int], Any], int]] = MappingProxyType(
    {
        "sweeps": (one_sweep, N_SEEDS),
        "designs": (one_design, N_SEEDS),
        "five points": (five_points, N_SEEDS),
        "five points, equal exponents": (partial(five_points, language=EQUAL), N_SEEDS),
        "gradient": (one_gradient, N_GRADIENT),
        "exchange": (one_exchange, N_SEEDS),
    }
)
"""Each study: what is done for a seed, and for how many seeds."""


def summarise() -> dict[str, Any]:
    """Make every study for all its seeds, on all cores."""
    value = {}
    with ProcessPoolExecutor() as pool:
        for name, (study, n_seeds) in STUDIES.items():
            done = tqdm(pool.map(study, range(n_seeds)), desc=name, total=n_seeds, disable=None)
            value[name] = columns(list(done))
    return value


@checked
def columns(rows: Annotated[list[Any], several(object)]) -> Any:
    """Turn what a study returned for each seed into columns: a list over the seeds at each leaf.

    Numbers keep six digits, which keeps the record short.
    """
    if len({_shape(row) for row in rows}) > 1:
        raise ValueError("rows must be of one shape")
    if isinstance(rows[0], Mapping):
        return {name: columns([row[name] for row in rows]) for name in rows[0]}
    if isinstance(rows[0], list):
        return [columns(list(place)) for place in zip(*rows, strict=True)]
    return [_leaf(row) for row in rows]


def _leaf(value: Any) -> int | float:
    if isinstance(value, int):  # truth values among them
        return value
    if not isinstance(value, float) or not np.isfinite(value):
        raise ValueError(f"rows must hold finite numbers, got {shown(value)}")
    return float(f"{value:.6g}")


def _shape(row: Any) -> tuple[Any, ...] | int | None:
    if isinstance(row, Mapping):
        return tuple(row)
    return len(row) if isinstance(row, list) else None
