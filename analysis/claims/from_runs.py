"""Figures that rest on runs: the estimates of Besiroglu et al. 2024, every figure of Gadre et al.

What the runs of Gadre et al. 2024 give is computed once by `analysis.studies.gadre` and looked up.
The refits of the 240 runs of Besiroglu et al. 2024 take longer and are always read from their
record, which a test holds against the data.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from analysis.claims.statements import Case, states
from analysis.studies import chinchilla
from analysis.studies.gadre import measured
from analysis.studies.record import recorded


def _entry(case: Case, values: Any, *names: str) -> float:
    for name in names:
        key = case.text(name)
        if key not in values:
            raise ValueError(f"claim {case.claim.id}: no {name} {key!r}, only {sorted(values)}")
        values = values[key]
    return float(values)


@cache
def refits() -> dict[str, dict[str, float]]:
    """Return the laws refitted to the 240 runs, by what was minimised, each by parameter."""
    laws: dict[str, dict[str, float]] = recorded(chinchilla.NAME)["value"]["laws"]
    return laws


def _huber_refit(case: Case) -> float:
    return refits()["refit"][case.parameter()]


@states(
    "parameter of the 240 runs",
    law="least absolute deviations on the 240 runs",
    others={"the Huber fit of the same runs": _huber_refit},
)
def _parameter_of_the_240_runs(case: Case) -> float:
    return refits()["least absolute deviations"][case.parameter()]


@states("refitted parameter", law="least squares on the released runs")
def _refitted_parameter(case: Case) -> float:
    return _entry(case, measured()["parameters"], "train_set", "parameter")


@states("relative error", law="the law fitted to the small runs, against the measured run")
def _relative_error(case: Case) -> float:
    return _entry(case, measured()["errors"], "train_set", "predicts", "fit", "run")


@states("fitting compute", law="C = 6 N D over the runs fitted to")
def _fitting_compute(case: Case) -> float:
    return _entry(case, measured()["compute"], "train_set", "fit_to")


@states("times cheaper", law="C = 6 N D of the run over that of the runs fitted to")
def _times_cheaper(case: Case) -> float:
    target = _entry(case, measured()["runs"], "train_set", "run")
    return target / _entry(case, measured()["compute"], "train_set", "fit_to")


@states("rank correlation", law="predicted against measured error of the nine large runs")
def _rank_correlation(case: Case) -> float:
    return float(measured()["ranks"])
