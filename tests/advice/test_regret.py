"""Sizes under laws and a use that are not known: against brute force, and the theorem."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.advice import choose_size, credible_laws
from analysis.advice.credible import CredibleLaws
from analysis.advice.readings import together
from analysis.advice.regret import Lives, expected_tokens
from analysis.serving import lifetime_optimal
from analysis.studies.atlas import pooled_law
from analysis.tradeoff import data_scaling_factor

KNOWN = credible_laws()
LAW = pooled_law()
BEST = LAW.compute_optimal(1e23)
uses = st.floats(10, 14).map(lambda power: 10.0**power)


@pytest.mark.parametrize("r", [1.0, 3.0])
def test_each_choice_is_least_on_a_dense_grid_of_sizes(r):
    found = choose_size(KNOWN, 1e23, 5e12, spread=2, inference_cost_ratio=r)
    lives = partial(Lives, together(KNOWN), 1e23, r, None)
    weights = np.array(list(KNOWN.weights.values()))
    sizes = np.geomspace(2e9, 9e10, 40_001)
    mean = 5e12 * np.exp(np.log(2) ** 2 / 2)
    assert found.mean_tokens == pytest.approx(mean) == expected_tokens(5e12, 2)
    with np.errstate(invalid="ignore"):
        costs = weights @ lives(np.array([mean])).costs(sizes)[0]
        ends = lives(5e12 * 2.0 ** np.array([-1.96, 1.96]))
        worst = ends.regrets(sizes).max(axis=(0, 1))
    assert found.least_cost == pytest.approx(sizes[np.argmin(costs)], rel=2e-4)
    assert found.least_worst == pytest.approx(sizes[np.argmin(worst)], rel=2e-4)
    assert found.worst["least_worst"] <= worst.min() * (1 + 1e-10)
    assert found.worst["least_worst"] == min(found.worst.values())
    assert found.expected["least_regret"] == min(found.expected.values())


def test_costs_are_flop_and_what_was_asked_is_told():
    [cost] = Lives(together(KNOWN), 1e23, 3.0, BEST, np.array([5e12])).costs(np.array([BEST.N]))
    assert cost == pytest.approx(6 * BEST.N * BEST.D + 2 * 3 * BEST.N * 5e12)
    found = choose_size(KNOWN, 1e23, 5e12, spread=2, inference_cost_ratio=3)
    asked = found.compute, found.inference_tokens, found.spread, found.inference_cost_ratio
    assert asked == (1e23, 5e12, 2, 3)


@pytest.mark.parametrize("optimum", [None, BEST])
def test_the_best_run_by_a_law_has_the_loss_of_its_optimum(optimum):
    found = choose_size(KNOWN, 1e23, 5e12, optimum=optimum)
    for name, run in found.best.items():
        law = KNOWN.laws[name]
        assert run.C == pytest.approx(6 * run.N * run.D)
        if optimum is None:
            own = law.compute_optimal(1e23)
            assert law.loss(run.N, run.D) == pytest.approx(law.loss(own.N, own.D), rel=1e-9)
            assert run.N < own.N
        else:
            k_D = data_scaling_factor(run.N / BEST.N, law.alpha, law.beta)
            assert run.D == pytest.approx(k_D * BEST.D)
            assert 0.1 * BEST.N < run.N < BEST.N
    assert Lives(together(KNOWN), 1e23, 1.0, BEST, np.array([5e12])).optimal.C == BEST.C


@pytest.mark.slow
def test_the_mean_over_drawn_uses_is_the_expected_regret():
    found = choose_size(KNOWN, 1e23, 5e12, spread=2, optimum=BEST)
    weights = np.array(list(KNOWN.weights.values()))
    drawn = 5e12 * np.exp(np.log(2) * np.random.default_rng(1).standard_normal(4000))
    lives = Lives(together(KNOWN), 1e23, 1.0, BEST, drawn)
    mean = np.mean(weights @ lives.regrets(np.array([found.least_regret])))
    assert found.expected["least_regret"] == pytest.approx(mean, rel=0.05)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(uses)
def test_the_theorem(T):
    """Size falls as use grows; the choice lies between the laws' own; worst use is an end."""
    found = choose_size(KNOWN, 1e23, T, optimum=BEST)
    more = choose_size(KNOWN, 1e23, 1.5 * T, optimum=BEST)
    sizes = [run.N for run in found.best.values()]
    for name in ("least_cost", "least_regret", "least_worst"):
        assert getattr(more, name) < getattr(found, name)
        assert min(sizes) <= getattr(found, name) <= max(sizes)
    lives = Lives(together(KNOWN), 1e23, 1.0, BEST, T * np.linspace(1, 4, 7))
    regrets = lives.regrets(np.array([0.6 * BEST.N]))
    ends = np.maximum(regrets[0], regrets[-1])
    assert (regrets <= ends * (1 + 1e-12)).all()


def test_what_is_best_on_average_is_best_for_the_average():
    one = CredibleLaws({"it": LAW}, {"it": 1.0})
    for spread in (1.0, 2.0, 4.0):
        found = choose_size(one, 1e23, 5e12, spread=spread)
        mean = expected_tokens(5e12, spread)
        exact = lifetime_optimal(LAW, LAW.loss(BEST.N, BEST.D), mean).run.N
        assert found.least_cost == pytest.approx(exact, rel=1e-6)


def test_the_price_of_planning_by_the_wrong_law():
    found = choose_size(KNOWN, 1e23, 5e12)
    prices = found.prices
    assert np.diag(prices) == pytest.approx(0, abs=1e-12)
    assert (prices.to_numpy() >= -1e-12).all()
    assert np.isinf(prices.loc["Marin: DCLM", "Porian: RefinedWeb"])
    law = KNOWN.laws["Llama 3"]
    N = found.best["Hoffmann"].N
    best = law.compute_optimal(1e23)
    loss = law.loss(best.N, best.D)
    inner = (loss - law.E) ** (1 / law.kappa)
    D = ((inner - law.A * N**-law.alpha) / law.B) ** (-1 / law.beta)
    run = lifetime_optimal(law, loss, 5e12).run
    exact = (6 * N * D + 2 * N * 5e12) / (run.C + 2 * run.N * 5e12) - 1
    assert prices.loc["Hoffmann", "Llama 3"] == pytest.approx(exact, rel=1e-9)


def test_where_the_optimum_is_known_the_exchange_alone_costs_little():
    known = choose_size(KNOWN, 1e23, 5e12, optimum=BEST)
    unknown = choose_size(KNOWN, 1e23, 5e12)
    assert known.worst["least_worst"] < 0.05 < unknown.worst["least_worst"]


def test_a_spread_below_one_is_refused():
    with pytest.raises(ValueError, match=r"spread must be a factor of 1 or more, got 0\.5"):
        choose_size(KNOWN, 1e23, 5e12, spread=0.5)
