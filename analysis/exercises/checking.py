"""Check an answer to a numbered exercise: right, or what to look at again, never the answer."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analysis.exercises.answers import Key
from analysis.exercises.keys_atlas import KEYS as ATLAS
from analysis.exercises.keys_beyond import KEYS as BEYOND
from analysis.exercises.keys_derivation import KEYS as DERIVATION
from analysis.exercises.keys_evidence import KEYS as EVIDENCE
from analysis.exercises.keys_numbers import KEYS as NUMBERS
from analysis.exercises.keys_own import KEYS as OWN
from analysis.internal.checks import shown

KEYS: dict[str, Callable[[], Key]] = {**DERIVATION, **NUMBERS, **EVIDENCE, **ATLAS, **BEYOND, **OWN}
"""Each number's key: a function that computes the expected answer when it is asked for."""
UNANSWERED = "No answer yet. Put yours in the place of the dots and run the cell again."


@dataclass(frozen=True)
class Check:
    """What a check says of an answer.

    Attributes
    ----------
    number : str
        The exercise, as the book numbers it.
    right : bool
        Whether the answer is right; `bool(check)` says the same.
    message : str
        "Right.", or what to look at again.
    """

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
        verdict = "right" if self.right else "again"
        return f'<p class="check {verdict}">{mark} {html.escape(str(self))}</p>'


def numbers() -> list[str]:
    """Return the numbers of the exercises that can be checked, in the book's order."""
    return sorted(KEYS, key=lambda number: [int(part) for part in number.split(".")])


def check(number: str, answer: object) -> Check:
    """Check an answer and say whether it is right, or what to look at again.

    Parameters
    ----------
    number : str
        The exercise, as the book numbers it: "4.2" is the second of chapter 4.
    answer : object
        What the exercise asks for: a number, several numbers, an expression of SymPy, a function or
        a set of names. Numbers may differ by the exercise's tolerance (a thousandth, if it does not
        say otherwise), or be rounded as the solution rounds them; expressions are compared
        symbolically. Dots (...) are no answer yet.

    Returns
    -------
    Check
        True or false, with a message that never holds the answer.

    Raises
    ------
    ValueError
        If the book has no exercise of this number that can be checked.
    """
    if not isinstance(number, str) or number not in KEYS:
        raise ValueError(f"number must be one of {', '.join(numbers())}, got {shown(number)}")
    if answer is ...:
        return Check(number, False, UNANSWERED)
    advice = KEYS[number]().advise(answer)
    return Check(number, advice is None, "Right." if advice is None else advice)
