"""The exchange read off IsoFLOP curves: the equations, and errors in them that are caught."""

import numpy as np
import pytest
import sympy as sp

from analysis.laws import OuterPowerLaw
from analysis.theorem import valley as va
from analysis.tradeoff import compute_overhead


@pytest.fixture(scope="module")
def stated():
    return va.valley()


def test_the_equations_read_as_they_should(stated):
    assert str(stated.second.rhs) == "-l_xx/l_c"
    assert (
        sp.expand(stated.third.rhs - (3 * va.l_xc * va.l_xx / va.l_c**2 - va.l_xxx / va.l_c)) == 0
    )


def test_every_check_holds(stated):
    assert len(va.certify_valley(stated)) == 5


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("second", lambda e: -e),
        ("second", lambda e: e / 2),
        ("second", lambda e: e + va.l_xc),
        ("third", lambda e: e.subs(va.l_xc, 0)),
        ("third", lambda e: e.subs(va.l_xxx, 0)),
        ("third", lambda e: e.subs(va.l_xc, 2 * va.l_xc)),
    ],
)
def test_a_planted_error_is_caught(stated, field, change):
    right = {name: getattr(stated, name) for name in ("second", "third")}
    equation = right[field]
    wrong = va.Valley(**right | {field: sp.Eq(equation.lhs, change(equation.rhs))})
    with pytest.raises(AssertionError, match="does not show"):
        va.certify_valley(wrong)


def test_the_two_derivatives_are_those_of_the_exchange_curve_of_a_law():
    """Differences of IsoFLOP curves of an outer power law, against its overhead in closed form."""
    law, c, step = OuterPowerLaw(1.7, 3000.0, 12000.0, 0.45, 0.4, 0.7), np.log(1e21), 1e-3
    x = np.log(law.compute_optimal(np.exp(c)).N)

    def loss(dx, dc):
        size = np.exp(x + dx)
        return law.loss(size, np.exp(c + dc) / (6 * size))

    bend = (loss(step, 0) - 2 * loss(0, 0) + loss(-step, 0)) / step**2
    fall = (loss(0, step) - loss(0, -step)) / (2 * step)
    assert -bend / fall == pytest.approx(law.alpha + law.beta, rel=1e-4)
    u = 0.01
    assert np.log1p(compute_overhead(np.exp(u), law.alpha, law.beta)) == pytest.approx(
        -bend / fall * u**2 / 2, rel=0.02
    )
