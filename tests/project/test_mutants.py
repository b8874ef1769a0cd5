"""What mutmut is given to plant errors in: every function, and none of them changed."""

import ast
import tomllib
from pathlib import Path

import mutants
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["only_mutate"]
DECORATED = '''
def twice(more):
    return lambda function: lambda *given: 2 * function(*given) + more


@twice(more=1)
@twice(
    more=10,
)
def doubled(x):
    """Two decorators, the inner first."""
    return x


class Law:
    a = 3

    @property
    @twice(0)
    def value(self):
        return self.a

    @classmethod
    def make(cls):
        return cls()

    def plain(self): return 1


after = doubled(0)
'''


def test_an_opened_module_does_the_same():
    results = []
    for source in (DECORATED, mutants.opened(DECORATED)):
        names = {}
        exec(source, names)
        law = names["Law"].make()
        results.append((names["doubled"](1), names["after"], law.value, law.plain()))
    assert results == [(25, 21, 6, 1)] * 2


@pytest.mark.parametrize("name", MODULES)
def test_every_function_of_the_mathematics_is_open(name):
    source = (ROOT / name).read_text(encoding="utf-8")
    before, after = (
        [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        for text in (source, mutants.opened(source))
    )
    decorators = {ast.unparse(one) for node in after for one in node.decorator_list}
    assert decorators <= {"cache"}
    same = [list(map(ast.unparse, node.body)) for node in before]
    assert [list(map(ast.unparse, node.body)) for node in after] == same
    assert len(mutants.opened(source).splitlines()) <= len(source.splitlines())


def test_what_runs_at_import_is_closed():
    source = "def kind(a):\n    return a\n\n\ndef other(a):\n    return a\n\n\nONE = kind(1)\n"
    first, _, later = mutants.opened(source).partition("other")
    assert "# pragma: no mutate block" in first
    assert "pragma" not in later


def test_a_survivor_is_described_as_the_list_has_it():
    source = (
        "def x_f__mutmut_orig(a):\n    return a + 1\n\n\ndef x_f__mutmut_1(a):\n    return a - 1\n"
    )
    described = mutants.described("analysis.m.x_f__mutmut_1", mutants.functions(source))
    assert described == "`f`: `return a + 1` → `return a - 1`"
