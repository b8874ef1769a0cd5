import math

import numpy as np
import pytest

from analysis.advice.answer import SCALES, advise
from analysis.advice.readings import read_budget
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.prices import cheapest_life
from analysis.serving import break_even, lifetime_optimal, lifetime_saving
from analysis.studies.chinchilla import recorded_refit
from analysis.tradeoff import compute_overhead, place

POST = PUBLISHED["de-vries-2023"].law
REFIT, DRAWS = recorded_refit()


def test_a_run_is_placed_as_the_package_places_it():
    answer = advise(POST, N=6.9e9, D=1e12)
    assert answer.placement == place(POST, 6.9e9, 1e12)
    assert answer.loss == pytest.approx(POST.loss(6.9e9, 1e12), rel=1e-14)
    assert answer.bands == {}
    assert answer.no_bands == ""


@pytest.mark.parametrize(
    "question",
    [
        {"N": 7e9, "D": 1e12},
        {"N": 7e9, "compute": 4.2e22},
        {"N": 7e9, "loss": POST.loss(7e9, 1e12)},
    ],
)
def test_a_run_may_be_given_in_three_ways(question):
    answer = advise(POST, **question)
    assert answer.placement.run.N == pytest.approx(7e9, rel=1e-9)
    assert answer.placement.run.D == pytest.approx(1e12, rel=1e-9)


@pytest.mark.parametrize("question", [{"compute": 1e23}, {"loss": 2.0}])
def test_a_budget_or_a_loss_alone_asks_for_the_optimum(question):
    answer = advise(POST, **question)
    assert (answer.placement.k_N, answer.placement.overhead) == (1.0, 0.0)
    assert answer.implied_tokens == 0.0
    run = answer.placement.run
    assert POST.marginal_rate(run.N, run.D) == pytest.approx(1, rel=1e-9)


def test_every_option_reaches_the_loss():
    answer = advise(POST, N=6.9e9, D=1e12, inference_tokens=3e12)
    for option in answer.options:
        run = option.placement.run
        assert POST.loss(run.N, run.D) == pytest.approx(answer.loss, rel=1e-9)
    sizes = [option.placement.k_N for option in answer.options]
    assert sizes == sorted(sizes, reverse=True)
    assert all(min(abs(size - scale) for size in sizes) < 0.03 for scale in SCALES)


def test_the_cheapest_over_its_life_is_offered_and_saves_the_most():
    answer = advise(POST, N=6.9e9, D=1e12, inference_tokens=30e12)
    [cheapest] = [option for option in answer.options if option.name.startswith("cheapest")]
    assert cheapest.placement == lifetime_optimal(POST, answer.loss, 30e12)
    assert cheapest.lifetime_saving == max(option.lifetime_saving for option in answer.options)
    served = 30e12 / answer.placement.optimal.D
    expected = lifetime_saving(served, POST.alpha, POST.beta)
    assert cheapest.lifetime_saving == pytest.approx(expected, rel=1e-6)
    assert cheapest.placement.k_N < 0.58


def test_a_dearer_flop_pays_off_sooner():
    plain, dear = (
        advise(POST, N=6.9e9, D=1e12, inference_cost_ratio=ratio).options[-1] for ratio in (1, 4)
    )
    k_N, D = plain.placement.k_N, plain.placement.optimal.D
    assert plain.break_even == pytest.approx(break_even(k_N, POST.alpha, POST.beta) * D, rel=1e-9)
    assert dear.break_even == pytest.approx(plain.break_even / 4, rel=1e-12)


def test_a_model_that_is_too_large_never_pays_off():
    answer = advise(POST, N=175e9, D=300e9)
    assert answer.implied_tokens < 0
    assert answer.options[0].name == "your run"
    assert answer.options[0].break_even is None


def test_the_bands_are_those_of_the_ensemble():
    answer = advise(REFIT, N=7e9, D=1e12, ensemble=DRAWS)
    for name in ("k_N", "k_D", "overhead", "marginal_rate"):
        low, high = answer.bands[name]
        assert low < getattr(answer.placement, name) < high
    low, high = np.quantile(place(DRAWS, 7e9, 1e12).overhead, [0.025, 0.975])
    assert answer.bands["overhead"] == pytest.approx((low, high), rel=0.02)
    half = next(option for option in answer.options if option.name.startswith("0.5"))
    low, high = np.quantile(compute_overhead(0.5, DRAWS.alpha, DRAWS.beta), [0.025, 0.975])
    assert half.overhead_band == pytest.approx((low, high), rel=0.02)
    [own] = [option for option in answer.options if option.name == "your run"]
    assert own.overhead_band is None


def test_a_law_without_an_answer_takes_the_bands_away_and_says_so():
    near_wall = LawEnsemble([1.9] * 2, [480] * 2, [2000] * 2, [0.35] * 2, [0.1, 0.37])
    answer = advise(REFIT, N=7e9, loss=2.05, ensemble=near_wall)
    assert answer.bands == {}
    assert "N must be above" in answer.no_bands


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({}, "got nothing"),
        ({"D": 7e9, "loss": 2.0}, "give N and D.*got D and loss$"),
        ({"N": 7e9, "D": 1e12, "loss": 2.0}, "got D and N and loss"),
        ({"N": -1, "D": 1e12}, "N must be positive, got -1"),
        ({"N": 7e9, "D": math.nan}, "D must be finite, got nan"),
        ({"N": [7e9, 8e9], "D": 1e12}, "N must be a single number"),
        ({"loss": 1.5}, r"loss L must be above E = 1\.62, got 1\.5"),
        ({"N": 1e8, "loss": 2.0}, "N must be above .* the smallest size"),
        ({"compute": 1e22, "inference_tokens": -1}, "inference_tokens must be non-negative"),
        ({"compute": 1e22, "inference_cost_ratio": 0}, "inference_cost_ratio must be positive"),
    ],
)
def test_what_cannot_be_answered_is_named(question, message):
    with pytest.raises(ValueError, match=message):
        advise(POST, **question)


@pytest.mark.parametrize("given", [{"N": 7e9}, {"D": 4e11}, {"compute": 1e22}, {"loss": 2.1}])
def test_one_number_alone_asks_for_the_compute_optimal_run(given):
    found = advise(POST, **given)
    assert found.placement.k_N == 1
    assert found.options[0].name == "compute-optimal"
    run = found.placement.run
    known = {"N": run.N, "D": run.D, "compute": run.C, "loss": found.loss}
    assert known[next(iter(given))] == pytest.approx(next(iter(given.values())))
    assert POST.marginal_rate(run.N, run.D) == pytest.approx(1)


def test_tokens_and_compute_give_the_size():
    found = advise(POST, D=3e11, compute=1e22).placement.run
    assert (found.N, found.D) == pytest.approx((1e22 / 6 / 3e11, 3e11))


def test_where_one_law_is_asked_for_an_ensemble_is_refused():
    pair = LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
    for ask in (
        lambda: advise(pair, compute=1e23),
        lambda: read_budget(pair, 1e23, 1e12),
        lambda: cheapest_life(pair, 2.1, lambda N: N),
    ):
        with pytest.raises(ValueError, match="law must be one law, got an ensemble of 2"):
            ask()
