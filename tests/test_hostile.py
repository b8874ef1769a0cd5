"""Every public function, with every argument replaced by what nobody should give it.

The outcome is a `ValueError` that names the argument and comes from this package, or a real answer
without NaN; never another exception, a warning or a complex number.
"""

import importlib
import inspect
import itertools
import pkgutil
import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile import ARRAYS, VALUES
from hostile_calls import CALLS

import analysis
from analysis.__main__ import COUNTS
from analysis.__main__ import main as answer
from analysis.claims import main as judge

PACKAGE = Path(analysis.__file__).parent

ELSEWHERE = {
    "advice_shown": "writes down what `advise` returns",
    "bootstrap.BootstrapResult": "a result, made by `bootstrap_parametric`",
    "advice.Advice": "a result",
    "advice.Option": "a result",
    "certificates": "takes the objects of `derive`, and checks them",
    "checkpoint": "takes a file: test_checkpoint, test_damaged",
    "claims": "takes a file: test_claims, test_damaged",
    "counts.as_float": "the check of the functions that write numbers, each of which is here",
    "curve": "takes the object of `derive`",
    "datasets": "takes files: test_datasets, test_damaged",
    "derivation": "takes SymPy expressions, no numbers",
    "evidence.main": "writes a record; takes nothing",
    "exercises": "an answer may be anything and is told what is wrong with it: test_exercises",
    "explorer": "makes a page of the book's own laws",
    "extrapolation.Extrapolation": "a result",
    "extrapolation.load_quoted_runs": "takes nothing",
    "extrapolation.pair": "the check of arguments of functions that are here",
    "figures": "draws what it is given",
    "fit.FitResult": "a result",
    "fit.Objective": "a result",
    "fit.hoffmann_grid": "takes nothing",
    "isoloss.ExponentTest": "a result",
    "known_laws.KnownLaw": "a law with its source, both of the package",
    "known_laws.bent": "a function of the microscope, called with its complex arrays",
    "known_laws.effective": "a part of `data_constrained`, called with complex arrays",
    "lab.Model": "a result, made by `learn`",
    "lab.Run": "a result",
    "lab_studies.columns": "rearranges what the studies return",
    "lab_studies.main": "writes a record; takes nothing",
    "language.Text": "a result, made by `write`",
    "laws.PublishedLaw": "a law with its source, both of the package",
    "ledger": "judges claims that `load_claims` has read: test_claims, test_damaged",
    "microscope.CostedLaw": "holds two functions",
    "models.load_models": "takes a file: test_models, test_damaged",
    "noise.Luck": "a result, made by `luck`",
    "overtraining.OvertrainingLaw.parametric": "takes nothing",
    "picture": "draws what it is given",
    "recipes.Recipe": "a name and switches, of the package",
    "recipes.SharedFit": "a result, made by `fit_recipe`",
    "shown.Shown": "shows a record",
    "solver": "behind the doors of `fit`, `bootstrap` and `overtraining`",
    "task_evidence": "takes nothing",
    "testbed": "takes files: test_testbed, test_damaged",
    "theorem": "takes SymPy expressions, no numbers",
    "tradeoff.Placement": "a result",
    "uncertainty.fitted_range": "takes nothing",
    "uncertainty.main": "writes a record; takes nothing",
    "uncertainty.recorded_band": "takes nothing",
    "uncertainty.recorded_refit": "takes nothing",
}
"""Modules, by the beginning of their names, and functions that are not called here, and why."""


def public_names():
    """Every public function, class and method of the package."""
    for info in pkgutil.walk_packages(analysis.__path__, "analysis."):
        if any(part.startswith("_") for part in info.name.split(".")):
            continue
        module = importlib.import_module(info.name)
        short = info.name.removeprefix("analysis.")
        for name, item in vars(module).items():
            if name.startswith("_") or getattr(item, "__module__", "") != info.name:
                continue
            if not (inspect.isfunction(item) or inspect.isclass(item)):
                continue
            yield f"{short}.{name}"
            for method, value in vars(item).items() if inspect.isclass(item) else ():
                value = getattr(value, "__func__", value)
                if inspect.isfunction(value) and not method.startswith("_"):
                    yield f"{short}.{name}.{method}"


def is_excused(name: str) -> bool:
    return name in ELSEWHERE or any(
        name.startswith((f"{reason}.", f"{reason}_")) for reason in ELSEWHERE if "." not in reason
    )


def without_note(name: str) -> str:
    """The name of a call without what tells it from another of the same function."""
    return name.partition(" ")[0].replace("LawEnsemble.", "ParametricLaw.")


def test_every_public_name_is_called_or_excused():
    names, called = set(public_names()), {without_note(name) for name in CALLS}
    assert called <= names
    assert {name for name in names - called if not is_excused(name)} == set()
    stale = [
        reason
        for reason in ELSEWHERE
        if not any(
            name == reason or name.startswith((f"{reason}.", f"{reason}_")) for name in names
        )
    ]
    assert stale == []


def outcome(function, arguments, names, infinite) -> str:
    """Return "refused" or "answered", or what is wrong with the outcome."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = function(**arguments)
        except ValueError as error:
            return judged(error, names)
        except Exception as error:
            return f"raises {type(error).__name__}"
    return "answered" if is_real(result, infinite) else "no real answer"


def judged(error: ValueError, names) -> str:
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    if not Path(trace.tb_frame.f_code.co_filename).is_relative_to(PACKAGE):
        return f"an error from inside {trace.tb_frame.f_code.co_filename}"
    if names and not any(re.search(rf"\b{name}\b", str(error)) for name in names):
        return f"an error that does not name it: {error}"
    return "refused" if len(str(error)) < 1000 else "an endless error"


def is_real(result, infinite: bool) -> bool:
    """Whether all numbers in a result are real, none NaN; finite unless they may be infinite."""
    if is_dataclass(result) and not isinstance(result, type):
        return all(is_real(getattr(result, one.name), infinite) for one in fields(result))
    if isinstance(result, Mapping):
        return all(is_real(value, infinite) for value in result.values())
    if isinstance(result, list | tuple):
        return all(is_real(value, infinite) for value in result)
    if isinstance(result, pd.DataFrame):
        return all(is_real(result[column].to_numpy(), infinite) for column in result)
    values = np.asarray(result)
    if values.dtype.kind in "OUTMb" or callable(result):
        return True
    if values.dtype.kind not in "iuf":
        return False
    return not np.isnan(values).any() if infinite else bool(np.isfinite(values).all())


@pytest.mark.parametrize("name", CALLS)
def test_a_good_call_is_answered(name):
    call = CALLS[name]
    if not call.costly:
        assert outcome(call.function, call.arguments, (), call.infinite) == "answered"


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_argument_is_refused_by_name(name):
    call, wrong = CALLS[name], []
    for argument, value, must_be_refused in call.cases():
        arguments = call.arguments | {argument: VALUES[value]()}
        found = outcome(call.function, arguments, (argument,), call.infinite)
        if found != "refused" and (must_be_refused or found != "answered"):
            wrong.append(f"{argument} = {value}: {found}")
    assert wrong == []


BROADCAST = [
    (name, *pair)
    for name, call in CALLS.items()
    for pair in itertools.combinations(call.refused, 2)
    if not any(set(ARRAYS) & call.refused[argument] for argument in pair)
]
"""Calls, and two of their arguments that may be arrays."""


@pytest.mark.parametrize(("name", "one", "other"), BROADCAST)
def test_shapes_that_do_not_match_are_named(name, one, other):
    call = CALLS[name]
    lengths = {one: 5, other: 7}
    changed = {name: np.resize(call.arguments[name], n) for name, n in lengths.items()}
    arguments = call.arguments | changed
    assert outcome(call.function, arguments, (one, other), call.infinite) == "refused"


def test_there_are_thousands_of_cases():
    cases = [case for call in CALLS.values() for case in call.cases()]
    assert len(cases) > 10_000
    assert sum(must_be_refused for *_, must_be_refused in cases) > 2_000


# The command lines.

BAD_COUNTS = ("0", "-1", "-0", "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "1e-400", "1e-5")
BAD_COUNTS += (
    "1+2j",
    "7X",
    "7BB",
    "B",
    "e5",
    "1..2",
    "1,5",
    "0x10",
    "7%",
    "½",
    "٣",
    "None",
    "True",
)
BAD_COUNTS += (
    "[]",
    "7B;7B",
    "$HOME",
    "`id`",
    "1e99999",
    "../x",
    "",
    " ",
    "7 B 7",
    "7\n8",
    "7\n\nB7",
)
BAD_FLAGS = (
    ["--M", "7B"],
    ["--n", "7B"],
    ["-N", "7B"],
    ["--N7B"],
    ["--N"],
    ["--N", "7B", "--D"],
    ["--law"],
    ["--law", ""],
    ["--law", "nobody-2020"],
    ["--law", "refit "],
    ["--format"],
    ["--format", "xml"],
    ["--format", "JSON"],
    ["7B"],
    ["--N", "7B", "1T"],
    ["--"],
    ["--", "7B"],
    ["--compute", "4e22", "--comput", "4e22"],
    ["--N", "7B"],
    ["--D", "1T"],
    ["--loss", "2", "--compute", "1e22"],
    ["--N", "7B", "--D", "1T", "--loss", "2"],
    ["--N", "7B", "--D", "1T", "--compute", "1e22"],
    ["--loss", "1"],
    ["--loss", "2", "--N", "1"],
    ["--N", "1e300", "--D", "1e300"],
    ["--loss", "1e300"],
)
GOOD = {"N": "7B", "D": "1T"}


def command_lines():
    """Arguments, and what the line on standard error must name."""
    for flag in COUNTS:
        rest = [part for name in GOOD if name != flag for part in (f"--{name}", GOOD[name])]
        if flag in ("compute", "loss"):
            rest = ["--N", "7B"]
        for value in BAD_COUNTS:
            if flag == "price" and value == "1e-5":
                continue
            yield [*rest, f"--{flag}={value}"], flag
    for arguments in BAD_FLAGS:
        yield arguments, ""


@pytest.mark.parametrize(("arguments", "named"), list(command_lines()))
def test_a_bad_command_line_is_one_line_and_status_two(arguments, named, capsys):
    try:
        status = answer(arguments)
    except SystemExit as exit_:
        status = exit_.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith("analysis: ")
    assert said.err.count("\n") == 1
    assert named in said.err
    assert len(said.err) < 1000


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.csv"],
        ["."],
        [""],
        ["--format"],
        ["--format", "xml"],
        ["--formt", "json"],
        ["a.csv", "b.csv"],
        ["/dev/null"],
        ["claims.csv\n"],
        ["a" * 5000],
        ["--", "--format"],
    ],
)
def test_the_ledger_says_in_one_line_what_it_cannot_read(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        status = judge(arguments)
    except SystemExit as exit_:
        status = exit_.code
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith("claims: ")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["analysis", "analysis.claims"])
def test_the_commands_end_with_status_two(module):
    command = [sys.executable, "-m", module, "--what", "\udcff"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
