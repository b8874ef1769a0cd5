"""The cheapest model over a lifetime: against a dense search, mpmath, its limits and its source."""

import math
from dataclasses import astuple

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.laws import PUBLISHED, LawEnsemble, ParametricLaw
from analysis.serving import (
    at_size,
    break_even,
    implied_tokens,
    largest_model,
    lifetime_compute,
    lifetime_cost,
    lifetime_optimal,
    lifetime_saving,
    lifetime_scales,
)
from analysis.tradeoff import compute_overhead, data_scaling_factor, minimum_model_scale, place

POST = PUBLISHED["de-vries-2023"].law
exponents = st.floats(0.1, 1.2)
served = st.floats(-12, 12).map(lambda power: 10.0**power)


@given(served, exponents, exponents)
def test_no_model_of_a_dense_search_is_cheaper(served, alpha, beta):
    k_N, k_D = lifetime_scales(served, alpha, beta)
    wall = minimum_model_scale(alpha, beta)
    sizes = wall + (1 - wall) * np.linspace(1e-6, 1, 20_001)
    costs = sizes * (data_scaling_factor(sizes, alpha, beta) + served / 3)
    best = np.argmin(costs)
    assert k_N * (k_D + served / 3) <= costs[best] * (1 + 1e-12)
    if 0 < best < len(sizes) - 1:
        assert sizes[best - 1] <= k_N <= sizes[best + 1]


@pytest.mark.slow
@given(served, exponents, exponents)
def test_the_rate_solves_its_equation_to_machine_precision(served, alpha, beta):
    mpmath.mp.dps = 50
    a, b = mpmath.mpf(alpha), mpmath.mpf(beta)
    k_N, k_D = lifetime_scales(served, alpha, beta)

    def gap(w):
        tokens = mpmath.log1p(b / (a + b) * mpmath.exp(w)) / b
        return w + tokens - mpmath.log(mpmath.mpf(served) / 3)

    m = 1 + mpmath.exp(mpmath.findroot(gap, math.log(3 / served) if served > 3 else -1))
    exact_k_D = ((a + m * b) / (a + b)) ** (1 / b)
    exact_k_N = ((a + m * b) / (m * (a + b))) ** (1 / a)
    conditioning = 4 + abs(math.log(served)) / beta
    assert k_D == pytest.approx(float(exact_k_D), rel=4e-16 * conditioning)
    assert k_N == pytest.approx(float(exact_k_N), rel=4e-16 * conditioning)


@given(served, st.floats(1.0001, 1e6), exponents, exponents)
def test_more_use_wants_a_smaller_model_on_more_data(served, factor, alpha, beta):
    (less, more), (fewer, further) = lifetime_scales([served, factor * served], alpha, beta)
    assert more <= less
    assert further >= fewer
    if served > 1e-6:
        assert further > fewer


@given(exponents, exponents)
def test_without_use_it_is_the_compute_optimal_model_exactly(alpha, beta):
    assert lifetime_scales(0, alpha, beta) == (1.0, 1.0)
    assert lifetime_saving(0, alpha, beta) == 0.0
    law = ParametricLaw(1.6, 400, 400, alpha, beta)
    run = lifetime_optimal(law, 2.0, 0)
    assert (run.k_N, run.k_D, run.overhead, run.marginal_rate) == (1.0, 1.0, 0.0, 1.0)
    assert run.run == run.optimal


@given(exponents, exponents)
def test_with_use_without_end_it_is_the_smallest_model(alpha, beta):
    k_N, _ = lifetime_scales(1e300, alpha, beta)
    assert k_N == pytest.approx(minimum_model_scale(alpha, beta), rel=1e-13)


@pytest.mark.slow
@given(served, exponents, exponents)
def test_the_lifetime_rate_is_that_of_the_law_at_the_run(served, alpha, beta):
    law = ParametricLaw(1.6, 400, 400, alpha, beta)
    optimal = law.compute_optimal(1e22)
    loss = law.loss(optimal.N, optimal.D)
    assume(loss > law.E + 1e-3)
    T = served * optimal.D
    found = lifetime_optimal(law, loss, T)
    assume(found.run.D < 1e250)
    rate = law.marginal_rate(found.run.N, found.run.D)
    assert rate == pytest.approx(found.marginal_rate, rel=1e-6)
    assert found.marginal_rate == pytest.approx(1 + T / (3 * found.run.D), rel=1e-9)
    assert law.loss(found.run.N, found.run.D) == pytest.approx(loss, rel=1e-9)


def test_the_overhead_is_right_where_hardly_anything_is_served():
    alpha, beta = POST.alpha, POST.beta
    placed = lifetime_optimal(POST, 2.0, 1e-9 * POST.compute_optimal_for_loss(2.0).D)
    log_rate = 1e-9 / 3
    log_size = -log_rate / (alpha + beta)
    assert placed.overhead == pytest.approx((alpha + beta) / 2 * log_size**2, rel=1e-6)


@given(st.floats(0.01, 100), st.floats(0.1, 10))
def test_a_dearer_flop_is_worth_as_much_as_more_tokens(tokens, ratio):
    T = tokens * 1e12
    dear = lifetime_optimal(POST, 2.0, T, inference_cost_ratio=ratio)
    more = lifetime_optimal(POST, 2.0, ratio * T)
    assert dear.run.N == pytest.approx(more.run.N, rel=1e-13)


def test_the_share_saved_is_that_of_the_two_bills():
    best = POST.compute_optimal_for_loss(2.0)
    T = 4e12
    cheapest = lifetime_optimal(POST, 2.0, T).run
    bills = [lifetime_compute(run.N, run.D, T) for run in (cheapest, best)]
    saving = lifetime_saving(T / best.D, POST.alpha, POST.beta)
    assert saving == pytest.approx(1 - bills[0] / bills[1], rel=1e-9)


@given(st.floats(0.3, 3), served, exponents, exponents)
def test_the_cost_of_any_size_is_that_of_the_two_bills(k_N, served, alpha, beta):
    k_D = data_scaling_factor(k_N, alpha, beta)
    assume(k_D < math.inf)
    expected = lifetime_compute(k_N, k_D, served) / lifetime_compute(1, 1, served)
    assert lifetime_cost(k_N, served, alpha, beta) == pytest.approx(expected, rel=1e-12)


@given(st.floats(0.001, 0.999), exponents, exponents)
def test_at_break_even_both_models_have_cost_the_same(share, alpha, beta):
    wall = minimum_model_scale(alpha, beta)
    k_N = wall + share * (1 - wall)
    assume(wall < k_N < 1)
    k_D, T = data_scaling_factor(k_N, alpha, beta), break_even(k_N, alpha, beta)
    small, optimal = lifetime_compute(k_N, k_D, T), lifetime_compute(1, 1, T)
    assert small == pytest.approx(optimal, rel=1e-9)


def test_break_even_at_its_ends():
    alpha, beta = POST.alpha, POST.beta
    assert break_even(1.0, alpha, beta) == 0.0
    assert break_even(minimum_model_scale(alpha, beta), alpha, beta) == math.inf
    near = break_even(1 - 1e-9, alpha, beta)
    assert near == pytest.approx(3 * (alpha + beta) / 2 * 1e-9, rel=1e-6)
    assert break_even([0.5, 1.0], alpha, beta).tolist() == [break_even(0.5, alpha, beta), 0.0]
    with pytest.raises(ValueError, match=r"^k_N must not be above 1, got 1\.2$"):
        break_even([0.5, 1.2], alpha, beta)


@given(st.floats(0.3, 3), st.floats(0.2, 5))
def test_a_run_is_the_right_one_for_the_tokens_that_it_implies(k_N, ratio):
    best = POST.compute_optimal_for_loss(2.0)
    run = at_size(POST, 2.0, k_N * best.N)
    T = implied_tokens(POST, run.run.N, run.run.D, inference_cost_ratio=ratio)
    if k_N > 1.001:
        assert T < 0
    elif k_N < 0.999:
        found = lifetime_optimal(POST, 2.0, T, inference_cost_ratio=ratio)
        assert found.run.N == pytest.approx(run.run.N, rel=1e-9)


def test_a_flop_of_serving_costs_one_of_training_unless_said():
    assert implied_tokens(POST, 7e9, 1e12) == implied_tokens(
        POST, 7e9, 1e12, inference_cost_ratio=1
    )
    assert lifetime_compute(7e9, 1e12, 1e12) == 6 * 7e21 + 2 * 7e21
    assert lifetime_optimal(POST, 2.0, 1e12) == lifetime_optimal(
        POST, 2.0, 1e12, inference_cost_ratio=1
    )


@given(st.floats(0.2, 3))
def test_placing_by_size_is_placing_the_run(k_N):
    run = at_size(POST, 2.0, k_N * POST.compute_optimal_for_loss(2.0).N)
    placed = place(POST, run.run.N, run.run.D)
    assert placed.k_N == pytest.approx(run.k_N, rel=1e-10)
    assert placed.marginal_rate == pytest.approx(run.marginal_rate, rel=1e-10)
    assert run.overhead == compute_overhead(run.k_N, POST.alpha, POST.beta)


def test_a_size_below_the_wall_is_named():
    needed = r"^N must be above 1\.036B, the smallest size that can reach this loss, got 1\.012B$"
    with pytest.raises(ValueError, match=needed):
        at_size(POST, 2.0, [7e9, 1.0123456e9])
    wall = minimum_model_scale(POST.alpha, POST.beta) * POST.compute_optimal_for_loss(2.0).N
    with pytest.raises(ValueError, match=r"^N must be above 1\.036B, .* got 1\.036B$"):
        at_size(POST, 2.0, wall)


def test_what_sardana_and_frankle_print_follows_from_the_law_of_the_post():
    optimal = POST.compute_optimal_for_loss
    for size, T, N, times, saving in (
        (13e9, 2e12, "7", None, "17"),
        (7e9, 1e11, "6", "1.18", None),
        (30e9, 1e13, "13.6", "2.84", "28"),
        (70e9, 1e13, "41.6", None, "12"),
    ):
        best = POST.compute_optimal_for_size(size)
        loss = POST.loss(best.N, best.D)
        assert optimal(loss).D == pytest.approx(best.D, rel=1e-9)
        found = lifetime_optimal(POST, loss, T)
        assert f"{found.run.N / 1e9:.{len(N.partition('.')[2])}f}" == N
        if times:
            assert f"{found.k_D:.2f}" == times
        if saving:
            percent = 100 * lifetime_saving(T / best.D, POST.alpha, POST.beta)
            assert f"{percent:.0f}" == saving


def test_an_ensemble_gives_what_each_of_its_laws_gives():
    laws = [PUBLISHED[name].law for name in ("de-vries-2023", "besiroglu-2024")]
    many = LawEnsemble(*np.array([astuple(law) for law in laws]).T)
    found = lifetime_optimal(many, 2.1, 1e12)
    for i, law in enumerate(laws):
        assert found.run.N[i] == pytest.approx(lifetime_optimal(law, 2.1, 1e12).run.N, rel=1e-13)


def test_arrays_broadcast():
    found = lifetime_optimal(POST, [[1.9], [2.0]], [0, 1e11, 1e12])
    assert found.run.N.shape == (2, 3)
    assert (np.diff(found.run.N) < 0).all()
    assert largest_model([8e9, 16e9], 2).tolist() == [4e9, 8e9]


def test_the_cost_over_a_lifetime_names_all_shapes():
    shapes = r"k_N \(2,\), served \(3,\), alpha \(1,\), beta \(2, 1\)$"
    with pytest.raises(ValueError, match=shapes):
        lifetime_cost([0.5, 0.6], [1.0, 2.0, 3.0], [0.3], [[0.3], [0.4]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lifetime_optimal(POST, 1.5, 1e12), r"L must be above E = 1\.62, got 1\.5"),
        (lambda: lifetime_optimal(POST, 2.0, -1), r"inference_tokens must be non-negative, got -1"),
        (lambda: lifetime_optimal(POST, 2.0, math.inf), "inference_tokens must be finite, got inf"),
        (
            lambda: lifetime_optimal(POST, 2.0, 1e12, inference_cost_ratio=0),
            "inference_cost_ratio must be positive, got 0",
        ),
        (lambda: lifetime_compute(7e9, math.nan, 1), "D must be finite, got nan"),
        (lambda: lifetime_cost(0.5, -1, 0.3, 0.3), "served must be non-negative, got -1"),
        (lambda: lifetime_cost(0, 1, 0.3, 0.3), "k_N must be positive, got 0"),
        (lambda: lifetime_scales(-1, 0.3, 0.3), "served must be non-negative, got -1"),
        (
            lambda: lifetime_compute([1, 2], [1], [1, 2, 3], inference_cost_ratio=[1]),
            r"got N \(2,\), D \(1,\), inference_tokens \(3,\), inference_cost_ratio \(1,\)",
        ),
        (
            lambda: lifetime_optimal(POST, [2.0, 2.1], [1, 2, 3], inference_cost_ratio=[1]),
            r"got loss \(2,\), inference_tokens \(3,\), inference_cost_ratio \(1,\)",
        ),
        (
            lambda: lifetime_scales([1, 2], [0.3] * 3, [0.3]),
            r"the shapes must broadcast together, got served \(2,\), alpha \(3,\), beta \(1,\)",
        ),
        (lambda: largest_model(16e9, 0), "bytes_per_parameter must be positive, got 0"),
        (lambda: implied_tokens(POST, 7e9, -1), "D must be positive, got -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"{message}$"):
        call()
