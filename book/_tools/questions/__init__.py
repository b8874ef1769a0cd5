"""The questions of an exam: their numbers are drawn from a seed, their solutions computed.

`draw_exam` is what `make exam` writes down. Each question is a function that takes a `Draw` and
returns what is asked, the steps of the solution with the points of each, and the numbers behind
both, so that a test can find the same answers in another way.
"""

from questions.derivation import CORE
from questions.evidence import POOL
from questions.kinds import Draw, Exam, Question, Step
from questions.statements import TOPICS, true_or_false

__all__ = ["CORE", "POOL", "TOPICS", "Draw", "Exam", "Question", "Step", "draw_exam"]

FROM_THE_POOL = 3
"""How many questions of an exam are on the chapters after the derivation."""


def draw_exam(seed: int) -> Exam:
    """Return the exam that a seed draws: always the same one, and always the same points."""
    draw = Draw(seed)
    derivation = [ask(draw) for ask in CORE]
    evidence = [ask(draw) for ask in draw.sample(POOL, FROM_THE_POOL)]
    return Exam(seed, (*derivation, true_or_false(draw), *evidence))
