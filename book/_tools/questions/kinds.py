"""What an exam is made of, how chance draws it, and how a number is written in it."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
POINTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


class Draw:
    """Chance that a seed decides, alike in every version of Python.

    Of `random.Random` only `random()` promises the same numbers in later versions.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def among(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all equally likely."""
        return choices[int(self._random.random() * len(choices))]

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Return `count` of the choices, none twice, in the order in which they stand."""
        places = list(range(len(choices)))
        while len(places) > count:
            places.remove(self.among(places))
        return [choices[place] for place in places]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """Return the things in another order."""
        left, found = list(things), []
        while left:
            found.append(left.pop(int(self._random.random() * len(left))))
        return found


@dataclass(frozen=True)
class Step:
    """A step of a solution, and the points that it earns."""

    points: int
    text: str


@dataclass(frozen=True)
class Question:
    """A question as it is asked, its solution, and the numbers behind both.

    `given` and `answers` hold what the text holds, before it was rounded.
    """

    key: str
    chapter: str
    title: str
    asked: str
    steps: Sequence[Step]
    given: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)

    @property
    def points(self) -> int:
        return sum(step.points for step in self.steps)


@dataclass(frozen=True)
class Exam:
    """The questions that a seed draws."""

    seed: int
    questions: Sequence[Question]

    @property
    def points(self) -> int:
        return sum(question.points for question in self.questions)


def marks(points: int) -> str:
    """Return points in words."""
    number = POINTS[points] if points < len(POINTS) else str(points)
    return f"{number} point{'s' if points != 1 else ''}"


def tex(number: float, digits: int = 3) -> str:
    r"""Return a number as TeX: plain where that is short, else with a power of ten.

    >>> tex(864_000), tex(3.456e22), tex(0.25), tex(1e12)
    ('864\\,000', '3.46 \\times 10^{22}', '0.25', '10^{12}')
    """
    size = abs(number)
    if number == 0 or 1e-3 <= size < 1e6:
        if number == int(number):
            return f"{int(number):,}".replace(",", r"\,")
        left = math.floor(math.log10(size)) + 1
        return f"{number:.{max(digits - left, 0)}f}".rstrip("0").rstrip(".")
    mantissa, power = f"{number:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    ten = f"10^{{{int(power)}}}"
    return ten if mantissa == "1" else rf"{mantissa} \times {ten}"


def fraction(over: int, under: int) -> str:
    """Return a ratio of whole numbers as TeX."""
    return str(over) if under == 1 else f"{over}/{under}"


def percent(share: float, digits: int = 0) -> str:
    r"""Return a share as TeX, in per cent.

    >>> percent(0.2078, 1)
    '20.8\\,\\%'
    """
    shown = f"{100 * share:.{digits}f}"
    return ("0" if shown == "-0" else shown) + r"\,\%"
