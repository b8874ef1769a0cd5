"""What is read off IsoFLOP curves is what was planted, within intervals that hold."""

import numpy as np
import pytest

from analysis.atlas import load_arm, measure_exchange
from analysis.datasets import DataUnavailableError
from analysis.laws import OuterPowerLaw
from analysis.tradeoff import compute_overhead

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.8)
BUDGETS = np.geomspace(2e17, 5e19, 8)


def design(noise=0.0, seed=0, budgets=BUDGETS, sizes=10, reach=1.1, law=LAW):
    rng = np.random.default_rng(seed)
    N, C = [], []
    for budget in budgets:
        optimal = law.compute_optimal(budget).N
        N.append(optimal * np.exp(np.linspace(-reach, reach, sizes)))
        C.append(np.full(sizes, budget))
    N, C = np.concatenate(N), np.concatenate(C)
    D = C / (6 * N)
    return N, D, law.loss(N, D) * np.exp(noise * rng.standard_normal(len(N))), C


def measured(data, seed=1, n_resamples=100):
    return measure_exchange(*data, rng=np.random.default_rng(seed), n_resamples=n_resamples)


@pytest.mark.parametrize("kappa", [0.5, 1.0, 1.3])
def test_noiseless_curves_give_the_exchange_of_their_law(kappa):
    law = OuterPowerLaw(1.7, 300.0, 1200.0, 0.45, 0.42, kappa)
    found = measured(design(law=law))
    assert found.curvature == pytest.approx(0.87, rel=2e-3)
    for k_N in (0.75, 0.5):
        assert found.overhead(k_N) == pytest.approx(compute_overhead(k_N, 0.45, 0.42), rel=0.01)
    assert found.slope_per_decade == pytest.approx(0, abs=2e-3)
    assert found.third_derivative == pytest.approx(-0.87 * (0.45 + 2 * 0.42), rel=0.02)
    assert found.third_of_powers == pytest.approx(found.third_derivative, rel=0.02)


def test_the_raw_reading_is_near_too_and_the_bias_is_shown():
    found = measured(design())
    raw = found.by_budget["overhead"].mean()
    assert raw == pytest.approx(compute_overhead(0.5, 0.45, 0.42), rel=0.03)
    assert abs(found.bias["overhead"]) < 0.02


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    half, bend, slope, third = [], [], [], []
    for seed in range(80):
        found = measured(design(noise=2e-3, seed=seed), seed)
        for inside, truth, (low, high) in (
            (half, compute_overhead(0.5, 0.45, 0.42), found.interval(0.5)),
            (bend, 0.87, found.interval()),
            (slope, 0.0, found.slope_interval()),
            (third, 0.0, found.third_interval()),
        ):
            inside.append(low <= truth <= high)
    for inside in (half, bend, slope, third):
        assert 0.87 <= np.mean(inside) <= 1


def test_a_law_whose_exchange_moves_is_seen_to_move():
    """The curvature of the valleys rises by a half over the budgets."""
    N, D, _, C = design()
    bend = 0.05 * (1 + 0.5 * np.log(C / BUDGETS[0]) / np.log(BUDGETS[-1] / BUDGETS[0]))
    away = np.log(N / LAW.compute_optimal(C).N)
    loss = 3 * (C / 1e18) ** -0.06 * np.exp(bend * away**2 / 2)
    found = measured((N, D, loss, C))
    low, _ = found.slope_interval()
    assert low > 0.02


@pytest.mark.parametrize("lean", [-0.8, 0.0, 0.8])
def test_valleys_that_lean_as_no_sum_of_powers_are_seen_to(lean):
    """With a path of one half those of powers are symmetric in ln N."""
    N, D, _, C = design()
    away = np.log(N / LAW.compute_optimal(BUDGETS[0]).N / np.sqrt(C / BUDGETS[0]))
    valley = away**2 / 2 + lean * away**3 / 6
    noise = np.exp(5e-4 * np.random.default_rng(3).standard_normal(len(N)))
    found = measured((N, D, 3 * (C / 1e18) ** -0.06 * np.exp(0.05 * valley) * noise, C))
    low, high = found.third_interval()
    assert (low > 0) == (lean > 0)
    assert (high < 0) == (lean < 0)


@pytest.mark.slow
def test_intervals_know_what_the_runs_of_a_budget_share():
    """Each budget's valley is narrower or wider by some 15 per cent, all its runs alike."""
    bend, slope = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        N, D, _, C = design()
        shared = np.exp(0.15 * rng.standard_normal(len(BUDGETS)))
        own = 0.05 * shared[np.searchsorted(BUDGETS * 0.999, C) - 1]
        away = np.log(N / LAW.compute_optimal(C).N)
        noise = np.exp(5e-4 * rng.standard_normal(len(N)))
        loss = 3 * (C / 1e18) ** -0.06 * np.exp(own * away**2 / 2) * noise
        found = measured((N, D, loss, C), seed)
        low, high = found.interval()
        bend.append(low <= 0.05 / 0.06 * np.exp(0.15**2 / 2) <= high)
        low, high = found.slope_interval()
        slope.append(low <= 0 <= high)
    assert np.mean(bend) >= 0.87
    assert np.mean(slope) >= 0.87


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            dict(budgets=BUDGETS[:1]),
            "at least 3 budgets whose valley has a clear bottom, got 1 of 1",
        ),
        (dict(sizes=3), "at least 4 sizes N, got 3 at C = 2e\\+17"),
    ],
)
def test_too_little_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        measured(design(**change))


def test_one_sided_budgets_are_named():
    N, D, loss, C = design()
    kept = (C < 4e19) | (N > LAW.compute_optimal(C).N * 1.3)
    with pytest.raises(ValueError, match="N must reach below and above the optimal size at C = 5e"):
        measured((N[kept], D[kept], loss[kept], C[kept]))


def test_a_loss_that_rises_along_the_frontier_is_named():
    N, D, loss, C = design()
    with pytest.raises(ValueError, match="the loss must fall along the frontier"):
        measured((N, D, loss * (C / 1e18) ** 0.2, C))


def test_a_budget_that_is_not_one_for_each_run_is_named():
    N, D, loss, C = design()
    with pytest.raises(ValueError, match=r"broadcast|C must be as long as N"):
        measured((N, D, loss, C[:5]))


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("kempner-fineweb", 0.38, 0.48), ("kempner-starcoder", 0.3, 0.42), ("llama3", 0.25, 0.5)],
)
def test_public_runs_agree_with_the_free_power(name, low, high):
    try:
        runs = load_arm(name)
    except DataUnavailableError as error:
        pytest.skip(str(error))
    N = runs["N_all"] if "N_all" in runs else runs["N"]
    found = measured((N, runs["D"], runs["loss"], runs["budget"]))
    law = found.fit.law
    assert low < found.overhead(0.5) < high
    assert low < compute_overhead(0.5, law.alpha, law.beta) < high


@pytest.mark.parametrize("which", ["N", "N_all", "N_body"])
def test_web_texts_lean_less_than_two_powers_by_every_count(which):
    try:
        runs = load_arm("kempner-fineweb")
    except DataUnavailableError as error:
        pytest.skip(str(error))
    D = runs["budget"] / (6 * runs[which])
    found = measured((runs[which], D, runs["loss"], runs["budget"]))
    low, _ = found.third_interval()
    assert low > 0
