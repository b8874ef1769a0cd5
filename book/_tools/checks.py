"""Check an answer without knowing it: `check("4.2", answer)` compares digests.

Beside this file lies `checks.json`. It holds, for every exercise that checks itself, salted digests
of the right answer and of typical mistakes, each on a grid as fine as the exercise's tolerance, and
no answer. A digest costs a tenth of a second on purpose: trying all answers takes long where there
are many, and no time where there are few. This file needs nothing of the book's package.
"""

import hashlib
import html
import json
import math
import numbers as kinds
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COST = 2**14
"""Memory and time of a digest, as `hashlib.scrypt` counts them."""
EXACT = 1e-9
"""Relative tolerance of a formula's values."""
MOST_DIGITS = 8
UNANSWERED = "No answer yet. Put yours in the place of the dots and run the cell again."
NOT_YET = "Not yet. Go through the steps again, one by one."
SIGN = "Look at the sign again."
PERCENT = "Is it a fraction or a percentage? The book gives fractions: a fifth is 0.2."
BILLIONS = "Look at the unit: counts are plain numbers, seven billion is 7e9."
INVERSE = "This looks like the reciprocal. Which of the two is divided by the other?"


@dataclass(frozen=True)
class Check:
    """What a check says of an answer; true if the answer is right."""

    number: str
    right: bool
    message: str

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return f"Exercise {self.number}: {self.message}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str:
        mark = "&#10003;" if self.right else "&#8635;"
        return f'<p class="check">{mark} {html.escape(str(self))}</p>'


def check(number: str, answer: object, path: Path | None = None) -> Check:
    """Say whether an answer is right, or what to look at again, never the answer.

    Raises
    ------
    ValueError
        If no exercise of this number can be checked.
    """
    path = path or Path(__file__).with_name("checks.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(number, str) or number not in stored["exercises"]:
        known = ", ".join(stored["exercises"])
        raise ValueError(f"number must be one of {known}, got {number!r}")
    if answer is ...:
        return Check(number, False, UNANSWERED)
    exercise = stored["exercises"][number]
    advise = {"number": of_number, "numbers": of_numbers, "names": of_names}
    advice = advise.get(exercise["kind"], of_values)(exercise, answer, f"{stored['salt']} {number}")
    return Check(number, advice is None, "Right." if advice is None else advice)


def digest(salt: str, text: str) -> str:
    """Return what stands for a text: the same for the same salt, and slow to make."""
    made = hashlib.scrypt(text.encode(), salt=salt.encode(), n=COST, r=8, p=1, maxmem=2**26)
    return made[:12].hex()


def place(value: float, tolerance: float) -> str:
    """Return the place of a number on a grid of logarithms, in steps of twice the tolerance."""
    if value == 0:
        return "zero"
    return f"{'-' if value < 0 else '+'}{math.floor(math.log(abs(value)) / (2 * tolerance))}"


def places(value: float, tolerance: float) -> list[str]:
    """Return the places of all numbers within the tolerance of one: one place or two."""
    ends = (value * (1 - tolerance), value, value * (1 + tolerance))
    return list(dict.fromkeys(place(end, tolerance) for end in ends))


def rounded(value: float) -> str | None:
    """Return a number in its own digits; None if it has more than people write."""
    for digits in range(1, MOST_DIGITS):
        text = f"{value:.{digits - 1}e}"
        if math.isclose(float(text), value, rel_tol=EXACT, abs_tol=0):
            return text
    return None


def real(answer: object) -> float | str:
    """Return an answer as a finite number, or what is wrong with it."""
    if answer is ...:
        return "No answer yet."
    if hasattr(answer, "item") and getattr(answer, "ndim", None) == 0:
        answer = answer.item()
    if getattr(answer, "free_symbols", None):
        return "A number is expected; this still holds symbols. Put the values in."
    if getattr(answer, "is_real", False):
        answer = float(answer)  # type: ignore[arg-type]
    if isinstance(answer, bool) or not isinstance(answer, kinds.Real):
        return f"A real number is expected, not {type(answer).__name__}."
    try:
        value = float(answer)
    except OverflowError:
        return "A number of double precision is expected; this one is too large."
    return value if math.isfinite(value) else f"A finite number is expected, not {value}."


def holds(kept: Mapping[str, Any], value: float, salt: str) -> bool:
    """Say whether a number has one of the digests: by its place, or by its few digits."""
    if digest(salt, place(value, kept["tolerance"])) in kept["right"]:
        return True
    short = rounded(value)
    return short is not None and digest(salt, short) in kept["rounded"]


def of_number(kept: Mapping[str, Any], answer: object, salt: str) -> str | None:
    """Return None for a right number, else what to look at again."""
    value = real(answer)
    if isinstance(value, str):
        return value
    if holds(kept, value, salt):
        return None
    own = digest(salt, place(value, kept["tolerance"]))
    for digests, advice in kept["mistakes"]:
        if own in digests:
            return str(advice)
    for advice, others in (
        (SIGN, [-value]),
        (PERCENT, [value / 100, value * 100]),
        (BILLIONS, [value / 1e9, value * 1e9]),
        (INVERSE, [1 / value] if value else []),
    ):
        if any(math.isfinite(other) and holds(kept, other, salt) for other in others):
            return advice
    return NOT_YET


def of_numbers(kept: Mapping[str, Any], answer: object, salt: str) -> str | None:
    """Return None for right numbers, each under its name or in order."""
    parts = kept["parts"]
    names = ", ".join(parts)
    if not isinstance(answer, Mapping):
        if isinstance(answer, str) or not isinstance(answer, Iterable):
            return f"{len(parts)} numbers are expected: {names}."
        values = list(answer) if getattr(answer, "ndim", 1) else []
        if len(values) != len(parts):
            return f"{len(parts)} numbers are expected: {names}; these are {len(values)}."
        answer = dict(zip(parts, values, strict=True))
    for name, part in parts.items():
        if name not in answer:
            return f"{name} is missing."
        if (advice := of_number(part, answer[name], f"{salt} {name}")) is not None:
            return f"{name}: {advice}"
    return None


def of_names(kept: Mapping[str, Any], answer: object, salt: str) -> str | None:
    """Return None for the right set of names, in any order."""
    given = [answer] if isinstance(answer, str) else answer
    if not isinstance(given, Iterable) or not getattr(given, "ndim", 1):
        return f"A set of names is expected, not {type(answer).__name__}."
    listed = list(given)
    if not all(isinstance(name, str) for name in listed):
        return "Names are expected."
    own = digest(salt, "\n".join(sorted(set(listed))))
    if own == kept["right"]:
        return None
    return next((advice for one, advice in kept["mistakes"] if own == one), NOT_YET)


def of_values(kept: Mapping[str, Any], answer: object, salt: str) -> str | None:
    """Return None for a function or a formula with the right values at the exercise's points."""
    found = []
    for point in kept["at"]:
        value = at_point(kept["kind"], answer, point)
        if isinstance(value, str):
            return value
        found.append(value)
    own = [digest(f"{salt} {n}", place(value, kept["tolerance"])) for n, value in enumerate(found)]
    if all(one in right for one, right in zip(own, kept["right"], strict=True)):
        return None
    for wrong, advice in kept["mistakes"]:
        if all(one in places for one, places in zip(own, wrong, strict=True)):
            return str(advice)
    return NOT_YET


def at_point(kind: str, answer: object, point: Any) -> float | str:
    """Return the value of a function or of a formula at a point, or what is wrong with it."""
    if kind == "function":
        if not callable(answer):
            return f"A function is expected, not {type(answer).__name__}."
        try:
            return real(answer(*point))
        except Exception as error:  # a student's function may raise anything
            return f"Your function raises {type(error).__name__} at {tuple(point)}: {error}"
    import sympy as sp

    if isinstance(answer, sp.Equality):
        answer = answer.rhs
    if isinstance(answer, kinds.Number) and not isinstance(answer, bool):
        answer = sp.sympify(answer)
    if not isinstance(answer, sp.Expr):
        return f"An expression of SymPy is expected, not {type(answer).__name__}."
    numbers = {
        symbol: sp.Rational(point.get(symbol.name) or elsewhere(symbol.name))
        for symbol in answer.free_symbols
    }
    value = answer.subs(numbers).evalf(30)
    return float(value) if value.is_real and value.is_finite else NOT_YET


def elsewhere(name: str) -> str:
    """Return a value for a symbol that the answer should not hold: it matters unless it cancels."""
    return f"{2 + sum(name.encode()) % 89}/37"
