"""What all sets of runs together say of the exchange, and what a new laboratory should expect.

Each arm is fitted by itself; whole budgets, or whole sizes where there are none, are drawn anew for
its doubt. Arms of one provider share code, tokeniser and schedule: they are one study, whose doubt
is that of an arm. The exchange is pooled as ln(alpha + beta), its curvature at the optimum, and
ln(alpha / beta), its lean. Studies differ by more than their doubt: with theta_i either of them in
study i and v_i its variance,

    theta_i = theta + b_i + e_i,        b_i ~ N(0, tau^2),        e_i ~ N(0, v_i)

(random effects; DerSimonian and Laird 1986). tau is that of Paule and Mandel (1982), the variance
of the mean that of Hartung and Knapp (2001). A new laboratory has a b of its own, and of a few
studies tau itself is hardly known: so it is drawn, from its confidence distribution, for every draw
of a new laboratory (Nagashima, Noma and Furukawa 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.atlas.arms import ARMS, load_arm
from analysis.bootstrap import BootstrapResult, bootstrap_parametric, percentile_interval
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Flag, PositiveFloat, Share, count, one_of, several
from analysis.tradeoff import compute_overhead, minimum_model_scale

FEWEST_STUDIES = 3
"""Studies that a spread between them can be told from."""
COUNTS = ("N", "N_all", "N_body")
"""The counts of N: input embedding out and head in, all parameters, body only."""
LEAST_VARIANCE = 1e-12
"""That of runs without noise, whose resamples are all alike."""
N_DRAWS = 20_000
"""Draws of a mean, and of a new study."""


@dataclass(frozen=True)
class Prediction(Shown):
    """A quantity over studies.

    Attributes
    ----------
    mean : float
        At the mean of the studies.
    low, high : float
        Where it lies, at the level asked for; infinite below a wall.
    new_low, new_high : float
        Where a new laboratory should expect its own.
    """

    mean: float
    low: float
    high: float
    new_low: float
    new_high: float


@dataclass(frozen=True, eq=False)
class Effect(Shown):
    """A number over studies: the mean, the spread between them, and draws.

    Attributes
    ----------
    mean, tau : float
    means, news : array, shape (n_draws,)
        Draws of the mean, and of what a new study has.
    """

    mean: float
    tau: float
    means: Doubles
    news: Doubles


@dataclass(frozen=True, eq=False)
class PooledExchange(Shown):
    """The exchange of every study, and what they say together.

    Attributes
    ----------
    count : str
        Which count of N, one of `COUNTS`.
    fits : Mapping[str, BootstrapResult]
        The fit of each arm that has such a count, with its resamples.
    left_out : Mapping[str, str]
        Arms that are not pooled, and why: no such count, or resamples that fail too often.
    studies : DataFrame
        A row for each study: "curvature" and "lean", ln(alpha + beta) and ln(alpha / beta), with
        their variances "curvature_variance" and "lean_variance", and the number of "arms".
    curvature, lean : Effect
        The same over the studies.
    """

    count: str
    fits: Mapping[str, BootstrapResult]
    left_out: Mapping[str, str]
    studies: pd.DataFrame
    curvature: Effect
    lean: Effect

    @checked
    def predict(self, k_N: PositiveFloat, level: Share = 0.95) -> Prediction:
        """Return the overhead at k_N times the optimal size, a fraction; k_D is (1 + it) / k_N."""
        return self._predict(lambda alpha, beta: compute_overhead(k_N, alpha, beta), level)

    @checked
    def wall(self, level: Share = 0.95) -> Prediction:
        """Return the smallest size that can reach the optimal loss, of the optimal size."""
        return self._predict(minimum_model_scale, level)

    def _predict(self, quantity: Callable[..., Any], level: float) -> Prediction:
        own, new = (
            behind(percentile_interval)(quantity(*exponents(*draws)), level)
            for draws in (
                (self.curvature.means, self.lean.means),
                (self.curvature.news, self.lean.news),
            )
        )
        mean = quantity(*exponents(self.curvature.mean, self.lean.mean))
        return Prediction(float(mean), *own.tolist(), *new.tolist())

    @checked
    def without(self, study: str, *, rng: np.random.Generator) -> PooledExchange:
        """Return the same with one study left out.

        Raises
        ------
        ValueError
            If there is no such study, or too few are left.
        """
        if study not in self.studies.index:
            names = ", ".join(self.studies.index)
            raise ValueError(f"study must be one of {names}, got {study!r}")
        fits = {name: fit for name, fit in self.fits.items() if ARMS[name].study != study}
        return pool_fits(self.count, fits, self.left_out, rng)


def exponents(curvature: Any, lean: Any) -> tuple[Any, Any]:
    """Return alpha and beta of ln(alpha + beta) and ln(alpha / beta)."""
    ratio, total = np.exp(lean), np.exp(curvature)
    return total * ratio / (1 + ratio), total / (1 + ratio)


@checked
def pool_exchange(
    arms: Annotated[Sequence[str], several(one_of(*ARMS), least=FEWEST_STUDIES)],
    *,
    rng: np.random.Generator,
    count: Annotated[str, one_of(*COUNTS)] = "N",
    outer_power: Flag = True,
    n_resamples: Annotated[int, count(20, 10**6)] = 400,
) -> PooledExchange:
    """Fit every arm and pool what they say of the exchange, over studies.

    Parameters
    ----------
    arms : sequence of str
        Names in `ARMS`, of three studies at least.
    rng : numpy.random.Generator
    count : str
        Which count of N, one of `COUNTS`; arms that do not have it are left out.
    outer_power : bool
        Whether kappa is free; otherwise the sum law.
    n_resamples : int
        Of each arm. With fewer it is luck whether an arm is pooled whose fits fail about as often
        as is allowed: the OLMo ladder alone moves half the size from 43 to 50 %.

    Returns
    -------
    PooledExchange

    Raises
    ------
    DataUnavailableError, DamagedDataError
        If the runs of an arm are not to be had, or not what they were.
    ValueError
        If an argument is out of range, or fewer than three studies are left.
    """
    fits, left_out = {}, {}
    for name in arms:
        runs = load_arm(name)
        if count not in runs:
            left_out[name] = f"has no {count}"
            continue
        fits[name] = found = bootstrap_parametric(
            runs[count],
            runs["D"],
            runs["loss"],
            n_resamples=n_resamples,
            rng=rng,
            groups=groups_of(runs),
            outer_power=outer_power,
        )
        if found.too_many_failed:
            left_out[name] = f"{found.n_failed} of {n_resamples} resamples failed"
    return pool_fits(count, fits, left_out, rng)


def pool_fits(
    count: str,
    fits: Mapping[str, BootstrapResult],
    left_out: Mapping[str, str],
    rng: np.random.Generator,
) -> PooledExchange:
    """Pool the fits of arms over their studies; raises `ValueError` for fewer than three."""
    rows = {}
    for name, found in fits.items():
        if name in left_out:
            continue
        law, draws = found.fit.law, found.draws
        rows[name] = {
            "study": ARMS[name].study,
            "curvature": np.log(law.alpha + law.beta),
            "lean": np.log(law.alpha / law.beta),
            "curvature_variance": _variance(np.log(draws.alpha + draws.beta)),
            "lean_variance": _variance(np.log(draws.alpha / draws.beta)),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    studies = table.groupby("study", sort=False).mean().assign(arms=table["study"].value_counts())
    if len(studies) < FEWEST_STUDIES:
        raise ValueError(
            f"arms must be of at least {FEWEST_STUDIES} studies that can be fitted, "
            f"got {len(studies)}"
        )
    effects = (
        pooled(studies[name].to_numpy(), studies[f"{name}_variance"].to_numpy(), rng)
        for name in ("curvature", "lean")
    )
    return PooledExchange(count, fits, left_out, studies, *effects)


def groups_of(runs: pd.DataFrame) -> pd.Series:
    """Return the group that each run is drawn with: its budget, or its size where there is none."""
    name = "budget" if "budget" in runs and runs["budget"].nunique() > 4 else "N"
    return runs[name]


def pooled(theta: Doubles, v: Doubles, rng: np.random.Generator) -> Effect:
    """Return what estimates theta of variances v have in common, by random effects."""
    k = len(theta)
    tau2 = between_studies(theta, v)
    mean, variance, _ = _weighted(theta, v, np.array([tau2]))
    means = mean + rng.standard_t(k - 1, N_DRAWS) * np.sqrt(variance)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 1000) * max(np.ptp(theta) ** 2, 1e-12)])
    centres, variances, squares = _weighted(theta, v, grid)
    drawn = np.interp(-rng.chisquare(k - 1, N_DRAWS), -squares, grid)
    own = rng.standard_t(k - 1, N_DRAWS) * np.sqrt(np.interp(drawn, grid, variances))
    news = np.interp(drawn, grid, centres) + own + np.sqrt(drawn) * rng.standard_normal(N_DRAWS)
    return Effect(float(mean[0]), float(np.sqrt(tau2)), means, news)


def between_studies(theta: Doubles, v: Doubles) -> float:
    """Return tau^2 of Paule and Mandel: with it, the weighted squares sum to k - 1; at least 0."""

    def excess(tau2: float) -> float:
        return float(_weighted(theta, v, np.array([tau2]))[2][0]) - (len(theta) - 1)

    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, len(theta) * np.ptp(theta) ** 2))


def _weighted(theta: Doubles, v: Doubles, tau2: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Return, for each tau^2, the mean, its variance, and the weighted sum of squares about it."""
    w = 1 / (v + tau2[:, None])
    mean = (w * theta).sum(1) / w.sum(1)
    squares = (w * (theta - mean[:, None]) ** 2).sum(1)
    return mean, squares / ((len(theta) - 1) * w.sum(1)), squares


def _variance(draws: Doubles) -> float:
    """The variance that the middle 68 % of the draws have, were they normal."""
    low, high = np.quantile(draws, [0.1587, 0.8413])
    return max(float(((high - low) / 2) ** 2), LEAST_VARIANCE)
