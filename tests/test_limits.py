import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.optimize import brentq

from analysis.figures import limits as figures_limits
from analysis.figures import show
from analysis.laws import PUBLISHED
from analysis.limits import (
    REPETITION,
    excess_loss,
    fresh_tokens,
    overhead_with_repetition,
    tokens_with_repetition,
    wall_with_repetition,
)
from analysis.tradeoff import compute_overhead, data_scaling_factor

POST = PUBLISHED["de-vries-2023"].law
exponents = st.floats(0.1, 1.2)
DRAWN = {
    "plot_repetition": (POST.alpha, POST.beta, [1, 4]),
    "plot_excess_loss": (POST, [1e20, 1e22, 1e24], 0.003),
}


def worth(tokens: float, unique: float) -> float:
    """Muennighoff et al. 2023, section 3.1, as it is printed there."""
    if tokens <= unique:
        return tokens
    repeats = tokens / unique - 1
    return unique + unique * REPETITION * (1 - math.exp(-repeats / REPETITION))


@given(st.floats(0.1, 14), st.floats(1, 10))
def test_the_tokens_are_worth_what_was_wanted(fresh, unique):
    tokens = tokens_with_repetition(fresh, unique)
    assert worth(tokens, unique) == pytest.approx(fresh, rel=1e-9)
    assert tokens >= fresh


@given(st.floats(0.1, 300), st.floats(0.2, 10), st.floats(3, 40))
def test_repeats_are_worth_what_the_paper_prints_and_the_inverse_goes_back(trained, unique, R):
    repeats = max(trained / unique - 1, 0)
    printed = min(trained, unique) + unique * R * (1 - math.exp(-repeats / R))
    fresh = fresh_tokens(trained, unique, R)
    assert fresh == pytest.approx(printed, rel=1e-12)
    if repeats < 5 * R:
        assert tokens_with_repetition(fresh, unique, R) == pytest.approx(trained, rel=1e-9)
    assert fresh_tokens(trained, unique) == pytest.approx(worth(trained, unique), rel=1e-12)


def test_what_the_optimum_trains_on_is_all_there_is_unless_told():
    """From here on tokens repeat, and the wall is where no repeats are enough."""
    k_D = data_scaling_factor(0.5, POST.alpha, POST.beta)
    overhead = 0.5 * tokens_with_repetition(k_D, 1.0) - 1
    assert overhead_with_repetition(0.5, POST.alpha, POST.beta) == pytest.approx(overhead)
    wall = wall_with_repetition(POST.alpha, POST.beta)
    assert data_scaling_factor(wall, POST.alpha, POST.beta) == pytest.approx(1 + REPETITION)


def test_without_repetition_nothing_changes():
    assert tokens_with_repetition([0.3, 1.0, 2.0], 2.0).tolist() == [0.3, 1.0, 2.0]


def test_beyond_its_worth_no_repetition_is_enough():
    assert tokens_with_repetition(1 + REPETITION) == math.inf
    assert tokens_with_repetition(math.inf) == math.inf
    assert tokens_with_repetition(0.999 * (1 + REPETITION)) < math.inf


@given(exponents, exponents, st.floats(1, 10))
def test_the_wall_is_where_the_overhead_becomes_infinite(alpha, beta, unique):
    wall = wall_with_repetition(alpha, beta, unique)
    factor = data_scaling_factor(wall, alpha, beta)
    assert factor == pytest.approx((1 + REPETITION) * unique, rel=1e-6)
    assert overhead_with_repetition(0.99 * wall, alpha, beta, unique) == math.inf
    assert overhead_with_repetition(min(1, 1.01 * wall), alpha, beta, unique) < math.inf


@pytest.mark.slow
@given(st.floats(0.3, 1), st.floats(1, 10))
def test_repetition_only_ever_costs(k_N, unique):
    plain = compute_overhead(k_N, POST.alpha, POST.beta)
    assert overhead_with_repetition(k_N, POST.alpha, POST.beta, unique) >= plain - 1e-12


def test_the_excess_loss_is_made_good_by_the_overhead():
    best, k_N = POST.compute_optimal(1e22), 0.4
    more = 1 + compute_overhead(k_N, POST.alpha, POST.beta)
    goal = POST.loss(best.N, best.D)
    needed = brentq(lambda C: POST.loss(k_N * best.N, C / (6 * k_N * best.N)) - goal, 1e22, 1e23)
    assert needed == pytest.approx(more * 1e22, rel=1e-9)
    own = POST.loss(k_N * best.N, best.D / k_N)
    assert excess_loss(POST, k_N, 1e22) == pytest.approx(own / goal - 1, rel=1e-12)


@given(st.floats(0.1, 10), st.floats(18, 26))
def test_no_size_beats_the_optimum(k_N, log_C):
    assert excess_loss(POST, k_N, 10**log_C) >= -1e-15


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tokens_with_repetition(-1), "fresh must be positive, got -1"),
        (lambda: tokens_with_repetition(math.nan), "fresh must not be NaN, got nan"),
        (lambda: tokens_with_repetition(2, 0), "unique must be positive, got 0"),
        (
            lambda: overhead_with_repetition(0.5, 0.3, 0.3, 0.5),
            r"unique must not be below 1, got 0\.5",
        ),
        (lambda: overhead_with_repetition(0, 0.3, 0.3), "k_N must be positive, got 0"),
        (lambda: excess_loss(POST, 0.5, -1), "C must be positive, got -1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_plot_is_drawn_here():
    assert set(DRAWN) == {name for name in vars(figures_limits) if name.startswith("plot_")}


@pytest.mark.parametrize("name", DRAWN)
def test_a_plot_says_what_it_shows_and_carries_its_data(name):
    plot = getattr(figures_limits, name)
    ax = Figure().add_subplot()
    assert plot(ax, *DRAWN[name]) is ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert len(plot.alt.split()) > 15
    picture = show(plot, *DRAWN[name])
    assert "#000000" not in picture.svg
    assert len(picture.csv.splitlines()) > 100
    curves = [line.get_ydata() for line in ax.get_lines()]
    assert all(np.nanmin(curve) >= -1e-9 for curve in curves)
