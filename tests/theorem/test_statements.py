"""The statements of chapter 14 certify themselves, and every error planted in one is caught."""

import dataclasses
import functools

import pytest
import sympy as sp
from planted import readers

from analysis.derivation import CertificateError, derive
from analysis.theorem import statements as th
from analysis.theorem.certificates import CERTIFICATES, certify_theorem
from analysis.theorem.statements import Statements, k_N, p, q, slope_and_bend, state

FIELDS = [field.name for field in dataclasses.fields(Statements)]
PAIRS = ((th.alpha, th.beta), (p, q), (th.m, th.n), (th.a, th.b))
PAIRS += ((th.alpha_N, th.alpha_D), (th.N, th.D), (th.A, th.B), (th.omega, th.alpha))
PARTNER = {**dict(PAIRS), **{b: a for a, b in PAIRS}}
stated = functools.cache(state)


@functools.cache
def reading():
    """The certificates that look at each statement."""
    return readers(CERTIFICATES, stated())


def mutants(expression):
    """Yield the expression with one leaf changed: a symbol for its partner, or a number moved."""
    if expression in PARTNER:
        yield PARTNER[expression]
    elif expression.is_Rational:
        yield expression + 1
        if expression != 0:
            yield -expression
    for i, argument in enumerate(expression.args):
        for changed in mutants(argument):
            yield expression.func(*expression.args[:i], changed, *expression.args[i + 1 :])


def differ(one, other):
    """Whether two expressions part where every symbol has a value of its own."""
    free = sorted(one.free_symbols | other.free_symbols, key=str)
    places = {symbol: sp.sqrt(sp.prime(k)) for k, symbol in enumerate(free, 1)}
    gap = sp.N((one - other).subs(places))
    return not gap.is_number or abs(gap) > 1e-9


def planted(name):
    """Yield the statements with one error in the named one."""
    statement = getattr(stated(), name)
    if isinstance(statement, tuple):
        for i, equation in enumerate(statement):
            for wrong in mutants(equation.rhs):
                changed = sp.Eq(equation.lhs, wrong, evaluate=False)
                both = tuple(changed if j == i else other for j, other in enumerate(statement))
                yield dataclasses.replace(stated(), **{name: both})
    elif isinstance(statement, sp.Eq):
        for wrong in mutants(statement.rhs):
            if differ(wrong, statement.rhs):
                equation = sp.Eq(statement.lhs, wrong, evaluate=False)
                yield dataclasses.replace(stated(), **{name: equation})
        for wrong in mutants(statement.lhs):
            if not statement.lhs.is_Symbol and wrong.free_symbols:
                equation = sp.Eq(wrong, statement.rhs, evaluate=False)
                yield dataclasses.replace(stated(), **{name: equation})
    else:
        for wrong in mutants(statement):
            yield dataclasses.replace(stated(), **{name: wrong})


@pytest.mark.slow
def test_every_statement_is_certified():
    assert certify_theorem(stated()) == list(CERTIFICATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", FIELDS)
def test_every_planted_error_is_caught(name):
    count = 0
    for wrong in planted(name):
        count += 1
        assert any(not holds(wrong) for holds in reading()[name].values())
    assert count


def test_a_planted_error_is_named():
    wrong = dataclasses.replace(stated(), k_min=sp.Eq(stated().k_min.lhs, p))
    with pytest.raises(CertificateError, match="1/k_D is 0 at k_min"):
        certify_theorem(wrong)


@pytest.mark.slow
def test_the_theorem_is_that_of_chapter_3_at_cost_ND():
    d, ones = derive(), {p: 1, q: 1}
    same = {th.alpha: sp.Symbol("alpha", positive=True), th.beta: sp.Symbol("beta", positive=True)}
    assert sp.simplify(stated().k_D.rhs.subs(ones).subs(same) - d.k_D.rhs) == 0
    assert sp.simplify(stated().k_min.rhs.subs(ones).subs(same) - d.k_min.rhs) == 0


def test_no_statement_about_k_D_holds_a_budget_or_a_coefficient():
    free = {th.A, th.B, th.C, th.kappa, th.N_opt, th.D_opt, th.Z}
    for name in ("exchange", "k_D", "k_min", "bend", "family_exchange", "simplest_k_D"):
        assert not free & getattr(stated(), name).free_symbols


def test_the_bent_law_and_the_simplest_member_share_their_exchange():
    assert stated().bent_k_D == stated().simplest_k_D
    general = stated().family_exchange.subs({th.m: 1, th.n: 1})
    [k_D] = sp.solve(general, th.k_D)
    assert sp.simplify(k_D - stated().simplest_k_D.rhs) == 0


def test_slope_and_bend_of_a_known_curve():
    x, y = sp.symbols("x y", real=True)
    slope, bend = slope_and_bend(sp.exp(-x) + sp.exp(-y), x + y)
    assert slope == -1
    assert sp.simplify(bend.subs(y, x)) == 2  # k_D = 1/(2 - 1/k_N)
    h = sp.log(stated().simplest_k_D.rhs.subs(k_N, sp.exp(x)))
    assert sp.diff(h, x, 2).subs(x, 0) == 2
