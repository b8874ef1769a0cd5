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
from commands import refusal
from hostile import ARRAYS, VALUES, doors
from hostile_calls import CALLS as OTHER_CALLS
from hostile_figures import FIGURES, UNFIT
from matplotlib.figure import Figure

import analysis
from analysis.__main__ import main as answer
from analysis.claims.__main__ import main as judge
from analysis.command.advise import COUNTS

PACKAGE = Path(analysis.__file__).parent
CALLS = OTHER_CALLS | FIGURES

ELSEWHERE = {
    "advice.answer.Advice": "a result",
    "advice.answer.Option": "a result",
    "advice.plan.Plan": "a result",
    "advice.readings.Reading": "a result",
    "advice.readings.Readings": "a result",
    "advice.regret.Choice": "a result",
    "advice.estimates.Estimate": "a result",
    "advice.own.OwnAnswer": "a result",
    "advice.resampled.Resampled": "a result",
    "atlas.arms.Arm": "says what an arm is; those there are stand in `ARMS`",
    "atlas.exchange.Exchange": "a result, made by `measure_exchange`",
    "atlas.pool.PooledExchange": "a result, made by `pool_exchange`",
    "atlas.pool.Prediction": "a result",
    "atlas.pool.pool_exchange": "reads the runs of arms: test_pool",
    "bootstrap.BootstrapResult": "a result, made by `bootstrap_parametric`",
    "claims.statements.Claim": "what `load_claims` has read and checked",
    "claims.statements.case_of": "takes claims that `load_claims` has checked: test_statements",
    "claims.tables.entries_that_hold": "takes such a case: test_tables",
    "claims.readings.Kind": "names",
    "claims.report.Verdict": "a result",
    "claims.report.to_html": "takes results",
    "datasets.fetch.DataUnavailableError": "an error",
    "datasets.registry.DataSet": "says where files are, each checked when read: test_damaged",
    "derivation.certificates.CertificateError": "an error",
    "derivation.steps.Derivation": "a result, made by `derive`",
    "derivation.printing.latex": "prints what SymPy prints: test_printing",
    "exercises.checking.Check": "a result",
    "fit.forms.Form": "behind the doors of the fits",
    "fit.law_files.LawOfRuns": "a result, made by `read_law`",
    "fit.jackknife.LeftOutFits": "a result",
    "fit.tables.LeftOut": "a result",
    "fit.tables.RunTable": "a result, made by `read_table`",
    "fit.newton.least_absolute": "behind the doors of the fits",
    "fit.newton.minimise": "behind the doors of the fits",
    "fit.parametric.FitResult": "a result",
    "fit.parametric.Objective": "a result",
    "fit.parametric.in_log": "names",
    "fit.parametric.fit_runs": "behind the doors of the fits",
    "fit.problems.Problems": "behind the doors of the fits",
    "fit.projection.Projection": "behind the doors of the fits",
    "fit.projection.least_squares_covariance": "behind the doors of the fits",
    "fit.projection.Search": "behind the doors of the fits",
    "fit.projection.status_of": "behind the doors of the fits",
    "fit.runs.check_indices": "behind the doors of the fits",
    "lab.training.Run": "a result",
    "laws.Allocation": "a result",
    "laws.PublishedLaw": "a law with its source, both of the package",
    "testbed.extrapolation.Extrapolation": "a result",
    "testbed.noise.Luck": "a result, made by `luck`",
    "theorem.statements.Statements": "a result, made by `state`",
    "prices.Accelerator": "says what a machine is; those there are stand in `ACCELERATORS`",
    "prices.Bill": "a result",
    "tradeoff.Placement": "a result",
}
"""Public names that are not called here, and why."""


def public_names():
    """Every public function and class of a room's face or a top module, by where it stands."""
    for info in pkgutil.iter_modules(analysis.__path__, "analysis."):
        module = importlib.import_module(info.name)
        for item in (getattr(module, name) for name in getattr(module, "__all__", ())):
            home = getattr(item, "__module__", None) or ""
            if home.startswith(info.name) and (inspect.isfunction(item) or inspect.isclass(item)):
                yield f"{home.removeprefix('analysis.')}.{item.__qualname__}", item


def takes_nothing(item) -> bool:
    """Whether nobody can give a function, a method or a class an argument."""
    try:
        return not inspect.signature(item).parameters.keys() - {"self", "cls"}
    except ValueError:  # an exception has none
        return False


def test_every_public_name_and_every_door_is_called_or_excused():
    names = {name: item for name, item in (*public_names(), *doors()) if not takes_nothing(item)}
    left = names.keys() - {name.removesuffix(" again") for name in CALLS}
    assert left - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() - left == set()


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
    as_said = [name.replace("_", "[-_]") for name in names]  # by the command, --with-dashes
    if names and not any(re.search(rf"\b{name}\b", str(error)) for name in as_said):
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


EVERY = [
    pytest.param(name, marks=pytest.mark.slow)
    if name.startswith(
        ("advice.", "bootstrap.", "theorem.", "fit.parametric.", "exercises.checking.")
    )
    else name
    for name in CALLS
]
"""The calls, and which of them take seconds."""


@pytest.mark.parametrize("name", EVERY)
def test_a_good_call_is_answered(name):
    call = CALLS[name]
    if not call.costly:
        assert outcome(call.function, call.arguments, (), call.infinite) == "answered"


@pytest.mark.parametrize("name", EVERY)
def test_a_bad_argument_is_refused_by_name(name):
    call, wrong = CALLS[name], []
    for argument, value, must_be_refused in call.cases():
        arguments = call.arguments | {argument: VALUES[value]()}
        found = outcome(call.function, arguments, (argument,), call.infinite)
        if found != "refused" and (must_be_refused or found != "answered"):
            wrong.append(f"{argument} = {value}: {found}")
    assert wrong == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_argument_of_a_figure_is_tried(name):
    """That the good ones are drawn, `tests/figures/test_every_plot.py` sees."""
    call = FIGURES[name]
    assert set(call.refused) == set(inspect.signature(call.function).parameters)


def with_bad_columns(table):
    """Yield copies of a table, each with a column less or with a bad value in a column."""
    for place, name in enumerate(table):
        yield f"without {name}", table.drop(columns=[name])
        is_text = isinstance(table.iloc[0, place], str)
        for bad in (np.nan, 1j, None, 7 if is_text else "seven"):
            changed = table.astype(object)
            changed.iloc[0, place] = bad
            yield f"{name} = {bad}", changed


TABLES = [
    (name, argument)
    for name, call in FIGURES.items()
    for argument, value in call.arguments.items()
    for part in (value.values() if isinstance(value, dict) else [value])
    if isinstance(part, pd.DataFrame)
]
"""Plots, and their arguments that are tables or named tables; these hold what is drawn alone."""


@pytest.mark.parametrize(("name", "argument"), TABLES)
def test_a_bad_column_is_refused_by_name_before_anything_is_drawn(name, argument):
    call, wrong = FIGURES[name], []
    good = call.arguments[argument]
    tables = good if isinstance(good, dict) else {"": good}
    for key, table in tables.items():
        for what, changed in with_bad_columns(table):
            axes = Figure().add_subplot()
            value = tables | {key: changed} if isinstance(good, dict) else changed
            arguments = call.arguments | {argument: value, "ax": axes}
            found = outcome(call.function, arguments, (argument,), False)
            if found != "refused" or axes.has_data():
                wrong.append(f"{what}: {found}")
    assert wrong == []


@pytest.mark.parametrize(("name", "argument", "value"), UNFIT)
def test_what_does_not_fit_together_is_refused_by_name(name, argument, value):
    arguments = FIGURES[name].arguments | {argument: value, "ax": Figure().add_subplot()}
    assert outcome(FIGURES[name].function, arguments, (argument,), False) == "refused"
    assert not arguments["ax"].has_data()


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
    assert len(cases) >= 73_000
    assert sum(must_be_refused for *_, must_be_refused in cases) >= 67_000


# The command lines.

BAD_COUNTS = ("0", "-1", "-0", "nan", "NaN", "inf", "-inf", "Infinity", "1e400", "1e-400", "7_B")
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
    ["--D", "1T", "--loss", "2"],
    ["--law", "1,2,3", "--N", "7B"],
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
            if flag in ("serve", "context") and value in ("0", "1e-400"):
                continue
            yield [*rest, f"--{flag}={value}"], flag
    for arguments in BAD_FLAGS:
        yield arguments, ""


@pytest.mark.parametrize(("arguments", "named"), list(command_lines()))
def test_a_bad_command_line_is_one_line_and_status_two(arguments, named, capsys):
    said = refusal(capsys, answer, arguments)
    assert said.startswith("analysis: ")
    assert named in said
    assert len(said) < 1000


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
    assert refusal(capsys, judge, arguments).startswith("claims: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("module", ["analysis", "analysis.claims"])
def test_the_commands_end_with_status_two(module):
    command = [sys.executable, "-m", module, "--what", "\udcff"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
