import json

import numpy as np
import pytest

from analysis.lab import CUTS, WORDS, Language, optimum, theory, train_pointer
from analysis.studies.lab import (
    EQUAL,
    FIVE_TARGETS,
    LENGTHS,
    N_GRADIENT,
    N_SEEDS,
    NAME,
    QUANTITIES,
    STUDIES,
    WIDTHS,
    columns,
    designs,
    five_points,
    one_design,
    one_exchange,
    one_sweep,
)
from analysis.studies.record import FOLDER, recorded

RECORD = recorded(NAME)
VALUE = RECORD["value"]
LAW = theory(WORDS)


def of_seed(study, seed):
    """What the record holds for one seed, in the shape in which a study returns it."""
    if isinstance(study, dict):
        return {name: of_seed(part, seed) for name, part in study.items()}
    if isinstance(study[0], list):
        return [of_seed(part, seed) for part in study]
    return study[seed]


def assert_alike(found, kept, where=""):
    if isinstance(kept, dict):
        assert found.keys() == kept.keys(), where
        for name in kept:
            assert_alike(found[name], kept[name], f"{where}.{name}")
    else:
        np.testing.assert_allclose(found, kept, rtol=2e-3, atol=1e-5, err_msg=where)


def test_the_record_says_what_made_it():
    assert RECORD["data"] == {}
    assert VALUE.keys() == STUDIES.keys()
    path = FOLDER / f"{NAME}.json"
    assert path.stat().st_size < 300_000


@pytest.mark.slow
def test_one_sweep_is_as_recorded():
    seed = 7
    assert_alike(json.loads(json.dumps(one_sweep(seed))), of_seed(VALUE["sweeps"], seed))


@pytest.mark.slow
def test_designs_and_recipes_are_as_recorded():
    assert_alike(one_design(5), of_seed(VALUE["designs"], 5))
    for seed in (0, 42):
        assert_alike(five_points(seed), of_seed(VALUE["five points"], seed))
        kept = of_seed(VALUE["five points, equal exponents"], seed)
        assert_alike(five_points(seed, EQUAL), kept)


@pytest.mark.slow
def test_an_exchange_is_as_recorded():
    assert_alike(one_exchange(11), of_seed(VALUE["exchange"], 11))


def test_the_exchange_of_a_hundred_seeds_is_that_of_theory_at_every_budget():
    for N, own in VALUE["exchange"].items():
        mean, error = np.mean(own, axis=1), np.std(own, axis=1, ddof=1) / N_SEEDS**0.5
        assert (np.abs(mean) < 3 * error).all(), N
        assert (error < 0.004).all(), N


def test_a_part_of_the_gradient_runs_is_as_recorded():
    seed = 2
    losses = of_seed(VALUE["gradient"], seed)["loss"]
    assert len(losses) == len(WIDTHS) * len(LENGTHS)
    for place in (0, 8, 41):
        N, D = WIDTHS[place // len(LENGTHS)], LENGTHS[place % len(LENGTHS)]
        assert train_pointer(N, D, seed=seed).loss == pytest.approx(losses[place], rel=1e-3)


def test_every_seed_is_there():
    for name, (_, n_seeds) in STUDIES.items():
        assert n_seeds == (N_GRADIENT if name == "gradient" else N_SEEDS)
    assert len(VALUE["sweeps"]["rms"]) == N_SEEDS
    assert len(VALUE["gradient"]["rms"]) == N_GRADIENT
    assert len(VALUE["sweeps"]["extrapolation"]) == len(CUTS)
    for own in (VALUE["five points"], VALUE["five points, equal exponents"]):
        for recipe in own.values():
            assert len(recipe["error"]) == len(recipe["covered"]) == 3 * len(FIVE_TARGETS)
            assert len(recipe["error"][0]) == N_SEEDS


def test_every_recorded_sweep_recovers_the_law():
    found = {name: np.array(values) for name, values in VALUE["sweeps"]["law"].items()}
    for name, within in (("alpha", 0.015), ("beta", 0.01), ("E", 0.04)):
        assert np.abs(found[name] - getattr(LAW, name)).max() < within
        # No bias beyond what a hundred sweeps cannot see.
        bias = (found[name].mean() - getattr(LAW, name)) / found[name].std()
        assert abs(bias) < 0.35, name
    assert max(VALUE["sweeps"]["rms"]) < 0.0025


def test_the_intervals_hold_the_truth_about_as_often_as_they_should():
    for name, quantity in QUANTITIES.items():
        _, low, high = np.array(VALUE["sweeps"]["bootstrap"][name])
        truth = float(quantity(LAW))
        assert np.mean((low <= truth) & (truth <= high)) > 0.9, name


def test_every_design_costs_its_budget():
    for budget in (1e7, 1e8):
        for name, plan in designs(budget).items():
            assert sum(N * D for N, D in plan) == pytest.approx(budget, rel=0.05), name
    assert [len(plan) for plan in designs(1e8).values()] == [20, 21, 5]
    best = [optimum(LAW, N * D).N / N for N, D in designs(1e8)["five points"][:4]]
    assert best[2] == pytest.approx(1, abs=0.02)


def test_the_language_of_the_recipe_has_equal_exponents_and_a_like_optimum():
    law = theory(EQUAL)
    assert law.alpha == pytest.approx(law.beta)
    ratio = [x.compute_optimal_for_size(16.0).D for x in (law, LAW)]
    assert 0.8 < ratio[0] / ratio[1] < 1.25


def test_columns_turn_rows_of_seeds_around():
    rows = [{"a": 1 / 3, "b": [True, 2.0]}, {"a": 2.0, "b": [False, 3.0]}]
    assert columns(rows) == {"a": [0.333333, 2.0], "b": [[True, False], [2.0, 3.0]]}
    assert of_seed(columns(rows), 1) == rows[1]


@pytest.mark.slow
def test_a_study_is_of_the_language_it_is_given():
    noisy = Language(epsilon=0.4)
    assert one_design(0, budget=1e7, language=noisy) != one_design(0, budget=1e7)
