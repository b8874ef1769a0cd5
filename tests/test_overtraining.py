import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from analysis.fit import fit_parametric
from analysis.laws import OuterPowerLaw, ParametricLaw
from analysis.overtraining import DownstreamLaw, OvertrainingLaw, fit_downstream, fit_overtraining
from analysis.tradeoff import data_scaling_factor, minimum_model_scale

LAW = OvertrainingLaw(E=1.84, a=212.0, b=367.0, eta=0.136)
N = np.array([1.06e7, 7.9e7, 1.54e8, 4.1e8, 1.06e7])
D = N * np.array([20.0, 20.0, 20.0, 20.0, 320.0])

laws = st.builds(
    OvertrainingLaw,
    E=st.floats(0.5, 3),
    a=st.floats(50, 500),
    b=st.floats(50, 500),
    eta=st.floats(0.08, 0.25),
)


def losses(law, N=N, D=D):
    return np.asarray(law.loss(6 * N * D, D / N))


# The law is the parametric law.


@given(laws, st.floats(1e7, 1e11), st.floats(1, 1000))
def test_it_is_the_parametric_law_with_equal_exponents(law, size, M):
    same = law.parametric()
    assert same.alpha == same.beta == 2 * law.eta
    assert same.loss(size, M * size) == pytest.approx(law.loss(6 * M * size**2, M), rel=1e-12)


@given(laws)
def test_the_conversion_goes_both_ways(law):
    back = OvertrainingLaw.from_parametric(law.parametric())
    assert dataclasses.astuple(back) == pytest.approx(dataclasses.astuple(law), rel=1e-12)


@given(laws, st.floats(1e18, 1e25))
def test_the_optimal_multiplier_is_that_of_the_compute_optimal_run(law, C):
    best = law.parametric().compute_optimal(C)
    assert best.D / best.N == pytest.approx(law.optimal_multiplier, rel=1e-9)
    at_best = law.loss(C, law.optimal_multiplier)
    assert at_best <= min(law.loss(C, law.optimal_multiplier * factor) for factor in (0.9, 1.1))


@given(st.floats(0.05, 0.3), st.floats(0.2, 1.0))
def test_what_eta_implies_for_the_data_scaling_factor(eta, k_N):
    wall = 2 ** (-1 / (2 * eta))
    assert minimum_model_scale(2 * eta, 2 * eta) == pytest.approx(wall, rel=1e-12)
    expected = np.inf if k_N <= wall else (2 - k_N ** (-2 * eta)) ** (-1 / (2 * eta))
    assert data_scaling_factor(k_N, 2 * eta, 2 * eta) == pytest.approx(expected, rel=1e-6)


def test_loss_broadcasts_and_returns_floats():
    assert isinstance(LAW.loss(10**22, 20), float)
    assert np.shape(LAW.loss(np.geomspace(1e18, 1e22, 3)[:, None], [20, 320])) == (3, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"E": -0.1}, "E must be non-negative, got -0.1"),
        ({"a": np.nan}, "a must be finite, got nan"),
        ({"b": [1.0, 2.0]}, r"b must be a single number, got shape \(2,\)"),
        ({"eta": 0}, "eta must be positive, got 0"),
    ],
)
def test_parameters_out_of_range_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(LAW, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epsilon": -0.1}, r"epsilon must be non-negative, got -0\.1"),
        ({"k": np.inf}, "k must be finite, got inf"),
        ({"gamma": 0}, "gamma must be positive, got 0"),
    ],
)
def test_parameters_of_the_law_of_errors_out_of_range_are_named(changes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataclasses.replace(DownstreamLaw(0.857, 2.21, 0.715), **changes)


def test_what_has_no_meaning_raises():
    unequal = ParametricLaw(E=1.7, A=400, B=2000, alpha=0.35, beta=0.37)
    with pytest.raises(ValueError, match=r"alpha and beta must be equal, got 0\.35 and 0\.37"):
        OvertrainingLaw.from_parametric(unequal)
    flat = dataclasses.replace(LAW, a=0.0)
    for use in (lambda: flat.optimal_multiplier, flat.parametric):
        with pytest.raises(ValueError, match="must be positive"):
            use()
    with pytest.raises(ValueError, match=r"b must be positive, got 0\.0"):
        _ = dataclasses.replace(LAW, b=0.0).optimal_multiplier
    with pytest.raises(ValueError, match="M must be positive"):
        LAW.loss(1e20, 0)


def test_a_law_with_an_outer_power_is_no_law_in_C_and_M():
    powered = OuterPowerLaw(1.8, 900.0, 2500.0, 0.4, 0.4, 0.7)
    with pytest.raises(ValueError, match=r"law must have no outer power, got kappa = 0\.7"):
        OvertrainingLaw.from_parametric(powered)
    same = OuterPowerLaw(1.8, 900.0, 2500.0, 0.4, 0.4, 1.0)
    plain = ParametricLaw(1.8, 900.0, 2500.0, 0.4, 0.4)
    assert OvertrainingLaw.from_parametric(same) == OvertrainingLaw.from_parametric(plain)


# Fits.


@pytest.mark.slow
@given(laws)
def test_planted_laws_are_recovered(law):
    fit = fit_overtraining(N, D, losses(law))
    assert fit.status == "converged"
    assert dataclasses.astuple(fit.law) == pytest.approx(dataclasses.astuple(law), rel=1e-4)
    assert fit.law.loss(1e22, 20) == pytest.approx(law.loss(1e22, 20), rel=1e-6)


def test_it_agrees_with_curve_fit():
    rng = np.random.default_rng(3)

    def law(X, E, a, b, eta):
        C, M = X
        return E + (a * M**eta + b * M**-eta) * C**-eta

    for _ in range(20):
        noisy = losses(LAW) * np.exp(0.003 * rng.standard_normal(N.size))
        fit = fit_overtraining(N, D, noisy)
        X, start = (6 * N * D / 1e18, D / N), (1.8, 0.8, 1.3, 0.136)
        tight = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "maxfev": 100_000}
        (E, a, b, eta), covariance = curve_fit(law, X, noisy, start, **tight)
        theirs = E, a * 1e18**eta, b * 1e18**eta, eta
        assert dataclasses.astuple(fit.law) == pytest.approx(theirs, rel=1e-5)
        for place in (0, 3):
            assert fit.covariance[place, place] == pytest.approx(covariance[place, place], rel=2e-3)


def test_a_fit_says_what_it_rests_on():
    noisy = losses(LAW) * [1.002, 0.999, 1.001, 0.998, 1.0]
    fit = fit_overtraining(N, D, noisy)
    assert fit.objective == pytest.approx(np.sum((losses(fit.law) - noisy) ** 2), rel=1e-9)
    assert (fit.n_runs, fit.n_parameters, fit.delta) == (5, 4, np.inf)
    assert (fit.n_starts, fit.n_starts_agreeing) == (0, 0)
    assert 1 < fit.condition_number < 1e12


def test_runs_are_different_if_their_sizes_are():
    size = np.geomspace(1e7, 1e9, 6)
    fit = fit_overtraining(size, np.full(6, 1e10), losses(LAW, size, 1e10))
    assert fit.n_runs == 6


def test_it_agrees_with_the_parametric_fit():
    rng = np.random.default_rng(4)
    size, M = np.geomspace(1e7, 1e9, 30), rng.choice([20.0, 80, 320], 30)
    noisy = losses(LAW, size, M * size) * np.exp(0.01 * rng.standard_normal(30))
    ours = fit_overtraining(size, M * size, noisy, weights=noisy**-2.0)
    theirs = fit_parametric(size, M * size, noisy, delta=1.0, tie_exponents=True)
    assert ours.law.parametric().alpha == pytest.approx(theirs.law.alpha, rel=0.01)


def test_units_and_order_do_not_matter():
    noisy = losses(LAW) * [1.002, 0.999, 1.001, 0.998, 1.0]
    fit = fit_overtraining(N, D, noisy)
    turned = fit_overtraining(N[::-1], D[::-1], noisy[::-1])
    scaled = fit_overtraining(N / 1e6, D / 1e9, noisy)
    assert turned.law.eta == pytest.approx(fit.law.eta, rel=1e-7)
    assert scaled.law.eta == pytest.approx(fit.law.eta, rel=1e-7)
    assert scaled.law.E == pytest.approx(fit.law.E, rel=1e-6)


def test_a_weight_counts_a_run():
    noisy = losses(LAW) * [1.002, 0.999, 1.001, 0.998, 1.0]
    twice = fit_overtraining(N, D, noisy, weights=[1, 2, 1, 1, 1])
    repeated = np.append(np.arange(5), 1)
    same = fit_overtraining(N[repeated], D[repeated], noisy[repeated])
    assert twice.law.eta == pytest.approx(same.law.eta, rel=1e-7)
    assert (twice.n_runs, same.n_runs) == (5, 6)
    without = fit_overtraining(N, D, noisy, weights=[1, 1, 1, 1, 0])
    assert (without.n_runs, without.status) == (4, "too few runs")
    assert np.isinf(without.covariance).all()


def test_a_boundary_is_told():
    more_is_worse = np.array([3.0, 3.2, 3.4, 3.6, 3.3])
    fit = fit_overtraining(N, D, more_is_worse)
    assert fit.status == "boundary"
    assert min(fit.law.a, fit.law.b) == 0.0
    assert fit.law.E >= 0


def test_coefficients_stay_allowed_where_free_ones_would_not():
    below_zero = dataclasses.replace(LAW, E=0.0)
    fit = fit_overtraining(N, D, losses(below_zero) - 0.3)
    assert fit.law.E == 0.0
    assert fit.status == "boundary"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((N[:3], D[:3], [3, 3, 3]), "^N and D must hold at least 4 different runs, got 3$"),
        (([1e8] * 5, [1e9] * 5, [3.0] * 5), "at least 4 different runs, got 1$"),
        ((N, D, [3, 3, np.nan, 3, 3]), "loss must be finite"),
        ((N, D, [3, 3, 0, 3, 3]), "loss must be positive"),
        ((N, D[:4], [3, 3, 3, 3, 3]), "broadcast"),
        (([], [], []), "must not be empty"),
    ],
)
def test_bad_runs_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit_overtraining(*arguments)


# From loss to error.


@given(st.floats(0.6, 1.0), st.floats(1.0, 3.0), st.floats(0.5, 2.0))
def test_planted_downstream_laws_are_recovered(epsilon, k, gamma):
    law, L = DownstreamLaw(epsilon, k, gamma), np.array([2.6, 3.0, 3.4, 3.8, 4.5, 5.2])
    fit = fit_downstream(L, np.maximum(law.error(L), 0.0))
    if (law.error(L) > 0).all():
        assert fit.status == "converged"
        assert dataclasses.astuple(fit.law) == pytest.approx((epsilon, k, gamma), rel=1e-4)


def test_downstream_agrees_with_curve_fit():
    rng = np.random.default_rng(5)
    L = np.array([2.6, 3.0, 3.4, 3.8, 4.5, 5.2])
    error = 0.857 - 2.21 * np.exp(-0.715 * L) + 0.005 * rng.standard_normal(6)
    fit = fit_downstream(L, error)
    found, covariance = curve_fit(
        lambda x, epsilon, k, gamma: epsilon - k * np.exp(-gamma * x),
        L,
        error,
        (0.8, 2.0, 0.7),
        xtol=1e-14,
        ftol=1e-14,
        gtol=1e-14,
    )
    assert dataclasses.astuple(fit.law) == pytest.approx(tuple(found), rel=1e-5)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-3)


def test_an_error_that_does_not_fall_is_a_boundary():
    fit = fit_downstream([2.5, 3.0, 4.0, 5.0], [0.75, 0.74, 0.73, 0.72])
    assert fit.status == "boundary"
    assert fit.law.k == 0.0
    with pytest.raises(ValueError, match=r"^loss must hold at least 3 different runs, got 2$"):
        fit_downstream([2.5, 3.0, 3.0], [0.5, 0.6, 0.6])
    with pytest.raises(ValueError, match="arrays of one length"):
        fit_downstream([2.5, 3.0, 3.5], [0.5, 0.6])


def test_the_two_laws_chain():
    downstream = DownstreamLaw(0.857, 2.21, 0.715)
    fit_loss = fit_overtraining(N, D, losses(LAW))
    fit_error = fit_downstream(losses(LAW), downstream.error(losses(LAW)))
    predicted = fit_error.law.error(fit_loss.law.loss(8e21, 640))
    assert predicted == pytest.approx(downstream.error(LAW.loss(8e21, 640)), rel=1e-6)
