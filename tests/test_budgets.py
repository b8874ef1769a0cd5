"""Three readings of a budget: against a dense search, mpmath, their limits and each other."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import budgets
from analysis.budgets import compute_forgone, total_budget_optimal, total_budget_scales
from analysis.laws import PUBLISHED, LawEnsemble, OuterPowerLaw, ParametricLaw
from analysis.serving import lifetime_compute, lifetime_optimal
from analysis.tradeoff import place

POST = PUBLISHED["de-vries-2023"].law


def at_cap(law, N, C):
    """The run of N parameters on C FLOP."""
    return place(law, N, C / 6 / N)


exponents = st.floats(0.1, 1.5)
served = st.floats(-12, 12).map(lambda power: 10.0**power)
purses = st.floats(17, 27).map(lambda power: 10.0**power)


@given(st.floats(-6, 6).map(lambda power: 10.0**power), exponents, exponents)
def test_no_run_of_a_dense_search_has_less_loss_for_the_purse(served, alpha, beta):
    k_N, k_D = total_budget_scales(served, alpha, beta)
    assert k_N * (k_D + served / 3) == pytest.approx(1, rel=1e-14)

    def reducible(D):
        return beta * (D + served / 3) ** alpha + alpha * D**-beta

    around = k_D * np.exp(np.linspace(-2, 2, 40_001))
    assert reducible(k_D) <= reducible(around).min() * (1 + 1e-13)


@given(served, exponents, exponents)
def test_the_tokens_solve_their_equation_to_machine_precision(served, alpha, beta):
    mpmath.mp.dps = 50
    a, b, s = (mpmath.mpf(one) for one in (alpha, beta, served))

    def gap(v):
        return (b + 1) * v + (a - 1) * mpmath.log(mpmath.exp(v) + s / 3)

    _, k_D = total_budget_scales(served, alpha, beta)
    exact = mpmath.exp(mpmath.findroot(gap, math.log(k_D)))
    assert k_D == pytest.approx(float(exact), rel=1e-15 * (8 + abs(math.log(served))))


@given(purses, st.floats(9, 15).map(lambda power: 10.0**power), st.floats(0.1, 10))
def test_what_a_purse_buys_is_the_cheapest_life_of_its_loss(C, T, r):
    run = total_budget_optimal(POST, C, T, inference_cost_ratio=r).run
    assert lifetime_compute(run.N, run.D, T, inference_cost_ratio=r) == pytest.approx(C, rel=1e-12)
    same = lifetime_optimal(POST, POST.loss(run.N, run.D), T, inference_cost_ratio=r).run
    assert (same.N, same.D) == pytest.approx((run.N, run.D), rel=1e-10)


def test_the_marginal_rate_is_that_of_the_law_and_a_flop_costs_a_flop_unless_told():
    placed = total_budget_optimal(POST, 1e23, 5e12)
    run = placed.run
    assert placed.marginal_rate == pytest.approx(POST.marginal_rate(run.N, run.D), rel=1e-10)
    assert placed == total_budget_optimal(POST, 1e23, 5e12, inference_cost_ratio=1)


def test_newton_takes_a_handful_of_steps(monkeypatch):
    taken = []

    def counted(n):
        for step in range(n):
            taken.append(step)
            yield step

    monkeypatch.setattr(budgets, "range", counted, raising=False)
    for served in np.geomspace(1e-12, 1e12, 49):
        for alpha, beta in ((0.336, 0.283), (0.2, 0.6), (1.4, 0.1)):
            total_budget_scales(served, alpha, beta)
    assert max(taken) < 5
    taken.clear()
    # Where nearly all goes into serving the first guess is the root.
    total_budget_scales(1e12, 0.336, 0.283)
    assert len(taken) == 2


def test_where_nothing_is_served_every_reading_is_the_optimum():
    best = POST.compute_optimal(1e23)
    for placed in (total_budget_optimal(POST, 1e23, 0), at_cap(POST, best.N, 1e23)):
        assert placed.overhead == pytest.approx(0, abs=1e-15)
        assert placed.run.N == pytest.approx(best.N)
        assert placed.optimal.C == pytest.approx(1e23)


@given(st.floats(0.01, 100), exponents, exponents)
def test_what_is_forgone_is_the_closed_form(k_N, alpha, beta):
    mpmath.mp.dps = 40
    k, a, b = (mpmath.mpf(one) for one in (k_N, alpha, beta))
    left = ((b * k**-a + a * k**b) / (a + b)) ** -(1 / a + 1 / b)
    assert compute_forgone(k_N, alpha, beta) == pytest.approx(float(1 - left), rel=2e-13, abs=1e-30)


def test_what_is_forgone_is_second_order_and_loses_no_digit_there():
    assert compute_forgone(1 + 1e-9, 0.336, 0.283) == pytest.approx(0.619e-18 / 2, rel=1e-6)
    assert compute_forgone([1e-9, 1e9], 0.336, 0.283) == pytest.approx([1, 1], abs=1e-2)


@given(st.floats(0.1, 10), st.floats(0.3, 2.0))
def test_the_optimum_of_the_rest_has_the_loss_whatever_the_outer_power(k_N, kappa):
    law = OuterPowerLaw(POST.E, POST.A, POST.B, POST.alpha, POST.beta, kappa)
    N = k_N * law.compute_optimal(1e22).N
    capped = at_cap(law, N, 1e22)
    left = 1 - compute_forgone(k_N, law.alpha, law.beta)
    assert 1 / (1 + capped.overhead) == pytest.approx(left, rel=1e-11)
    assert capped.optimal.C == pytest.approx(1e22 * left, rel=1e-11)
    rest = law.compute_optimal(1e22 * (1 - compute_forgone(k_N, law.alpha, law.beta)))
    assert law.loss(rest.N, rest.D) == pytest.approx(law.loss(N, 1e22 / 6 / N), rel=1e-12)


def test_one_below_alpha_one_the_tokens_grow_with_use_and_above_they_fall():
    uses = np.geomspace(1e-3, 1e6, 50)
    for alpha, sign in ((0.5, 1), (1.5, -1)):
        k_N, k_D = total_budget_scales(uses, alpha, 0.3)
        assert (sign * np.diff(k_D) > 0).all()
        assert (np.diff(k_N) < 0).all()
    assert total_budget_scales(7.0, 1.0, 0.3)[1] == 1


def test_an_ensemble_is_answered_law_by_law():
    both = LawEnsemble(
        *([getattr(POST, f), 1.05 * getattr(POST, f)] for f in ("E", "A", "B", "alpha", "beta"))
    )
    each = [
        ParametricLaw(*(getattr(both, f)[i] for f in ("E", "A", "B", "alpha", "beta")))
        for i in (0, 1)
    ]
    for ask in (
        lambda law: total_budget_optimal(law, 1e23, 5e12),
        lambda law: at_cap(law, 7e9, 1e23),
    ):
        sizes = [ask(law).optimal.N for law in each]
        assert ask(both).optimal.N == pytest.approx(sizes)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: total_budget_scales(-1, 0.3, 0.3), "served must be non-negative"),
        (lambda: total_budget_optimal(POST, 0, 1e12), "C must be positive"),
        (lambda: at_cap(POST, float("nan"), 1e22), "N must"),
        (lambda: compute_forgone(0.0, 0.3, 0.3), "k_N must be positive"),
    ],
)
def test_what_cannot_be_answered_is_said_by_name(call, named):
    with pytest.raises(ValueError, match=named):
        call()
