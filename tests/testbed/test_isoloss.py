import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.laws import OuterPowerLaw, ParametricLaw
from analysis.testbed.isoloss import (
    compare_pairs,
    equal_exponents_test,
    iso_loss_pairs,
    tokens_for_same_loss,
)
from analysis.testbed.recipes import POOLED, fit_recipe
from analysis.tradeoff import data_scaling_factor, minimum_model_scale

LAW = ParametricLaw(E=1.8, A=150.0, B=250.0, alpha=0.26, beta=0.26)


def made(law=LAW, noise=0.0, multipliers=(20, 40, 80, 160, 320, 640)):
    rng = np.random.default_rng(0)
    runs = pd.DataFrame(
        [(float(N), float(M)) for N in (1e8, 1.6e8, 3e8, 6e8) for M in multipliers],
        columns=["N", "token_multiplier"],
    )
    D = runs["N"] * runs["token_multiplier"]
    loss = law.loss(runs["N"], D) * np.exp(noise * rng.standard_normal(len(runs)))
    created = pd.Timestamp("2023-12-14")
    return runs.assign(D=D, c4_val=loss, train_set="made", created=created, arguments_agree=True)


def test_pairs_of_a_planted_law_agree_with_it():
    pairs = compare_pairs(iso_loss_pairs(made()), {"made": LAW})
    assert len(pairs) > 5
    assert pairs["same_batch"].all()
    assert np.abs(np.log(pairs["ratio"])).max() < 0.05  # straight lines in ln D against a curve
    assert pairs["loss_error"].abs().max() < 0.002


def test_a_multiplier_from_the_optimum_is_the_data_scaling_factor():
    best, k_N = LAW.compute_optimal(1e21), np.array([0.2, 0.5, 0.9])
    tokens = tokens_for_same_loss(LAW, best.N, best.D, k_N * best.N)
    assert tokens / best.D == pytest.approx(data_scaling_factor(k_N, LAW.alpha, LAW.beta), rel=1e-9)
    wall = 0.99 * minimum_model_scale(LAW.alpha, LAW.beta)
    assert tokens_for_same_loss(LAW, best.N, best.D, wall * best.N) == np.inf


@given(st.floats(1e8, 1e10), st.floats(5, 500), st.floats(0.3, 1.0))
def test_the_tokens_give_the_same_loss(N, M, k):
    tokens = tokens_for_same_loss(LAW, N, M * N, k * N)
    if np.isfinite(tokens):
        assert LAW.loss(k * N, tokens) == pytest.approx(LAW.loss(N, M * N), rel=1e-9)


def test_an_outer_power_changes_no_tokens_and_gives_the_same_loss():
    law = OuterPowerLaw(1.8, 900.0, 2500.0, 0.4, 0.42, 0.7)
    inner = ParametricLaw(1.8, 900.0, 2500.0, 0.4, 0.42)
    tokens = tokens_for_same_loss(law, 1e9, 4e10, 6e8)
    assert tokens == tokens_for_same_loss(inner, 1e9, 4e10, 6e8)
    assert law.loss(6e8, tokens) == pytest.approx(law.loss(1e9, 4e10), rel=1e-9)


def test_a_size_that_never_reaches_the_loss_makes_no_pair():
    runs = made(multipliers=(20,))
    assert iso_loss_pairs(runs).empty


def test_the_first_crossing_counts():
    runs = made()
    small = runs["N"] == 1e8
    runs.loc[small, "c4_val"] = [3.0, 2.8, 2.9, 2.7, 2.6, 2.5]
    runs.loc[(runs["N"] == 6e8) & (runs["token_multiplier"] == 20), "c4_val"] = 2.85
    pairs = iso_loss_pairs(runs)
    own = pairs[(pairs["N"] == 6e8) & (pairs["N_small"] == 1e8) & (pairs["loss"] == 2.85)]
    assert own["D_small"].iloc[0] == pytest.approx(1e8 * 20 * 2**0.75)


def test_equal_exponents_are_not_rejected_and_unequal_ones_are():
    assert equal_exponents_test(made(noise=0.003), "made").p_value > 0.05
    other = ParametricLaw(E=1.8, A=150.0, B=4000.0, alpha=0.26, beta=0.40)
    found = equal_exponents_test(made(other, noise=0.0005), "made")
    assert found.p_value < 0.01
    assert found.tied.alpha == found.tied.beta
    assert found.free.beta > found.free.alpha


def test_the_eight_pairs_of_the_testbed(testbed):
    pairs = iso_loss_pairs(testbed)
    assert len(pairs) == 8
    assert pairs["same_batch"].sum() == 5
    laws = {name: fit.laws[name].parametric() for name, fit in fit_recipe(testbed, POOLED).items()}
    found = compare_pairs(pairs, laws)
    assert found["loss_error"].abs().median() == pytest.approx(0.014, abs=0.001)
    factor = np.exp(np.sqrt(np.mean(np.log(found["ratio"]) ** 2)))
    assert factor == pytest.approx(1.66, abs=0.02)
    one_batch = np.log(found.loc[found["same_batch"], "ratio"])
    assert np.exp(np.sqrt(np.mean(one_batch**2))) == pytest.approx(1.35, abs=0.02)


def test_the_exponents_of_the_testbed(testbed):
    found = [equal_exponents_test(testbed, name) for name in ("c4", "redpajama", "refinedweb")]
    assert [result.n_runs for result in found] == [21, 24, 21]
    assert all(result.p_value > 0.05 for result in found)
    assert all(0.25 < result.tied.alpha < 0.29 for result in found)
