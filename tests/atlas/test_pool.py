"""Random effects over studies: known answers, and intervals that hold what they promise."""

import numpy as np
import pytest
from scipy import stats

from analysis.atlas import ARMS, pool_exchange
from analysis.atlas.pool import between_studies, exponents, pooled
from analysis.datasets import DataUnavailableError


def test_studies_that_agree_have_no_spread():
    found = pooled(np.full(4, 0.1), np.full(4, 0.01), np.random.default_rng(0))
    assert found.tau == 0
    assert found.mean == pytest.approx(0.1)


def test_the_spread_between_studies_is_that_of_paule_and_mandel():
    theta, v = np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.1, 0.2, 0.1, 0.4])
    w = 1 / (v + between_studies(theta, v))
    mean = (w * theta).sum() / w.sum()
    assert (w * (theta - mean) ** 2).sum() == pytest.approx(3, rel=1e-9)


def test_studies_of_no_doubt_are_a_sample_of_their_own():
    theta = np.log([0.2, 0.3, 0.5, 0.4, 0.35])
    found = pooled(theta, np.full(5, 1e-12), np.random.default_rng(1))
    own = stats.t(4).ppf(0.975) * theta.std(ddof=1) / np.sqrt(5)
    low, high = np.quantile(found.means, [0.025, 0.975]) - theta.mean()
    assert (-low, high) == pytest.approx((own, own), rel=0.04)
    # Not known exactly: the spread is drawn from its own distribution.
    new = stats.t(4).ppf(0.975) * theta.std(ddof=1) * np.sqrt(1 + 1 / 5)
    low, high = np.quantile(found.news, [0.025, 0.975]) - theta.mean()
    assert (-low, high) == pytest.approx((new, new), rel=0.15)


@pytest.mark.slow
def test_a_new_study_falls_inside_as_often_as_is_said():
    rng, inside, held = np.random.default_rng(2), [], []
    for _ in range(1000):
        v = rng.uniform(0.002, 0.05, 6)
        theta = 0.3 + 0.15 * rng.standard_normal(6) + np.sqrt(v) * rng.standard_normal(6)
        found = pooled(theta, v, rng)
        low, high = np.quantile(found.means, [0.025, 0.975])
        held.append(low <= 0.3 <= high)
        low, high = np.quantile(found.news, [0.025, 0.975])
        inside.append(low <= 0.3 + 0.15 * rng.standard_normal() <= high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.025)
    assert 0.92 < np.mean(inside) < 0.99


def test_the_exponents_come_back():
    alpha, beta = exponents(np.log(0.35 + 0.45), np.log(0.35 / 0.45))
    assert (alpha, beta) == pytest.approx((0.35, 0.45))


@pytest.fixture(scope="module")
def found():
    try:
        return pool_exchange(
            ["kempner-fineweb", "kempner-starcoder", "llama3", "hoffmann", "marin-nemotron"],
            rng=np.random.default_rng(4),
            n_resamples=40,
        )
    except DataUnavailableError as error:
        pytest.skip(str(error))


def test_arms_of_one_provider_are_one_study(found):
    assert found.studies["arms"].to_dict() == {
        ARMS[name].study: 1 + (name == "kempner-fineweb")
        for name in ("kempner-fineweb", "llama3", "hoffmann", "marin-nemotron")
    }


def test_half_the_size_costs_about_a_third_more(found):
    half = found.predict(0.5)
    assert 0.28 < half.mean < 0.45
    assert half.new_low < half.low < half.mean < half.high < half.new_high
    wall = found.wall()
    assert 0.15 < wall.mean < 0.26
    assert found.predict(0.05).low == np.inf


def test_a_study_can_be_left_out(found):
    rest = found.without(ARMS["llama3"].study, rng=np.random.default_rng(5))
    assert len(rest.studies) == 3
    with pytest.raises(ValueError, match="study must be one of"):
        found.without("nobody", rng=np.random.default_rng(5))


def test_arms_without_the_count_are_left_out_by_name(found):
    with pytest.raises(ValueError, match="at least 3 studies that can be fitted, got 1"):
        pool_exchange(
            ["kempner-fineweb", "llama3", "hoffmann"],
            rng=np.random.default_rng(4),
            count="N_body",
            n_resamples=20,
        )
