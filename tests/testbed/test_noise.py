import numpy as np
import pandas as pd
import pytest

from analysis.datasets import in_second_batch, load_quoted_runs
from analysis.overtraining import OvertrainingLaw, fit_overtraining
from analysis.testbed.extrapolation import extrapolate
from analysis.testbed.noise import (
    batch_residuals,
    batch_step,
    luck,
    run_noise,
    worse_with_more_tokens,
)
from analysis.testbed.runs import FIVE_RUNS, choose, of_train_set

LAW = OvertrainingLaw(E=1.84, a=212.0, b=367.0, eta=0.136)
TARGET = 6_889_410_560, 20.0 * 6_889_410_560


def five():
    N, M = np.array(FIVE_RUNS, dtype=float).T
    return N, M * N


def made(noise=0.0, step=0.0, seed=0):
    """Four sizes at six multipliers; those from M = 160 on belong to the second batch."""
    rng = np.random.default_rng(seed)
    runs = pd.DataFrame(
        [(float(N), M) for N in (1e7, 8e7, 1.5e8, 4e8) for M in (10.0, 20, 40, 80, 160, 320)],
        columns=["N", "token_multiplier"],
    )
    late = runs["token_multiplier"] >= 160
    runs = runs.assign(
        train_set="made",
        D=runs["N"] * runs["token_multiplier"],
        C=6 * runs["N"] ** 2 * runs["token_multiplier"],
        created=np.where(late, pd.Timestamp("2024-01-25"), pd.Timestamp("2023-12-14")),
        arguments_agree=True,
    )
    scatter = np.exp(noise * rng.standard_normal(len(runs))) * (1 + step * late)
    return runs.assign(c4_val=LAW.loss(runs["C"], runs["token_multiplier"]) * scatter)


# Luck.


def test_without_noise_there_is_no_luck():
    found = luck(LAW, *five(), TARGET, noise=0.0, n_worlds=3, rng=np.random.default_rng(0))
    assert found.spread < 1e-8
    assert found.share_within(1e-6) == 1.0


@pytest.mark.slow
def test_half_a_percent_of_noise_moves_the_prediction_by_three():
    runs = of_train_set(load_quoted_runs(), "redpajama")
    law = extrapolate(runs, "redpajama").loss_fit.law
    small = choose(runs, FIVE_RUNS)
    rng = np.random.default_rng(1)
    found = luck(law, small["N"], small["D"], TARGET, noise=0.005, n_worlds=1500, rng=rng)
    assert found.spread == pytest.approx(0.028, abs=0.003)
    assert found.share_within(0.007) == pytest.approx(0.19, abs=0.04)
    assert found.share_within(1.0) == 1.0


def test_the_same_seed_gives_the_same_luck():
    first, second = (
        luck(LAW, *five(), TARGET, noise=0.005, n_worlds=5, rng=np.random.default_rng(7)).errors
        for _ in range(2)
    )
    assert (first == second).all()
    with pytest.raises(ValueError, match="noise must be non-negative, got -1"):
        luck(LAW, *five(), TARGET, noise=-1, n_worlds=5, rng=np.random.default_rng(7))


def test_luck_is_what_a_fit_to_each_world_gives():
    N, D = five()
    found = luck(LAW, N, D, TARGET, noise=0.02, n_worlds=8, rng=np.random.default_rng(7)).errors
    noise = np.random.default_rng(7).standard_normal((8, 5))
    losses = LAW.loss(6 * N * D, D / N) * np.exp(0.02 * noise)
    goal = 6 * TARGET[0] * TARGET[1], TARGET[1] / TARGET[0]
    laws = [fit_overtraining(N, D, loss).law for loss in losses]
    assert found.tolist() == [law.loss(*goal) / LAW.loss(*goal) - 1 for law in laws]


def test_four_different_runs_are_needed():
    with pytest.raises(ValueError, match="N and D must hold at least 4 different runs, got 1"):
        luck(LAW, [1e8] * 5, [1e9] * 5, TARGET, noise=0.1, n_worlds=2, rng=np.random.default_rng(0))


# Noise and the two batches.


def test_a_planted_step_is_found():
    [row] = batch_step(made(step=-0.02)).itertuples()
    assert (row.first, row.second) == (12, 8)
    assert row.step == pytest.approx(-0.02, abs=1e-6)
    assert row.spread < 1e-6


def test_planted_noise_is_found():
    estimates = [run_noise(_all_first(made(noise=0.004, seed=seed))) for seed in range(20)]
    assert np.mean(estimates) == pytest.approx(0.004, rel=0.2)


def _all_first(runs):
    return runs.assign(created=pd.Timestamp("2023-12-14"))


def test_a_run_that_is_worse_with_more_tokens_is_found():
    runs = made()
    assert worse_with_more_tokens(runs).empty
    worse = (runs["N"] == 8e7) & (runs["token_multiplier"] == 80)
    runs.loc[worse, "c4_val"] += 1
    [pair] = worse_with_more_tokens(runs).itertuples()
    assert (pair.N, pair.fewer, pair.more) == (8e7, 40, 80)
    assert not pair.second_fewer


def test_the_second_batch_of_the_testbed(testbed):
    late = in_second_batch(testbed)
    assert late.sum() == 14
    assert testbed.loc[late, "token_multiplier"].min() == 80
    step = batch_step(testbed).set_index("train_set")
    assert step["second"].to_dict() == {"c4": 5, "redpajama": 3, "refinedweb": 6}
    assert (100 * step["step"]).round(1).to_dict() == {
        "c4": -3.2,
        "redpajama": -1.5,
        "refinedweb": -2.0,
    }
    residuals = batch_residuals(testbed)
    assert (residuals.loc[residuals["second"], "residual"] < 0).all()


def test_the_three_reversals_are_steps_between_batches(testbed):
    pairs = worse_with_more_tokens(testbed)
    assert list(pairs[["train_set", "fewer", "more"]].itertuples(index=False, name=None)) == [
        ("c4", 320, 640),
        ("c4", 80, 160),
        ("refinedweb", 160, 320),
    ]
    assert pairs["second_fewer"].all()
    assert not pairs["second_more"].any()


def test_the_noise_of_the_runs(testbed):
    assert run_noise(testbed) == pytest.approx(0.0031, abs=0.0001)
