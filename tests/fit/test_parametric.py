"""The fit recovers what was planted, has the derivatives it claims, and admits its limits."""

from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import made_by
from scipy.optimize import minimize
from scipy.special import ndtri, stdtrit

from analysis.datasets import DataUnavailableError, load_chinchilla_runs
from analysis.fit.forms import PARAMETERS
from analysis.fit.parametric import (
    fit_parametric,
    hoffmann_grid,
    parametric_objective,
    profile_exponents,
    seeded_starts,
)
from analysis.laws import PUBLISHED, ParametricLaw

LAW = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.35, beta=0.37)


def runs(law=LAW, **how):
    return made_by(law, **how)


def row(law):
    return np.array([getattr(law, name) for name in PARAMETERS])


@pytest.fixture(scope="module")
def published():
    try:
        table = load_chinchilla_runs(exclude_highest=5)
    except DataUnavailableError as error:
        pytest.skip(str(error))
    return tuple(table[name].to_numpy() for name in ("N", "D", "loss"))


# What was planted


@settings(max_examples=40, deadline=None)
@given(
    E=st.floats(0.8, 2.5),
    size_term=st.floats(0.1, 1.5),
    data_term=st.floats(0.1, 1.5),
    alpha=st.floats(0.2, 0.9),
    beta=st.floats(0.2, 0.9),
)
def test_a_planted_law_is_recovered_from_noiseless_runs(E, size_term, data_term, alpha, beta):
    law = ParametricLaw(E, size_term * 1e9**alpha, data_term * 1e10**beta, alpha, beta)
    fit = fit_parametric(*runs(law))
    assert fit.status == "converged"
    np.testing.assert_allclose(row(fit.law), row(law), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [1e-4, 1e-3, 5e-3])
def test_a_planted_law_lies_within_the_standard_errors_of_noisy_runs(noise):
    z = []
    for seed in range(40):
        fit = fit_parametric(*runs(noise=noise, n=200, seed=seed))
        assert fit.status == "converged"
        errors = fit.standard_errors
        z.append([(fit.law.alpha - 0.35) / errors["alpha"], (fit.law.beta - 0.37) / errors["beta"]])
    # 80 standardised errors: their spread is one, to within what 80 draws tell.
    assert 0.7 < np.std(z) < 1.5
    assert abs(np.mean(z)) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("n", [9, 12, 24, 60, 240])
def test_an_interval_of_95_percent_holds_the_truth_as_often_as_it_says(n):
    """Within three standard deviations of what so many draws tell."""
    rng, inside, sizes = np.random.default_rng(n), [], {9: 3, 12: 4, 24: 6}
    n_draws = 250 if n < 240 else 120
    for _ in range(n_draws):
        if n in sizes:
            grid = np.geomspace(1e8, 5e9, sizes[n]), np.geomspace(2e9, 1e11, n // sizes[n])
            N, D = (axis.ravel() for axis in np.meshgrid(*grid))
        else:
            N, D = np.exp(rng.uniform(17.7, 23, n)), np.exp(rng.uniform(21.4, 26.7, n))
        fit = fit_parametric(N, D, LAW.loss(N, D) * np.exp(5e-3 * rng.standard_normal(n)))
        errors = fit.standard_errors
        found = {"E": fit.law.E - LAW.E, "log A": np.log(fit.law.A / LAW.A)}
        found |= {"log B": np.log(fit.law.B / LAW.B), "alpha": fit.law.alpha - LAW.alpha}
        found |= {"beta": fit.law.beta - LAW.beta}
        inside.append([abs(found[name]) <= 1.96 * errors[name] for name in errors])
    share, spread = np.mean(inside, axis=0), (0.95 * 0.05 / n_draws) ** 0.5
    assert (np.abs(share - 0.95) < 0.015 + 3 * spread).all(), share


def test_five_absurd_runs_do_not_bend_the_law():
    N, D, loss = runs(noise=1e-3, n=200)
    loss[:5] *= 3
    fit = fit_parametric(N, D, loss)
    assert abs(fit.law.alpha - 0.35) < 0.02
    assert abs(fit.law.beta - 0.37) < 0.02


def test_absolute_deviations_are_not_bent_by_a_fifth_of_the_runs():
    N, D, loss = runs(noise=1e-3, n=200)
    loss[:40] *= 3
    fit = fit_parametric(N, D, loss, delta=0)
    assert fit.status == "converged"
    np.testing.assert_allclose(row(fit.law), row(LAW), rtol=0.1)


# The objective and its derivatives


def exact_objective(parameters, N, D, loss, delta, w):
    e, a, b, alpha, beta = parameters
    total = mpmath.mpf(0)
    for n, d, value, weight in zip(N, D, loss, w, strict=True):
        n, d, value = (mpmath.log(mpmath.mpf(float(x))) for x in (n, d, value))
        r = value - mpmath.log(mpmath.exp(e) + mpmath.exp(a - alpha * n) + mpmath.exp(b - beta * d))
        size = abs(r)
        huber = r**2 / 2 if size <= delta else delta * (size - mpmath.mpf(delta) / 2)
        total += float(weight) * huber
    return total


@pytest.mark.parametrize("delta", [1e-3, 0.02, 10.0])
def test_value_gradient_and_hessian_agree_with_fifty_digits(delta):
    N, D, loss = runs(noise=0.03, n=12, seed=3)
    w = np.arange(12) % 4 + 0.5
    law = ParametricLaw(E=1.6, A=300.0, B=2500.0, alpha=0.33, beta=0.39)
    point = [mpmath.log(law.E), mpmath.log(law.A), mpmath.log(law.B), law.alpha, law.beta]
    ours = parametric_objective(law, N, D, loss, delta=delta, weights=w)
    with mpmath.workdps(50):

        def f(*parameters):
            return exact_objective(parameters, N, D, loss, delta, w)

        order = np.eye(5, dtype=int)
        point = [mpmath.mpf(x) for x in point]
        gradient = [float(mpmath.diff(f, point, tuple(map(int, n)))) for n in order]
        hessian = [
            [float(mpmath.diff(f, point, tuple(map(int, m + n)))) for n in order] for m in order
        ]
        np.testing.assert_allclose(ours.value, float(f(*point)), rtol=1e-12)
    np.testing.assert_allclose(ours.gradient, gradient, rtol=1e-9, atol=1e-12)
    scale = np.abs(hessian).max()
    np.testing.assert_allclose(ours.hessian, hessian, rtol=1e-8, atol=1e-12 * scale)


def test_the_gradient_vanishes_at_the_fit():
    data = runs(noise=5e-3)
    ours = parametric_objective(fit_parametric(*data).law, *data)
    newton = np.linalg.solve(ours.hessian, ours.gradient)
    assert ours.gradient @ newton < 1e-9 * ours.value


def test_scipy_finds_nothing_better():
    N, D, loss = runs(noise=5e-3, n=60, seed=5)

    def f(theta):
        parameters = [*np.exp(theta[:3]), *theta[3:]]
        return parametric_objective(ParametricLaw(*parameters), N, D, loss, delta=0.01).value

    fit = fit_parametric(N, D, loss, delta=0.01)
    start = row(fit.law)
    start[:3] = np.log(start[:3])
    answer = minimize(f, start + 0.01, method="Nelder-Mead", options={"maxfev": 4000})
    assert fit.objective <= answer.fun * (1 + 1e-9)


# What must not matter


def test_units_and_order_of_the_runs_do_not_matter():
    N, D, loss = runs(noise=5e-3)
    fit = fit_parametric(N, D, loss)
    other = fit_parametric(N[::-1] / 1e9, D[::-1] * 1e3, loss[::-1])
    assert other.objective == pytest.approx(fit.objective, rel=1e-10)
    assert other.condition_number == pytest.approx(fit.condition_number, rel=1e-6)
    assert other.law.alpha == pytest.approx(fit.law.alpha, rel=1e-6)
    assert other.law.beta == pytest.approx(fit.law.beta, rel=1e-6)
    assert other.law.A * 1e9**fit.law.alpha == pytest.approx(fit.law.A, rel=1e-4)
    errors, others = fit.standard_errors, other.standard_errors
    assert others["alpha"] == pytest.approx(errors["alpha"], rel=1e-4)
    assert others["E"] == pytest.approx(errors["E"], rel=1e-4)


def test_a_weight_of_two_is_a_run_twice_and_of_zero_a_run_left_out():
    N, D, loss = runs(noise=5e-3, n=40)
    w = np.array([2.0] * 10 + [1.0] * 20 + [0.0] * 10)
    weighted = fit_parametric(N, D, loss, weights=w)
    often = np.repeat(np.arange(40), w.astype(int))
    repeated = fit_parametric(N[often], D[often], loss[often])
    assert weighted.n_runs == 30
    assert weighted.objective == pytest.approx(repeated.objective, rel=1e-9)
    np.testing.assert_allclose(row(weighted.law), row(repeated.law), rtol=1e-4)


def test_the_start_does_not_matter():
    data = runs(noise=5e-3)
    fit = fit_parametric(*data)
    many = fit_parametric(*data, starts=hoffmann_grid()[::9])
    assert fit.n_starts == fit.n_starts_agreeing == 16
    assert many.objective == pytest.approx(fit.objective, rel=1e-10)
    assert many.n_starts_agreeing > 0.95 * many.n_starts


def test_a_start_that_ends_in_another_valley_does_not_agree():
    data = runs(noise=0.03, n=7, seed=5)
    starts = seeded_starts(*data)
    alone = np.array([fit_parametric(*data, starts=[start]).objective for start in starts])
    order = np.argsort(-alone)
    assert alone[order[0]] == pytest.approx(1.5 * alone[order[1]], rel=0.1)
    fit = fit_parametric(*data, starts=starts[order])
    assert fit.objective == pytest.approx(alone.min(), rel=1e-9)
    assert (fit.n_starts, fit.n_starts_agreeing) == (16, 15)


def test_starts_agree_where_nothing_is_left_to_explain():
    assert fit_parametric(*runs()).n_starts_agreeing == 16


# Restricted fits and the limit of absolute deviations


def test_tied_exponents_are_equal_and_cost_something():
    data = runs(noise=5e-3)
    free, tied = fit_parametric(*data), fit_parametric(*data, tie_exponents=True)
    assert tied.law.alpha == tied.law.beta
    assert tied.n_parameters == 4
    assert tied.objective >= free.objective
    assert tied.covariance[3, 3] == pytest.approx(tied.covariance[3, 4])
    exact = ParametricLaw(E=1.7, A=400.0, B=900.0, alpha=0.34, beta=0.34)
    fit = fit_parametric(*runs(exact), tie_exponents=True)
    np.testing.assert_allclose(row(fit.law), row(exact), rtol=1e-6)


@pytest.mark.slow
def test_a_tied_fit_starts_between_the_two_exponents_of_each_start():
    data = runs(noise=0.05, n=6, seed=19)  # has valleys that few starts reach
    starts = seeded_starts(*data)
    between = starts.copy()
    between[:, 3:] = starts[:, 3:].mean(axis=1, keepdims=True)
    ends = [
        [fit_parametric(*data, starts=[start], tie_exponents=True).objective for start in some]
        for some in (starts, between)
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-9)
    fit = fit_parametric(*data, tie_exponents=True)
    assert fit.objective == pytest.approx(min(ends[0]), rel=1e-9)


@pytest.mark.parametrize("E", [0.0, 1.7, 1.8])
def test_a_fixed_irreducible_loss_stays(E):
    data = runs(noise=5e-3)
    fit = fit_parametric(*data, E=E)
    assert pytest.approx(E, rel=1e-12) == fit.law.E
    assert fit.n_parameters == 4
    assert fit.standard_errors["E"] == 0
    assert fit.objective >= fit_parametric(*data).objective
    if E == 1.7:
        assert fit.status == "converged"
        assert fit.standard_errors["alpha"] < fit_parametric(*data).standard_errors["alpha"]


def test_least_absolute_deviations_pass_through_five_runs_and_are_the_limit():
    N, D, loss = runs(noise=5e-3, n=50)
    fit = fit_parametric(N, D, loss, delta=0)
    residual = np.log(loss) - np.log(fit.law.loss(N, D))
    assert np.sort(np.abs(residual))[4] < 1e-9 < np.sort(np.abs(residual))[5]
    assert fit.objective == pytest.approx(np.abs(residual).sum(), rel=1e-9)
    near = fit_parametric(N, D, loss, delta=1e-5)
    assert fit.objective == pytest.approx(near.objective / 1e-5 + 50 * 1e-5 / 2, rel=1e-4)
    away = np.log(loss) - np.log(near.law.loss(N, D))
    assert fit.objective <= np.abs(away).sum()


def test_a_large_delta_is_least_squares():
    N, D, loss = runs(noise=5e-3)
    fit = fit_parametric(N, D, loss, delta=10)
    residual = np.log(loss) - np.log(fit.law.loss(N, D))
    assert fit.objective == pytest.approx(residual @ residual / 2, rel=1e-12)
    assert fit.delta == 10


def test_the_covariance_of_least_squares_is_that_of_white_for_so_many_runs():
    N, D, loss = runs(noise=5e-3)
    fit = fit_parametric(N, D, loss, delta=10)
    law, predicted = fit.law, fit.law.loss(N, D)
    size, data = N**-law.alpha, D**-law.beta
    columns = [1, size, data, -law.A * size * np.log(N), -law.B * data * np.log(D)]
    J = np.stack([column / predicted for column in columns], axis=1)
    scale = np.abs(J).max(axis=0)
    J /= scale
    bread = np.linalg.inv(J.T @ J)
    meat = (J.T * np.log(loss / predicted) ** 2) @ J * 80 / (80 - 5)
    expected = bread @ meat @ bread / np.outer(scale, scale)
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-5)


def test_the_profile_has_its_least_at_the_fit():
    data = runs(noise=5e-3)
    fit = fit_parametric(*data)
    offsets = np.array([-0.03, 0.0, 0.03])
    profile = profile_exponents(
        *data, fit.law.alpha + offsets[:, None], fit.law.beta + offsets, delta=1e-3
    )
    assert profile.shape == (3, 3)
    assert profile.argmin() == 4
    assert profile[1, 1] == pytest.approx(fit.objective, rel=1e-8)
    default = profile_exponents(*data, fit.law.alpha, fit.law.beta)
    assert default.shape == ()
    assert default == pytest.approx(fit.objective, rel=1e-8)


def test_seeded_starts_are_the_best_laws_at_four_by_four_exponents():
    law = ParametricLaw(E=1.7, A=400.0, B=9e4, alpha=0.3, beta=0.5)
    starts = [ParametricLaw(*start) for start in seeded_starts(*runs(law))]
    exponents = (0.15, 0.3, 0.5, 0.8)
    assert [(start.alpha, start.beta) for start in starts] == list(product(exponents, exponents))
    np.testing.assert_allclose(row(starts[6]), row(law), rtol=1e-6)


def test_no_term_of_a_seeded_start_is_quite_zero():
    data = runs(ParametricLaw(E=0.0, A=400.0, B=9e4, alpha=0.3, beta=0.5))
    start = ParametricLaw(*seeded_starts(*data)[6])
    assert pytest.approx(1e-3 * data[2].min(), rel=1e-9) == start.E
    assert pytest.approx(400, rel=1e-6) == start.A


def test_the_grid_of_hoffmann_et_al():
    grid = hoffmann_grid()
    assert grid.shape == (4500, 5)
    log_E, exponents = [-1, -0.5, 0, 0.5, 1], [0, 0.5, 1, 1.5, 2]
    coefficients = [0, 5, 10, 15, 20, 25]
    expected = (log_E, coefficients, coefficients, exponents, exponents)
    logs = np.column_stack([np.log(grid[:, :3]), grid[:, 3:]])
    for column, values in zip(logs.T, expected, strict=True):
        np.testing.assert_allclose(np.unique(np.round(column, 9)), values, atol=1e-9)


# Degenerate runs


def test_all_models_of_one_size_leave_a_flat_direction():
    _, D, loss = runs(noise=5e-3)
    fit = fit_parametric(np.full(D.size, 1e9), D, loss)
    assert fit.status == "flat direction"
    assert np.isinf(fit.covariance).all()


def test_two_sizes_cannot_tell_an_exponent():
    _, D, _ = runs()
    N = np.where(np.arange(D.size) % 2, 1e8, 1e9)
    assert fit_parametric(N, D, LAW.loss(N, D)).status == "flat direction"


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_too_few_runs_say_so(n):
    N, D, loss = runs(noise=5e-3, n=n)
    fit = fit_parametric(N, D, loss)
    assert fit.status == "too few runs"
    assert fit.covariance.shape == (5, 5)
    assert np.isinf(fit.covariance).all()
    np.testing.assert_allclose(fit.law.loss(N, D), loss, rtol=1e-3)
    tied = fit_parametric(N, D, loss, tie_exponents=True)
    assert (tied.status == "too few runs") == (n <= 4)


def test_five_runs_made_thrice_are_five_runs():
    """Their errors can be told, and the five parameters cannot."""
    N, D, loss = (np.repeat(column, 3) for column in runs(n=5))
    fit = fit_parametric(N, D, loss * (1 + 0.01 * np.sin(np.arange(15.0))))
    assert fit.status == "too few runs"
    assert np.isinf(fit.covariance).all()


def test_one_run_repeated_is_one_run():
    fit = fit_parametric(np.full(50, 1e9), np.full(50, 1e10), np.full(50, 2.5))
    assert fit.status == "too few runs"
    assert fit.law.loss(1e9, 1e10) == pytest.approx(2.5, rel=1e-6)


def test_a_constant_loss_is_no_law():
    N, D, _ = runs()
    fit = fit_parametric(N, D, np.full(N.size, 2.0))
    assert fit.status in ("flat direction", "boundary")
    np.testing.assert_allclose(fit.law.loss(N, D), 2.0, rtol=1e-3)


def test_a_loss_that_rises_with_size_is_no_law():
    N, D, _ = runs()
    assert fit_parametric(N, D, 1.5 + N**0.03).status in ("flat direction", "boundary")


def test_no_irreducible_loss_is_a_boundary():
    law = ParametricLaw(E=0.0, A=400.0, B=2000.0, alpha=0.35, beta=0.37)
    fit = fit_parametric(*runs(law))
    assert fit.status == "boundary"
    assert fit.law.alpha == pytest.approx(0.35, rel=1e-6)
    assert fit.standard_errors["E"] == np.inf


def test_a_search_that_is_cut_short_says_so():
    fit = fit_parametric(*runs(noise=0.1, n=10, seed=2))  # more noise than law
    assert fit.status == "not converged"
    assert fit.objective < 1e-2


def test_a_vanished_term_is_a_boundary():
    N, D, _ = runs()
    loss = 2.0 + 400 * N**-0.35 + 1e-3 * np.random.default_rng(1).standard_normal(N.size)
    loss += 1e-3 * np.log(D)  # the more data the worse: no data term can help
    fit = fit_parametric(N, D, loss)
    assert fit.status in ("boundary", "flat direction")
    assert fit.law.alpha == pytest.approx(0.35, abs=0.05)


@pytest.mark.parametrize("name", ["N", "D", "loss", "weights"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_a_bad_value_is_named(name, bad):
    arrays = dict(zip(("N", "D", "loss"), runs(), strict=True), weights=np.ones(80))
    arrays[name] = np.where(np.arange(80) == 7, bad, arrays[name])
    weights = arrays.pop("weights")
    with pytest.raises(ValueError, match=rf"{name} must be .* got {bad}"):
        fit_parametric(*arrays.values(), weights=weights)


def test_zero_loss_is_refused():
    N, D, loss = runs()
    loss[3] = 0
    with pytest.raises(ValueError, match="loss must be positive"):
        fit_parametric(N, D, loss)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"delta": -1.0}, r"delta must be non-negative, got -1\.0$"),
        ({"delta": [1e-3, 1e-2]}, "delta must be a single number"),
        ({"starts": np.ones((3, 4))}, r"^starts must have shape \(n_starts, 5\), got \(3, 4\)$"),
        ({"starts": np.full((3, 5), np.nan)}, "starts must be finite"),
        ({"weights": np.zeros(80)}, "^weights must not all be zero$"),
        (
            {"weights": np.ones(79)},
            r"^the runs must be arrays of one length, "
            r"got N \(80,\), D \(80,\), loss \(80,\), weights \(79,\)$",
        ),
        ({"E": -0.5}, r"E must be non-negative, got -0\.5$"),
        ({"E": np.nan}, "E must be finite, got nan$"),
    ],
)
def test_a_bad_option_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        fit_parametric(*runs(), **change)


def test_what_has_derivatives_everywhere_wants_a_positive_delta():
    for call in (
        lambda: parametric_objective(LAW, *runs(), delta=0.0),
        lambda: profile_exponents(*runs(), 0.3, 0.3, delta=0.0),
    ):
        with pytest.raises(ValueError, match=r"^delta must be positive, got 0\.0$"):
            call()


def test_unequal_lengths_and_no_runs_are_refused():
    N, D, loss = runs()
    with pytest.raises(ValueError, match=r"D \(79,\)"):
        fit_parametric(N, D[:79], loss)
    with pytest.raises(ValueError, match="N must not be empty"):
        fit_parametric([], [], [])
    with pytest.raises(ValueError, match="one length"):
        fit_parametric(N[:, None], D[:, None], loss[:, None])


# The 240 runs


def test_the_published_runs_reach_the_known_optimum(published):
    fit = fit_parametric(*published)
    assert (fit.status, fit.n_runs, fit.n_starts_agreeing) == ("converged", 240, 16)
    assert fit.objective == pytest.approx(1.018274018e-3, rel=1e-9)
    np.testing.assert_allclose(
        row(fit.law), [1.81722, 477.83, 2143.4, 0.347311, 0.367172], rtol=1e-5
    )


@pytest.mark.slow
def test_the_whole_grid_reaches_the_optimum_and_nothing_below(published):
    fit = fit_parametric(*published, starts=hoffmann_grid())
    assert fit.objective == pytest.approx(1.018274018e-3, rel=1e-9)
    assert fit.n_starts_agreeing > 0.99 * 4500


def test_the_published_estimate_is_above_the_optimum(published):
    law = PUBLISHED["besiroglu-2024"].law
    assert parametric_objective(law, *published).value == pytest.approx(1.02284e-3, rel=1e-5)


def test_the_published_estimate_is_that_of_least_absolute_deviations(published):
    fit = fit_parametric(*published, delta=0)
    printed = PUBLISHED["besiroglu-2024"].law
    assert pytest.approx(printed.A, abs=0.005) == fit.law.A
    assert pytest.approx(printed.B, abs=0.01) == fit.law.B
    assert fit.law.alpha == pytest.approx(printed.alpha, abs=1e-4)
    assert fit.law.beta == pytest.approx(printed.beta, abs=1e-4)


@pytest.mark.parametrize("exponents", [(9.99e-5, 0.3), (0.3, 9.99e-5), (10.01, 0.3), (0.3, 10.01)])
def test_an_exponent_out_of_reach_is_refused_by_name(exponents):
    with pytest.raises(ValueError) as error:
        profile_exponents(*runs(n=8), *exponents)
    alpha, beta = map(str, map(np.float64, exponents))
    assert str(error.value) == f"alpha and beta must be from 0.0001 to 10, got {alpha} and {beta}"


def test_the_exponents_at_the_ends_are_taken():
    assert np.isfinite(profile_exponents(*runs(n=8), [1e-4, 10.0], 0.3)).all()


def test_the_options_of_a_fit_are_refused_by_name():
    with pytest.raises(ValueError) as error:
        fit_parametric(*runs(n=8), delta=2e100)
    assert str(error.value) == "delta must not be above 1e+100, got 2e+100"
    with pytest.raises(ValueError) as error:
        fit_parametric(*runs(n=8), tie_exponents="no")
    assert str(error.value) == "tie_exponents must be True or False, got 'no'"


@pytest.mark.parametrize("n", [6, 7, 9, 40])
def test_standard_errors_are_the_roots_of_the_covariance_as_wide_as_few_runs_ask(n):
    law = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.34, beta=0.37)
    found = fit_parametric(*made_by(law, n=n, noise=2e-3))
    roots = np.sqrt(np.diag(found.covariance)) * stdtrit(n - 5, 0.975) / ndtri(0.975)
    expected = {
        "E": roots[0],
        "log A": roots[1] / found.law.A,
        "log B": roots[2] / found.law.B,
        "alpha": roots[3],
        "beta": roots[4],
    }
    assert found.standard_errors == pytest.approx(expected, rel=1e-9)


def test_exponents_of_a_profile_must_go_together():
    law = ParametricLaw(E=1.7, A=400.0, B=2000.0, alpha=0.34, beta=0.37)
    with pytest.raises(ValueError, match=r"alpha .*beta"):
        profile_exponents(*made_by(law, n=12), [0.3, 0.4], [0.2, 0.3, 0.4])
