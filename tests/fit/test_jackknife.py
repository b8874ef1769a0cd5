"""Leaving out gives errors that hold: of runs, of groups that share an error, of few runs too."""

import numpy as np
import pytest
from made import made_by

from analysis.fit import Form, Runs, fit_parametric
from analysis.fit.jackknife import MOST_GROUPS, fit_adaptive, leave_out, log_residuals
from analysis.laws import OuterPowerLaw
from analysis.tradeoff import compute_overhead

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.8)
POWERED = Form(outer_power=True)
TRUE = compute_overhead(0.5, 0.45, 0.42)


def half(alpha, beta):
    return compute_overhead(0.5, alpha, beta)


def left_out(runs, groups=None, form=POWERED):
    return leave_out(runs, form, fit_adaptive(runs, form), groups, np.random.default_rng(1))


def test_each_fit_is_that_of_the_other_runs():
    runs = Runs(*made_by(LAW, n=20, noise=3e-3))
    found = left_out(runs)
    others = np.arange(20) != 7
    alone = fit_parametric(
        runs.N[others],
        runs.D[others],
        runs.loss[others],
        outer_power=True,
        delta=found.fit.delta,
    ).law
    assert found.parameters[3, 7] == pytest.approx(alone.alpha, rel=1e-3)
    assert found.parameters.shape == (6, 20)


@pytest.mark.slow
def test_the_error_is_that_of_least_squares_where_the_noise_is_normal():
    """On average over sets of runs, against the scatter of the estimates themselves."""
    values, errors = [], []
    for seed in range(40):
        found = left_out(Runs(*made_by(LAW, n=40, noise=2e-3, seed=seed)))
        value, low, high = found.interval(half)
        values.append(np.log(value))
        errors.append(np.log(high / low) / 2 / 2.03)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.35)


@pytest.mark.slow
def test_a_shared_error_widens_the_interval_only_if_the_groups_are_known():
    wide, narrow, inside = [], [], []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        N = np.repeat(np.geomspace(5e7, 5e9, 10), 8)
        D = np.tile(np.geomspace(1e9, 3e11, 8), 10)
        models = np.repeat(np.arange(10), 8)
        shared = 0.01 * rng.standard_normal(10)[models]
        runs = Runs(N, D, LAW.loss(N, D) * np.exp(shared + 1e-3 * rng.standard_normal(80)))
        _, low, high = left_out(runs, models).interval(half)
        inside.append(low <= TRUE <= high)
        wide.append(high / low)
        _, low, high = left_out(runs).interval(half)
        narrow.append(high / low)
    assert np.median(np.log(wide)) > 2 * np.median(np.log(narrow))
    assert np.mean(inside) >= 0.8


def test_many_groups_are_left_out_together():
    runs = Runs(*made_by(LAW, n=450, noise=3e-3))
    found = left_out(runs)
    assert found.parameters.shape[1] == MOST_GROUPS
    assert found.spare == 444
    assert left_out(runs, np.arange(450) // 3).spare == 149


def test_without_spare_runs_there_is_no_interval():
    runs = Runs(*made_by(LAW, n=6, noise=3e-3))
    found = left_out(runs, form=Form())
    assert found.spare == 1
    assert left_out(Runs(*made_by(LAW, n=5)), form=Form()).interval(half)[1:] == (0.0, np.inf)


def test_a_bad_run_does_not_bend_the_law():
    N, D, loss = made_by(LAW, n=40, noise=1e-3)
    loss[3] *= 1.3
    runs = Runs(N, D, loss)
    fit = fit_adaptive(runs, Form(outer_power=True))
    assert compute_overhead(0.5, fit.law.alpha, fit.law.beta) == pytest.approx(TRUE, rel=0.1)
    assert log_residuals(fit, runs)[3] == pytest.approx(np.log(1.3), abs=0.01)
