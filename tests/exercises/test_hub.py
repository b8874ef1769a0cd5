"""The edition for a JupyterHub: its checks agree with the keys, and nothing in it holds one."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

import checks
import hub
from analysis.exercises import numbers
from analysis.exercises.answers import Formula, Function, Names, Number, Numbers
from analysis.exercises.checking import KEYS

ROOT = Path(__file__).resolve().parents[2]
SALT = "of these tests"
CHEAP = 2**2


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The edition, with digests that cost nothing."""
    folder = tmp_path_factory.mktemp("hub") / "made"
    patch = pytest.MonkeyPatch()
    patch.setattr(checks, "COST", CHEAP)
    try:
        package = hub.make_hub(folder, SALT)
        source = (folder / "notebooks" / "checks.py").read_text(encoding="utf-8")
        cheap = re.sub(r"^COST = .*$", f"COST = {CHEAP}", source, flags=re.M)
        (folder / "notebooks" / "cheap.py").write_text(cheap, encoding="utf-8")
        yield folder / "notebooks", package
    finally:
        patch.undo()


@pytest.fixture
def check(made):
    folder, _ = made

    def said(number, answer):
        return checks.check(number, answer, folder / "checks.json")

    return said


def right(key):
    """Right answers of a key, in several forms."""
    if isinstance(key, Number):
        short = float(f"{key.value:.{key.digits - 1}e}")
        near = key.value * (1 + 0.9 * key.tolerance)
        return [key.value, np.float64(key.value), sp.Float(key.value), short, near]
    if isinstance(key, Numbers):
        values = [right(part) for part in key.parts.values()]
        rows = [dict(zip(key.parts, row, strict=True)) for row in zip(*values, strict=True)]
        return [*rows, list(rows[0].values()), np.array(list(rows[0].values()), dtype=float)]
    if isinstance(key, Formula):
        plain = key.expression.subs({s: sp.Symbol(s.name) for s in key.expression.free_symbols})
        extra = sp.Symbol("C", positive=True)
        carried = sp.Mul(key.expression, extra, 1 / extra, evaluate=False)
        return [key.expression, plain, sp.Eq(sp.Symbol("z"), plain), sp.expand(plain), carried]
    if isinstance(key, Function):
        return [key.reference, lambda *at: np.float64(key.reference(*at))]
    assert isinstance(key, Names)
    return [set(key.expected), sorted(key.expected), np.array(sorted(key.expected))]


def wrong(key):
    """Answers that are a little off."""
    if isinstance(key, Number):
        return [key.value * (1 + 5 * key.tolerance), key.value * (1 - 5 * key.tolerance), 0]
    if isinstance(key, Numbers):
        whole = {name: part.value for name, part in key.parts.items()}
        return [whole | {name: wrong(part)[0]} for name, part in key.parts.items()]
    if isinstance(key, Formula):
        return [key.expression * (1 + sp.Rational(1, 10**7)), key.expression + sp.Symbol("C"), 1]
    if isinstance(key, Function):
        return [lambda *at: key.reference(*at) * (1 + 1e-5), lambda *at: 0]
    return [set(), {"nobody"}, {*key.expected, "nobody"}]


@pytest.mark.slow
@pytest.mark.parametrize("number", numbers())
class TestExercise:
    def test_right_answers_pass(self, check, number):
        for answer in right(KEYS[number]()):
            verdict = check(number, answer)
            assert verdict, (answer, verdict.message)

    def test_wrong_answers_fail(self, check, number):
        for answer in wrong(KEYS[number]()):
            assert not check(number, answer), answer

    def test_typical_mistakes_are_told_as_with_the_keys(self, check, number):
        key = KEYS[number]()
        told = [check(number, mistake.wrong) for mistake in key.mistakes]
        assert not any(told)
        same = [said.message == one.advice for said, one in zip(told, key.mistakes, strict=True)]
        assert sum(same) >= len(same) - 1

    @pytest.mark.parametrize("answer", [..., None, "?", [], {}, np.nan, 1j, True, object(), sp.I])
    def test_what_is_no_answer_is_told_so(self, check, number, answer):
        verdict = check(number, answer)
        assert not verdict
        assert verdict.message.endswith(".")


def test_units_and_signs_are_told(check):
    value = KEYS["1.2"]().value
    assert check("1.2", -value).message == checks.SIGN
    assert check("1.2", 1.04).message == checks.BILLIONS
    assert check("1.2", 1 / value).message == checks.INVERSE
    value = KEYS["7.2"]().value
    assert check("7.2", 44).message == checks.PERCENT
    assert check("7.2", 0.44)


def leaves(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from ([(key, value)] if not isinstance(value, dict | list) else leaves(value))
    elif isinstance(thing, list):
        for value in thing:
            yield from ([("", value)] if not isinstance(value, dict | list) else leaves(value))


class TestFiles:
    def test_what_is_kept_is_digests_advice_and_where_to_look(self, made):
        stored = json.loads((made[0] / "checks.json").read_text(encoding="utf-8"))
        assert list(stored["exercises"]) == numbers()
        advice = {
            mistake.advice
            for number in numbers()
            for key in [KEYS[number]()]
            for part in (key.parts.values() if isinstance(key, Numbers) else [key])
            for mistake in part.mistakes
        }
        for exercise in stored["exercises"].values():
            exercise.pop("at", None)
            for name, value in leaves(exercise):
                assert (
                    name in ("kind", "tolerance")
                    or value in advice
                    or re.fullmatch(r"[0-9a-f]{24}", value)
                ), (name, value)

    def test_no_answer_stands_in_any_file(self, made):
        files = [made[0] / "checks.py", made[0] / "checks.json", *made[0].glob("*.ipynb")]
        text = "\n".join(path.read_text(encoding="utf-8") for path in files)
        sought = 0
        for number in numbers():
            key = KEYS[number]()
            for part in key.parts.values() if isinstance(key, Numbers) else [key]:
                if isinstance(part, Number):
                    digits = f"{abs(part.value):.6e}".replace(".", "")[:6]
                    if digits.rstrip("0") == digits:
                        sought += 1
                        assert digits not in re.sub(r'"[0-9a-f]{24}"', "", text), number
                        assert f"{digits[0]}.{digits[1:]}" not in text, number
                elif isinstance(part, Formula):
                    assert str(part.expression) not in text or len(str(part.expression)) < 12
        assert sought > 40

    def test_no_notebook_asks_for_the_keys(self, made):
        starters = 0
        for path in made[0].glob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            assert "analysis.exercises" not in text, path.name
            starters += text.count(f'"{hub.KEYLESS}\\n"')
            assert json.loads(text)
        assert starters == len(numbers())
        names = {path.stem for path in made[0].glob("*.ipynb")}
        assert not names & {"solutions", "teachers", "exam"}

    @pytest.mark.slow
    def test_the_package_has_no_keys_and_all_else(self, made, tmp_path):
        with zipfile.ZipFile(made[1]) as package:
            held = set(package.namelist())
            package.extractall(tmp_path)
        assert not [name for name in held if "exercises" in name or "questions" in name]
        own = {
            str(path.relative_to(ROOT))
            for path in (ROOT / "analysis").rglob("*")
            if path.is_file() and not {"__pycache__", "exercises"} & set(path.parts)
        }
        assert own <= held
        code = (
            f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(made[0])!r}]\n"
            "import analysis.command, analysis.figures, analysis.advice, analysis.lab\n"
            f"assert analysis.__file__.startswith({str(tmp_path)!r})\n"
            "import cheap\nfrom pathlib import Path\n"
            "print(bool(cheap.check('1.2', 1.04e9)), bool(cheap.check('1.2', 1.05e9)))\n"
            "try:\n    import analysis.exercises\nexcept ImportError:\n    print('no keys')\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert said.stdout.split() == ["True", "False", "no", "keys"]

    def test_a_check_imports_nothing_of_the_package(self):
        text = Path(checks.__file__).read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:from|import) (?:analysis|report|hub)", text, re.M)

    @pytest.mark.slow
    def test_a_salt_makes_the_same_digests_and_another_one_others(self, made):
        assert hub.kept(SALT) == (made[0] / "checks.json").read_bytes()
        other = json.loads(hub.kept("another"))["exercises"]["1.2"]["right"]
        assert not set(other) & set(json.loads(hub.kept(SALT))["exercises"]["1.2"]["right"])

    @pytest.mark.parametrize("number", ["0.0", "", None, 4.2])
    def test_an_unknown_number_is_an_error_that_names_it(self, check, number):
        with pytest.raises(ValueError, match="number must be one of") as error:
            check(number, 1)
        assert repr(number) in str(error.value)


def test_a_digest_is_slow_where_students_use_it():
    """Whoever tries out a grid of answers pays for each."""
    [power] = re.findall(r"^COST = 2\*\*(\d+)$", Path(checks.__file__).read_text("utf-8"), re.M)
    assert int(power) >= 14
