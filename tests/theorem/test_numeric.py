"""The solver knows no closed form; here it meets the closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.laws import PUBLISHED
from analysis.theorem.numeric import (
    CostedLaw,
    examine,
    is_budget_free,
    optimum,
    solve_k_D,
    spread,
    sum_of_powers,
)
from analysis.tradeoff import data_scaling_factor, minimum_model_scale

LAW = PUBLISHED["hoffmann-2022"].law
POWERS = sum_of_powers((LAW.A, -LAW.alpha, 0), (LAW.B, 0, -LAW.beta))
COST = sum_of_powers((6, 1, 1))
CHINCHILLA = CostedLaw(POWERS, COST)
exponents = st.floats(0.1, 1.5)


@pytest.mark.parametrize("C", [1e17, 1e21, 1e27])
def test_the_optimum_is_that_of_the_closed_form(C):
    found, exact = optimum(CHINCHILLA, C), LAW.compute_optimal(C)
    assert found.N == pytest.approx(exact.N, rel=1e-12)
    assert found.D == pytest.approx(exact.D, rel=1e-12)
    assert found.C == C


@settings(max_examples=30, deadline=None)
@given(
    alpha=exponents,
    beta=exponents,
    p=st.floats(0.5, 2),
    q=st.floats(0.5, 2),
    kappa=st.floats(0.1, 100),
    A=st.floats(0.1, 1e4),
    B=st.floats(0.1, 1e4),
    above=st.floats(1.2, 20),
    log_C=st.floats(10, 60),
)
def test_the_theorem_for_any_product_of_powers(alpha, beta, p, q, kappa, A, B, above, log_C):
    law = CostedLaw(sum_of_powers((A, -alpha, 0), (B, 0, -beta)), sum_of_powers((kappa, p, q)))
    k_N = above * (1 + q * alpha / (p * beta)) ** (-1 / alpha)
    exact = (1 + p * beta / (q * alpha) * (1 - k_N**-alpha)) ** (-1 / beta)
    assert solve_k_D(law, k_N, np.exp(log_C)) == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("change", [np.exp, np.cbrt, lambda z: -np.exp(-z / 10)])
def test_any_increasing_function_of_the_loss_will_do(change):
    if change is np.cbrt:
        change = lambda z: np.sign(np.real(z)) * (np.sign(np.real(z)) * z) ** (1 / 3)  # noqa: E731
    changed = CostedLaw(lambda x, y: change(POWERS(x, y)), COST)
    factors = solve_k_D(changed, [0.3, 0.7, 2.0], 1e22)
    exact = data_scaling_factor([0.3, 0.7, 2.0], LAW.alpha, LAW.beta)
    np.testing.assert_allclose(factors, exact, rtol=1e-10)


def test_k_D_is_one_at_the_optimum_and_infinite_below_the_wall():
    k_min = minimum_model_scale(LAW.alpha, LAW.beta)
    factors = solve_k_D(CHINCHILLA, [1.0, 0.999 * k_min, 1.01 * k_min], 1e22)
    assert factors[0] == pytest.approx(1, rel=1e-12)
    assert np.isinf(factors[1])
    assert np.isfinite(factors[2])


def test_shapes_are_kept_and_a_scalar_is_a_float():
    assert isinstance(solve_k_D(CHINCHILLA, 0.5, 1e22), float)
    assert solve_k_D(CHINCHILLA, [[0.5], [0.7]], 1e22).shape == (2, 1)


def test_the_least_data_is_found_where_more_data_hurt():
    """A loss that falls and rises again with the data: of two answers the first."""
    hurt = CostedLaw(sum_of_powers((1, -0.5, 0), (1, 0, -0.5), (1e-3, -0.5, 0.5)), COST)
    best = optimum(hurt, 1e6)
    k_D = solve_k_D(hurt, 0.9, 1e6)
    x = np.log(0.9 * best.N)
    target = hurt.log_loss(np.log(best.N), np.log(best.D))
    gap = lambda k: hurt.log_loss(x, np.log(k * best.D)) - target  # noqa: E731
    assert gap(k_D) == pytest.approx(0, abs=1e-12)
    assert gap(0.99 * k_D) > 0
    assert gap(1.01 * k_D) < 0
    assert gap(1e6 * k_D) > 0


def test_an_optimum_at_the_edge_is_refused():
    always_larger = CostedLaw(sum_of_powers((1, -1, 0)), COST)
    with pytest.raises(ValueError, match="C must have a compute-optimal model"):
        optimum(always_larger, 1e20)


def test_an_optimum_beside_sizes_that_no_data_make_cost_the_budget_is_refused():
    beyond = np.log(LAW.compute_optimal(1e20).N) + 0.3
    cost = lambda x, y: np.where(np.real(x) < beyond, 0.0, 1.0) * COST(x, y)  # noqa: E731
    with pytest.raises(ValueError, match="C must have one compute-optimal model"):
        optimum(CostedLaw(POWERS, cost), 1e20)


@pytest.mark.parametrize(("name", "bad"), [("C", 0), ("C", np.nan), ("C", [1.0, 2.0])])
def test_a_bad_budget_is_named(name, bad):
    with pytest.raises(ValueError, match=name):
        solve_k_D(CHINCHILLA, 0.5, bad)


@pytest.mark.parametrize("bad", [0, -1, np.inf, []])
def test_a_bad_size_is_named(bad):
    with pytest.raises(ValueError, match="k_N"):
        solve_k_D(CHINCHILLA, bad, 1e20)


def test_a_coefficient_must_be_positive():
    with pytest.raises(ValueError, match="coefficient must be positive, got -1"):
        sum_of_powers((-1, 1, 1))


def test_the_spread():
    assert spread([2.0, 2.5, 2.0]) == 0.25
    assert spread([3.0, np.inf]) == np.inf
    with pytest.raises(ValueError, match="values must hold a finite k_D"):
        spread([np.inf, np.inf])
    assert is_budget_free([2.0, 2.0 * (1 + 1e-12)])
    assert not is_budget_free([2.0, 2.0 * (1 + 1e-7)])


def test_the_table_has_a_row_a_law_and_a_column_a_budget():
    table = examine({"a": CHINCHILLA, "b": CHINCHILLA}, [1e19, 1e21], 0.5)
    assert list(table.index) == ["a", "b"]
    assert list(table.columns) == [1e19, 1e21]
    assert is_budget_free(table.to_numpy().ravel())


def test_a_plateau_is_refused():
    flat = CostedLaw(lambda x, y: np.maximum(np.abs(np.real(x)) - 50, 0) + 0 * y, COST)
    with pytest.raises(ValueError, match="C must have one compute-optimal model"):
        optimum(flat, 1e20)
