import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq, minimize_scalar

from analysis.fit import fit_parametric
from analysis.lab.experiments import (
    CUTS,
    DEAR,
    ONE_CLASS,
    extrapolate,
    isoflop,
    measure_factor,
    optimal_length,
    optimum,
    sample,
    table,
    true_factor,
)
from analysis.lab.language import expected_loss, theory
from analysis.lab.training import WORDS, grid
from analysis.studies.lab import LENGTHS, WIDTHS
from analysis.tradeoff import data_scaling_factor

LAW = theory(WORDS)
LANGUAGES = pytest.mark.parametrize("language", [WORDS, ONE_CLASS], ids=["two", "one"])


@pytest.fixture(scope="module")
def runs():
    return table(grid(WIDTHS, LENGTHS))


@pytest.mark.slow
def test_one_sweep_recovers_the_law(runs):
    assert len(runs) == 80
    fit = fit_parametric(runs["N"], runs["D"], runs["loss"])
    residual = np.log(runs["loss"] / fit.law.loss(runs["N"], runs["D"]))
    assert fit.status == "converged"
    assert fit.law.alpha == pytest.approx(0.34, abs=0.015)
    assert fit.law.beta == pytest.approx(0.28, abs=0.01)
    assert fit.law.E == pytest.approx(1.685, abs=0.04)
    assert np.sqrt(np.mean(residual**2)) < 0.0025


@pytest.mark.slow
def test_cheap_runs_predict_dear_ones(runs):
    found = extrapolate(runs).set_index("cut")
    assert found["n_runs"].tolist() == [(runs["C"] <= cut).sum() for cut in CUTS]
    assert found["n_runs"].iloc[-1] + (runs["C"] > DEAR).sum() < len(runs)
    assert found["rms"].iloc[-1] < 0.004
    assert (found["worst"] >= found["rms"]).all()


@pytest.mark.slow
def test_a_sweep_without_noise_is_extrapolated_without_error(runs):
    exact = runs.assign(loss=LAW.loss(runs["N"], runs["D"]))
    assert extrapolate(exact)["rms"].max() < 1e-5


def test_the_optimum_is_the_least_loss_at_its_comparisons():
    best = optimum(LAW, 1e7)
    assert best.N * best.D == pytest.approx(1e7)
    for step in (0.99, 1.01):
        assert LAW.loss(best.N * step, best.D / step) > LAW.loss(best.N, best.D)


@LANGUAGES
@pytest.mark.parametrize("N", [20, 80])
def test_the_optimal_length_and_the_factor_are_those_of_a_search(language, N):
    D = optimal_length(N, language)
    C, goal = N * D, expected_loss(N, D, language)
    found = minimize_scalar(
        lambda x: expected_loss(np.exp(x), C / np.exp(x), language),
        bounds=(np.log(N / 5), np.log(N * 5)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert np.exp(found.x) == pytest.approx(N, rel=1e-3)
    for k_N in (0.75, 0.35):
        root = brentq(lambda x, k=k_N: expected_loss(k * N, D * np.exp(x), language) - goal, 0, 20)
        assert true_factor(k_N, N, language) == pytest.approx(np.exp(root), rel=1e-9)


def test_the_factor_depends_on_the_budget_with_one_class_alone():
    k_N = np.array([0.05, 0.3, 0.5, 1.0])
    known = data_scaling_factor(k_N, LAW.alpha, LAW.beta)
    for N in (20, 80):
        np.testing.assert_allclose(true_factor(k_N, N), known, rtol=1e-10)
    small, large = (true_factor(k_N, N, ONE_CLASS) for N in (20, 80))
    assert (small[1:3] > 1.02 * large[1:3]).all()
    assert (large[1:3] > 1.02 * known[1:3]).all()
    assert small[0] == np.inf
    assert small[3] == pytest.approx(1)


@pytest.mark.slow
def test_the_measured_factor_is_that_of_theory_at_every_budget():
    found = measure_factor([20, 40, 80], [0.75, 0.5, 0.35], seeds=[0, 1])
    assert len(found) == 18
    means = found.groupby(["N", "k_N"])[["k_D", "theory", "iso_loss"]].mean()
    ratio = means["k_D"] / means["theory"] - 1
    for k_N, limit in ((0.75, 0.08), (0.5, 0.09), (0.35, 0.12)):
        assert ratio.xs(k_N, level="k_N").abs().max() < limit
    assert means["iso_loss"].abs().max() < 0.005


@pytest.mark.slow
def test_the_minima_lie_where_the_law_has_them():
    runs, minima = isoflop([1e6, 5e6], seeds=range(3))
    assert runs.groupby("budget").size().min() >= 9
    assert (runs["N"] * runs["D"] / runs["budget"]).between(0.99, 1.01).all()
    np.testing.assert_allclose(minima["N"], minima["law"], rtol=0.12)
    np.testing.assert_allclose(minima["law"], optimum(LAW, minima["budget"]).N)


def test_a_sample_shows_the_rule():
    shown = sample(400, 12)
    assert isinstance(shown, pd.DataFrame)
    near = shown[shown["reach"] <= 12]
    assert 0.8 < near["rule"].mean() < 0.95
    assert shown.loc[shown["reach"] > 12, "rule"].isna().all()
    assert set(shown.loc[shown["kind"] == "content", "reach"]) == {1, 2, 3, 4}
    row = near[near["rule"].astype(bool)].iloc[0]
    assert row["window"].split()[row["reach"] - 1] == str(row["answer"])
