"""What an answer of `analysis.advice` holds, for a program, and where it leaves the fitted runs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, TypeAlias

from analysis.advice.answer import ASKED, OPTIMUM, Advice
from analysis.advice.readings import SAME_LOSS, TOTAL_BUDGET, TRAINING_CAP, Reading, Readings
from analysis.advice.regret import Choice
from analysis.internal.checks import extended
from analysis.internal.counts import show_count, show_ratio
from analysis.internal.doors import checked
from analysis.internal.files import each
from analysis.internal.kinds import named, one, tuple_of
from analysis.prices import ACCELERATORS, Bill, Rent, bill
from analysis.serving import FLOP_PER_PARAMETER_SERVED
from analysis.studies.chinchilla import fitted_ranges
from analysis.tradeoff import Placement

READS = {
    SAME_LOSS: "its loss, cheapest",
    TOTAL_BUDGET: "it pays for serving too",
    TRAINING_CAP: "all of it for training",
}
"""The readings of a budget as a reader is told them."""
RANGES = {"N": "N", "D": "D", "training": "training_flop", "saving": "saving"}
SCALE_NAMES = ("k_N", "k_D", "overhead", "marginal_rate")
CSV_COLUMNS = (
    "question",
    "law",
    "run",
    "N",
    "D",
    "C",
    "k_N",
    "k_D",
    "overhead",
    "overhead_low",
    "overhead_high",
    "marginal_rate",
    "break_even_inference_tokens",
    "lifetime_saving",
    "tokens_with_repetition",
)

Ranges: TypeAlias = Annotated[
    Mapping[str, tuple[float, float]],
    named(tuple_of(one(extended), one(extended)), str, empty=True),
]
"""The least and the most of "N", "D" and "multiplier" of the runs that a law was fitted to."""


@checked
def extrapolations(answer: Advice, ranges: Ranges | None = None) -> list[str]:
    """Say which runs of the answer lie outside those that the law was fitted to.

    `ranges` has the least and the most of "N", "D" and "multiplier" of the runs of the law; by
    default the refit's.
    """
    limits = fitted_ranges() if ranges is None else ranges
    runs = {option.name: option.placement.run for option in answer.options}
    runs |= {OPTIMUM: answer.placement.optimal}
    if answer.readings is not None:
        readings = answer.readings.each.items()
        runs |= {READS[name]: one.run for name, one in readings if name != SAME_LOSS}
    found = []
    for key, what, show in (
        ("N", "parameters", show_count),
        ("D", "tokens", show_count),
        ("multiplier", "tokens a parameter", show_ratio),
    ):
        low, high = limits.get(key, (0.0, math.inf))
        at = {
            name: run.D / run.N if key == "multiplier" else getattr(run, key)
            for name, run in runs.items()
        }
        for side, limit, out in (
            ("below", low, {name: x for name, x in at.items() if x < low}),
            ("beyond", high, {name: x for name, x in at.items() if x > high}),
        ):
            said = ", ".join(f"{name} ({show(x)})" for name, x in out.items())
            found += [f"{what} {side} the {show(limit)} of the fitted runs: {said}"] if out else []
    return found


def bills(answer: Advice, rent: Rent) -> dict[str, dict[str, Bill]]:
    """Return what each run of the answer takes to train and, if a use was named, to serve.

    A FLOP of serving is paid at `inference_cost_ratio`; by itself that of training is. Repeats of
    limited tokens are paid for; a run that no number of them is enough for has no bill.
    """
    pay = partial(bill, peak=ACCELERATORS[rent.name].peak, price=rent.price)
    found = {}
    for option in answer.options:
        run = option.run
        if run is None:
            continue
        found[option.name] = {"training": pay(run.C)}
        if answer.mean_tokens is not None:
            served = FLOP_PER_PARAMETER_SERVED * run.N * answer.mean_tokens
            found[option.name]["serving"] = pay(answer.inference_cost_ratio * served)
    return found


@checked
def as_json(
    answer: Advice,
    law: str,
    ranges: Ranges | None = None,
    *,
    rent: Rent | None = None,
) -> str:
    """Return the answer as JSON, with `rent` its bills too; what is infinite or unknown is null."""
    return json.dumps(json_content(answer, law, ranges, rent), indent=2, allow_nan=False)


def json_content(
    answer: Advice,
    law: str,
    ranges: Ranges | None,
    rent: Rent | None,
) -> dict[str, Any]:
    """Return what `as_json` writes."""
    placement, total, readings = answer.placement, answer.total, answer.readings
    content = {
        "law": law,
        "parameters": asdict(answer.law),
        "loss": answer.loss,
        "run": asdict(answer.run),
        **_scales(placement),
        "active": None
        if total is None
        else {"N": total.run.N, "active": placement.run.N, "if_all_were_active": _scales(total)},
        "optimal": asdict(placement.optimal),
        "inference_tokens": answer.inference_tokens,
        "inference_spread": answer.inference_spread,
        "inference_cost_ratio": answer.inference_cost_ratio,
        "largest_parameters": answer.largest,
        "unique_tokens": answer.unique_tokens,
        "context": None
        if answer.attentive is None
        else {"tokens": answer.context, **asdict(answer.attentive.run)},
        "bands_95": answer.bands,
        "no_bands": answer.no_bands,
        "implied_inference_tokens": answer.implied_tokens,
        "smallest_parameters": answer.smallest,
        "extrapolates": extrapolations(answer, ranges),
        "options": [
            {
                "name": option.name,
                **asdict(option.placement.run),
                "k_N": option.placement.k_N,
                "overhead": option.placement.overhead,
                "overhead_band_95": option.overhead_band,
                "marginal_rate": option.placement.marginal_rate,
                "break_even_inference_tokens": option.break_even,
                "lifetime_saving": option.lifetime_saving,
                "tokens_with_repetition": option.trained,
            }
            for option in answer.options
        ],
        "readings": None if readings is None else _readings_content(readings),
        "regret": _regret_content(answer),
        "bills": None
        if rent is None
        else {
            "machine": rent.name,
            "hour": rent.price,
            "runs": {
                name: {what: asdict(one) for what, one in parts.items()}
                for name, parts in bills(answer, rent).items()
            },
        },
    }
    return dict(each(content, _finite))


def _scales(placement: Placement) -> dict[str, float]:
    return {name: getattr(placement, name) for name in SCALE_NAMES}


def _readings_content(readings: Readings) -> dict[str, Any]:
    def one(reading: Reading) -> dict[str, Any]:
        low, high = reading.ranges.get("N", (None, None))
        return {
            "N": reading.run.N,
            "D": reading.run.D,
            "training_flop": reading.run.C,
            "serving_flop": reading.serving,
            "loss": reading.loss,
            "saving": reading.saving,
            "compute_forgone": reading.forgone,
            "low": low,
            "high": high,
            "ranges": {RANGES[what]: ends for what, ends in reading.ranges.items()},
        }

    found: dict[str, Any] = {name: one(reading) for name, reading in readings.each.items()}
    sizes = {f"{k_N:g}": one(reading) for k_N, reading in readings.capped.items()}
    found[TRAINING_CAP]["sizes"] = sizes
    return {"compute": readings.compute, **found}


def _regret_content(answer: Advice) -> dict[str, Any] | None:
    if answer.choice is None or answer.exchange_choice is None:
        return None
    at = {"at_optimum": _choice_content(answer.exchange_choice)}
    return _choice_content(answer.choice) | at


def _choice_content(choice: Choice) -> dict[str, Any]:
    return {
        "N": choice.least_worst,
        "expected": choice.expected["least_worst"],
        "worst": choice.worst["least_worst"],
        "mean_inference_tokens": choice.mean_tokens,
        "least_expected_cost": {"N": choice.least_cost, "worst": choice.worst["least_cost"]},
        "least_expected_regret": {
            "N": choice.least_regret,
            "expected": choice.expected["least_regret"],
            "worst": choice.worst["least_regret"],
        },
        "by_law": {name: asdict(run) for name, run in choice.best.items()},
        "price_of_planning": choice.prices.to_dict(orient="index"),
    }


@checked
def as_csv(answers: Annotated[Mapping[str, Advice], named(Advice, str)], law: str) -> str:
    """Return the runs of answers, by what was asked, as CSV: one row a run; unknown is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for question, answer in answers.items():
        for option in answer.options:
            placement = option.placement
            own = answer.bands.get("overhead") if option.name == ASKED else None
            low, high = option.overhead_band or own or (None, None)
            values = [placement.run.N, placement.run.D, placement.run.C]
            values += [placement.k_N, placement.k_D, placement.overhead, low, high]
            values += [placement.marginal_rate, option.break_even, option.lifetime_saving]
            cells = [_finite(value) for value in [*values, option.trained]]
            writer.writerow([question, law, option.name, *cells])
    return text.getvalue().rstrip()


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
