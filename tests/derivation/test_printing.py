"""Equations as the pages print them."""

import dataclasses
import functools
import re
from collections import Counter

import pytest
import sympy as sp

from analysis.derivation import Derivation, derive, latex
from analysis.theorem import Statements, state

CHAINS = {Derivation: functools.cache(derive), Statements: functools.cache(state)}
EQUATIONS = [(chain, field.name) for chain in CHAINS for field in dataclasses.fields(chain)]


def equation(chain, name):
    return getattr(CHAINS[chain](), name)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\\?[A-Za-z]+|\d+", text))


@pytest.mark.parametrize(("chain", "name"), EQUATIONS)
class TestEveryEquation:
    def test_keeps_what_sympy_prints(self, chain, name):
        plain = sp.latex(equation(chain, name), ln_notation=True, order="none")
        assert words(latex(equation(chain, name))) == words(plain)

    def test_has_no_log(self, chain, name):
        assert r"\log" not in latex(equation(chain, name))


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("budget", "C = 6 N D"),
        ("pull", r"\alpha A N_{opt}^{- \alpha} = \beta B D_{opt}^{- \beta}"),
        ("slope", r"m = \frac{\alpha}{\left(\alpha + \beta\right) k_{N}^{\alpha} - \beta}"),
        ("loss_on_budget", r"A e^{- \alpha x} + B \left(\frac{C}{6}\right)^{- \beta} e^{\beta x}"),
    ],
)
def test_a_product_names_what_the_field_names_first(name, printed):
    assert latex(equation(Derivation, name)).endswith(printed)


def test_a_sum_does_not_begin_with_a_minus():
    a, b = sp.symbols("a b", positive=True)
    assert latex(b - a) == "b - a"
    assert latex(-a - b) == "- a - b"
    assert latex(-2 * a * b) == "- 2 a b"
