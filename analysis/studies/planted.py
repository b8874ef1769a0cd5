"""Would an outer power be found, and only where there is one? Runs made by laws that are known.

On the design of an arm, its sizes, data and noise, losses are made by the best law with a kappa
that is held, and fitted again with kappa free: how often does its interval hold the truth?
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from typing import Annotated, Any

import numpy as np
from tqdm import tqdm

from analysis.atlas import ARMS, load_arm
from analysis.fit import fit_parametric
from analysis.internal.doors import checked
from analysis.internal.kinds import Doubles, count, one_of, several
from analysis.tradeoff import compute_overhead

NAME = "atlas-planted"
DATASETS = ("epoch2024", "kempner2024", "llama3")
DESIGNS = ("kempner-fineweb", "hoffmann", "llama3")
POWERS = (0.4, 0.6, 0.8, 1.0, 1.2)
N_SETS = 400
"""How many sets of runs are made for each design and each kappa."""
NORMAL = 1.96


def one_set(seed: int, *, design: str, kappa: float) -> dict[str, float]:
    """Make one set of runs on the design of an arm by a law with this kappa, and fit it.

    Returns
    -------
    dict
        "kappa" and its standard error "error"; "half", what half the size costs by the fit, "sum",
        what it costs by the sum law, and "truth", by the law that made the runs.
    """
    N, D, predicted, noise, truth = _design(design, kappa)
    rng = np.random.default_rng([seed, round(100 * kappa)])
    loss = predicted * np.exp(rng.choice(noise - np.median(noise), len(N)))
    free = fit_parametric(N, D, loss, outer_power=True)
    tied = fit_parametric(N, D, loss)
    return {
        "kappa": free.law.kappa,
        "error": free.standard_errors["kappa"],
        "half": float(compute_overhead(0.5, free.law.alpha, free.law.beta)),
        "sum": float(compute_overhead(0.5, tied.law.alpha, tied.law.beta)),
        "truth": truth,
    }


@cache
def _design(design: str, kappa: float) -> tuple[Doubles, Doubles, Doubles, Doubles, float]:
    """Sizes, data, losses by the best law with this kappa, the runs' noise about it, its price."""
    runs = load_arm(design)
    N, D = runs["N"].to_numpy(), runs["D"].to_numpy()
    law = fit_parametric(N, D, runs["loss"], kappa=kappa).law
    predicted = np.asarray(law.loss(N, D))
    noise = np.log(runs["loss"].to_numpy() / predicted)
    return N, D, predicted, noise, float(compute_overhead(0.5, law.alpha, law.beta))


@checked
def summarise(
    n_sets: Annotated[int, count(10, 10**5)] = N_SETS,
    *,
    designs: Annotated[Sequence[str], several(one_of(*ARMS))] = DESIGNS,
) -> dict[str, Any]:
    """Make and fit every set on all cores; return, by design and kappa, what was found."""
    value: dict[str, Any] = {}
    with ProcessPoolExecutor() as pool:
        for design in designs:
            value[design] = {}
            for kappa in POWERS:
                work = partial(one_set, design=design, kappa=kappa)
                done = pool.map(work, range(n_sets), chunksize=20)
                shown = tqdm(done, desc=f"{design}, {kappa}", total=n_sets, disable=None)
                value[design][f"{kappa:g}"] = found_in(list(shown), kappa)
    return value


def found_in(sets: list[dict[str, float]], kappa: float) -> dict[str, float]:
    """Sum up what was found in sets of runs made with this kappa."""
    column = {name: np.array([one[name] for one in sets]) for name in sets[0]}
    away = np.abs(column["kappa"] - kappa) / column["error"]
    ends = {name: np.quantile(column[name], [0.05, 0.5, 0.95]) for name in ("half", "sum")}
    return {
        "n_sets": len(sets),
        "held": float(np.mean(away <= NORMAL)),
        "median": float(np.median(column["kappa"])),
        "low": float(np.quantile(column["kappa"], 0.05)),
        "high": float(np.quantile(column["kappa"], 0.95)),
        "truth": float(column["truth"][0]),
        **{
            f"{name}{end}": float(value)
            for name, three in ends.items()
            for end, value in zip(("_low", "", "_high"), three, strict=True)
        },
    }
