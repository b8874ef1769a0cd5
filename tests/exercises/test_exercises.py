"""Exercises check themselves: starters fail, solutions pass, typical mistakes are told apart."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from chapters import numbered_chapters

from analysis import exercises
from analysis.exercises import check, numbers
from analysis.exercises.answers import (
    BILLIONS,
    INVERSE,
    PERCENT,
    SIGN,
    TOO_LARGE,
    TOO_SMALL,
    Formula,
    Function,
    Mistake,
    Names,
    Number,
    Numbers,
    same,
)
from analysis.exercises.checking import KEYS

BOOK = Path(__file__).resolve().parents[2] / "book"
CHAPTERS = numbered_chapters(BOOK.parent)
EXERCISE = re.compile(r"^````\{exercise\}(.*?)^````$", re.M | re.S)


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def asked(path: Path) -> list[tuple[str, str, str]]:
    """The exercises of a chapter: number, text, and the starter cell that follows, or ""."""
    found = []
    for cell in cells(path):
        if cell["cell_type"] == "markdown":
            for text in EXERCISE.findall(source(cell)):
                found.append((f"{CHAPTERS.index(path) + 1}.{len(found) + 1}", text, ""))
        elif "exercise" in cell["metadata"].get("tags", []):
            number, text, before = found[-1]
            assert before == "", f"{number} has two starters"
            found[-1] = number, text, source(cell)
    return found


STARTERS = {number: code for path in CHAPTERS for number, _, code in asked(path) if code}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
class TestChapter:
    def test_asks_four_to_six_questions_each_with_title_aim_and_hint(self, path):
        questions = asked(path)
        assert 4 <= len(questions) <= 6
        for number, text, _ in questions:
            assert re.match(r" \S", text), number
            assert re.search(r"^:label: ex-[a-z0-9-]+$", text, re.M), number
            assert "*Aim: " in text, number
            assert "```{dropdown} Hint\n" in text, number

    def test_says_what_to_change_and_what_to_watch(self, path):
        text = "\n\n".join(source(c) for c in cells(path) if c["cell_type"] == "markdown")
        [advice] = re.findall(r"^## If you change this, watch that\n(.*?)^## ", text, re.M | re.S)
        assert len(re.findall(r"^- ", advice, re.M)) >= 3


def test_there_are_about_seventy_exercises_and_a_third_check_themselves():
    questions = [number for path in CHAPTERS for number, _, _ in asked(path)]
    assert len(questions) >= 70
    assert 3 * len(KEYS) >= len(questions)


def test_every_key_has_its_starter_under_the_right_exercise():
    assert list(STARTERS) == numbers()


@pytest.mark.parametrize("number", numbers())
class TestExercise:
    def test_the_starter_is_no_answer(self, number):
        tree = ast.parse(STARTERS[number])
        last = tree.body[-1]
        assert isinstance(last, ast.Expr)
        assert ast.unparse(last) == f"check('{number}', answer)"
        answers = [
            ast.unparse(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "answer"
        ]
        assert answers == ["..."]
        verdict = check(number, ...)
        assert not verdict
        assert "No answer yet" in verdict.message

    @pytest.mark.slow
    def test_three_typical_mistakes_are_told_apart(self, number):
        key = KEYS[number]()
        assert len(key.mistakes) >= 3
        for mistake in key.mistakes:
            verdict = check(number, mistake.wrong)
            assert not verdict, mistake.advice
            assert verdict.message == mistake.advice

    def test_the_advice_is_not_the_answer(self, number):
        key = KEYS[number]()
        parts = key.parts.values() if isinstance(key, Numbers) else [key]
        for mistake in key.mistakes:
            assert len(mistake.advice) > 15
            for part in parts:
                if isinstance(part, Number):
                    told = re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", mistake.advice)
                    assert not any(part.advise(float(number)) is None for number in told)

    @pytest.mark.slow
    @pytest.mark.parametrize("answer", [None, "?", [], {}, np.nan, 1j, True, object(), sp.I])
    def test_what_is_no_answer_is_told_so(self, number, answer):
        verdict = check(number, answer)
        assert not verdict
        assert verdict.message.endswith(".")


@pytest.fixture(scope="module")
def solutions():
    """What `check` said to the solutions, run as the notebook runs them, and what they print.

    Each exercise that is checked with its verdict; and each number in the words of its solution.
    """
    said, printed, glued, asked, tables = {}, {}, {}, {}, {}
    label = ""

    def record(number, answer):
        said[number] = check(number, answer)
        asked[number] = label
        return said[number]

    def display(*shown):
        for one in shown:
            if hasattr(one, "to_numpy"):
                tables.setdefault(label, []).extend(map(str, one.to_numpy().ravel().tolist()))

    namespace = {"display": display}
    patch = pytest.MonkeyPatch()
    patch.setattr(exercises, "check", record)
    patch.setattr("myst_nb.glue", lambda name, value, display: glued.update({name: value}))
    try:
        for cell in cells(BOOK / "solutions.ipynb"):
            if cell["cell_type"] == "code":
                exec(compile(source(cell), cell["id"], "exec"), namespace)
                continue
            for part in re.split(r"(?=^````\{solution-start\} )", source(cell), flags=re.M):
                if start := re.match(r"````\{solution-start\} (\S+)", part):
                    label = start[1]
                told = re.findall(
                    r"\{glue:text\}`(\w+):([^`]*)`", part.split("````{solution-end}")[0]
                )
                printed.setdefault(label, []).extend(told)
    finally:
        patch.undo()
    words = {
        number: [format(glued[name], form).replace(",", "") for name, form in printed[label]]
        + [word for word in tables.get(label, []) if re.fullmatch(r"-?\d+\.\d{1,4}", word)]
        for number, label in asked.items()
    }
    return said, words


@pytest.fixture
def solved(solutions):
    return solutions[0]


def test_every_solution_passes_its_checker(solved):
    assert sorted(solved) == sorted(numbers())
    assert [str(verdict) for verdict in solved.values() if not verdict] == []


UNITS = (1, 0.01, 1e3, 1e6, 1e9, 1e12)
"""Per cent, thousands, millions, billions, trillions: how a solution writes a number."""


def test_an_answer_may_be_rounded_as_its_solution_prints_it(solutions):
    """Every number in the words or the tables of a solution that is an answer, rounded, passes."""
    found = set()
    for number, words in solutions[1].items():
        key = KEYS[number]()
        parts = key.parts if isinstance(key, Numbers) else {"": key}
        for name, part in parts.items():
            for word in words if isinstance(part, Number) else []:
                last = 0.5001 * 10.0 ** -len(word.partition(".")[2])
                for unit in UNITS:
                    if float(word) and abs(part.value / unit - float(word)) <= last:
                        assert part.advise(float(word) * unit) is None, (number, name, word)
                        found.add((number, name))
    assert len(found) > 30


def test_every_exercise_has_its_solution_in_a_dropdown():
    labels = [
        label
        for path in CHAPTERS
        for _, text, _ in asked(path)
        for label in re.findall(r"^:label: (ex-[\w-]+)$", text, re.M)
    ]
    text = "\n".join(source(c) for c in cells(BOOK / "solutions.ipynb") if "markdown" in str(c))
    start = re.compile(
        r"^````\{solution-start\} (ex-[\w-]+)\n:label: sol-([\w-]+)\n:class: dropdown$", re.M
    )
    solutions = start.findall(text)
    assert [label for label, _ in solutions] == labels
    assert all(label == f"ex-{name}" for label, name in solutions)
    assert len(re.findall(r"^````\{solution-end\}$", text, re.M)) == len(labels)


class TestKinds:
    def test_numbers_tell_a_sign_a_unit_and_a_reciprocal(self):
        key = Number(0.25, [Mistake(0.5, "half")])
        assert key.advise(0.25) is None
        assert key.advise(sp.Rational(1, 4)) is None
        assert key.advise(np.float64(0.2501)) is None
        assert key.advise(0.2504) != key.advise(0.5) == "half"
        assert key.advise(-0.25) == SIGN
        assert key.advise(25) == PERCENT
        assert key.advise(4) == INVERSE
        assert key.advise(0.25e-9) == BILLIONS
        assert "large" in key.advise(0.3)
        assert "small" in key.advise(0.2)
        assert "symbols" in key.advise(sp.Symbol("x"))
        assert "real" in key.advise(sp.I)
        assert "No answer yet" in key.advise(...)

    def test_a_number_may_be_rounded_but_not_otherwise_wrong(self):
        key = Number(1036065495.1, [Mistake(1.5e9, "half more")])
        for right in (1.04e9, 1.036e9, 1.0361e9):
            assert key.advise(right) is None
        for wrong in (1.03e9, 1.0e9, 1e9, 1.05e9, 1.041e9):
            assert key.advise(wrong) in (TOO_LARGE, TOO_SMALL)
        assert key.advise(1.04) == BILLIONS
        rough = Number(0.4406, [], digits=2)
        assert rough.advise(0.44) is None
        assert rough.advise(44) == PERCENT
        assert rough.advise(0.45) == TOO_LARGE
        assert rough.advise(0.4) == TOO_SMALL

    def test_several_numbers_go_by_name_or_in_order(self):
        key = Numbers({"N": Number(1, [Mistake(3, "no")]), "D": Number(2, [])})
        assert key.advise({"D": 2, "N": 1}) is None
        assert key.advise((1, 2)) is None
        assert key.advise([3, 2]) == "N: no"
        assert key.advise({"N": 1}) == "D is missing."
        assert "N, D" in key.advise((1, 2, 3))

    def test_formulas_go_by_meaning_and_symbols_by_name(self):
        p, q = sp.symbols("p q", positive=True)
        a, b = sp.symbols("p q")
        key = Formula((2 - p**-q) ** (-1 / q), [Mistake((2 - p**q) ** (-1 / q), "sign")])
        assert key.advise(((2 * a**b - 1) / a**b) ** (-1 / b)) is None
        assert key.advise(sp.Eq(sp.Symbol("k_D"), (2 - p**-q) ** (-1 / q))) is None
        assert key.advise((2 - a**b) ** (-1 / b)) == "sign"
        assert "C" in key.advise(sp.Symbol("C") * p)
        assert key.advise(0)
        assert "SymPy" in key.advise("p")

    def test_what_cancels_counts_as_gone(self):
        p, C = sp.symbols("p C", positive=True)
        assert same(sp.exp(sp.log(p) + sp.log(C)) / C, p)
        assert not same(p + C / 10**20, p)

    def test_forms_that_part_beyond_the_real_numbers_are_equal(self):
        p, q, r = sp.symbols("p q r", positive=True)
        assert same(sp.log(p - q) - sp.log(r), sp.log((p - q) / r))
        assert same(sp.log(q - p) - sp.log(r), sp.log((q - p) / r))

    def test_functions_are_compared_and_their_errors_told(self):
        key = Function(lambda x: x**2, [(1.0,), (3.0,)], [Mistake(lambda x: 2 * x, "twice")])
        assert key.advise(lambda x: x * x) is None
        assert key.advise(lambda x: x + x) == "twice"
        assert key.advise(lambda x: x)
        assert "ZeroDivisionError at (1.0)" in key.advise(lambda x: 1 / 0)
        assert "callable" not in key.advise(3)

    def test_names_go_in_any_order(self):
        key = Names({"a", "b"}, [Mistake({"a"}, "one more")])
        assert key.advise(["b", "a"]) is None
        assert key.advise("a") == "one more"
        assert "missing" in key.advise(["b"])
        assert "do not belong" in key.advise(["a", "b", "c"])
        assert "missing" in key.advise(["c"])
        assert "int" in key.advise([1])


def test_a_check_shows_itself():
    verdict = check(numbers()[0], ...)
    assert str(verdict).startswith(f"Exercise {numbers()[0]}: ")
    assert "again" in verdict._repr_html_()


@pytest.mark.parametrize("number", ["0.0", "99.1", "", None, 4.2, ["4.2"]])
def test_an_unknown_number_is_an_error_that_names_it(number):
    with pytest.raises(ValueError, match="number must be one of") as error:
        check(number, 1)
    assert repr(number) in str(error.value)
