"""How an answer of `analysis.advice` is shown to a reader: whole, or several beside each other."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

from analysis.advice.answer import ASKED, FITS, Advice, Interval, Option
from analysis.advice.content import READS, Ranges, bills, extrapolations
from analysis.advice.readings import SAME_LOSS, Readings
from analysis.advice.regret import Choice
from analysis.internal.counts import show_count, show_ratio, show_whole
from analysis.internal.doors import checked
from analysis.internal.kinds import named
from analysis.internal.terminal import aligned
from analysis.laws import Allocation
from analysis.limits import REPETITION
from analysis.prices import TRAINING_UTILISATION, Rent, attention_share, cache_bytes
from analysis.tradeoff import Placement

WIDTH = 100
"""Letters of a line of running text."""
BRACKETS = "[in brackets: 95 % of the resampled refits]"


@checked
def as_comparison(
    answers: Annotated[Mapping[str, Advice], named(Advice, str)],
    law: str,
    ranges: Ranges | None = None,
) -> str:
    """Return several answers as one table, a row for each of what was asked."""
    head = ["", "parameters", "tokens", "tokens a parameter", "k_N", "overhead", "right for"]
    rows = [head]
    for name, answer in answers.items():
        placement, run = answer.placement, answer.run
        size = show_count(run.N)
        if answer.total is not None:
            size = f"{show_count(answer.total.run.N)}, {size} active"
        right = max(answer.implied_tokens, 0.0)
        cells = [name, size, show_count(run.D), show_ratio(run.D / run.N), f"{placement.k_N:.3g}"]
        band = _band(answer.bands.get("overhead"), _percent)
        use = f"{show_count(right)} served tokens" if right else "no use"
        rows.append([*cells, f"{_percent(placement.overhead)}{band}", use])
    law_of_all = _law(next(iter(answers.values())))
    notes = _lines(_about(answers, ranges))
    return "\n".join([f"by {law}: {law_of_all}", "", *aligned(rows), "", *notes]).rstrip()


def _about(answers: Mapping[str, Advice], ranges: Ranges | None) -> list[str]:
    """What several answers have to be read with."""
    every = list(answers.values())
    unique = every[0].unique_tokens
    outside = [
        name
        for name, one in answers.items()
        if any(ASKED in text for text in extrapolations(one, ranges))
    ]
    notes = []
    if any(one.bands for one in every):
        notes.append(BRACKETS)
    if any(one.total is not None for one in every):
        notes.append("a mixture is placed by its active parameters; the law is one of dense models")
    if unique is not None:
        notes.append(
            f"of the tokens {show_count(unique)} are distinct; k_N and overhead count what they "
            "are worth as fresh ones"
        )
    if any(one.inference_tokens is not None or one.largest is not None for one in every):
        notes.append("use, memory and bills are answered for one model at a time, or as JSON")
    if outside:
        notes.append(f"outside the runs that the law was fitted to: {', '.join(outside)}")
    return notes


@checked
def as_table(
    answer: Advice,
    law: str,
    ranges: Ranges | None = None,
    *,
    rent: Rent | None = None,
) -> str:
    """Return the answer for a reader; with `rent`, what the runs take in hours and in money."""
    placement, bands = answer.placement, answer.bands
    optimal = placement.optimal
    band = {name: _band(ends, show_count) for name, ends in bands.items()}
    percent = _band(bands.get("overhead"), _percent)
    rate = f"{placement.marginal_rate:.3g}{band.get('marginal_rate', '')}"
    rows = [
        ("law", f"{law}: {_law(answer)}"),
        ("run", f"{_run(answer.run)}, loss {answer.loss:.3f}"),
        *_experts(answer),
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
    rows += [("extrapolates", text) for text in extrapolations(answer, ranges)]
    lines = [line for name, text in rows for line in _wrapped(f"{name:14} {text}")]
    if answer.no_bands:
        lines.append(f"{'no bands':14} {answer.no_bands}")
    if bands or any(option.overhead_band is not None for option in answer.options):
        lines.append(f"{'':14} {BRACKETS}")
    lines += ["", "runs of the same loss", *_columns(answer.options), "", *_notes(answer)]
    if rent is not None:
        lines += ["", *_bills_table(answer, rent)]
    if answer.readings is not None:
        lines += ["", *_readings_table(answer.readings, answer.inference_cost_ratio)]
    if answer.choice is not None and answer.exchange_choice is not None:
        lines += ["", *_choice_lines(answer.choice, answer.exchange_choice)]
    return "\n".join(lines)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * 15, break_on_hyphens=False)


def _experts(answer: Advice) -> list[tuple[str, str]]:
    total = answer.total
    if total is None:
        return []
    return [
        (
            "mixture",
            f"{show_count(total.run.N)} parameters in all; placed by the active ones, which are "
            "what it costs",
        ),
        (
            "",
            f"if all were active: k_N {total.k_N:.3g}, overhead {_percent(total.overhead)}; the "
            "law is one of dense models; expect the truth between",
        ),
    ]


def _bills_table(answer: Advice, rent: Rent) -> list[str]:
    every = bills(answer, rent)
    rows = [["", "training"] + ["serving"] * (answer.mean_tokens is not None)]
    for name, parts in every.items():
        said = (f"{show_count(one.hours)} hours, {show_count(one.money)}" for one in parts.values())
        rows.append([name, *said])
    used = 100 * TRAINING_UTILISATION
    head = f"on rented {rent.name}s, {rent.price:g} an hour, {used:.0f} % of the peak in training"
    return [head, *aligned(rows)]


def _readings_table(readings: Readings, price: float) -> list[str]:
    rows = [["", "parameters", "tokens", "training", "serving", "saved", "loss", "as if"]]
    for name, one in readings.each.items():
        size = show_count(one.run.N)
        if "N" in one.ranges:
            size += f" [{', '.join(show_count(end, 2) for end in one.ranges['N'])}]"
        cells = [READS[name], size, show_count(one.run.D)]
        cells += [f"{show_count(flop)} FLOP" for flop in (one.run.C, one.serving)]
        cells += [_percent(one.saving), f"{one.loss:.4f}"]
        rows.append([*cells, f"{_percent(one.forgone)} less" if one.forgone else "all of it"])
    head = f"what {show_count(readings.compute)} FLOP may mean"
    ranged = bool(readings.same_loss.ranges)
    notes = ["as if: what could be taken away from it, were all of it compute-optimal training"]
    if price != 1:
        notes.append(f"serving: FLOP as they are served; each is paid {price:g} times")
    notes += ["[in brackets: what credible laws advise, from the least to the most]"] * ranged
    return [head, *aligned(rows), "", *notes]


def _choice_lines(choice: Choice, exchange: Choice) -> list[str]:
    sizes = {name: run.N for name, run in choice.best.items()}
    low, high = (pick(sizes, key=lambda name: sizes[name]) for pick in (min, max))
    rows = [["", "parameters", "on average", "at worst"]]
    for known, one in (("this optimum, any exchange", exchange), ("any optimum", choice)):
        cells = [known, show_count(one.least_worst)]
        cells += [f"{_percent(part['least_worst'])} more" for part in (one.expected, one.worst)]
        rows.append(cells)
    return [
        f"the size of least worst regret, if any of {len(sizes)} laws may be true",
        *aligned(rows),
        f"by the laws themselves from {show_count(sizes[low])} ({low}) to "
        f"{show_count(sizes[high])} ({high})",
        "more: than the best size by the law that is true, over its life",
    ]


def _use(answer: Advice) -> list[tuple[str, str]]:
    tokens, price = answer.inference_tokens, answer.inference_cost_ratio
    said = [] if tokens is None else [f"{show_count(tokens)} served tokens"]
    if tokens is not None and answer.inference_spread > 1:
        said[0] += f" within a factor of {answer.inference_spread:g}"
        said.append(f"{show_count(answer.mean_tokens or 0)} on average, for which sizes are chosen")
    said += [] if price == 1 else [f"a FLOP of serving costs {price:g} times a FLOP of training"]
    found = [("use", ", ".join(said))] if said else []
    if answer.largest is not None:
        found.append(("memory", _memory(answer, answer.largest)))
    if answer.attentive is not None and answer.context is not None:
        found.append(("context", _context(answer, answer.attentive, answer.context)))
    if answer.unique_tokens is not None:
        found.append(("repeats", _repeats(answer, answer.unique_tokens)))
    return found


def _repeats(answer: Advice, unique: float) -> str:
    said = f"{show_count(unique)} tokens are distinct"
    if answer.run.D > answer.placement.run.D:
        said += f"; those of the run are worth {show_count(answer.placement.run.D)} fresh ones"
    return f"{said}; all below counts fresh tokens, but for bills and the column with repeats"


def _context(answer: Advice, cheapest: Placement, context: float) -> str:
    share = attention_share(cheapest.run.N, context)
    cache = cache_bytes(cheapest.run.N, context) / 1e9
    return (
        f"attending to {show_count(context)} tokens, the cheapest over its life has "
        f"{show_count(cheapest.run.N)} parameters: a token costs it {share:.2g} times 2 N more, "
        f"and its cache takes {cache:.2g} GB a text, less where heads share it; all else here "
        "counts 2 N a token"
    )


def _memory(answer: Advice, largest: float) -> str:
    said = f"{show_count(largest)} parameters fit"
    sizes = {}
    if any(option.name == ASKED for option in answer.options):
        sizes[ASKED] = (answer.total or answer.placement).run.N
    if answer.readings is not None:
        every = answer.readings.each.items()
        sizes |= {READS[name]: one.run.N for name, one in every if name != SAME_LOSS}
    if answer.choice is not None:
        sizes["least worst regret"] = answer.choice.least_worst
    large = [f"{name} ({show_count(N)})" for name, N in sizes.items() if N > largest]
    held = any(option.name == FITS for option in answer.options)
    if largest <= answer.smallest:
        said += ", too few for this loss with any amount of data"
    elif held:
        said += ": of the models that do, the largest is the cheapest over its life"
    elif not large:
        said += ": no limit here"
    return f"{said}; advised but too large: {', '.join(large)}" if large else said


def _notes(answer: Advice) -> list[str]:
    notes = ["pays off after: served tokens after which it is cheaper in all than the optimum"]
    if answer.inference_tokens is not None:
        notes.append("saved over its life: share of what training and serving the optimum cost")
    if answer.unique_tokens is not None:
        notes.append(
            "with repeats: tokens to train on where a token seen again is worth less, 1/e after "
            f"{REPETITION:g} repetitions; the other columns count fresh tokens"
        )
    return _lines(notes)


def _lines(notes: Sequence[str]) -> list[str]:
    return [line for note in notes for line in textwrap.wrap(note, WIDTH)]


def _tokens(value: float) -> str:
    return f"{show_count(value)} tokens" if math.isfinite(value) else "never enough"


def _columns(options: Sequence[Option]) -> list[str]:
    use = any(option.lifetime_saving is not None for option in options)
    repeats = any(option.trained is not None for option in options)
    head = ["", "k_N", "parameters", "tokens", "overhead", "pays off after"]
    head += ["saved over its life"] * use + ["with repeats"] * repeats
    rows = [head]
    for option in options:
        place = option.placement
        saving = option.lifetime_saving
        overhead = f"{_percent(place.overhead)}{_band(option.overhead_band, _percent)}"
        even = "never" if option.break_even is None else f"{show_count(option.break_even)} tokens"
        cells = [option.name, f"{place.k_N:.3g}", show_count(place.run.N), show_count(place.run.D)]
        cells += [overhead, "-" if place.k_N == 1 else even]
        cells += [] if saving is None else [_percent(saving)]
        rows.append(cells + ([] if option.trained is None else [_tokens(option.trained)]))
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
        f"{show_count(run.C)} FLOP, {show_ratio(run.D / run.N)} tokens a parameter"
    )


def _percent(fraction: float) -> str:
    value = 100 * fraction + 0.0
    if abs(value) < 0.05:
        return "0 %"
    return f"{value:.1f} %" if abs(value) < 9.95 else f"{show_whole(value)} %"


def _band(ends: Interval | None, show: Callable[[float], str]) -> str:
    if ends is None or ends[0] == ends[1]:
        return ""
    return f" [{show(ends[0])}, {show(ends[1])}]"
