"""The house in order: imports point one way, modules stay small, importing touches no file."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "analysis"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
FLOORS = (
    "internal",
    "laws derivation",
    "tradeoff theorem fit datasets",
    "serving limits lab bootstrap overtraining",
    "budgets prices testbed atlas",
    "studies",
    "claims advice",
    "figures exercises",
    "command",
)
"""The rooms of the package; each imports from its own and from lower floors' only."""
FLOOR = {room: n for n, rooms in enumerate(FLOORS) for room in rooms.split()}
MOST = 300
"""Lines of code in a module; what documents it does not count."""


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_a_room_stands_on_lower_floors():
    for path in [*PACKAGE.glob("*/**/*.py"), *PACKAGE.glob("[!_]*.py")]:
        own = path.relative_to(PACKAGE).with_suffix("").parts[0]
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("analysis.")}
        for room in rooms:
            assert room == own or FLOOR[room] < FLOOR[own], f"{path} imports {room}"


def test_the_derivation_stands_alone():
    """Of the package it knows how results are shown and arguments checked, and no mathematics."""
    own = {name for name in imported(MODULES["analysis.derivation.steps"]) if "analysis" in name}
    assert {".".join(name.split(".")[:3]) for name in own} == {
        "analysis.internal.display",
        "analysis.internal.doors",
        "analysis.internal.kinds",
    }


@pytest.mark.slow
def test_nothing_imports_the_book():
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        assert not {name for name in imported(path) if name.split(".")[0] in ("book", "tests")}


def lines_of_code(text):
    """How many lines of a module are neither empty nor a comment nor a docstring."""
    tree, said = ast.parse(text), set()
    for node in ast.walk(tree):
        for inner in (
            getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []
        ):
            if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant):
                said |= set(range(inner.lineno, inner.end_lineno + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(bool(line.strip()) and line.strip()[0] != "#" and n not in said for n, line in lines)


def test_documentation_is_no_code():
    assert lines_of_code('"""What for."""\n\nX = 1\n"""A number.\n\nMore."""\n# Why.\nY = 2\n') == 2


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_are_small_and_say_what_they_are_for(name):
    text = MODULES[name].read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert lines_of_code(text) <= MOST


@pytest.mark.slow
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
