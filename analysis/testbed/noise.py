"""How noisy the runs are, how much of a good prediction is luck, and a step between two batches.

Nobody trained these models twice with another seed, so the noise has to be read off how far runs
lie from a smooth curve. One thing looks like noise and is not: the runs whose files are dated 2024,
one to two months after the others, lie 1 to 3 % below the curve of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.datasets.batches import (
    DATED,
    WARMED_UP,
    DatedTable,
    first_batch,
    in_second_batch,
)
from analysis.internal.checks import positive
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegativeFloat, count, numbers, table_with
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.overtraining import OvertrainingLaw, different, fit_overtraining, fitter
from analysis.testbed.runs import Validation


@checked
def batch_residuals(
    runs: Annotated[pd.DataFrame, table_with(*DATED, "C")], validation: Validation = "c4_val"
) -> pd.DataFrame:
    """Return the warmed-up runs with how far each lies from the law of the first batch.

    The law is fitted to each training set's runs of the first batch, on relative residuals.

    Returns
    -------
    DataFrame
        The runs, with the columns second (whether of the second batch) and residual (measured over
        law, less 1).
    """
    tables = []
    for _, own in runs[runs["token_multiplier"] >= WARMED_UP].groupby("train_set"):
        second = in_second_batch(own)
        N, D, loss = (own.loc[~second, name] for name in ("N", "D", validation))
        law = fit_overtraining(N, D, loss, weights=loss**-2.0).law
        residual = own[validation] / law.loss(own["C"], own["token_multiplier"]) - 1
        tables.append(own.assign(second=second, residual=residual))
    return pd.concat(tables, ignore_index=True)


@checked
def batch_step(runs: DatedTable, validation: Validation = "c4_val") -> pd.DataFrame:
    """Return how far the second batch lies from the law of the first.

    Returns
    -------
    DataFrame
        A row a training set: train_set; first and second, the numbers of runs; spread, the standard
        deviation of the first batch about its own law of four parameters; step, the mean residual
        of the second; lowest and highest, its extremes. All fractions.

    Raises
    ------
    ValueError
        If a training set has fewer than five runs of the first batch, or none of the second.
    """
    rows = []
    for train_set, own in batch_residuals(runs, validation).groupby("train_set"):
        first, second = (own.loc[own["second"] == late, "residual"] for late in (False, True))
        if len(first) < 5 or second.empty:
            raise ValueError(f"runs must hold five runs and one of each batch in {train_set}")
        rows.append(
            {
                "train_set": train_set,
                "first": len(first),
                "second": len(second),
                "spread": float(np.sqrt((first**2).sum() / (len(first) - 4))),
                "step": float(second.mean()),
                "lowest": float(second.min()),
                "highest": float(second.max()),
            }
        )
    return pd.DataFrame(rows)


@checked
def worse_with_more_tokens(runs: DatedTable, validation: Validation = "c4_val") -> pd.DataFrame:
    """Return the pairs of one size in which the run with the next more tokens has the higher loss.

    Returns
    -------
    DataFrame
        train_set, N, fewer and more (token multipliers), loss_fewer, loss_more, second_fewer and
        second_more (whether each is of the second batch).
    """
    table = runs.assign(second=in_second_batch(runs)).sort_values("token_multiplier")
    pairs = []
    for (train_set, N), own in table.groupby(["train_set", "N"]):
        for fewer, more in zip(own.index[:-1], own.index[1:], strict=True):
            if own.loc[more, validation] > own.loc[fewer, validation]:
                pairs.append((train_set, N, own.loc[fewer], own.loc[more]))
    return pd.DataFrame(
        {
            "train_set": train_set,
            "N": N,
            "fewer": fewer["token_multiplier"],
            "more": more["token_multiplier"],
            "loss_fewer": fewer[validation],
            "loss_more": more[validation],
            "second_fewer": fewer["second"],
            "second_more": more["second"],
        }
        for train_set, N, fewer, more in pairs
    )


@checked
def run_noise(runs: DatedTable, validation: Validation = "c4_val") -> float:
    """Return the standard deviation of ln loss about smooth curves, from the first batch.

    A parabola in ln M is fitted to each size of each training set with four warmed-up runs or more;
    what is left over is noise, or structure finer than a parabola: an upper estimate. Without such
    a size `ValueError` is raised.
    """
    squares, freedom = 0.0, 0
    for _, own in first_batch(runs).groupby(["train_set", "N"]):
        if len(own) < 4:
            continue
        x, y = np.log(own["token_multiplier"]), np.log(own[validation])
        squares += float(np.sum((y - np.polyval(np.polyfit(x, y, 2), x)) ** 2))
        freedom += len(own) - 3
    if not freedom:
        raise ValueError("runs must hold a size with four warmed-up runs of the first batch")
    return float(np.sqrt(squares / freedom))


@dataclass(frozen=True, eq=False)
class Luck(Shown):
    """What the same experiment gives when nothing changes but the noise.

    Attributes
    ----------
    errors : array, shape (n_worlds,)
        Predicted / true - 1 of the target in each world; the truth is the law's, without noise.
    """

    errors: np.ndarray

    @property
    def spread(self) -> float:
        """The standard deviation of the prediction, as a fraction of the truth."""
        return float(np.std(self.errors))

    @checked
    def share_within(self, error: NonNegativeFloat) -> float:
        """The share of worlds whose prediction is within this relative error of the truth."""
        return float(np.mean(np.abs(self.errors) <= error))


@checked(finite=True)
def luck(
    law: OvertrainingLaw,
    N: Annotated[Any, numbers(positive, broadcasts=False)],
    D: Annotated[Any, numbers(positive, broadcasts=False)],
    target: Annotated[Any, numbers(positive, broadcasts=False)],
    *,
    noise: NonNegativeFloat,
    n_worlds: Annotated[int, count(1, 10**7)],
    rng: np.random.Generator,
) -> Luck:
    """Run the experiment in many worlds where the law is exact and only the runs are noisy.

    Parameters
    ----------
    law : OvertrainingLaw
        What is true.
    N, D : array-like, shape (n,)
        The runs fitted to.
    target : (N, D)
        The run to predict.
    noise : float
        Standard deviation of ln loss from run to run, a fraction.
    n_worlds : int
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If the runs are no two arrays of one length, noise is not from 0 to 1, or n_worlds is not
        from 1 to ten million.
    """
    if noise > 1:
        raise ValueError(f"noise must be a fraction, not above 1, got {noise}")
    if N.ndim != 1 or N.shape != D.shape:
        raise ValueError(f"N and D must be arrays of one length, got {N.shape} and {D.shape}")
    if target.shape != (2,):
        raise ValueError(f"target must be (N, D), got shape {target.shape}")
    exact = np.asarray(law.loss(FLOP_PER_PARAMETER_TOKEN * N * D, D / N))
    C, M = FLOP_PER_PARAMETER_TOKEN * target[0] * target[1], target[1] / target[0]
    losses = exact * np.exp(noise * rng.standard_normal((n_worlds, N.size)))
    different(np.ones(N.size, bool), at_least=4, N=N, D=D)
    fit = fitter(N, D, np.ones_like(N))
    predicted = [behind(fit(loss)[0].loss)(C, M) for loss in losses]
    return Luck(np.array(predicted) / law.loss(C, M) - 1)
