"""Kinds of answer. Each knows what is expected, the typical mistakes, and how to tell them apart.

`advise(answer)` returns None for a right answer, and otherwise what to look at again. It raises for
no answer whatever: what is not of the expected kind is told so.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import sympy as sp

from analysis.internal.doors import checked

SIGN = "Look at the sign again."
PERCENT = "Is it a fraction or a percentage? The book gives fractions: a fifth is 0.2."
INVERSE = "This looks like the reciprocal. Which of the two is divided by the other?"
SWAPPED_EXPONENTS = "Look at which exponent belongs to the size and which to the data."
BILLIONS = "Look at the unit: counts are plain numbers, seven billion is 7e9."
FLOP_FOR_TOKENS = "This is compute, in FLOP. The question is about tokens."
OVERHEAD = "This is the compute as a multiple of the optimum. The overhead is what goes beyond one."
TOO_LARGE = "Not yet: it is too large."
TOO_SMALL = "Not yet: it is too small."
NOT_YET = "Not yet. Go through the steps again, one by one."
MOST_DIGITS = 8


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, of the kind of the right one, and what to look at again."""

    wrong: Any
    advice: str


@dataclass(frozen=True)
class Number:
    """One real number, compared to a relative tolerance, or rounded as the solution rounds it.

    `digits` is how many significant digits the solution prints. The value rounded to as many, or to
    more, is right as well; rounded otherwise it is not.
    """

    value: float
    mistakes: Sequence[Mistake]
    tolerance: float = 1e-3
    digits: int = 3

    def advise(self, answer: object) -> str | None:
        """Return None for a right answer, else what to look at again."""
        number = _real(answer)
        if isinstance(number, str):
            return number
        if self._near(number, self.value):
            return None
        for mistake in self.mistakes:
            if self._near(number, mistake.wrong):
                return mistake.advice
        return self._compared(number)

    def _near(self, number: float, value: float) -> bool:
        return math.isclose(number, value, rel_tol=self.tolerance, abs_tol=0) or any(
            math.isclose(number, float(f"{value:.{digits - 1}e}"), rel_tol=1e-9, abs_tol=0)
            for digits in range(self.digits, MOST_DIGITS)
        )

    def _compared(self, number: float) -> str:
        for advice, factors in ((SIGN, (-1,)), (PERCENT, (100, 0.01)), (BILLIONS, (1e9, 1e-9))):
            if any(self._near(number / factor, self.value) for factor in factors):
                return advice
        if self.value and self._near(number, 1 / self.value):
            return INVERSE
        return TOO_LARGE if number > self.value else TOO_SMALL


@dataclass(frozen=True)
class Numbers:
    """Several numbers, each under its name: a mapping, or a sequence in the same order."""

    parts: Mapping[str, Number]

    @property
    def mistakes(self) -> list[Mistake]:
        """The mistakes of the parts, each with the other parts right."""
        right = {name: part.value for name, part in self.parts.items()}
        return [
            Mistake(right | {name: mistake.wrong}, f"{name}: {mistake.advice}")
            for name, part in self.parts.items()
            for mistake in part.mistakes
        ]

    def advise(self, answer: object) -> str | None:
        """Return None for a right answer, else what to look at again."""
        names = ", ".join(self.parts)
        if not isinstance(answer, Mapping):
            values = _listed(answer)
            if values is None:
                return f"{len(self.parts)} numbers are expected: {names}."
            if len(values) != len(self.parts):
                return f"{len(self.parts)} numbers are expected: {names}; these are {len(values)}."
            answer = dict(zip(self.parts, values, strict=True))
        for name, part in self.parts.items():
            if name not in answer:
                return f"{name} is missing."
            if (advice := part.advise(answer[name])) is not None:
                return f"{name}: {advice}"
        return None


@dataclass(frozen=True)
class Formula:
    """An expression of SymPy in positive symbols, compared symbolically; symbols go by name."""

    expression: sp.Expr
    mistakes: Sequence[Mistake]

    def advise(self, answer: object) -> str | None:
        """Return None for a right answer, else what to look at again."""
        if isinstance(answer, sp.Equality):
            answer = answer.rhs
        if isinstance(answer, numbers.Number) and not isinstance(answer, bool):
            answer = _sympified(answer)
        if not isinstance(answer, sp.Expr):
            return f"An expression of SymPy is expected, not {type(answer).__name__}."
        if same(answer, self.expression):
            return None
        for mistake in self.mistakes:
            if same(answer, mistake.wrong):
                return mistake.advice
        expected = {symbol.name for symbol in self.expression.free_symbols}
        foreign = sorted({symbol.name for symbol in answer.free_symbols} - expected)
        return f"Not yet: {', '.join(foreign)} should be gone." if foreign else NOT_YET


@dataclass(frozen=True)
class Function:
    """A function, compared at given arguments to a relative tolerance."""

    reference: Callable[..., float]
    at: Sequence[tuple[Any, ...]]
    mistakes: Sequence[Mistake]
    tolerance: float = 1e-6

    def advise(self, answer: object) -> str | None:
        """Return None for a right answer, else what to look at again."""
        if not callable(answer):
            return f"A function is expected, not {type(answer).__name__}."
        found = []
        for arguments in self.at:
            try:
                value = _real(answer(*arguments))
            except Exception as error:  # a student's function may raise anything
                shown = ", ".join(map(str, arguments))
                return f"Your function raises {type(error).__name__} at ({shown}): {error}"
            if isinstance(value, str):
                return value
            found.append(value)
        if self._agrees(found, self.reference):
            return None
        for mistake in self.mistakes:
            if self._agrees(found, mistake.wrong):
                return mistake.advice
        return NOT_YET

    def _agrees(self, found: list[float], function: Callable[..., float]) -> bool:
        expected = [float(function(*arguments)) for arguments in self.at]
        return bool(np.allclose(found, expected, rtol=self.tolerance, atol=0))


@dataclass(frozen=True)
class Names:
    """A set of names, in any order."""

    expected: Collection[str]
    mistakes: Sequence[Mistake]

    def advise(self, answer: object) -> str | None:
        """Return None for a right answer, else what to look at again."""
        if isinstance(answer, str):
            answer = [answer]
        names = _listed(answer)
        if names is None:
            return f"A set of names is expected, not {type(answer).__name__}."
        for name in names:
            if not isinstance(name, str):
                return f"Names are expected, not {type(name).__name__}."
        given = set(names)
        if given == set(self.expected):
            return None
        for mistake in self.mistakes:
            if given == set(mistake.wrong):
                return mistake.advice
        wrong, missing = given - set(self.expected), set(self.expected) - given
        if wrong and missing:
            return "Not yet: some do not belong here, and some are missing."
        return "Not yet: some do not belong here." if wrong else "Not yet: some are missing."


Key: TypeAlias = Number | Numbers | Formula | Function | Names


@checked
def same(left: sp.Expr, right: sp.Expr) -> bool:
    """Say whether two expressions are equal wherever their symbols are positive.

    Shown symbolically where SymPy finds zero; where it does not, both are evaluated to fifty digits
    at several points at which the second is real, and a difference at any of them decides.
    """
    left, right = _positive(left), _positive(right)
    if left == right or sp.powdenest(sp.expand(left - right), force=True) == 0:
        return True
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    points = [
        {s: sp.Rational(sp.prime(6 + place), scale) for place, s in enumerate(order)}
        for scale in (10, 7, 23, 61)
        for order in (symbols, symbols[::-1])
    ]
    # Equal forms may part where a root or a logarithm leaves the real numbers.
    real = [point for point in points if right.subs(point).evalf().is_real]
    return all(_close(left.subs(point), right.subs(point)) for point in real or points)


def _close(left: sp.Expr, right: sp.Expr) -> bool:
    left, right = left.evalf(50), right.evalf(50)
    if not (left.is_number and right.is_number and left.is_finite and right.is_finite):
        return bool(left == right)
    return bool(abs(left - right) <= sp.Float("1e-40") * (abs(left) + abs(right)))


def _positive(expression: sp.Expr) -> sp.Expr:
    return sp.sympify(expression).xreplace(
        {symbol: sp.Symbol(symbol.name, positive=True) for symbol in expression.free_symbols}
    )


def _sympified(number: object) -> object:
    """Return a number as SymPy's, or as it is where that has none for it: Decimal("sNaN")."""
    try:
        return sp.sympify(number)
    except (TypeError, ValueError, ArithmeticError):
        return number


def _listed(answer: object) -> list[Any] | None:
    """Return the entries of an answer, or None if it has none: text, an array of no axis."""
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        return None
    try:
        return list(answer)
    except TypeError:
        return None


def _real(answer: object) -> float | str:
    """Return an answer as a finite float, or what is wrong with it."""
    if answer is ...:
        return "No answer yet."
    if isinstance(answer, np.ndarray | np.generic) and np.ndim(answer) == 0:
        answer = np.asarray(answer).item()
    if isinstance(answer, sp.Basic):
        if getattr(answer, "free_symbols", None):
            return "A number is expected; this still holds symbols. Put the values in."
        if not answer.is_real:
            return "A real number is expected."
        answer = float(answer)
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        return f"A real number is expected, not {type(answer).__name__}."
    try:
        value = float(answer)
    except OverflowError:
        return "A number of double precision is expected; this one is too large."
    return value if math.isfinite(value) else f"A finite number is expected, not {value}."
