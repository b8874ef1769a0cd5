"""The exchange of size for data in every public set of runs, and what they say together.

Every arm of `analysis.atlas` is fitted by the sum law and with an outer power, by each count of N
that it has; where it has IsoFLOP curves the exchange is read off them too. Studies are pooled, left
out one at a time, and the forms of the law are asked to predict runs that they have not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.atlas import (
    ARMS,
    cross_validate,
    load_arm,
    measure_exchange,
    overheads_by_form,
    pool_exchange,
)
from analysis.atlas.arms import HIGHEST_LEFT_OUT
from analysis.atlas.pool import COUNTS, FEWEST_STUDIES, PooledExchange, exponents
from analysis.bootstrap import BootstrapResult
from analysis.datasets import load_chinchilla_runs, load_kempner_extrapolation
from analysis.fit import fit_parametric
from analysis.internal.doors import checked
from analysis.internal.files import each
from analysis.internal.kinds import NonNegativeInt, count, mapping_with, one_of, several
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, OuterPowerLaw, ParametricLaw
from analysis.studies.chinchilla import RANGED, nearest_budget, ranges_of, recorded_refit
from analysis.studies.record import recorded
from analysis.tradeoff import compute_overhead, minimum_model_scale

NAME = "atlas"
SEED = 2611
DATASETS = (
    "epoch2024",
    "gadre2024",
    "gemstones2025",
    "kempner2024",
    "llama3",
    "marin2026",
    "olmo-ladder2024",
    "porian2024",
)
FORMS: Mapping[str, bool] = MappingProxyType({"sum": False, "outer power": True})
"""Both fits, and whether kappa is free in them."""
SIZES = (0.75, 0.5, 0.3)
"""The sizes k_N at which the exchange is said."""
CURVE = np.concatenate([np.linspace(0.1, 0.98, 45), [1.0]])
"""Sizes k_N at which the pooled overhead is drawn."""
NEAR = 0.1
"""A run whose ln C is this close to a budget's lies on its curve."""
FEWEST_COMPARED = 40
"""Runs that an arm must have for forms with up to nine constants to be compared on it."""
BUDGETS = (0.2, 0.5, 0.8)
"""The budgets at which the forms are asked: quantiles of ln C over the runs of an arm."""
POWERS = np.round(np.geomspace(0.2, 2.0, 49), 4)
"""Values of kappa at which its profile is computed."""
PROFILED = ("kempner-fineweb", "kempner-starcoder", "hoffmann", "llama3")
"""Arms whose profile of kappa is shown."""


@checked
def summarise(
    n_resamples: Annotated[int, count(20, 10**6)] = 400,
    seed: NonNegativeInt = SEED,
    *,
    arms: Annotated[Sequence[str], several(one_of(*ARMS))] = tuple(ARMS),
    counts: Annotated[Sequence[str], several(one_of(*COUNTS))] = COUNTS,
) -> dict[str, Any]:
    """Fit, read, pool and cross-validate the arms, as numbers, lists and dictionaries.

    Raises
    ------
    DataUnavailableError
        If a data set is nowhere to be had.
    """
    pooled = {
        (which, form): pool_exchange(
            list(arms),
            rng=np.random.default_rng([seed, place]),
            count=which,
            outer_power=free,
            n_resamples=n_resamples,
        )
        for place, (which, form, free) in enumerate(
            (which, form, free) for which in counts for form, free in FORMS.items()
        )
    }
    with ProcessPoolExecutor() as pool:
        compared = [name for name in arms if len(load_arm(name)) >= FEWEST_COMPARED]
        forms = dict(zip(compared, pool.map(validate, compared), strict=True))
        by_forms = dict(zip(compared, pool.map(by_form, compared), strict=True))
    value = {
        "n_resamples": n_resamples,
        "arms": {name: _arm(name, pooled) for name in arms},
        "read": {name: read_off(name, seed) for name in arms},
        "pooled": {
            which: {form: _pooled(pooled[which, form], seed) for form in FORMS} for which in counts
        },
        "forms": forms,
        "by_form": by_forms,
        "profiles": {name: profile(name) for name in PROFILED if name in arms},
        "stretched": stretched(),
    }
    return {name: each(part, _known) for name, part in value.items()}


def _arm(name: str, pooled: Mapping[tuple[str, str], PooledExchange]) -> dict[str, Any]:
    runs = load_arm(name)
    by_count: dict[str, Any] = {}
    for which in COUNTS:
        if which in runs and (which, "sum") in pooled:
            by_count[which] = {
                form: _fitted(pooled[which, form].fits[name], pooled[which, form].left_out, name)
                for form in FORMS
            }
    return {
        "study": ARMS[name].study,
        "n_runs": len(runs),
        "decades": float(np.log10(runs["C"].max() / runs["C"].min())),
        "ranges": list(ranges_of(runs).values()),
        "fits": by_count,
    }


def _fitted(found: BootstrapResult, left_out: Mapping[str, str], name: str) -> dict[str, Any]:
    """The fit of an arm; intervals are missing where too many resamples failed."""
    law, draws = found.fit.law, found.draws
    own: dict[str, Any] = {
        "E": law.E,
        "A": law.A,
        "B": law.B,
        "alpha": law.alpha,
        "beta": law.beta,
        "kappa": getattr(law, "kappa", 1.0),
        "status": found.fit.status,
        "objective": found.fit.objective,
        "n_failed": found.n_failed,
        "half": float(compute_overhead(0.5, law.alpha, law.beta)),
        "wall": float(minimum_model_scale(law.alpha, law.beta)),
    }
    if name not in left_out:
        half = found.interval(lambda p: compute_overhead(0.5, p.alpha, p.beta))
        own |= dict(zip(("low", "high"), half.tolist(), strict=True))
        if hasattr(draws, "kappa"):
            ends = found.interval("kappa").tolist()
            own |= dict(zip(("kappa_low", "kappa_high"), ends, strict=True))
    return own


def curves_of(name: str) -> pd.DataFrame | None:
    """Return the runs of an arm that lie on IsoFLOP curves, with their budget; None if none do."""
    if name == "hoffmann":
        runs = load_chinchilla_runs(exclude_highest=HIGHEST_LEFT_OUT)
        runs = runs.assign(budget=nearest_budget(runs["C"].to_numpy()))
        away = np.abs(np.log(runs["C"] / runs["budget"]))
        return runs[away < NEAR].reset_index(drop=True)
    runs = load_arm(name)
    return runs if "budget" in runs else None


def read_off(name: str, seed: int = SEED) -> dict[str, Any]:
    """Return what is read off the IsoFLOP curves of an arm, or why nothing is."""
    runs = curves_of(name)
    if runs is None:
        return {"why": "no IsoFLOP curves"}
    try:
        found = measure_exchange(
            runs["N"], runs["D"], runs["loss"], runs["budget"], rng=np.random.default_rng(seed)
        )
        low, high = found.interval(0.5)
        slope_low, slope_high = found.slope_interval()
        excess_low, excess_high = found.third_interval()
    except ValueError as error:
        return {"why": str(error)}
    return {
        "n_runs": int(found.by_budget["n_runs"].sum()),
        "curvature": found.curvature,
        "half": found.overhead(0.5),
        "low": float(low),
        "high": float(high),
        "bias": found.bias["overhead"],
        "slope": found.slope_per_decade,
        "slope_low": float(slope_low),
        "slope_high": float(slope_high),
        "third": found.third_derivative,
        "third_of_powers": found.third_of_powers,
        "excess_low": float(excess_low),
        "excess_high": float(excess_high),
        "unclear": list(found.unclear),
        "by_budget": {column: values.tolist() for column, values in found.by_budget.items()},
    }


def _pooled(found: PooledExchange, seed: int) -> dict[str, Any]:
    summary: dict[str, Any] = {f"{k_N:g}": vars(found.predict(k_N)) for k_N in SIZES}
    summary["wall"] = vars(found.wall())
    summary["left_out"] = dict(found.left_out)
    summary["studies"] = {
        str(study): {column: float(value) for column, value in row.items()}
        for study, row in found.studies.iterrows()
    }
    for name, effect in (("curvature", found.curvature), ("lean", found.lean)):
        summary[name] = {"mean": effect.mean, "tau": effect.tau}
    summary["without"] = {
        str(study): vars(found.without(str(study), rng=np.random.default_rng(seed)).predict(0.5))
        for study in found.studies.index
        if len(found.studies) > FEWEST_STUDIES
    }
    drawn = [found.predict(k_N) for k_N in CURVE[:-1]]
    summary["curve"] = {
        "k_N": CURVE.tolist(),
        **{
            end: [getattr(one, end) for one in drawn] + [0.0]
            for end in ("mean", "low", "high", "new_low", "new_high")
        },
    }
    return summary


def _known(value: Any) -> Any:
    """Six digits of a number, and None for one that is infinite or not there."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if np.isfinite(value) else None


def validate(name: str) -> dict[str, dict[str, float]]:
    """Return the cross-validated error of each form on an arm, by what is left out."""
    runs = load_arm(name)
    table = cross_validate(runs["N"], runs["D"], runs["loss"], runs.get("budget"))
    return {column: table[column].to_dict() for column in table}


def by_form(name: str) -> dict[str, Any]:
    """Return what half the size costs by each form, at three budgets of an arm, numerically."""
    runs = load_arm(name)
    budgets = np.exp(np.quantile(np.log(runs["C"]), BUDGETS))
    table = overheads_by_form(runs["N"], runs["D"], runs["loss"], budgets)
    halves = {str(form): row.tolist() for form, row in table.iterrows()}
    return {"C": budgets.tolist(), "half": halves}


def profile(name: str) -> dict[str, list[float]]:
    """Return the least objective at each kappa held, and half the size there, for an arm."""
    runs = load_arm(name)
    data = runs["N"], runs["D"], runs["loss"]
    fits = [fit_parametric(*data, kappa=float(kappa)) for kappa in POWERS]
    return {
        "kappa": POWERS.tolist(),
        "objective": [fit.objective for fit in fits],
        "half": [float(compute_overhead(0.5, fit.law.alpha, fit.law.beta)) for fit in fits],
        "E": [fit.law.E for fit in fits],
    }


def stretched() -> dict[str, dict[str, float]]:
    """Return how far the six largest runs of Kempner et al. lie from laws fitted to the others.

    For each training set the run's C, how many times the largest C of the fit that is ("beyond"),
    and the predicted loss over the measured one less 1, by the sum law and with an outer power.
    """
    found = {}
    for run in load_kempner_extrapolation().itertuples():
        runs = load_arm(f"kempner-{run.train_set}")
        C = FLOP_PER_PARAMETER_TOKEN * run.N * run.D
        own = {"C": C, "beyond": C / float(runs["C"].max())}
        for form, free in FORMS.items():
            law = fit_parametric(runs["N"], runs["D"], runs["loss"], outer_power=free).law
            own[form] = float(law.loss(run.N, run.D) / run.loss - 1)
        found[run.train_set] = own
    return found


def recorded_atlas() -> dict[str, Any]:
    """Return what `summarise` found, as recorded: a test holds it against a recomputation.

    What is infinite in a pooled exchange, the price of a size below a wall, is so again.
    """
    value: dict[str, Any] = recorded(NAME)["value"]
    return value | {"pooled": each(value["pooled"], lambda x: np.inf if x is None else x)}


@checked
def estimates(
    value: Annotated[Mapping[str, Any], mapping_with(arms=dict, read=dict)],
    which: Annotated[str, one_of(*COUNTS)] = "N",
) -> pd.DataFrame:
    """Return every estimate of what half the size costs: a row for each arm and each way to it.

    Returns
    -------
    DataFrame
        arm (in words), study, estimate ("sum law", "outer power", "read off the curves"), half,
        low, high: fractions; without an interval, low and high are half. What is read off is of
        the middle count.
    """
    rows = []
    for name, arm in value["arms"].items():
        own = [
            ("sum law", arm["fits"].get(which, {}).get("sum")),
            ("outer power", arm["fits"].get(which, {}).get("outer power")),
            ("read off the curves", value["read"][name] if which == "N" else None),
        ]
        for estimate, found in own:
            if found is not None and "half" in found:
                half = found["half"]
                ends = found.get("low", half), found.get("high", half)
                rows.append((ARMS[name].title, ARMS[name].study, estimate, half, *ends))
    return pd.DataFrame(rows, columns=["arm", "study", "estimate", "half", "low", "high"])


def halves_by_count(value: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return what half the size costs with an outer power, by arm in words and by count of N."""
    return {
        ARMS[name].title: {
            which: fits["outer power"]["half"] for which, fits in arm["fits"].items()
        }
        for name, arm in value["arms"].items()
        if len(arm["fits"]) > 1
    }


@checked
def halves_by_study(which: Annotated[str, one_of(*COUNTS)] = "N") -> dict[str, float]:
    """Return what half the size costs in each study with kappa free, a fraction, by its name."""
    studies = recorded_atlas()["pooled"][which]["outer power"]["studies"]
    return {
        study: float(compute_overhead(0.5, *exponents(one["curvature"], one["lean"])))
        for study, one in studies.items()
    }


@checked
def headline(which: Annotated[str, one_of(*COUNTS)] = "N") -> dict[str, float]:
    """Return what all studies together say with kappa free, in per cent, as the chapters print it.

    "quarter", "half", "third" (what 3/4, 1/2 and 0.3 of the size cost) and "wall" are of the mean
    over studies; "half_low" and "half_high" its 95 % band, "half_new_low" and "half_new_high" what
    a new laboratory should expect, and so on. "middle" is what half the size costs in the middle
    study, "alpha" and "beta" are the exponents of the mean.
    """
    pooled = recorded_atlas()["pooled"][which]["outer power"]
    said = {}
    for name, key in (("quarter", "0.75"), ("half", "0.5"), ("third", "0.3"), ("wall", "wall")):
        said[name] = 100 * pooled[key]["mean"]
        for end in ("low", "high", "new_low", "new_high"):
            said[f"{name}_{end}"] = 100 * pooled[key][end]
    said["middle"] = 100 * float(np.median(list(halves_by_study(which).values())))
    mean = exponents(pooled["curvature"]["mean"], pooled["lean"]["mean"])
    return said | dict(zip(("alpha", "beta"), map(float, mean), strict=True))


def atlas_laws(which: str = "N") -> dict[str, OuterPowerLaw]:
    """Return the law of each arm that is pooled, kappa free, as recorded, by the arm's name."""
    value = recorded_atlas()
    left_out = value["pooled"][which]["outer power"]["left_out"]
    fits = {
        name: arm["fits"][which]["outer power"]
        for name, arm in value["arms"].items()
        if name not in left_out
    }
    constants = [field.name for field in fields(OuterPowerLaw)]
    return {
        name: OuterPowerLaw(**{constant: one[constant] for constant in constants})
        for name, one in fits.items()
    }


def atlas_ranges() -> dict[str, tuple[float, float]]:
    """Return the least and the most "N", "D" and "multiplier" of the runs that are pooled."""
    arms = recorded_atlas()["arms"]
    ends = np.array([arms[name]["ranges"] for name in atlas_laws()])
    least, most = ends[:, :, 0].min(axis=0), ends[:, :, 1].max(axis=0)
    return dict(zip(RANGED, zip(least.tolist(), most.tolist(), strict=True), strict=True))


@cache
def pooled_law(level: float = 1e20) -> ParametricLaw:
    """Return a law with the exchange of all studies together, at the level of Hoffmann's runs.

    What is pooled is the exchange, alpha and beta. How large the compute-optimal model of a budget
    is, and what its loss, differs between laboratories; here both are those of the refit to
    Hoffmann's runs at `level` FLOP, in the middle of them.
    """
    said, (refit, _) = headline(), recorded_refit()
    alpha, beta = said["alpha"], said["beta"]
    best = refit.compute_optimal(level)
    reducible = refit.reducible_loss(best.N, best.D) / (alpha + beta)
    return ParametricLaw(
        refit.E, reducible * beta * best.N**alpha, reducible * alpha * best.D**beta, alpha, beta
    )


def pooled_band() -> dict[str, list[float]]:
    """Return where a new laboratory should expect its overhead: "k_N", "low" and "high"."""
    curve = recorded_atlas()["pooled"]["N"]["outer power"]["curve"]
    return {"k_N": curve["k_N"], "low": curve["new_low"], "high": curve["new_high"]}
