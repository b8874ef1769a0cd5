"""How sure the trade-off is: the doubt about the exponents, carried to what they are used for.

The law is refitted to the 240 runs that Besiroglu et al. 2024 read off figure 4 of Hoffmann et al.
2022, the runs are resampled, and every quantity of the book is computed for every resample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.bootstrap import MOST, BootstrapResult, bootstrap_parametric
from analysis.datasets import load_chinchilla_runs
from analysis.fit import (
    PARAMETERS,
    FitResult,
    fit_parametric,
    parametric_objective,
    profile_exponents,
)
from analysis.internal.doors import checked
from analysis.internal.kinds import NonNegativeInt, count
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, PUBLISHED, LawEnsemble, ParametricLaw
from analysis.studies.record import recorded
from analysis.tradeoff import (
    compute_overhead,
    minimum_model_scale,
    model_scale_for_overhead,
    place,
    scales_from_marginal_rate,
)

NAME = "chinchilla-refit"
DATASETS = ("epoch2024",)
EXCLUDED = 5
"""Runs are left out whose loss is not below the loss of this rank (Besiroglu et al. 2024)."""
BUDGETS = (6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21)
"""FLOP: the nine IsoFLOP budgets of Hoffmann et al. 2022 (figure 3)."""
N_DRAWS = 1000
"""Resamples whose laws are kept whole, as a `LawEnsemble`: `LawEnsemble(**summary["draws"])`."""
BAND = np.concatenate([np.linspace(0.18, 1, 83), np.linspace(1.05, 1.8, 16)])
"""Sizes k_N at which the band on the overhead curve is drawn."""
GRID = np.linspace(0.28, 0.43, 46), np.linspace(0.24, 0.50, 53)
"""Exponents alpha and beta at which the objective is profiled."""
QUANTITIES: Mapping[str, Callable[[Any], np.ndarray]] = MappingProxyType(
    {
        "overhead at 3/4 of the size": lambda p: compute_overhead(0.75, p.alpha, p.beta),
        "overhead at 1/2 of the size": lambda p: compute_overhead(0.5, p.alpha, p.beta),
        "overhead at 0.3 of the size": lambda p: compute_overhead(0.3, p.alpha, p.beta),
        "size at 100 % overhead": lambda p: model_scale_for_overhead(1.0, p.alpha, p.beta),
        "size at marginal rate 2": lambda p: scales_from_marginal_rate(2.0, p.alpha, p.beta)[0],
        "smallest size, k_min": lambda p: minimum_model_scale(p.alpha, p.beta),
        "LLaMA-7B: k_N": lambda p: place(p, 6.9e9, 1e12).k_N,
        "LLaMA-7B: overhead": lambda p: place(p, 6.9e9, 1e12).overhead,
        "SantaCoder: k_N": lambda p: place(p, 1.1e9, 236e9).k_N,
        "SantaCoder: overhead": lambda p: place(p, 1.1e9, 236e9).overhead,
    }
)
"""What the book uses the law for: functions of its parameters, elementwise. All are fractions."""


@checked
def summarise(
    n_resamples: Annotated[int, count(1, MOST)] = 4000, seed: NonNegativeInt = 2404
) -> dict[str, Any]:
    """Refit, resample, and return what chapter 8 shows, as numbers, lists and dictionaries.

    Raises
    ------
    DataUnavailableError
        If the runs are nowhere to be had.
    """
    runs = load_chinchilla_runs(exclude_highest=EXCLUDED)
    data = runs["N"], runs["D"], runs["loss"]
    resamples = bootstrap_parametric(
        *data, n_resamples=n_resamples, rng=np.random.default_rng(seed)
    )
    fit, post = resamples.fit, PUBLISHED["de-vries-2023"].law
    laws = {
        "hoffmann-2022": PUBLISHED["hoffmann-2022"].law,
        "de-vries-2023": post,
        "besiroglu-2024": PUBLISHED["besiroglu-2024"].law,
        "refit": fit.law,
        "least absolute deviations": fit_parametric(*data, delta=0).law,
        "refit, alpha = beta": fit_parametric(*data, tie_exponents=True).law,
    }
    alpha, beta = np.meshgrid(*GRID, indexing="ij")
    return {
        "n_runs": fit.n_runs,
        "n_resamples": n_resamples,
        "n_failed": resamples.n_failed,
        "status": fit.status,
        "condition_number": fit.condition_number,
        "ranges": ranges_of(runs),
        "laws": {name: asdict(law) for name, law in laws.items()},
        "objectives": {name: parametric_objective(law, *data).value for name, law in laws.items()},
        "absolute_deviations": {
            name: float(np.abs(np.log(runs["loss"] / law.loss(runs["N"], runs["D"]))).sum())
            for name, law in laws.items()
        },
        "standard_errors": {
            "sandwich": fit.standard_errors,
            "bootstrap": resamples.standard_errors,
        },
        "quantities": _quantities(resamples, post),
        "band": _band(resamples),
        "draws": {
            name: [float(f"{value:.7g}") for value in getattr(resamples.draws, name)[:N_DRAWS]]
            for name in PARAMETERS
        },
        "blocks": _blocks(data, fit, post, n_resamples, seed),
        "profile": np.round(1e3 * profile_exponents(*data, alpha, beta), 5).tolist(),
    }


def _blocks(
    data: tuple[pd.Series, ...], fit: FitResult, post: ParametricLaw, n_resamples: int, seed: int
) -> dict[str, Any]:
    """The same with whole budgets drawn, by the sum law and with an outer power.

    "neighbours" is how the residuals of runs correlate with those of the run that is nearest in
    ln N and ln D.
    """
    N, D, loss = (np.asarray(column, dtype=float) for column in data)
    budget = nearest_budget(FLOP_PER_PARAMETER_TOKEN * N * D)
    place_of = np.log(np.stack([N, D], axis=1))
    apart = np.linalg.norm(place_of[:, None] - place_of, axis=2) + np.diag(np.full(len(N), np.inf))
    residual = np.log(loss / fit.law.loss(N, D))
    found: dict[str, Any] = {
        "neighbours": float(np.corrcoef(residual, residual[apart.argmin(1)])[0, 1]),
        "n_budgets": len(np.unique(budget)),
    }
    for name, free in (("sum", False), ("outer power", True)):
        drawn = bootstrap_parametric(
            N,
            D,
            loss,
            n_resamples=n_resamples,
            rng=np.random.default_rng(seed),
            groups=budget,
            outer_power=free,
        )
        found[name] = {
            "n_failed": drawn.n_failed,
            "law": asdict(drawn.fit.law),
            "quantities": _quantities(drawn, post),
        }
        if free:
            found[name]["kappa"] = drawn.interval("kappa").tolist()
    return found


def nearest_budget(C: np.ndarray) -> np.ndarray:
    """Return the nearest of the nine IsoFLOP budgets of Hoffmann et al., FLOP, for each C."""
    away = np.abs(np.log(np.asarray(C)[:, None] / np.array(BUDGETS)))
    return np.asarray(np.array(BUDGETS)[away.argmin(1)])


def _quantities(resamples: BootstrapResult, post: ParametricLaw) -> dict[str, dict[str, Any]]:
    """Each quantity under the refit and under the post's law, its interval, and who reaches whom.

    "reached" counts the resamples that lie on the other side of the post's value than the refit.
    """
    found = {}
    for name, quantity in QUANTITIES.items():
        refit, posts = float(quantity(resamples.fit.law)), float(quantity(post))
        draws = quantity(resamples.draws)
        low, high = resamples.interval(quantity)
        beyond = draws <= posts if posts < refit else draws >= posts
        found[name] = {
            "refit": refit,
            "low": float(low),
            "high": float(high),
            "post": posts,
            "reached": int(beyond.sum()),
        }
    return found


def _band(resamples: BootstrapResult) -> dict[str, list[float]]:
    """The overhead curve of the refit with its pointwise interval; None where it is infinite."""
    low, high = resamples.interval(
        lambda p: compute_overhead(BAND, p.alpha[:, None], p.beta[:, None])
    )
    refit = compute_overhead(BAND, resamples.fit.law.alpha, resamples.fit.law.beta)
    finite = np.isfinite(high)
    return {
        name: np.round(values[finite], 6).tolist()
        for name, values in {"k_N": BAND, "refit": refit, "low": low, "high": high}.items()
    }


def recorded_refit() -> tuple[ParametricLaw, LawEnsemble]:
    """Return the refit and the laws of its resamples, as recorded; they need no data.

    Chapter 8 computes them anew, and a test holds the record against that.
    """
    value = recorded(NAME)["value"]
    return ParametricLaw(**value["laws"]["refit"]), LawEnsemble(**value["draws"])


def recorded_band() -> dict[str, list[float]]:
    """Return the refit's overhead curve and its 95 % interval, as recorded.

    "refit", "low" and "high" are overheads, fractions, at the sizes "k_N".
    """
    band: dict[str, list[float]] = recorded(NAME)["value"]["band"]
    return band


RANGED = ("N", "D", "multiplier")
"""Sizes, tokens and tokens a parameter, of which runs have ranges."""


def ranges_of(runs: pd.DataFrame) -> dict[str, list[float]]:
    """Return the least and the most "N", "D" and "multiplier" D/N of runs."""
    columns = runs["N"], runs["D"], runs["D"] / runs["N"]
    ends = ([float(one.min()), float(one.max())] for one in columns)
    return dict(zip(RANGED, ends, strict=True))


def fitted_ranges() -> dict[str, tuple[float, float]]:
    """Return the least and the most "N", "D" and "multiplier" of the runs of the refit."""
    ranges = recorded(NAME)["value"]["ranges"]
    return {name: (low, high) for name, (low, high) in ranges.items()}
