import dataclasses

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.laws import PUBLISHED, ParametricLaw
from analysis.tradeoff import (
    compute_overhead,
    data_scaling_factor,
    minimum_model_scale,
    model_scale_for_overhead,
    place,
    scales_from_marginal_rate,
)

POST = PUBLISHED["de-vries-2023"].law
EXPONENTS = POST.alpha, POST.beta
ULP = np.finfo(float).eps
N_POINTS = 10_000
exponents = st.floats(0.05, 1.5)
rates = st.floats(-4, 4).map(lambda s: float(np.exp(s)))


def random_points(near_one: bool):
    """Sizes above the wall with exponents in [0.05, 1.5]; near one if asked for."""
    rng = np.random.default_rng(20230)
    alpha, beta = rng.uniform(0.05, 1.5, (2, N_POINTS))
    wall = minimum_model_scale(alpha, beta)
    if near_one:
        k_N = 1 + rng.choice([-1, 1], N_POINTS) * 10 ** rng.uniform(-15, -1, N_POINTS)
    else:
        k_N = np.exp(rng.uniform(np.log(wall), 3))
    return np.maximum(k_N, wall * (1 + 1e-6)), alpha, beta


def exact(k_N, alpha, beta):
    """k_D, its conditioning in all three arguments, and the overhead, with 50 digits."""
    with mpmath.workdps(50):
        k, a, b = map(mpmath.mpf, (k_N, alpha, beta))
        power = k**-a
        shortfall = 1 + b / a * (1 - power)
        k_D = shortfall ** (-1 / b)
        by_size = abs(power / shortfall)
        by_alpha = abs(((1 - power) / a - power * mpmath.log(k)) / shortfall)
        by_beta = abs(mpmath.log(k_D) + (1 - power) / a / shortfall)
        return k_D, 1 + by_size + by_alpha + by_beta, k * k_D - 1


@pytest.mark.slow
@pytest.mark.parametrize("near_one", [False, True])
def test_accuracy_against_fifty_digits(near_one):
    k_N, alpha, beta = random_points(near_one)
    k_D = data_scaling_factor(k_N, alpha, beta)
    overhead = compute_overhead(k_N, alpha, beta)
    for i in range(N_POINTS):
        true_k_D, conditioning, true_overhead = exact(k_N[i], alpha[i], beta[i])
        assert abs(k_D[i] / true_k_D - 1) <= 4 * ULP * conditioning
        if true_overhead:
            assert abs(overhead[i] / true_overhead - 1) <= 1e-10


@pytest.mark.parametrize("k_N", [1e15, 1e17, 1e20, 1e25])
def test_digits_are_kept_where_exponents_are_tiny(k_N):
    *_, overhead = exact(k_N, 1e-6, 2e-6)
    assert compute_overhead(k_N, 1e-6, 2e-6) == pytest.approx(float(overhead), rel=1e-13, abs=0)


@given(rates, exponents, exponents)
def test_the_loss_stays_the_same(m, alpha, beta):
    k_N, k_D = scales_from_marginal_rate(m, alpha, beta)
    size, data = beta * k_N**-alpha, alpha * k_D**-beta
    assert size + data == pytest.approx(alpha + beta, rel=1e-10)
    assert k_D == pytest.approx(data_scaling_factor(k_N, alpha, beta), rel=1e-6)


@given(exponents, exponents, st.floats(0.01, 3), st.floats(0.001, 1))
def test_k_D_falls_as_k_N_rises_and_the_overhead_is_never_negative(alpha, beta, k_N, step):
    wall = minimum_model_scale(alpha, beta)
    low, high = wall + k_N, wall + k_N + step
    assert data_scaling_factor(low, alpha, beta) > data_scaling_factor(high, alpha, beta)
    assert compute_overhead(low, alpha, beta) >= 0


@given(exponents, exponents)
def test_the_wall_is_where_data_run_out(alpha, beta):
    wall = minimum_model_scale(alpha, beta)
    assert data_scaling_factor(wall, alpha, beta) == np.inf
    assert data_scaling_factor(wall / 2, alpha, beta) == np.inf
    assert compute_overhead(wall * 1e-300, alpha, beta) == np.inf
    assert data_scaling_factor(wall * 1.05, alpha, beta) > 1


def test_nothing_is_nan_next_to_the_wall():
    wall = minimum_model_scale(*EXPONENTS)
    steps = np.arange(-50, 51)
    sizes = wall * (1 + steps * ULP)
    for function in (data_scaling_factor, compute_overhead):
        values = function(sizes, *EXPONENTS)
        assert not np.isnan(values).any()
        assert (values[sizes <= wall] == np.inf).all()


@pytest.mark.slow
@given(st.floats(1e-12, 1e6), exponents, exponents)
def test_the_size_of_an_overhead_inverts_the_overhead(overhead, alpha, beta):
    k_N = model_scale_for_overhead(overhead, alpha, beta)
    assert minimum_model_scale(alpha, beta) <= k_N < 1
    near_by = k_N * (1 + np.array([-4, 4]) * ULP)
    low, high = sorted(compute_overhead(near_by, alpha, beta))
    assert low * (1 - 1e-9) <= overhead <= high * (1 + 1e-9)


def test_no_overhead_means_the_optimum():
    assert model_scale_for_overhead(0, *EXPONENTS) == 1
    sizes = model_scale_for_overhead([0, 0.2, 1.0], *EXPONENTS)
    np.testing.assert_allclose(compute_overhead(sizes, *EXPONENTS), [0, 0.2, 1.0], atol=1e-14)


@given(
    st.builds(
        ParametricLaw,
        E=st.floats(0, 3),
        A=st.floats(10, 1e4),
        B=st.floats(10, 1e4),
        alpha=st.floats(0.15, 1.0),
        beta=st.floats(0.15, 1.0),
    ),
    st.floats(18, 26),
    st.floats(-2, 2),
)
def test_a_placed_run_has_the_loss_of_its_optimum(law, log_C, shift):
    best = law.compute_optimal(10.0**log_C)
    N, D = best.N * np.exp(shift), best.D
    run = place(law, N, D)
    optimal = run.optimal
    assert law.reducible_loss(optimal.N, optimal.D) == pytest.approx(
        law.reducible_loss(N, D), rel=1e-10
    )
    assert law.marginal_rate(optimal.N, optimal.D) == pytest.approx(1, rel=1e-9)
    assert run.k_N * optimal.N == pytest.approx(N, rel=1e-13)
    assert run.k_D * optimal.D == pytest.approx(D, rel=1e-13)
    assert (run.k_N < 1) == (run.marginal_rate > 1)
    assert run.overhead == pytest.approx(6 * N * D / optimal.C - 1, abs=1e-10)
    assert run.overhead == pytest.approx(
        compute_overhead(run.k_N, law.alpha, law.beta), rel=1e-6, abs=1e-15
    )


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(0, 3))
def test_placement_does_not_change_with_the_units_of_size_and_data(unit_N, unit_D, E):
    scaled = ParametricLaw(E, POST.A * unit_N**-POST.alpha, POST.B * unit_D**-POST.beta, *EXPONENTS)
    there, here = place(scaled, 7e9 / unit_N, 1e12 / unit_D), place(POST, 7e9, 1e12)
    for name in ("k_N", "k_D", "overhead", "marginal_rate"):
        assert getattr(there, name) == pytest.approx(getattr(here, name), rel=1e-11)


def test_the_examples_of_the_post_exactly_placed():
    llama = place(POST, 6.9e9, 1e12)
    santacoder = place(POST, 1.1e9, 236e9)
    assert (round(llama.k_N, 4), round(llama.overhead, 3)) == (0.5797, 0.117)
    assert (round(santacoder.k_N, 4), round(santacoder.overhead, 2)) == (0.4453, 0.31)


def test_the_critical_sizes_of_chapter_4():
    k_N, _ = scales_from_marginal_rate(2, *EXPONENTS)
    assert round(k_N, 3) == 0.390
    assert round(model_scale_for_overhead(1.0, *EXPONENTS), 3) == 0.305
    assert round(minimum_model_scale(*EXPONENTS), 4) == 0.0974


def test_small_steps_cost_m_per_cent():
    k_N, k_D = scales_from_marginal_rate(2.0, *EXPONENTS)
    step = 1e-6
    more = data_scaling_factor(k_N * (1 - step), *EXPONENTS) / k_D - 1
    assert more / step == pytest.approx(2, rel=1e-4)


def test_every_real_type_goes_in_and_shapes_broadcast():
    k_N = np.array([0.5, 0.75, 1.0], dtype=np.float32)
    alpha = np.array([[0.3], [0.4]])
    assert data_scaling_factor(k_N, alpha, 0.3).shape == (2, 3)
    assert compute_overhead(k_N, alpha, 0.3).dtype == np.float64
    assert data_scaling_factor(1, 1, 1) == 1.0
    assert type(data_scaling_factor(np.float32(0.5), 0.3, 0.3)) is float
    assert type(compute_overhead(2, 1, 1)) is float
    np.testing.assert_array_equal(
        data_scaling_factor(np.array([1, 2]), 1, 1), data_scaling_factor([1.0, 2.0], 1, 1)
    )
    k_N, k_D = scales_from_marginal_rate([1, 2], *EXPONENTS)
    assert k_N.shape == k_D.shape == (2,)
    assert place(POST, [1e9, 7e9], 1e12).k_N.shape == (2,)


def test_blocks_give_what_single_points_give():
    rng = np.random.default_rng(7)
    k_N = rng.uniform(0.05, 3, 100_003)
    whole = compute_overhead(k_N, *EXPONENTS)
    some = rng.integers(0, k_N.size, 50)
    np.testing.assert_array_equal(
        whole[some], [compute_overhead(float(k), *EXPONENTS) for k in k_N[some]]
    )
    np.testing.assert_array_equal(whole[::2], compute_overhead(k_N[::2], *EXPONENTS))


def test_results_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        place(POST, 7e9, 1e12).k_N = 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data_scaling_factor(0, 0.3, 0.3), "k_N must be positive, got 0"),
        (lambda: data_scaling_factor(0.5, -0.3, 0.3), "alpha must be positive, got -0.3"),
        (lambda: data_scaling_factor(0.5, 0.3, np.nan), "beta must be finite, got nan"),
        (lambda: compute_overhead([0.5, np.inf], 0.3, 0.3), "k_N must be finite, got inf"),
        (lambda: compute_overhead([], 0.3, 0.3), "k_N must not be empty"),
        (lambda: compute_overhead([1, 2], [1, 2, 3], 1), r"k_N \(2,\), alpha \(3,\)"),
        (lambda: compute_overhead(True, 0.3, 0.3), "k_N must be real numbers, got True"),
        (lambda: minimum_model_scale(0.3, 0), "beta must be positive, got 0"),
        (lambda: model_scale_for_overhead(-0.1, 0.3, 0.3), "overhead must be non-negative"),
        (lambda: model_scale_for_overhead(np.inf, 0.3, 0.3), "overhead must be finite, got inf"),
        (lambda: scales_from_marginal_rate(0, 0.3, 0.3), "m must be positive, got 0"),
        (lambda: place(POST, -1, 1e12), "N must be positive, got -1"),
    ],
)
def test_bad_input_is_named_with_its_value(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16, np.float32, np.longdouble])
def test_small_types_are_computed_in_double_precision(dtype):
    one, two = dtype(1), dtype(2)
    for function, arguments in (
        (data_scaling_factor, (two, one, two)),
        (compute_overhead, (two, one, two)),
        (model_scale_for_overhead, (one, one, two)),
        (minimum_model_scale, (one, two)),
        (scales_from_marginal_rate, (two, one, two)),
    ):
        plain = function(*(float(argument) for argument in arguments))
        assert function(*arguments) == pytest.approx(plain, rel=1e-15)
    assert place(POST, dtype(100), dtype(50)) == place(POST, 100.0, 50.0)
    assert POST.compute_optimal_for_loss(two) == POST.compute_optimal_for_loss(2.0)
    assert POST.marginal_rate(dtype(100), 1e12) == POST.marginal_rate(100.0, 1e12)


def test_extreme_exponents_warn_of_nothing():
    for exponents in ((50, 50), (1e-6, 1e-6), (50, 1e-3)):
        model_scale_for_overhead([1e-12, 1.0, 1e300], *exponents)
        scales_from_marginal_rate([1e-300, 1.0, 1e300], *exponents)
        compute_overhead([1e-300, 1.0, 1e300], *exponents)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (10**400, "k_N must be real numbers"),
        (None, "k_N must be real numbers, got None"),
        (np.array([True], dtype=object), "k_N must be real numbers"),
        (np.array(["0.5"], dtype=object), "k_N must be real numbers"),
        (np.ma.masked_array([0.5, 0.6], mask=[0, 1]), "k_N must not be masked"),
    ],
)
def test_odd_things_are_refused_by_name(value, message):
    with pytest.raises(ValueError, match=message):
        data_scaling_factor(value, 0.3, 0.3)


def test_the_size_of_an_overhead_names_all_shapes():
    with pytest.raises(ValueError, match=r"overhead \(2,\), alpha \(3,\), beta \(1,\)$"):
        model_scale_for_overhead([1, 2], [1, 2, 3], [1])
