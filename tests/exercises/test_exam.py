"""Exams drawn from a seed: the same points for all, answers that another way confirms, balance."""

import functools
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

import exam
from analysis.laws import PUBLISHED, ParametricLaw
from analysis.serving import lifetime_compute
from questions import CORE, POOL, TOPICS, draw_exam
from questions.kinds import Draw, percent, tex

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(100)
POINTS = 80
LAW = PUBLISHED["besiroglu-2024"].law


@functools.cache
def exams():
    return [draw_exam(seed) for seed in SEEDS]


def drawn(key):
    """Every question of a key in the hundred exams: what it gives, and what it answers."""
    found = [
        (one.given, one.answers, one)
        for each in exams()
        for one in each.questions
        if one.key.startswith(key)
    ]
    assert found, key
    return found


def optimum(law, C, cost=lambda N, D: 6 * N * D):
    """The size and tokens of least loss under a budget, found by trying, not by a formula."""

    def tokens(N):
        def left(x):
            return cost(N, math.exp(x)) / C - 1

        return brentq(left, -20, 120) if left(-20) < 0 else -20  # the size alone costs too much

    valley = minimize_scalar(
        lambda x: float(law.loss(math.exp(x), math.exp(tokens(math.exp(x))))),
        bracket=(15, 25),
        tol=1e-10,
    )
    N = math.exp(valley.x)
    return N, math.exp(tokens(N))


def multiple(law, N, D, k_N):
    """How many times the tokens a model of k_N times the size takes to the same loss."""
    loss = float(law.loss(N, D))
    return math.exp(brentq(lambda v: float(law.loss(k_N * N, D * math.exp(v))) - loss, -20, 300))


class TestExams:
    def test_every_exam_has_the_same_points(self):
        assert {each.points for each in exams()} == {POINTS}
        assert {len(each.questions) for each in exams()} == {len(CORE) + 4}

    def test_no_exam_is_answered_by_one_word(self):
        for _, answers, _ in drawn("true-or-false"):
            assert len(answers) == 6
            assert 2 <= sum(answers.values()) <= 4

    def test_no_exam_asks_one_thing_twice(self):
        for each in exams():
            keys = [one.key for one in each.questions]
            assert len(set(keys)) == len(keys)

    def test_every_question_and_every_wording_is_drawn_somewhere(self):
        keys = {one.key for each in exams() for one in each.questions}
        assert len(keys) == len(CORE) + 2 + 1 + len(POOL) + 1
        wordings = {item for _, answers, _ in drawn("true-or-false") for item in answers.items()}
        assert wordings == {(topic.key, float(true)) for topic in TOPICS for true in (True, False)}

    def test_questions_are_on_the_derivation_and_on_the_evidence(self):
        chapters = {
            name
            for each in exams()
            for one in each.questions
            if one.key != "true-or-false"
            for name in one.chapter.replace(" and ", " ").split()
        }
        assert {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13", "15"} <= chapters

    @pytest.mark.slow
    def test_a_seed_writes_the_same_bytes_and_other_seeds_others(self):
        written = [exam.sheet(each) + exam.solutions(each) for each in exams()]
        again = [exam.sheet(one) + exam.solutions(one) for one in map(draw_exam, SEEDS)]
        assert written == again
        assert len({text.partition("\n")[2] for text in written}) == len(written)

    def test_a_sheet_holds_no_solution_and_both_show_all_points(self):
        for each in exams():
            asked, solved = exam.sheet(each), exam.solutions(each)
            for number, one in enumerate(each.questions, 1):
                assert f"## {number}. {one.title} (" in asked
                for step in one.steps:
                    assert step.text in solved
                    assert step.text not in asked
            assert f"{POINTS} points" in asked
            assert f"{POINTS} points" in solved

    def test_what_is_written_is_clean(self):
        for each in exams():
            text = exam.sheet(each) + exam.solutions(each)
            assert text.count("$") % 2 == 0
            for broken in ("nan", "inf}", "None", "{{", "}}$", "  ", "..", "-0\\"):
                assert broken not in text, broken


class TestAnswers:
    """Each answer is found again by another way: numerically, from the law itself."""

    def test_pulls(self):
        for given, answers, one in drawn("pulls"):
            law = ParametricLaw(
                1.7, given["size_term"], given["data_term"], given["alpha"], given["beta"]
            )
            gains = [float(law.loss(1, 1) - law.loss(*run)) for run in ((1.001, 1), (1, 1.001))]
            assert np.allclose(gains, [0.001 * answers[k] for k in ("by_size", "by_data")], 2e-3)
            solved = " ".join(step.text for step in one.steps)
            assert ("too small" in solved) == (gains[0] > gains[1])
            assert max(gains) > 1.05 * min(gains)

    def test_budget(self):
        for given, answers, _ in drawn("budget"):
            minute = given["machines"] * given["rate"] * 60
            assert answers["flop"] == pytest.approx(minute * 60 * 24 * given["days"])
            assert 6 * given["N"] * answers["tokens"] == pytest.approx(answers["flop"])

    @pytest.mark.parametrize("C", [1e19, 1e23])
    def test_theorem(self, C):
        law = ParametricLaw(1.7, 400.0, 400.0, 0.34, 0.28)
        N, D = optimum(law, C)
        for _, answers, _ in drawn("theorem-share")[:1]:
            share = law.A * N**-law.alpha / (float(law.loss(N, D)) - law.E)
            assert answers["share"] == pytest.approx(share, rel=1e-5)
        for _, answers, _ in drawn("theorem-wall")[:1]:
            floor = law.E + law.A * (answers["k_min"] * N) ** -law.alpha
            assert floor == pytest.approx(float(law.loss(N, D)), rel=1e-5)

    def test_by_hand(self):
        for given, answers, _ in drawn("by-hand"):
            e, k_N, k_D = given["exponent"], given["k_N"], answers["k_D"]
            assert k_N**-e + k_D**-e == pytest.approx(2)
            assert answers["overhead"] == pytest.approx(k_N * k_D - 1)
            assert answers["k_min"] ** -e == pytest.approx(2)

    @pytest.mark.slow
    def test_where_to_stop(self):
        """The life is cheaper, or not, with a step along the iso-loss curve."""
        for given, answers, _ in drawn("where-to-stop"):
            D, m = given["D"], given["m"]
            law = ParametricLaw(1.0, m, 1.0, 0.5, 0.5)
            for use in ("first", "second"):
                lives = []
                for k in (1, 0.99, 1.01):
                    k_D = multiple(law, 1.0, 1.0, k)
                    lives.append(float(lifetime_compute(k, k_D * D, given[use])))
                better = int(np.argmin(lives))
                assert answers[use] == (0, 1, -1)[better]

    def test_printed_number(self):
        for given, answers, one in drawn("printed-number"):
            sizes = given["k_N"] + np.linspace(-0.005, 0.005, 101)
            tokens = given["k_D"] + np.linspace(-0.05, 0.05, 101)
            overheads = np.outer(sizes, tokens) - 1
            assert answers["low"] == pytest.approx(overheads.min())
            assert answers["high"] == pytest.approx(overheads.max())
            inside = overheads.min() <= given["claimed"] <= overheads.max()
            assert answers["holds"] == inside
            assert given["claimed"] != pytest.approx(answers["follows"], abs=0.005) or inside
            assert one.steps[-1].text.startswith("Yes" if inside else "No")

    def test_family(self):
        for given, answers, _ in drawn("family"):
            law = ParametricLaw(1.0, given["m_large"], 1.0, given["alpha"], given["alpha"])
            step = 1e-5
            rates = [
                -math.log(multiple(law, N, 1.0, 1 + step)) / math.log(1 + step)
                for N in (1.0, 1 / given["ratio"])
            ]
            assert rates[0] == pytest.approx(given["m_large"], rel=1e-4)
            assert answers["m"] == pytest.approx(rates[1], rel=1e-4)
            assert 1 + answers["served"] / (3 * given["D"]) == pytest.approx(rates[1], rel=1e-4)

    def test_freed_power(self):
        for given, answers, _ in drawn("freed-power"):
            assert answers["half"] > given["high"] > given["low"]
            assert answers["change"] < 0.1

    def test_over_training(self):
        for given, answers, _ in drawn("over-training"):
            eta, ratio = given["eta"], given["ratio"]
            at = minimize_scalar(
                lambda x, e=eta, r=ratio: math.exp(e * x) + r * math.exp(-e * x), bracket=(0, 3)
            )
            assert answers["multiplier"] == pytest.approx(math.exp(at.x), rel=1e-4)
            law = ParametricLaw(1.0, 100.0, 100.0 * ratio, answers["alpha"], answers["alpha"])
            C, M = 1e20, np.array([5.0, 50.0])
            N = (C / 6 / M) ** 0.5
            a, b = law.A * 6**eta, law.B * 6**eta
            assert law.loss(N, M * N) == pytest.approx(1 + (a * M**eta + b * M**-eta) * C**-eta)
            best, tokens = optimum(law, C)
            floor = law.E + law.A * (answers["k_min"] * best) ** -law.alpha
            assert floor == pytest.approx(float(law.loss(best, tokens)), rel=1e-5)

    def test_loss_and_tasks(self):
        for given, answers, _ in drawn("loss-and-tasks"):
            epsilon, k, gamma = given["epsilon"], given["k"], given["gamma"]
            error = [epsilon - k * math.exp(-gamma * loss) for loss in (given["loss"], given["E"])]
            assert [answers["error"], answers["least"]] == pytest.approx(error)
            assert error[1] < given["asked"] < error[0]
            needed = brentq(
                lambda x, e=epsilon, k=k, g=gamma, a=given["asked"]: e - k * math.exp(-g * x) - a,
                given["E"],
                given["loss"],
            )
            assert answers["needed"] == pytest.approx(needed)

    def test_valley(self):
        """Bend over fall of a law with these exponents, by differences of its losses."""
        for given, answers, _ in drawn("valley"):
            alpha = answers["total"] / 2
            assert given["bend"] / -given["slope"] == pytest.approx(2 * alpha)
            law, C, h = ParametricLaw(1.5, 300.0, 400.0, alpha, alpha), 1e20, 1e-2
            N, D = optimum(law, C)
            along = [math.log(law.loss(N * math.exp(u), D * math.exp(-u))) for u in (-h, 0, h)]
            bend = (along[0] - 2 * along[1] + along[2]) / h**2
            fall = math.log(law.loss(*optimum(law, C * math.exp(h)))) - along[1]
            assert bend / -(fall / h) == pytest.approx(2 * alpha, rel=0.02)
            assert answers["half"] == pytest.approx(multiple(law, N, D, 0.5) / 2 - 1, rel=1e-4)

    def test_two_laboratories(self):
        for given, answers, one in drawn("two-laboratories"):
            x = np.array([given["first"], given["second"]])
            s = np.array([given["error_1"], given["error_2"]])
            grid = np.linspace(0, 1, 100_001)
            chi = (((x[:, None] - grid) / s[:, None]) ** 2).sum(axis=0)
            best = int(np.argmin(chi))
            assert answers["mean"] == pytest.approx(grid[best], abs=2e-5)
            within = grid[chi <= chi[best] + 1]
            assert answers["error"] == pytest.approx(np.ptp(within) / 2, rel=1e-3)
            z = abs(x[1] - x[0]) / answers["spread"]
            assert z < 1.5 or z > 3
            assert answers["agree"] == (z < 1.5)
            assert ("Chance would do" in one.steps[0].text) == (z < 1.5)

    def test_do_losses_add(self):
        rng = np.random.default_rng(0)
        for given, answers, one in drawn("do-losses-add"):
            runs = np.array([given[k] for k in "abcd"])
            signs = np.array([1, -1, -1, 1])
            assert answers["gap"] == pytest.approx(signs @ runs, abs=1e-12)
            made = (runs + given["noise"] * rng.standard_normal((20_000, 4))) @ signs
            assert answers["error"] == pytest.approx(made.std(), rel=0.03)
            beyond = abs(answers["gap"]) / answers["error"]
            assert beyond < 1.6 or beyond > 2.5
            assert ("not rejected" in one.steps[1].text) == (beyond < 1.6)
            assert np.all(np.diff(runs[[0, 1, 3]]) < 0)
            assert np.all(np.diff(runs[[0, 2, 3]]) < 0)

    @pytest.mark.parametrize("of_size", [True, False])
    def test_break_it(self, of_size):
        """With the second term k_D changes with the budget, and tends to the theorem's value."""
        key = "break-it-size" if of_size else "break-it-data"
        assert drawn(key)
        N, D = optimum(LAW, 1e21)
        unbroken = multiple(LAW, N, D, 0.9)
        c = 6 * (D if of_size else N)
        found = [
            multiple(LAW, *optimum(LAW, C, lambda N, D: 6 * N * D + c * (N if of_size else D)), 0.9)
            for C in (1e19, 1e21, 1e25)
        ]
        apart = [abs(k_D / unbroken - 1) for k_D in found]
        assert apart[0] > apart[1] > apart[2]
        assert apart[0] > 0.005
        assert apart[2] < apart[0] / 10

    def test_statements_with_numbers(self):
        """Those that a law can decide are decided by one."""
        law = LAW
        N, D = optimum(law, 1e21)
        larger, more = optimum(law, 1e24)
        k_D = multiple(law, N, D, 0.5)
        assert multiple(law, larger, more, 0.5) == pytest.approx(k_D, rel=1e-4)  # budget
        assert law.loss(N / 2, 2 * D) > law.loss(N, D)  # twice
        assert more / larger != pytest.approx(D / N, rel=0.01)  # twenty
        assert -math.log(multiple(law, N, D, 0.999)) / math.log(0.999) == pytest.approx(
            1, rel=2e-3
        )  # at-optimum
        same = ParametricLaw(law.E + 1, law.A, law.B, law.alpha, law.beta)
        assert optimum(same, 1e21)[0] == pytest.approx(N, rel=1e-3)  # constant
        assert law.marginal_rate(1e9, 1e12) > law.marginal_rate(8e9, 1e12)  # family
        lives = [
            float(lifetime_compute(k * N, multiple(law, N, D, k) * D, 1e3 * D)) for k in (0.5, 1)
        ]
        assert k_D * 0.5 > 1
        assert lives[0] < lives[1]  # served


def test_the_exam_in_the_book_is_not_answered_by_one_word():
    notebook = json.loads((ROOT / "book" / "exam.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    [solved] = re.findall(r"^\*\*6\.\*\* (One point.*)$", text, re.M)
    words = re.findall(r"\([a-f]\) (True|False)\b", solved)
    assert len(words) == 6
    assert 2 <= words.count("True") <= 4


class TestWriting:
    def test_numbers_are_written_as_people_write_them(self):
        assert [tex(x) for x in (864_000, 3.456e22, 0.25, 1e12, 0, 1.5, 0.032)] == [
            r"864\,000",
            r"3.46 \times 10^{22}",
            "0.25",
            "10^{12}",
            "0",
            "1.5",
            "0.032",
        ]
        assert [percent(x) for x in (0.2078, -0.0001)] == [r"21\,\%", r"0\,\%"]

    def test_what_is_drawn_is_among_the_choices(self):
        draw = Draw(3)
        assert {draw.among("abc") for _ in range(60)} == set("abc")
        assert sorted(draw.shuffled("abcd")) == list("abcd")
        assert draw.sample("abcdef", 6) == list("abcdef")

    def test_the_pages_ask_no_host_and_hold_all_that_the_text_holds(self):
        """Without a browser the equations are left to MathJax, which comes in the page."""
        text = exam.sheet(exams()[7])
        made = exam.page(text, "Exam", None)
        body = made[made.index("<body>") :]
        assert body.count("\\(") == text.count("$") / 2
        assert "$" not in body
        assert "src=" not in body
        assert "<h2>9. " in body

    @pytest.mark.parametrize(
        "seed", ["seven", "-1", "1.5", "7; rm", "9" * 19, "0x7", "１２", "1e3", "'", "$(ls)"]
    )
    def test_a_bad_seed_is_refused_by_name(self, tmp_path, capsys, seed):
        assert exam.main(str(tmp_path / "out"), seed) == 1
        said = capsys.readouterr().err
        assert said.startswith("SEED must be a whole number")
        assert repr(seed) in said
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("seed", [None, "", " "])
    def test_no_seed_says_how_to_give_one(self, tmp_path, capsys, seed):
        assert exam.main(str(tmp_path), seed) == 1
        assert "make exam SEED=7" in capsys.readouterr().err

    @pytest.mark.slow
    def test_the_command_writes_four_files_with_the_same_bytes(self, tmp_path):
        code = (
            "import sys, exam; exam.installed = lambda: None; sys.exit(exam.main(sys.argv[1], '7'))"
        )
        inside = [str(ROOT / "book" / folder) for folder in ("_ext", "_tools")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *inside])}
        for name in ("one", "two"):
            command = [sys.executable, "-c", code, tmp_path / name]
            subprocess.run(command, check=True, env=environment, capture_output=True)
        files = sorted(path.name for path in (tmp_path / "one").iterdir())
        assert files == [
            f"exam-7{kind}.{end}" for kind in ("-solutions", "") for end in ("html", "md")
        ]
        for name in files:
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
