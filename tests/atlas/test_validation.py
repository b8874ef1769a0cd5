"""The form that made the runs predicts them best; what is left out is what is said."""

import numpy as np
import pytest

from analysis.atlas import cross_validate, overheads_by_form
from analysis.atlas.validation import FORMS, fitted_forms
from analysis.fit import fit_parametric
from analysis.laws import OuterPowerLaw, ParametricLaw
from analysis.tradeoff import compute_overhead

SIZES = np.geomspace(3e7, 3e9, 7)
BUDGETS = np.geomspace(1e18, 1e20, 4)


def made(loss, noise=1e-3, seed=0):
    N, C = (grid.ravel() for grid in np.meshgrid(SIZES, BUDGETS))
    D = C / (6 * N)
    rng = np.random.default_rng(seed)
    return N, D, loss(N, D) * np.exp(noise * rng.standard_normal(len(N))), C


@pytest.mark.slow
@pytest.mark.parametrize("kappa", [0.5, 1.0])
def test_the_form_that_made_the_runs_predicts_them_to_their_noise(kappa):
    law = OuterPowerLaw(1.7, 400.0, 1500.0, 0.4, 0.42, kappa)
    errors = cross_validate(*made(law.loss))
    assert list(errors.index) == list(FORMS)
    assert (errors.loc["outer power"] < 3e-3).all()
    if kappa < 1:
        assert (errors.loc["sum"] > 1.1 * errors.loc["outer power"]).all()
    else:
        assert errors.loc["sum"].to_numpy() == pytest.approx(8e-4, rel=0.7)


@pytest.mark.slow
def test_each_form_finds_runs_of_its_own():
    x, y = (np.log(one / one.mean()) for one in made(ParametricLaw(1, 1, 1, 1, 1).loss)[:2])
    planted = {
        "sum": [np.log(1.7), -0.5, -0.4, 0.35, 0.37],
        "outer power": [np.log(1.7), -0.5, -0.4, 0.25, 0.27, np.log(0.6)],
        "saturating": [np.log(1.7), -2.5, -2.4, 0.35, 0.37, np.log(8)],
        "kaplan": [0.6, 0.5, 0.07, np.log(0.09)],
        "farseer": [0.8, -0.1, 0.1, -0.5, 0.05, 0.1, -1.0, 0.02, 0.1],
    }
    for name, theta in planted.items():
        exact = FORMS[name].log_loss(np.array(theta), x, y)
        found = FORMS[name].log_loss(fitted_forms(x, y, exact)[name], x, y)
        assert np.abs(found - exact).max() < 2e-4, name


def test_it_agrees_with_the_fits_of_the_package():
    """Another program, nearly the same loss: the same law within a part of its doubt."""
    law = OuterPowerLaw(1.7, 400.0, 1500.0, 0.4, 0.42, 0.7)
    N, D, loss, _ = made(law.loss)
    x, y = np.log(N / N.mean()), np.log(D / D.mean())
    theirs = fitted_forms(x, y, np.log(loss))
    for name, outer in (("sum", False), ("outer power", True)):
        fit = fit_parametric(N, D, loss, outer_power=outer)
        ours = np.log(fit.law.loss(N, D))
        assert np.abs(FORMS[name].log_loss(theirs[name], x, y) - ours).max() < 1e-3


def test_the_exchange_of_a_surface_is_that_of_its_law():
    law = OuterPowerLaw(1.7, 400.0, 1500.0, 0.4, 0.42, 0.7)
    N, D, loss, _ = made(law.loss, noise=0)
    found = overheads_by_form(N, D, loss, [3e18, 3e19])
    true = compute_overhead(0.5, 0.4, 0.42)
    assert found.loc["outer power"].to_numpy() == pytest.approx(true, rel=1e-3)
    # A form that leaves the exchange free to move sees that it does not.
    assert found.loc["farseer"].to_numpy() == pytest.approx(true, rel=0.1)
    assert found.loc["sum"].to_numpy() == pytest.approx(found.loc["sum", 3e18], rel=1e-6)


def test_an_optimum_out_of_sight_has_no_exchange():
    N, D, loss, _ = made(ParametricLaw(1.7, 400.0, 1500.0, 0.4, 0.42).loss)
    found = overheads_by_form(N, D, loss, [1e26])
    assert found.loc["sum"].isna().all()


def test_budgets_that_are_not_one_for_each_run_are_named():
    N, D, loss, C = made(ParametricLaw(1.7, 400.0, 1500.0, 0.4, 0.42).loss)
    with pytest.raises(ValueError, match="budget must be as long as N"):
        cross_validate(N, D, loss, C[0])


def test_too_few_runs_are_named():
    N, D, loss, _ = made(ParametricLaw(1.7, 400.0, 1500.0, 0.4, 0.42).loss)
    with pytest.raises(ValueError, match="N must leave at least 10 runs to fit to, got 8"):
        cross_validate(N[:10], D[:10], loss[:10], np.repeat([1.0, 2.0], [2, 8]) * 1e18)
