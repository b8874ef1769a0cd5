"""What serving costs: figures of the field, a closed form as oracle, and a dense search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.laws import PUBLISHED
from analysis.prices import (
    ACCELERATORS,
    attention_share,
    bill,
    cache_bytes,
    cheapest_life,
    price_ratio,
    width_of,
)
from analysis.serving import lifetime_optimal
from analysis.tradeoff import data_scaling_factor, minimum_model_scale

POST = PUBLISHED["de-vries-2023"].law


def test_a_seven_billion_model_pays_what_the_field_says():
    assert attention_share(6.6e9, 32_768) == pytest.approx(1.3, abs=0.05)
    assert attention_share(6.6e9, 131_072) == pytest.approx(5.3, abs=0.1)
    assert width_of(12 * 32 * 4096**2) == pytest.approx(4096)
    # Eight times as wide for its depth is twice as wide.
    wide = attention_share(6.6e9, 1000, aspect=1024)
    assert wide == pytest.approx(attention_share(6.6e9, 1000) / 2, rel=1e-15)


def test_the_cache_of_llama_2_7b_is_half_a_megabyte_a_token():
    N = 12 * 32 * 4096**2
    assert cache_bytes(N, 1) == pytest.approx(2 * 32 * 4096 * 2)
    assert cache_bytes(N, 4096, shared_by=8) == pytest.approx(2**31 / 8)
    # Twice as wide, with an eighth of the layers that such a width would have.
    assert cache_bytes(N, 1, aspect=1024) == pytest.approx(cache_bytes(N, 1) / 2)


def test_hours_and_money_of_a_report():
    """Llama 3 405B: 3.8e25 FLOP in 30.84 million hours, as its card prints."""
    cost = bill(3.8e25, utilisation=0.35)
    assert cost.hours == pytest.approx(30.84e6, rel=0.02)
    assert bill(3.8e25, price=4).money == 2 * bill(3.8e25).money
    assert ACCELERATORS["H200"].memory > ACCELERATORS["H100"].memory


def test_the_price_of_a_flop():
    assert price_ratio(0.4, 0.1) == pytest.approx(4)
    assert price_ratio(0.4, 0.1, training_price=2, serving_price=1) == pytest.approx(2)


@pytest.mark.slow
@given(st.floats(1.8, 2.6), st.floats(9, 15).map(lambda power: 10.0**power), st.floats(0.1, 10))
def test_where_a_token_costs_two_n_it_is_the_closed_form(loss, T, r):
    found = cheapest_life(POST, loss, lambda N: 2 * r * N * T)
    exact = lifetime_optimal(POST, loss, T, inference_cost_ratio=r)
    assert found.run.N == pytest.approx(exact.run.N, rel=1e-6)
    assert found.overhead == pytest.approx(exact.overhead, rel=1e-5, abs=1e-10)


@pytest.mark.slow
@given(st.floats(0, 6).map(lambda power: 10.0**power), st.floats(0, 0.9))
def test_no_size_of_a_dense_search_is_cheaper(context, sampling):
    def serving(N):
        samples = (N / 13e9) ** -sampling
        return 4e12 * N * samples * (1 + attention_share(N, context))

    found = cheapest_life(POST, 1.975, serving)
    optimal, wall = found.optimal, minimum_model_scale(POST.alpha, POST.beta)
    sizes = np.geomspace(wall * 1.0001, 5, 20_001)
    tokens = data_scaling_factor(sizes, POST.alpha, POST.beta) * optimal.D
    costs = 6 * sizes * optimal.N * tokens + serving(sizes * optimal.N)
    own = 6 * found.run.N * found.run.D + float(serving(np.array([found.run.N]))[0])
    assert own <= costs.min() * (1 + 1e-10)


def test_a_bill_may_be_small_or_nothing_and_in_any_numbers():
    free = cheapest_life(POST, 1.975, lambda N: 0 * N)
    assert free.overhead == pytest.approx(0, abs=1e-10)
    assert free.marginal_rate == pytest.approx(1, abs=1e-5)
    small = cheapest_life(POST, 1.975, lambda N: np.full(N.shape, 0.5))
    assert small.run.N == pytest.approx(free.run.N, rel=1e-4)
    dear = cheapest_life(POST, 1.975, lambda N: 4e12 * N)
    run = dear.run
    assert dear.marginal_rate == pytest.approx(POST.marginal_rate(run.N, run.D), rel=1e-6)
    whole = cheapest_life(POST, 1.975, lambda N: [int(4e12 * one) for one in N])
    assert whole.run.N == pytest.approx(run.N, rel=1e-6)


def test_where_each_halving_doubles_the_samples_use_moves_nothing():
    still = cheapest_life(POST, 1.975, lambda N: 4e12 * N * (13e9 / N))
    assert still.overhead == pytest.approx(0, abs=1e-10)
    worse = cheapest_life(POST, 1.975, lambda N: 4e12 * N * (13e9 / N) ** 1.5)
    assert worse.k_N > 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: attention_share(-1, 1), "N must be positive"),
        (lambda: bill(1e23, utilisation=1.2), "utilisation must be between 0 and 1"),
        (lambda: cheapest_life(POST, 1.0, lambda N: N), "the loss L must be above E"),
        (lambda: cheapest_life(POST, 2.0, lambda N: -N), "serving must give a cost"),
        (lambda: cheapest_life(POST, 2.0, lambda N: 1.0), "serving must give a cost"),
    ],
)
def test_what_cannot_be_answered_is_said_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()
