"""Experiments in the lab: what a chapter does with it, a table at a time.

Compute is counted in comparisons here, C = N D; `optimum` minds the factor of 6 that the laws of
language models have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from typing import Annotated

import numpy as np
import pandas as pd

from analysis.fit import fit_parametric
from analysis.internal.checks import FloatOrArray, plain, positive
from analysis.internal.doors import checked
from analysis.internal.kinds import (
    NonNegativeInt,
    Positive,
    able_to,
    count,
    one,
    several,
    table_with,
)
from analysis.lab.language import Language, theory, write
from analysis.lab.training import WIDEST, WORDS, Job, sweep
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, ParametricLaw

CUTS = (3e5, 1e6, 3e6, 1e7)
DEAR = 3e7
"""Fits are to runs of at most a cut, in comparisons, and judged on those above `DEAR`."""
ONE_CLASS = Language(classes=1, Q=300.0)
"""The language that breaks additivity; its longer head spreads each reach over many words."""
AROUND = (0.6, 0.8, 1.0, 1.25, 1.6)


def table(jobs: Iterable[Job], executor: Executor | None = None) -> pd.DataFrame:
    """Train the jobs; return a row a run with columns N, D, C, seed and loss."""
    return pd.DataFrame(sweep(jobs, executor=executor))


@checked(finite=True)
def optimum(law: ParametricLaw, C: Positive) -> Allocation:
    """Return the best division of C comparisons, C = N D, between width and length."""
    best = law.compute_optimal(FLOP_PER_PARAMETER_TOKEN * C)
    return Allocation(best.N, best.D, plain(C))


@checked
def sample(
    n: Annotated[int, count(1, 10**6)],
    history: Annotated[int, count(1, WIDEST)],
    *,
    language: Language = WORDS,
    seed: NonNegativeInt = 0,
) -> pd.DataFrame:
    """Write a little text, for looking at.

    Returns
    -------
    DataFrame
        A row a cue: cue (its number), kind ("function" or "content"), reach, window (the `history`
        words before it, the latest first), answer, rule (whether the answer is the word that the
        cue points at; None where that is out of the window).
    """
    text = write(n, history, language, np.random.default_rng(seed))
    rows = []
    for t, (cue, answer) in enumerate(zip(text.cues, text.answers, strict=True)):
        window = text.words[t : t + history][::-1]
        reach = int(language.reach(cue))
        rule = bool(window[reach - 1] == answer) if reach <= history else None
        kind = "function" if cue < language.closed else "content"
        number = int(cue) - (0 if kind == "function" else language.closed)
        words = " ".join(map(str, window))
        rows.append((number, kind, reach, words, int(answer), rule))
    return pd.DataFrame(rows, columns=["cue", "kind", "reach", "window", "answer", "rule"])


@checked
def isoflop(
    budgets: Annotated[Sequence[float], several(one(positive))],
    *,
    seeds: Annotated[Iterable[int], several(count(0))] = (0,),
    language: Language = WORDS,
    executor: Annotated[Executor, able_to("submit")] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train many widths at each budget of comparisons and find where the loss is least.

    Returns
    -------
    runs, minima : DataFrame
        The mean loss of each width over the seeds (budget, N, D, loss); and for each budget the
        minimum of a cubic in ln N (budget, N, loss, law: what theory says of N).
    """
    jobs, law = [], theory(language)
    for C in budgets:
        middle = optimum(law, C).N
        for N in sorted({round(middle * 2**x) for x in np.arange(-2, 2.01, 0.4)}):
            jobs += [(C, Job(N, round(C / N), seed, language)) for seed in seeds]
    runs = table([job for _, job in jobs], executor).assign(budget=[C for C, _ in jobs])
    runs = runs.groupby(["budget", "N"], as_index=False)[["D", "loss"]].mean()
    minima = []
    for C, own in runs.groupby("budget"):
        curve = np.polynomial.Polynomial.fit(np.log(own["N"]), own["loss"], 3)
        turning = curve.deriv().roots()
        [least] = [x.real for x in turning if abs(x.imag) < 1e-9 and curve.deriv(2)(x.real) > 0]
        minima.append((C, float(np.exp(least)), float(curve(least)), optimum(law, C).N))
    return runs, pd.DataFrame(minima, columns=["budget", "N", "loss", "law"])


@checked(finite=True)
def optimal_length(N: Positive, language: Language = WORDS) -> FloatOrArray:
    """Return the D at which a width N is compute-optimal, from theory with its product term.

    There alpha x (1 - y / g) = beta y (1 - x / g), with x = A N**-alpha, y = B D**-beta and g the
    gain; without a product term, g is infinite.
    """
    law, g = theory(language), _coupling(language)
    x = law.A * N**-law.alpha
    y = law.alpha * x / (law.beta + (law.alpha - law.beta) * x / g)
    return plain((law.B / y) ** (1 / law.beta))


@checked(finite=False)
def true_factor(k_N: Positive, N: Positive, language: Language = WORDS) -> FloatOrArray:
    """Return k_D for a fraction k_N of the compute-optimal width N, from theory.

    With two classes it does not depend on N and is `tradeoff.data_scaling_factor`. With one class
    the product term makes it depend on N, that is, on the budget. Infinite where no length will do.
    """
    law, g = theory(language), _coupling(language)
    x = law.A * N**-law.alpha
    y = law.B * np.asarray(optimal_length(N, language)) ** -law.beta
    smaller = x * k_N**-law.alpha
    left = 1 - np.minimum(smaller / g, 1)  # the share of the cues that the narrow model can see
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # at the wall and beyond
        rest = (x + y - x * y / g - smaller) / (left * y)
        factor = rest ** (-1 / law.beta)
    return plain(np.where((rest > 0) & (left > 0), factor, np.inf))


def _coupling(language: Language) -> float:
    return language.gain if language.classes == 1 else np.inf


@checked
def measure_factor(
    sizes: Annotated[Sequence[int], several(count(1, WIDEST))],
    fractions: Annotated[Sequence[float], several(one(positive))],
    *,
    seeds: Annotated[Iterable[int], several(count(0))],
    language: Language = WORDS,
    executor: Annotated[Executor, able_to("submit")] | None = None,
) -> pd.DataFrame:
    """Measure k_D: train narrower models for several lengths and see where they reach the loss.

    Each width is trained for the length that makes it compute-optimal, and each fraction of it at
    five lengths about where theory expects it to reach the same loss. A parabola in ln D through
    the five losses says where it does. No two of the runs share their random numbers.

    Returns
    -------
    DataFrame
        A row a width, fraction and seed: N, k_N, seed, k_D (measured), theory, iso_loss (loss of
        the narrow model at theory's k_D over that of the wide one, less 1).
    """
    plan = []
    for N in sizes:
        D = optimal_length(N, language)
        for k_N in fractions:
            k_D = true_factor(k_N, N, language)
            lengths = [round(D * k_D * step) for step in AROUND]
            plan += [(N, round(D), k_N, k_D, lengths, seed) for seed in seeds]
    jobs = [Job(N, D, seed, language) for N, D, _, _, _, seed in plan]
    for N, _, k_N, _, lengths, seed in plan:
        jobs += [Job(round(k_N * N), length, seed, language) for length in lengths]
    loss = np.array([run.loss for run in sweep(jobs, executor=executor)])
    goals, losses = loss[: len(plan)], loss[len(plan) :].reshape(len(plan), -1)
    rows = []
    for (N, D, k_N, k_D, lengths, seed), goal, own in zip(plan, goals, losses, strict=True):
        found = _reached(np.log(np.array(lengths) / D), own, goal)
        rows.append((N, k_N, seed, found, k_D, own[AROUND.index(1.0)] / goal - 1))
    return pd.DataFrame(rows, columns=["N", "k_N", "seed", "k_D", "theory", "iso_loss"])


def _reached(x: np.ndarray, loss: np.ndarray, goal: float) -> float:
    """Where a parabola through the losses falls to the goal; x is ln k_D."""
    curve = np.polynomial.Polynomial.fit(x, loss - goal, 2)
    roots = [root.real for root in curve.roots() if abs(root.imag) < 1e-9]
    falling = [root for root in roots if curve.deriv()(root) < 0]
    return float(np.exp(falling[0])) if falling else float("nan")


@checked
def extrapolate(
    runs: Annotated[pd.DataFrame, table_with("N", "D", "C", "loss")],
    cuts: Annotated[Sequence[float], several(one(positive))] = CUTS,
) -> pd.DataFrame:
    """Fit to the runs of at most each cut and predict those above `DEAR`.

    Returns
    -------
    DataFrame
        A row a cut: cut, n_runs, status, rms (relative error of the predicted loss), worst.
    """
    dear, rows = runs[runs["C"] > DEAR], []
    for cut in cuts:
        cheap = runs[runs["C"] <= cut]
        if cheap.empty:
            raise ValueError(f"cuts must leave runs to fit to, got {cut}")
        fit = fit_parametric(cheap["N"], cheap["D"], cheap["loss"])
        error = np.asarray(fit.law.loss(dear["N"], dear["D"])) / dear["loss"] - 1
        rms = float(np.sqrt((error**2).mean()))
        rows.append((cut, len(cheap), fit.status, rms, float(error.abs().max())))
    return pd.DataFrame(rows, columns=["cut", "n_runs", "status", "rms", "worst"])
