"""Does k_D hold among models that were really trained? Pairs of models with the same loss.

Take a measured run, and a smaller size that was trained on several amounts of data. Where the
smaller size's loss, interpolated in ln D, comes down to the run's, the two have the same loss, and
the ratio of their tokens is a measured token multiplier. A law predicts it: on the parametric law
the tokens D' that a model of N' parameters needs for the loss of (N, D) satisfy

    B D'**-beta = A N**-alpha + B D**-beta - A N'**-alpha

A small error of the loss is a large one of the tokens, because d ln D = dL / (dL / d ln D) and
dL / d ln D = -beta B D**-beta is small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis.datasets.batches import WARMED_UP, DatedTable, first_batch, in_second_batch
from analysis.fit import fit_parametric
from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Positive, named, table_with
from analysis.laws import ParametricLaw
from analysis.testbed.runs import TrainSet, Validation, of_train_set


@checked
def iso_loss_pairs(runs: DatedTable, validation: Validation = "c4_val") -> pd.DataFrame:
    """Return every measured run whose loss a smaller size reaches within its own measured range.

    Only runs of 20 tokens a parameter and more are used, since shorter ones are largely warm-up.

    Returns
    -------
    DataFrame
        A row a pair: train_set; N and D of the run; loss; N_small; D_small, where the smaller size
        first comes down to the loss; k_N = N_small / N; multiplier = D_small / D, measured;
        same_batch, whether the run and both ends of the interpolation are of the first batch.
    """
    warm = runs[runs["token_multiplier"] >= WARMED_UP]
    warm = warm.assign(second=in_second_batch(warm)).sort_values(["N", "D"])
    rows = []
    for train_set, own in warm.groupby("train_set"):
        for N_small, curve in own.groupby("N"):
            for run in own[own["N"] > N_small].itertuples():
                loss = getattr(run, validation)
                found = _first_reached(curve["D"], curve[validation], loss)
                if found is None:
                    continue
                D_small, ends = found
                same_batch = not (run.second or curve["second"].iloc[ends].any())
                rows.append((train_set, run.N, run.D, loss, N_small, D_small, same_batch))
    names = ["train_set", "N", "D", "loss", "N_small", "D_small", "same_batch"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(k_N=table["N_small"] / table["N"], multiplier=table["D_small"] / table["D"])


@checked(finite=False)
def tokens_for_same_loss(
    law: ParametricLaw, N: Positive, D: Positive, N_small: Positive
) -> FloatOrArray:
    """Return the tokens that N_small parameters need for the loss of (N, D), by the law.

    Infinite where no amount of data is enough.
    """
    powers = law.A * N**-law.alpha + law.B * D**-law.beta
    data_term = powers - law.A * N_small**-law.alpha
    with np.errstate(divide="ignore"):
        return plain((law.B / np.maximum(data_term, 0.0)) ** (1 / law.beta))


@checked
def compare_pairs(
    pairs: Annotated[pd.DataFrame, table_with("train_set", "N", "D", "N_small", "D_small")],
    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw)],
) -> pd.DataFrame:
    """Return the pairs with what the law of each training set predicts.

    Parameters
    ----------
    pairs : DataFrame
        As `iso_loss_pairs` returns them.
    laws : mapping
        Training set -> law.

    Returns
    -------
    DataFrame
        Beside the columns of the pairs: predicted, the token multiplier; ratio, measured over
        predicted; loss_error, the loss of the law at (N_small, D_small) over that at (N, D), less
        1; slope, -dL / d ln D of the law at (N_small, D_small), in nats per token.
    """
    table = pairs.copy()
    columns: dict[str, list[float]] = {"predicted": [], "loss_error": [], "slope": []}
    for pair in pairs.itertuples():
        law = laws[pair.train_set]
        columns["predicted"].append(
            tokens_for_same_loss(law, pair.N, pair.D, pair.N_small) / pair.D
        )
        small, large = law.loss(pair.N_small, pair.D_small), law.loss(pair.N, pair.D)
        columns["loss_error"].append(small / large - 1)
        columns["slope"].append(law.beta * law.B * pair.D_small**-law.beta)
    for name, values in columns.items():
        table[name] = values
    table["ratio"] = table["multiplier"] / table["predicted"]
    return table


@dataclass(frozen=True)
class ExponentTest(Shown):
    """Whether the exponents of size and data differ.

    Attributes
    ----------
    tied, free : ParametricLaw
        Fitted with alpha = beta, and without.
    statistic : float
        F = (S_tied - S_free) / (S_free / (n - 5)), with S the sums of squared residuals of ln loss.
    p_value : float
        Probability of as large an F if the exponents are equal and residuals are normal noise.
    n_runs : int
    """

    tied: ParametricLaw
    free: ParametricLaw
    statistic: float
    p_value: float
    n_runs: int


@checked
def equal_exponents_test(
    runs: DatedTable, train_set: TrainSet, validation: Validation = "c4_val"
) -> ExponentTest:
    """Fit the parametric law with and without alpha = beta to one training set, and compare.

    By least squares on ln loss, to the runs of the first batch with 20 tokens a parameter or more.
    """
    own = first_batch(of_train_set(runs, train_set))
    tied, free = (
        fit_parametric(own["N"], own["D"], own[validation], delta=1.0, tie_exponents=equal)
        for equal in (True, False)
    )
    freedom = len(own) - 5
    statistic = (tied.objective - free.objective) / (free.objective / freedom)
    p_value = float(fdtrc(1, freedom, statistic))
    return ExponentTest(tied.law, free.law, float(statistic), p_value, len(own))


def _first_reached(D: pd.Series, losses: pd.Series, loss: float) -> tuple[float, list[int]] | None:
    """Where a curve, straight between its points in ln D, first comes down to a loss."""
    log_D, y = np.log(D.to_numpy()), losses.to_numpy()
    for i in range(len(y) - 1):
        if y[i] >= loss >= y[i + 1]:
            share = (y[i] - loss) / (y[i] - y[i + 1])
            return float(np.exp(log_D[i] + share * (log_D[i + 1] - log_D[i]))), [i, i + 1]
    return None
