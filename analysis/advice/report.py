"""How an answer of `analysis.advice` is shown: as a table for a reader, as JSON for a program."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from analysis.advice.answer import Advice, Interval, Option
from analysis.internal.counts import show_count
from analysis.internal.doors import checked
from analysis.internal.files import each
from analysis.internal.terminal import aligned
from analysis.laws import Allocation
from analysis.studies.chinchilla import fitted_range


@checked
def extrapolations(
    answer: Advice, ranges: Mapping[str, tuple[float, float]] | None = None
) -> list[str]:
    """Say where the answer leaves the runs that the law was fitted to; by default, the refit's.

    `ranges` has the least and the most of "N", "D" and "multiplier" of the runs of another law.
    """
    run = answer.placement.run
    limits = fitted_range() if ranges is None else {name: ends[1] for name, ends in ranges.items()}
    found = {
        "parameters": (run.N, limits.get("N", math.inf), show_count),
        "tokens": (run.D, limits.get("D", math.inf), show_count),
        "tokens a parameter": (run.D / run.N, limits.get("multiplier", math.inf), _ratio),
    }
    return [
        f"{show(value)} {what}, beyond the {show(limit)} of the fitted runs"
        for what, (value, limit, show) in found.items()
        if value > limit
    ]


@checked
def as_json(
    answer: Advice, law: str, ranges: Mapping[str, tuple[float, float]] | None = None
) -> str:
    """Return the answer as JSON; what is infinite or unknown is null."""
    placement = answer.placement
    content = {
        "law": law,
        "parameters": asdict(answer.law),
        "loss": answer.loss,
        "run": asdict(placement.run),
        **{name: getattr(placement, name) for name in ("k_N", "k_D", "overhead", "marginal_rate")},
        "optimal": asdict(placement.optimal),
        "inference_tokens": answer.inference_tokens,
        "inference_cost_ratio": answer.inference_cost_ratio,
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
            }
            for option in answer.options
        ],
    }
    return json.dumps(each(content, _finite), indent=2, allow_nan=False)


@checked
def as_table(
    answer: Advice, law: str, ranges: Mapping[str, tuple[float, float]] | None = None
) -> str:
    """Return the answer for a reader."""
    placement, bands = answer.placement, answer.bands
    run, optimal = placement.run, placement.optimal
    band = {name: _band(ends, show_count) for name, ends in bands.items()}
    percent = _band(bands.get("overhead"), _percent)
    rate = f"{placement.marginal_rate:.3g}{band.get('marginal_rate', '')}"
    rows = [
        ("law", f"{law}: {_law(answer)}"),
        ("run", f"{_run(run)}, loss {answer.loss:.3f}"),
        *_use(answer),
        (
            "optimal",
            f"{show_count(optimal.N)} parameters{band.get('optimal N', '')},"
            f" {show_count(optimal.D)} tokens{band.get('optimal D', '')},"
            f" {show_count(optimal.C)} FLOP, the least for this loss",
        ),
        ("k_N", f"{placement.k_N:.3g}{band.get('k_N', '')} of the optimal parameters"),
        ("k_D", f"{placement.k_D:.3g}{band.get('k_D', '')} times the optimal tokens"),
        ("overhead", f"{_percent(placement.overhead)}{percent} more training compute than optimal"),
        ("marginal rate", f"{rate} % more tokens for the next 1 % fewer parameters"),
        ("right for", _right_for(answer)),
        (
            "the wall",
            f"{show_count(answer.smallest)} parameters: no smaller model reaches this loss",
        ),
    ]
    lines = [f"{name:14} {text}" for name, text in rows]
    lines += [f"{'extrapolates':14} {text}" for text in extrapolations(answer, ranges)]
    if answer.no_bands:
        lines.append(f"{'no bands':14} {answer.no_bands}")
    if bands:
        lines.append(f"{'':14} [in brackets: 95 % of the resampled refits]")
    table = ["", "runs of the same loss", *_columns(answer.options), "", *_notes(answer)]
    return "\n".join([*lines, *table])


def _use(answer: Advice) -> list[tuple[str, str]]:
    tokens, price = answer.inference_tokens, answer.inference_cost_ratio
    said = [] if tokens is None else [f"{show_count(tokens)} served tokens"]
    said += [] if price == 1 else [f"a FLOP of serving costs {price:g} times a FLOP of training"]
    return [("use", ", ".join(said))] if said else []


def _notes(answer: Advice) -> list[str]:
    notes = ["pays off after: served tokens after which it is cheaper in all than the optimum"]
    if answer.inference_tokens is not None:
        notes.append("saved over its life: share of what training and serving the optimum cost")
    return notes


def _columns(options: Sequence[Option]) -> list[str]:
    use = any(option.lifetime_saving is not None for option in options)
    head = ["", "k_N", "parameters", "tokens", "overhead", "pays off after"]
    rows = [head + (["saved over its life"] if use else [])]
    for option in options:
        place = option.placement
        saving = option.lifetime_saving
        overhead = f"{_percent(place.overhead)}{_band(option.overhead_band, _percent)}"
        even = "never" if option.break_even is None else f"{show_count(option.break_even)} tokens"
        cells = [option.name, f"{place.k_N:.3g}", show_count(place.run.N), show_count(place.run.D)]
        cells += [overhead, "-" if place.k_N == 1 else even]
        rows.append(cells + ([] if saving is None else [_percent(saving)]))
    return aligned(rows)


def _right_for(answer: Advice) -> str:
    if answer.implied_tokens < 0:
        return "no amount of use: it is larger than compute-optimal"
    if answer.implied_tokens == 0:
        return "no use at all: with any, a smaller model is cheaper in all"
    return (
        f"{show_count(answer.implied_tokens)} served tokens: then no other size is cheaper in all"
    )


def _law(answer: Advice) -> str:
    E, A, B, alpha, beta, *kappa = (f"{value:.5g}" for value in asdict(answer.law).values())
    inner = f"{A}/N^{alpha} + {B}/D^{beta}"
    return f"loss = {E} + ({inner})^{kappa[0]}" if kappa else f"loss = {E} + {inner}"


def _run(run: Allocation) -> str:
    return (
        f"{show_count(run.N)} parameters, {show_count(run.D)} tokens, "
        f"{show_count(run.C)} FLOP, {_ratio(run.D / run.N)} tokens a parameter"
    )


def _ratio(value: float) -> str:
    return _whole(value) if value >= 10 else f"{value:.1f}"


def _percent(fraction: float) -> str:
    value = 100 * fraction + 0.0
    if abs(value) < 0.05:
        return "0 %"
    return f"{value:.1f} %" if abs(value) < 9.95 else f"{_whole(value)} %"


def _whole(value: float) -> str:
    return show_count(value) if abs(value) >= 1e6 else f"{value:,.0f}"


def _band(ends: Interval | None, show: Callable[[float], str]) -> str:
    if ends is None or ends[0] == ends[1]:
        return ""
    return f" [{show(ends[0])}, {show(ends[1])}]"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
