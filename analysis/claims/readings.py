"""The readings: the ways in which a printed figure can follow from what its source states.

They are tried in order and the first that gives the printed digits is the verdict: the source's own
statement, rounded; then what printing does to it (rounded inputs, digits cut off, fewer digits);
then slips, each with its cause; and if nothing fits, the nearest reading that would. A reading is a
function from a case to the sentence that explains it, or None.

The slips are narrow on purpose: one digit of a quotation, a power of ten, two neighbouring digits
of at least three, a row of a table under the wrong label where both its figures say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import isfinite

import numpy as np
from scipy.optimize import brentq

from analysis.claims.digits import (
    cuts_to,
    figure,
    fits,
    plain,
    rounds_to,
    to_digits,
    without_trailing_zeros,
)
from analysis.claims.statements import TRANSLATIONS, Case, original
from analysis.claims.tables import exponent_candidates, on_frontier, row_of, size_on_frontier
from analysis.internal.display import Shown
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, PUBLISHED

FACTOR = 2.0
"""An input may change by so much, up or down, before another reading is called near."""


def within_rounding(case: Case, name: str) -> float:
    """The value of a rounded input, within half a unit, that comes nearest to the figure."""
    entry = case.inputs[name]
    low, high = entry.number - entry.half_unit, entry.number + entry.half_unit
    exact = _root(case, name, low, high)
    return min((low, high), key=lambda end: abs(_miss(case, name, end))) if exact is None else exact


def over_rounding(case: Case, name: str) -> tuple[float, float]:
    """The least and the most that the statement gives over the rounding of an input."""
    entry = case.inputs[name]
    numbers = np.linspace(entry.number - entry.half_unit, entry.number + entry.half_unit, 101)
    values = [case.having(**{name: number}).value() for number in numbers]
    return min(values), max(values)


def least_change(case: Case) -> tuple[str, float] | None:
    """The input that gives the figure with the least relative change, alone; None if none does."""
    found = []
    for name, entry in case.inputs.items():
        if np.isnan(entry.number) or name.endswith("_run"):
            continue
        low, high = entry.number / FACTOR, entry.number * FACTOR
        if name == "k_N":  # an overhead is least at k_N = 1: stay on the side of the given size
            low, high = (low, min(high, 1.0)) if entry.number <= 1 else (max(low, 1.0), high)
        needed = _root(case, name, low, high)
        if needed is not None:
            found.append((abs(np.log(needed / entry.number)), name, needed))
    return min(found)[1:] if found else None


def _miss(case: Case, name: str, number: float) -> float:
    return case.having(**{name: number}).value() - float(case.claim.printed)


def _root(case: Case, name: str, low: float, high: float) -> float | None:
    """The number between the ends that gives the figure; None if they lie on one side of it."""
    ends = _miss(case, name, low), _miss(case, name, high)
    if not np.isfinite(ends).all() or ends[0] * ends[1] >= 0:
        return None
    return float(brentq(lambda number: _miss(case, name, number), low, high, rtol=1e-12))


class Kind(StrEnum):
    """What became of a printed figure."""

    AS_PRINTED = "reproduced as printed"
    BY_TRUNCATION = "reproduced by truncation"
    ROUNDED = "rounded by the source"
    SLIP_OF_SOURCE = "slip of the source"
    SLIP_OF_TRANSLATION = "slip of the translation"
    NOT_REPRODUCED = "not reproduced"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Reading(Shown):
    """A way to arrive at a figure.

    Attributes
    ----------
    kind : Kind
        The verdict if it gives the printed digits.
    explain : callable
        Takes the case and the value of its statement; returns one sentence with the reading's
        numbers if it gives the printed digits, None if not.
    value : callable or None
        What the reading computes instead, if it sets the statement aside.
    law : str
        What that rests on.
    """

    kind: Kind
    explain: Callable[[Case, float], str | None]
    value: Callable[[Case], float] | None = None
    law: str = ""


def as_printed(case: Case, value: float) -> str | None:
    """The source's statement, rounded to the printed digits."""
    printed = case.claim.printed
    if not rounds_to(value, printed):
        return None
    if case.claim.quantity == "chosen exponent":
        return _fits_the_table(case)
    if "of" in case.inputs:
        return f"Quotes {original(case).id}, which prints {original(case).printed}."
    sentence = f"{figure(value, printed)} rounds to {printed}."
    if case.claim.quantity == "fitted parameter":
        return f"An estimate from data, not a result; before rounding, {sentence}"
    return sentence


def budget_before_rounding(case: Case, value: float) -> str | None:
    """The source computed on with the budget before it rounded it for print."""
    if not {"N_run", "D_run", "C"} <= set(case.inputs):
        return None
    C = FLOP_PER_PARAMETER_TOKEN * case.number("N_run") * case.number("D_run")
    exact, printed = case.having(C=C).value(), case.claim.printed
    if not rounds_to(exact, printed):
        return None
    sentence = (
        f"{figure(value, printed)} at the printed C = {case.text('C')}; {figure(exact, printed)},"
        f" which rounds to {printed}, at the C = {plain(C, 5)} before rounding."
    )
    if cut_off(case, value):
        sentence += " Cutting off the first would print the same."
    return sentence


def rounded_input(case: Case, value: float) -> str | None:
    """The source rounded an input for print: a value that rounds to it gives the figure."""
    printed = case.claim.printed
    for name, entry in case.inputs.items():
        if not entry.half_unit:
            continue
        needed = within_rounding(case, name)
        reached = case.having(**{name: needed}).value()
        if rounds_to(reached, printed):
            return (
                f"{figure(value, printed)} at {name} = {entry.text}; {figure(reached, printed)} at"
                f" {name} = {plain(needed, 4)}, which rounds to {entry.text}."
                f" {_allowed(case, name)}"
            )
    return None


def _allowed(case: Case, name: str) -> str:
    """What a rounded input leaves open: the figures over its rounding interval."""
    entry, digits = case.inputs[name], len(Decimal(case.claim.printed).as_tuple().digits)
    least, most = over_rounding(case, name)
    text = f"Whatever rounds to {entry.text} gives {plain(least, digits)}"
    return f"{text} to {plain(most, digits)}." if isfinite(most) else f"{text} and more."


def cut_off(case: Case, value: float) -> str | None:
    """The digits after the last printed one were dropped."""
    printed = case.claim.printed
    if not cuts_to(value, printed):
        return None
    return f"{figure(value, printed)} cut off gives {printed}."


def fewer_digits(case: Case, value: float) -> str | None:
    """Trailing zeros of the printed number are not significant."""
    return _shortened(case, value, rounds_to, "rounded")


def fewer_digits_cut_off(case: Case, value: float) -> str | None:
    """The same, with the digits cut off."""
    return _shortened(case, value, cuts_to, "cut off")


def misquoted(case: Case, value: float) -> str | None:
    """A quotation that differs from its original."""
    if "of" not in case.inputs:
        return None
    printed, source = case.claim.printed, original(case)
    sentence = f"Quotes {source.id}, which prints {source.printed}, not {printed}"
    pairs = [pair for pair in zip(printed, source.printed, strict=False) if pair[0] != pair[1]]
    if len(printed) == len(source.printed) and len(pairs) == 1:
        sentence += f": a {pairs[0][0]} for a {pairs[0][1]}"
    return sentence + "."


def misquoted_by_translation(case: Case, value: float) -> str | None:
    """The same, by a translation of the original."""
    return misquoted(case, value) if case.claim.source in TRANSLATIONS else None


def on_the_frontier(case: Case, value: float) -> str | None:
    """The table's other rows give the figure; what it is computed from is off."""
    if "table" not in case.inputs or "N" not in case.inputs:
        return None
    printed, expected = case.claim.printed, _expected(case)
    if not fits(expected, printed):
        return None
    return (
        f"{figure(value, printed)} from the rest of its row, where a figure is off: the power law"
        f" through the table's consistent rows gives {figure(expected, printed)}, hence {printed}."
    )


def _expected(case: Case) -> float:
    return on_frontier(case, case.number("N"))


def power_of_ten(case: Case, value: float) -> str | None:
    """The exponent is one too high or too low."""
    for shift in (-1, 1):
        shifted = Decimal(case.claim.printed).scaleb(shift)
        if rounds_to(value, str(shifted)):
            return (
                f"A power of ten is misprinted: {figure(value, case.claim.printed)} follows from"
                f" what is given, and {case.claim.printed} is printed."
            )
    return None


def digits_transposed(case: Case, value: float) -> str | None:
    """Two neighbouring digits changed places; of three at least, or almost anything would fit."""
    number = Decimal(case.claim.printed).normalize()
    sign, digits, exponent = number.as_tuple()
    if len(digits) < 3:
        return None
    for i in range(len(digits) - 1):
        swapped = (*digits[:i], digits[i + 1], digits[i], *digits[i + 2 :])
        candidate = Decimal((sign, swapped, int(exponent)))
        if candidate != number and rounds_to(value, str(candidate)):
            return (
                f"Two digits are transposed: {figure(value, case.claim.printed)} follows from what"
                f" is given and rounds to {candidate:f}, and {case.claim.printed} is printed."
            )
    return None


def wrong_label(case: Case, value: float) -> str | None:
    """Both figures of a row belong to another model size."""
    if "table" not in case.inputs or "N" not in case.inputs:
        return None
    N, row = case.number("N"), row_of(case)
    meant = to_digits(size_on_frontier(row[0]), 2)
    if meant == N or not all(fits(on_frontier(c, meant), c.claim.printed) for c in row):
        return None
    expected = on_frontier(case, meant)
    return (
        f"The row is labelled N = {plain(N, 3)}, with which C = 6 N D gives"
        f" {figure(value, case.claim.printed)}; both its figures lie on the power law through the"
        f" table's consistent rows at N = {plain(meant, 3)}, where it gives"
        f" {figure(expected, case.claim.printed)}."
    )


def nearest(case: Case, value: float) -> str:
    """The nearest reading that gives the figure: another law, or the least change of an input."""
    printed = case.claim.printed
    sentence = f"{_at_the_start(case.law_name)} gives {figure(value, printed)}"
    if case.claim.quantity == "chosen exponent":
        return f"{_fits_the_table(case)} {printed} is not it."
    for name, other in case.other_values().items():
        if rounds_to(other, printed):
            nearest_one = f"the nearest reading is {name}, which gives {figure(other, printed)}"
            return f"{sentence}, which rounds to {_to_place(value, printed)}; {nearest_one}."
    others = _under_other_laws(case)
    for name, other in others.items():
        if rounds_to(other, printed):
            return f"{sentence}; the nearest reading is {name}, which gives {plain(other, 4)}."
    if others:
        values = ", ".join(plain(other, 4) for other in others.values())
        sentence += f" and no other published law gives {printed} ({values})"
    change = least_change(case)
    if change is None:
        return f"{sentence}; no change of an input gives {printed}."
    name, needed = change
    return (
        f"{sentence}; the nearest reading is {name} = {_told_apart(needed, case.number(name))} in"
        f" place of {case.text(name)}."
    )


READINGS = (
    Reading(Kind.AS_PRINTED, as_printed),
    Reading(Kind.ROUNDED, budget_before_rounding),
    Reading(Kind.ROUNDED, rounded_input),
    Reading(Kind.BY_TRUNCATION, cut_off),
    Reading(Kind.ROUNDED, fewer_digits),
    Reading(Kind.BY_TRUNCATION, fewer_digits_cut_off),
    Reading(Kind.SLIP_OF_TRANSLATION, misquoted_by_translation),
    Reading(Kind.SLIP_OF_SOURCE, misquoted),
    Reading(Kind.AS_PRINTED, on_the_frontier, _expected, "frontier of the table"),
    Reading(Kind.SLIP_OF_SOURCE, power_of_ten),
    Reading(Kind.SLIP_OF_SOURCE, digits_transposed),
    Reading(Kind.SLIP_OF_SOURCE, wrong_label),
    Reading(Kind.NOT_REPRODUCED, nearest),
)
"""All readings, in the order in which they are tried; the last one always speaks."""


def _shortened(
    case: Case, value: float, gives: Callable[[float, str], bool], how: str
) -> str | None:
    printed = case.claim.printed
    for digits, shorter in without_trailing_zeros(printed):
        if gives(value, shorter):
            return f"{figure(value, printed)} {how} to {digits} digits gives {printed}."
    return None


def _at_the_start(name: str) -> str:
    """A name at the start of a sentence; keys and formulas stay as they are."""
    return name[0].upper() + name[1:] if name.split()[0].isalpha() else name


def _to_place(value: float, printed: str) -> str:
    """The value rounded where the printed figure was."""
    return f"{round(Decimal(value), -int(Decimal(printed).as_tuple().exponent)):f}"


def _told_apart(value: float, given: float) -> str:
    """The value with three digits, or as many more as it takes to differ from what is given."""
    texts = (plain(value, digits) for digits in range(3, 17))
    return next((text for text in texts if float(text) != given), repr(value))


def _under_other_laws(case: Case) -> dict[str, float]:
    """The figure under each published law that changes it."""
    if case.law is None:
        return {}
    values = {name: case.under(published.law).value() for name, published in PUBLISHED.items()}
    own = case.value()
    return {name: value for name, value in values.items() if value != own}


def _fits_the_table(case: Case) -> str:
    found = sorted(exponent_candidates(case), key=lambda pair: -pair[1])
    (best, most), (_, second) = found[:2]
    printed = case.claim.printed
    return (
        f"Of the neighbouring values only {figure(best, printed)} gives {most} of the"
        f" {len(case.companions())} entries of {case.text('table')}; the next best gives {second}."
    )
