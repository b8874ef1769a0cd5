"""With an outer power: the derivatives are exact, what was planted is found, the sum is a case."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import made_by
from scipy.special import stdtrit

from analysis.bootstrap import bootstrap_parametric
from analysis.fit import fit_parametric, parametric_objective
from analysis.fit.parametric import starts_with_power
from analysis.laws import OuterPowerEnsemble, OuterPowerLaw, ParametricLaw

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.44, kappa=0.7)
NAMES = ("E", "A", "B", "alpha", "beta", "kappa")


def runs(law=LAW, **how):
    return made_by(law, **how)


def row(law, names=NAMES):
    return np.array([getattr(law, name) for name in names])


def at(z):
    """The law at (log E, log A, log B, alpha, beta, kappa)."""
    return OuterPowerLaw(*np.exp(z[:3]), *z[3:])


@pytest.mark.parametrize("delta", [1e-3, 0.03, 10.0])
def test_the_derivatives_are_those_of_the_value(delta):
    data = runs(noise=0.02, n=30)
    z = np.array([*np.log([1.6, 2800.0, 13000.0]), 0.44, 0.46, 0.75])
    found = parametric_objective(at(z), *data, delta=delta)
    step = 1e-6 * np.maximum(np.abs(z), 0.1)
    slope = [
        (value(z + h, data, delta) - value(z - h, data, delta)) / (2 * np.abs(h).sum())
        for h in np.diag(step)
    ]
    np.testing.assert_allclose(found.gradient, slope, rtol=1e-5, atol=1e-8)
    bend = [
        (gradient(z + h, data, delta) - gradient(z - h, data, delta)) / (2 * np.abs(h).sum())
        for h in np.diag(step)
    ]
    np.testing.assert_allclose(found.hessian, bend, rtol=1e-4, atol=1e-6 * np.abs(bend).max())


def value(z, data, delta):
    return parametric_objective(at(z), *data, delta=delta).value


def gradient(z, data, delta):
    return parametric_objective(at(z), *data, delta=delta).gradient


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    E=st.floats(1.0, 2.5),
    size_term=st.floats(0.2, 1.5),
    data_term=st.floats(0.2, 1.5),
    alpha=st.floats(0.2, 0.6),
    beta=st.floats(0.2, 0.6),
    kappa=st.floats(0.4, 1.4),
)
def test_a_planted_law_is_recovered(E, size_term, data_term, alpha, beta, kappa):
    A, B = size_term ** (1 / kappa) * 1e9 ** (alpha / kappa), data_term ** (1 / kappa)
    law = OuterPowerLaw(E, A, B * 1e10 ** (beta / kappa), alpha / kappa, beta / kappa, kappa)
    fit = fit_parametric(*runs(law), outer_power=True)
    assert fit.status == "converged"
    assert fit.objective < 1e-9
    np.testing.assert_allclose(row(fit.law)[3:], row(law)[3:], rtol=1e-3)


def test_the_search_starts_from_the_best_laws_that_differ():
    hair = 1 + 1e-9
    values = np.array([3e-4, 2e-4, 2e-4 * hair, 1e-4, 1e-4 * hair, 2.5e-4, 4e-4])
    laws = np.arange(1.0, 36.0).reshape(5, 7)
    starts = starts_with_power(laws, values, np.array([0.5, 2.0]))
    np.testing.assert_array_equal(starts[0], np.repeat(laws[0, [3, 1, 5]], 2))
    np.testing.assert_array_equal(starts[5], [0.5, 2.0] * 3)
    exact = starts_with_power(laws[:, :3], np.array([0.0, 0.0, 1.0]), np.array([1.0]))
    np.testing.assert_array_equal(exact[0], laws[0, [0, 2]])


@pytest.mark.parametrize("size", [1e8, 1e9, 1e10])
def test_a_start_has_the_loss_of_its_law_where_both_terms_are_of_a_size(size):
    law = ParametricLaw(1.7, 400.0, 2000.0, 0.35, 0.37)
    tokens = (law.B / law.A * size**law.alpha) ** (1 / law.beta)
    powers = np.array([0.5, 0.8, 1.3])
    for start in starts_with_power(row(law, NAMES[:5])[:, None], np.array([1.0]), powers).T:
        outer = OuterPowerLaw(*start)
        assert outer.loss(size, tokens) == pytest.approx(law.loss(size, tokens), rel=1e-12)


def test_a_power_that_is_held_is_not_searched_for():
    free = fit_parametric(*runs(), outer_power=True)
    held = fit_parametric(*runs(), outer_power=True, kappa=LAW.kappa)
    assert held.n_starts * 3 == free.n_starts


def test_held_at_one_it_is_the_sum_of_powers():
    data = runs(ParametricLaw(1.7, 400.0, 2000.0, 0.35, 0.37), noise=5e-3)
    sum_law, held = fit_parametric(*data), fit_parametric(*data, kappa=1.0)
    np.testing.assert_allclose(row(held.law)[:5], [*vars(sum_law.law).values()], rtol=1e-6)
    assert held.objective == pytest.approx(sum_law.objective, rel=1e-10)
    np.testing.assert_allclose(held.covariance[:5, :5], sum_law.covariance, rtol=1e-3)
    assert held.standard_errors["kappa"] == 0
    assert (held.n_parameters, sum_law.n_parameters) == (5, 5)


def test_what_is_held_stays_and_what_is_tied_is_tied():
    data = runs(noise=2e-3)
    held = fit_parametric(*data, kappa=0.8, E=1.6, tie_exponents=True).law
    assert (held.kappa, held.E) == pytest.approx((0.8, 1.6), rel=1e-12)
    assert held.alpha == held.beta


def test_the_free_power_fits_at_least_as_well_as_any_that_is_held():
    data = runs(noise=5e-3, n=60)
    free = fit_parametric(*data, outer_power=True).objective
    assert all(
        fit_parametric(*data, kappa=kappa).objective >= free * (1 - 1e-9)
        for kappa in (0.3, 0.5, 0.7, 0.9, 1.0, 1.5)
    )


@pytest.mark.parametrize(("noise", "status"), [(2e-3, "converged"), (0.15, "flat direction")])
def test_runs_that_hardly_tell_the_power_are_said_not_to(noise, status):
    """With noise the best fits at quite different powers are as good as each other."""
    data = runs(noise=noise, n=60)
    found = fit_parametric(*data, outer_power=True)
    assert found.status == status
    held = [fit_parametric(*data, kappa=kappa).objective for kappa in (0.4, 1.3)]
    apart = max(held) / found.objective - 1
    assert (apart < 0.05) == (status == "flat direction")


def test_the_unit_of_size_and_data_does_not_matter():
    N, D, loss = runs(noise=3e-3)
    fit = fit_parametric(N, D, loss, outer_power=True)
    other = fit_parametric(N / 1e9, D / 1e12, loss, outer_power=True)
    assert other.objective == pytest.approx(fit.objective, rel=1e-9)
    np.testing.assert_allclose(row(other.law)[3:], row(fit.law)[3:], rtol=1e-5)


def test_resamples_are_laws_with_powers_of_their_own():
    data = runs(noise=3e-3)
    rng = np.random.default_rng(5)
    result = bootstrap_parametric(*data, n_resamples=60, rng=rng, outer_power=True)
    assert isinstance(result.draws, OuterPowerEnsemble)
    low, high = result.interval("kappa")
    assert low < result.fit.law.kappa < high
    assert result.standard_errors.keys() == {"E", "log A", "log B", "alpha", "beta", "kappa"}


@pytest.mark.parametrize("kappa", [0, -1, 0.05, 11, np.nan])
def test_a_power_out_of_reach_is_refused(kappa):
    with pytest.raises(ValueError, match="kappa must be"):
        fit_parametric(*runs(n=9), kappa=kappa)


@pytest.mark.parametrize("kappa", [0.1, 10.0])
def test_the_ends_of_its_range_can_be_held(kappa):
    assert fit_parametric(*runs(n=30), kappa=kappa).law.kappa == kappa


@pytest.mark.slow
@pytest.mark.parametrize("n", [7, 9, 20, 60])
@pytest.mark.parametrize("noise", [1e-3, 5e-3, 0.02, 0.1])
def test_the_power_is_said_to_be_flat_where_its_interval_spans_more_than_a_factor_of_four(n, noise):
    for seed in range(6):
        N, D, loss = runs(noise=noise, n=n + 1, seed=seed)
        weights = np.append(np.ones(n), 0.0)
        found = fit_parametric(N, D, loss, weights=weights, outer_power=True)
        if found.status in ("converged", "flat direction"):
            error = found.covariance[5, 5] ** 0.5 / found.law.kappa
            flat = stdtrit(n - 6, 0.975) * error > np.log(4)
            assert found.status == ("flat direction" if flat else "converged")


@pytest.mark.parametrize(("n", "more"), [(30, set()), (55, set()), (56, {"E", "kappa"})])
def test_errors_of_the_power_and_the_floor_are_given_from_fifty_spare_runs(n, more):
    found = fit_parametric(*runs(noise=2e-3, n=n), outer_power=True)
    assert set(found.standard_errors) == {"log A", "log B", "alpha", "beta"} | more
