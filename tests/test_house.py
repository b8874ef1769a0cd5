"""The house in order: imports point one way, modules stay small, importing touches no file."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "analysis"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
PACKAGES = {"analysis", "analysis.ledger", "analysis.solver"}
LAYERS = (
    {"analysis._validate", "analysis._terminal", "analysis._published"},
    {"analysis._files"},
    {"analysis._door", "analysis._fetch", "analysis._scales", "analysis.checkpoint"},
    {"analysis.counts"},
    {"analysis.exercises.answers", "analysis.shown"},
    {"analysis._allocation", "analysis._runs"},
    {"analysis.laws", "analysis.derivation", "analysis.picture", "analysis.solver.problems"},
    {"analysis.tradeoff", "analysis.certificates", "analysis.explorer", "analysis.testbed"},
    {"analysis._marks"},
    {"analysis.language", "analysis._lifetime"},
    {"analysis.serving", "analysis.limits", "analysis.lab"},
    {"analysis.figures_limits", "analysis.solver.newton", "analysis.solver.sandwich"},
    {"analysis.pointer", "analysis.figures_lab"},
    {"analysis.ledger.digits"},
    {"analysis.theorem", "analysis.microscope"},
    {"analysis.theorem_lemmas", "analysis.known_laws", "analysis.figures_theorem"},
    {"analysis.theorem_certificates"},
    {"analysis.datasets", "analysis.solver.projection"},
    {"analysis.figures", "analysis.figures_fit", "analysis.fit"},
    {"analysis._projected"},
    {"analysis.bootstrap", "analysis.overtraining", "analysis.ledger.statements"},
    {"analysis.lab_experiments"},
    {"analysis.uncertainty", "analysis.extrapolation", "analysis.noise", "analysis.models"},
    {"analysis.curve", "analysis.figures_serving", "analysis.ledger.lifetime"},
    {"analysis.recipes", "analysis.isoloss", "analysis.ledger.measured"},
    {"analysis.frontier", "analysis.figures_overtraining", "analysis.figures_models"},
    {"analysis.evidence", "analysis.task_evidence", "analysis.lab_studies"},
    {"analysis.ledger.tables", "analysis.ledger.inverse"},
    {"analysis.ledger.readings"},
    {"analysis.ledger.shown"},
    {"analysis.claims", "analysis.advice"},
    {"analysis.exercises.keys_law"},
    {"analysis.exercises.keys_derivation", "analysis.exercises.keys_numbers"},
    {"analysis.exercises.keys_evidence", "analysis.exercises.keys_beyond"},
    {"analysis.exercises.checking"},
    {"analysis.exercises"},
    {"analysis.advice_shown"},
    {"analysis.__main__"},
)
"""Each module may import from earlier layers only."""


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_module_has_its_layer():
    assert set().union(*LAYERS) == set(MODULES) - PACKAGES


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_point_one_way(name):
    own = imported(MODULES[name]) & set(MODULES) - PACKAGES
    if not own:
        return
    [level] = [i for i, layer in enumerate(LAYERS) if name in layer]
    assert own <= set().union(*LAYERS[:level])


def test_the_derivation_stands_alone():
    """Of the package it knows how results are shown and arguments checked, and no mathematics."""
    own = {name for name in imported(MODULES["analysis.derivation"]) if "analysis" in name}
    door = {"count", "either", "optional", "several", "takes"}
    assert own == {
        "analysis.shown",
        "analysis.shown.Shown",
        "analysis._validate",
        "analysis._validate.flag",
        "analysis._door",
        *(f"analysis._door.{name}" for name in door),
    }


def test_nothing_imports_the_book():
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").glob("*.py")]:
        assert not {name for name in imported(path) if name.split(".")[0] in ("book", "tests")}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_are_small_and_say_what_they_are_for(name):
    text = MODULES[name].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 320


def test_every_public_function_has_a_docstring():
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
            if public and not (node.name.startswith("plot_")):
                assert ast.get_docstring(node), f"{name}.{node.name}"


def test_importing_the_package_opens_no_data_and_draws_nothing():
    code = (
        "import sys, analysis.laws, analysis.tradeoff, analysis.claims\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_planted_errors_that_survived_are_of_the_code_as_it_is():
    """Each in tests/mutants.md names its module, its function and what stands there."""
    found, name = [], ""
    for line in (ROOT / "tests" / "mutants.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line.removeprefix("## ")
        elif line.startswith("- `"):
            place, before, after = re.fullmatch(r"- `(.+?)`: `(.+)` → `(.*)`", line).groups()
            found.append((name, place, before, after))
    assert found
    for name, place, before, after in found:
        text = (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
        functions = [
            ast.get_source_segment(text, node)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.name == place.rpartition(".")[2]
        ]
        assert any(before in " ".join(function.split()) for function in functions), before
        assert before != after
