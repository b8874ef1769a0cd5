"""Fitting recipes for the over-training law, compared at equal compute.

A recipe says how the law is fitted to the small runs of several training sets. The paper's
(Gadre et al. 2024) fits each training set alone: four parameters to five runs. A pooled one holds
that what the training sets differ in is how hard their text is, E and the scale S, and that the
shape of the law is common to all,

    L = E_t + S_t [(M / M*)**eta + (M / M*)**-eta] C**-eta

with one eta and one M* for all training sets t: eight parameters to the same fifteen runs. A recipe
is judged on the runs that took more compute than all runs of its fit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from scipy.optimize import least_squares
from scipy.special import stdtrit

from analysis.fit import least_squares_covariance
from analysis.internal.checks import shown
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import (
    Flag,
    Positive,
    RealFloat,
    Share,
    column,
    named,
    passed,
    several,
    table_with,
)
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.overtraining import OvertrainingLaw
from analysis.testbed.runs import (
    FIVE_RUNS,
    SMALL_SIZES,
    Run,
    RunNames,
    Table,
    Validation,
    choose,
    of_train_set,
    pair,
)


@checked
@dataclass(frozen=True)
class Recipe(Shown):
    """How the law is fitted.

    Attributes
    ----------
    name : str
    pooled : bool
        Whether the training sets share eta and M*.
    relative : bool
        Whether residuals are fractions of the loss, rather than nats per token.
    size_power : float
        Residuals are multiplied by N to this power: above 0, larger models count for more.
    """

    name: str
    pooled: Flag
    relative: Flag
    size_power: RealFloat = 0.0


PAPER = Recipe("one training set at a time", pooled=False, relative=False)
POOLED = Recipe("one shape for all training sets", pooled=True, relative=True)
CANDIDATES = tuple(
    Recipe(f"{'pooled' if pooled else 'alone'}, weight N**{power:g}", pooled, True, power)
    for pooled in (False, True)
    for power in (0.0, 0.25, 0.5)
)
"""The recipes that `leave_one_out` chooses from."""
SHAPES = np.linspace(0.03, 0.4, 75), np.linspace(-1.0, 5.0, 49)
"""The values of eta and of ln M* that the search starts from."""


@dataclass(frozen=True)
class SharedFit(Shown):
    """One law a training set, all of the same shape.

    Attributes
    ----------
    laws : dict
        Training set -> OvertrainingLaw.
    covariance : array, shape (2 + 2 n_sets, 2 + 2 n_sets)
        Of eta, ln M*, and E and S of each training set in the order of `laws`.
    degrees_of_freedom : int
        Runs less parameters.
    noise : float
        Standard deviation of a residual, in the unit of the recipe.
    recipe : Recipe
    """

    laws: dict[str, OvertrainingLaw]
    covariance: np.ndarray
    degrees_of_freedom: int
    noise: float
    recipe: Recipe

    @checked(finite=False, under="raise")
    def interval(self, train_set: Any, N: Positive, D: Positive, level: Share = 0.9) -> np.ndarray:
        """Return the prediction interval of the loss of new runs, shape (2, n).

        Student's t with the fit's degrees of freedom, on the law's own uncertainty, to first order,
        and the noise of a new run. Infinite without a degree of freedom.
        """
        if not isinstance(train_set, str) or train_set not in self.laws:
            raise ValueError(f"train_set must be one of {list(self.laws)}, got {shown(train_set)}")
        N, D = (np.atleast_1d(x) for x in np.broadcast_arrays(N, D))
        if N.ndim != 1:
            raise ValueError(f"N and D must have one axis, got shape {N.shape}")
        law = self.laws[train_set]
        loss = np.asarray(law.loss(FLOP_PER_PARAMETER_TOKEN * N * D, D / N))
        if self.degrees_of_freedom < 1:
            return np.stack([np.full_like(loss, -np.inf), np.full_like(loss, np.inf)])
        place = list(self.laws).index(train_set)
        slope = _jacobian(law, N, D, place, len(self.laws))
        unit = _unit(loss, N, self.recipe)
        variance = np.einsum("ij,jk,ik->i", slope, self.covariance, slope)
        width = np.sqrt(variance + (self.noise * unit) ** 2)
        half = stdtrit(self.degrees_of_freedom, (1 + level) / 2) * width
        return np.stack([loss - half, loss + half])


@checked
def fit_recipe(
    runs: Table,
    recipe: Recipe,
    fit_runs: RunNames = FIVE_RUNS,
    validation: Validation = "c4_val",
) -> dict[str, SharedFit]:
    """Fit every training set by a recipe; return training set -> the fit that it belongs to.

    Parameters
    ----------
    runs : DataFrame
        As `load_testbed()` returns them.
    recipe : Recipe
    fit_runs : iterable of (N, M)
        The runs fitted to, the same in each training set.
    validation : str
        The column of the loss.
    """
    small = {
        name: choose(of_train_set(runs, name), fit_runs)
        for name in sorted(runs["train_set"].unique())
    }
    groups = [small] if recipe.pooled else [{name: frame} for name, frame in small.items()]
    fits = [fit_shared(group, recipe, validation) for group in groups]
    return {name: fit for fit in fits for name in fit.laws}


@checked
def fit_shared(
    runs: Annotated[dict[str, pd.DataFrame], named(pd.DataFrame)],
    recipe: Recipe = POOLED,
    validation: str = "c4_val",
) -> SharedFit:
    """Fit one shape to the runs of several training sets by weighted least squares.

    At a given eta and M* each training set is a straight line, E + S h, which is projected out; the
    two shape parameters are searched on a grid and then by Gauss and Newton.

    Parameters
    ----------
    runs : dict
        Training set -> its runs, with N, D and the losses.

    Raises
    ------
    ValueError
        If the losses of a training set do not fall with compute.
    """
    for frame in runs.values():
        passed("runs", frame, table_with("N", "D"))
        column("validation", validation, frame)
    sets = [
        (frame["N"].to_numpy(float), frame["D"].to_numpy(float), frame[validation].to_numpy(float))
        for frame in runs.values()
    ]

    def residuals(shape: np.ndarray) -> np.ndarray:
        return np.concatenate([_line(shape, *one, recipe)[2] for one in sets])

    eta, log_M = (axis.ravel() for axis in np.meshgrid(*SHAPES))
    best = int(np.argmin(sum(_squares(eta, log_M, *one, recipe) for one in sets)))
    start = eta[best], log_M[best]
    bounds = ([0.005, -10.0], [1.0, 15.0])
    found = least_squares(residuals, start, bounds=bounds, xtol=1e-13, ftol=1e-13, gtol=1e-13)
    laws, rows = {}, []
    for place, (name, one) in enumerate(zip(runs, sets, strict=True)):
        E, S, _ = _line(found.x, *one, recipe)
        eta, log_M = found.x
        if S <= 0:
            raise ValueError(f"the loss of {name} must fall with compute")
        laws[name] = OvertrainingLaw(E, S * np.exp(-eta * log_M), S * np.exp(eta * log_M), eta)
        unit = _unit(one[2], one[0], recipe)
        rows.append(_jacobian(laws[name], *one[:2], place, len(sets)) / unit[:, None])
    jacobian, objective = np.concatenate(rows), float(np.sum(found.fun**2))
    covariance, _ = least_squares_covariance(jacobian, objective)
    freedom = jacobian.shape[0] - jacobian.shape[1]
    noise = np.sqrt(objective / freedom) if freedom > 0 else np.inf
    return SharedFit(laws, covariance, freedom, float(noise), recipe)


@checked
def held_out(
    runs: Table,
    recipe: Recipe,
    fit_runs: Annotated[Sequence[Run], several(pair)] = FIVE_RUNS,
    validation: Validation = "c4_val",
    level: Share = 0.9,
) -> pd.DataFrame:
    """Predict every run that took more compute than all five runs of the paper's fit together.

    Returns
    -------
    DataFrame
        A row a run: train_set, model, N, D, C, token_multiplier, created, loss, predicted,
        error (predicted / measured - 1), low and high (the interval), covered.
    """
    fits = fit_recipe(runs, recipe, fit_runs, validation)
    tables = []
    for name, fit in fits.items():
        own = of_train_set(runs, name)
        large = own[own["C"] > choose(own, FIVE_RUNS)["C"].sum()]
        table = large[["train_set", "model", "N", "D", "C", "token_multiplier", "created"]].copy()
        table["loss"] = large[validation]
        table["predicted"] = fit.laws[name].loss(large["C"], large["token_multiplier"])
        table["error"] = table["predicted"] / table["loss"] - 1
        table["low"], table["high"] = fit.interval(name, large["N"], large["D"], level)
        table["covered"] = table["loss"].between(table["low"], table["high"])
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _line(
    shape: np.ndarray, N: np.ndarray, D: np.ndarray, loss: np.ndarray, recipe: Recipe
) -> tuple[float, float, np.ndarray]:
    """E and S of one training set at a given shape, and its weighted residuals; E not negative."""
    eta, log_M = shape
    C, m = FLOP_PER_PARAMETER_TOKEN * N * D, np.log(D / N) - log_M
    unit = _unit(loss, N, recipe)
    columns = np.stack([1 / unit, 2 * np.cosh(eta * m) * C**-eta / unit], axis=1)
    E, S = np.linalg.lstsq(columns, loss / unit, rcond=None)[0]
    if E < 0:
        E, S = 0.0, columns[:, 1] @ (loss / unit) / (columns[:, 1] @ columns[:, 1])
    return E, S, columns @ [E, S] - loss / unit


def _squares(
    eta: np.ndarray,
    log_M: np.ndarray,
    N: np.ndarray,
    D: np.ndarray,
    loss: np.ndarray,
    recipe: Recipe,
) -> np.ndarray:
    """The weighted squares that the best line leaves, at each of many shapes."""
    C, m = FLOP_PER_PARAMETER_TOKEN * N * D, np.log(D / N) - log_M[:, None]
    h = 2 * np.cosh(eta[:, None] * m) * np.exp(-eta[:, None] * np.log(C / C.mean()))
    weight = _unit(loss, N, recipe) ** -2.0
    share = weight / weight.sum()
    h, y = h - (h @ share)[:, None], loss - loss @ share
    return np.asarray(y**2 @ weight - (h @ (weight * y)) ** 2 / (h**2 @ weight))


def _unit(loss: np.ndarray, N: np.ndarray, recipe: Recipe) -> np.ndarray:
    """What a residual in nats per token is divided by, shape (n,)."""
    scale = loss if recipe.relative else np.ones_like(loss)
    return scale / (N / SMALL_SIZES[-1]) ** recipe.size_power


def _jacobian(
    law: OvertrainingLaw, N: np.ndarray, D: np.ndarray, place: int, n_sets: int
) -> np.ndarray:
    """The derivative of the loss in (eta, ln M*, E and S of each set), shape (n, 2 + 2 n_sets)."""
    eta, log_M = law.eta, np.log(law.optimal_multiplier)
    S, C = np.sqrt(law.a * law.b), FLOP_PER_PARAMETER_TOKEN * N * D
    m, scale = np.log(D / N) - log_M, C**-eta
    h = 2 * np.cosh(eta * m) * scale
    rise = 2 * np.sinh(eta * m) * scale
    slope = np.zeros((len(N), 2 + 2 * n_sets))
    slope[:, 0] = S * (rise * m - h * np.log(C))
    slope[:, 1] = -S * rise * eta
    slope[:, 2 + 2 * place] = 1.0
    slope[:, 3 + 2 * place] = h
    return slope
