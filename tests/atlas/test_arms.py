from dataclasses import FrozenInstanceError, fields
from functools import cache

import numpy as np
import pytest
from released import loaded

from analysis.atlas import ARMS, LEFT_OUT, Arm, load_arm
from analysis.atlas.arms import QUOTED, TABLES
from analysis.datasets import DATASETS, KEMPNER_TRAIN_SETS, MARIN_TRAIN_SETS, PORIAN_TRAIN_SETS

COUNTED = {
    "kempner-fineweb": (90, 8, 23),
    "kempner-fineweb-edu": (91, 8, 23),
    "kempner-slimpajama": (89, 8, 23),
    "kempner-smollm": (89, 8, 24),
    "kempner-proof-pile-2": (86, 8, 23),
    "kempner-starcoder": (84, 8, 23),
    "marin-comma": (85, 7, 22),
    "marin-dclm": (85, 7, 22),
    "marin-nemotron": (85, 7, 22),
    "llama3": (133, 10, 133),
    "openeurollm": (45, 0, 5),
    "gemstones": (169, 0, 17),
    "olmo-ladder": (30, 0, 5),
    "porian-refinedweb": (88, 12, 16),
    "porian-openwebtext2": (88, 12, 16),
    "hoffmann": (240, 0, 140),
    "gadre-c4": (21, 0, 6),
    "gadre-redpajama": (24, 0, 6),
    "gadre-refinedweb": (21, 0, 6),
}
"""Runs, nominal budgets and sizes of each arm."""
ONE_COUNT = {"llama3", "openeurollm", "hoffmann"}


@cache
def runs_of(name):
    """The runs of an arm, read once; without the data the test is skipped."""
    return loaded(lambda: load_arm(name))


@pytest.fixture(params=COUNTED)
def arm(request):
    return ARMS[request.param], runs_of(request.param).copy()


def test_the_arms_are_these():
    assert ARMS.keys() == COUNTED.keys() == TABLES.keys()
    assert all(arm.name == name for name, arm in ARMS.items())


def test_every_training_set_of_a_release_is_an_arm():
    for study, train_sets in {
        "kempner": KEMPNER_TRAIN_SETS.values(),
        "marin": MARIN_TRAIN_SETS,
        "porian": PORIAN_TRAIN_SETS.values(),
        "gadre": ("c4", "redpajama", "refinedweb"),
    }.items():
        names = {name for name, arm in ARMS.items() if arm.study == study}
        assert names == {f"{study}-{train_set}" for train_set in train_sets}


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_says_what_it_is(name):
    arm = ARMS[name]
    assert all(getattr(arm, field.name) for field in fields(Arm))
    if arm.dataset == QUOTED:
        assert arm.digest == ""
    else:
        known = DATASETS[arm.dataset]
        assert (arm.source, arm.licence, arm.digest) == (known.source, known.licence, known.digest)
    assert arm.counts.startswith("one: " if name in ONE_COUNT else "all three: ")
    with pytest.raises(FrozenInstanceError):
        arm.name = "another"


def test_an_arm_is_counted(arm):
    about, runs = arm
    budgets = runs["budget"].nunique() if "budget" in runs else 0
    assert (len(runs), budgets, runs["N"].nunique()) == COUNTED[about.name]


def test_an_arm_holds_positive_floats(arm):
    about, runs = arm
    assert list(runs.columns[:4]) == ["N", "D", "loss", "C"]
    assert set(runs.dtypes) == {np.dtype(float)}
    assert np.isfinite(runs.to_numpy()).all()
    assert (runs > 0).all().all()
    assert ("N_all" in runs) == ("N_body" in runs) == (about.name not in ONE_COUNT)
    assert list(runs.index) == list(range(len(runs)))


def test_the_cost_is_6ND_and_no_overflow(arm):
    """Of whole numbers 6 N D can pass 2^63, and pandas says nothing."""
    _, runs = arm
    exact = [6 * int(N) * int(D) for N, D in zip(runs["N"], runs["D"], strict=True)]
    np.testing.assert_allclose(runs["C"], np.array(exact, dtype=float), rtol=1e-6)
    if "budget" in runs:
        assert (runs["C"] / runs["budget"]).between(0.5, 1 + 1e-6).all()


def test_the_largest_costs_are_beyond_64_bits():
    assert runs_of("olmo-ladder")["C"].max() > 2**63


def test_the_middle_count_lies_between_the_others(arm):
    _, runs = arm
    if "N_all" in runs:
        np.testing.assert_allclose(runs["N_all"] - runs["N"], runs["N"] - runs["N_body"], rtol=1e-9)
        assert (runs["N_body"] < runs["N"]).all()


def test_the_three_arms_of_gadre_hold_the_66_runs_of_the_first_batch():
    arms = [runs_of(name) for name in ARMS if name.startswith("gadre")]
    assert sum(map(len, arms)) == 66
    for runs in arms:
        assert (runs["D"] >= 20 * runs["N_all"]).all()


def test_the_erratic_size_and_the_shallow_shapes_are_left_out():
    assert load_arm("openeurollm")["N"].max() < 1e9
    gemstones = runs_of("gemstones")
    assert gemstones["D"].nunique() == 10


def test_no_arm_is_also_left_out():
    assert {"xLSTM", "Step Law", "(Mis)Fitting", "datablations", "DataDecide"} < LEFT_OUT.keys()
    assert {"checkpoints", "Farseer"} < LEFT_OUT.keys()
    assert not LEFT_OUT.keys() & ARMS.keys()
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("name", ["Kempner", "", None, 7])
def test_an_unknown_arm_is_named(name):
    with pytest.raises(ValueError, match=r"name must be one of kempner-fineweb, .* got "):
        load_arm(name)
