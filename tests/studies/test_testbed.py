import json
import math

import pytest

from analysis.datasets import DATASETS, DataUnavailableError
from analysis.studies.record import FOLDER
from analysis.studies.testbed import NAME, summarise

RECORD = FOLDER / f"{NAME}.json"


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORD.read_text("utf-8"))


def leaves(value, path=()):
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in children:
        if isinstance(below, dict | list):
            yield from leaves(below, (*path, key))
        else:
            yield (*path, key), below


@pytest.mark.slow
def test_the_record_is_what_the_data_give(recorded):
    assert recorded["data"] == {"gadre2024": DATASETS["gadre2024"].digest}
    try:
        found = summarise()
    except DataUnavailableError as error:
        pytest.skip(str(error))
    now, then = dict(leaves(found)), dict(leaves(recorded["value"]))
    assert now.keys() == then.keys()
    for path, value in then.items():
        if isinstance(value, float) and "counts" not in path:
            assert now[path] == pytest.approx(value, rel=2e-3, abs=1e-5), path
        elif "counts" not in path:
            assert now[path] == value, path


def test_the_record_holds_no_run(recorded):
    """Results may be recorded; the data themselves are not carried."""
    names = {str(key) for path, _ in leaves(recorded["value"]) for key in path}
    assert not names & {"loss", "c4_val", "D", "D_small", "error"}


def test_pooling_is_better_at_equal_compute(recorded):
    paper, pooled = (recorded["value"]["held_out"][name] for name in ("paper", "pooled"))
    for ours, theirs in zip(pooled["all"], paper["all"], strict=True):
        assert ours["worst"] < theirs["worst"]
    assert pooled["all"][-1]["covered"] == 26  # of 29: a 90 % interval
    assert pooled["first batch"][-1]["covered"] == 19
    assert paper["all"][-1]["covered"] == 29
    assert pooled["median_half_width"] < 0.02 < 0.08 < paper["median_half_width"]


def test_how_much_of_the_headline_is_luck(recorded):
    for worlds in recorded["value"]["luck"].values():
        assert worlds["half a percent"]["spread"] == pytest.approx(0.03, abs=0.003)
        assert 0.15 < worlds["half a percent"]["share"] < 0.23
        assert 0.24 < worlds["as measured"]["share"] < 0.36
        assert sum(worlds["as measured"]["counts"]) == recorded["value"]["n_worlds"]


def test_the_testbed_makes_small_models_cheaper(recorded):
    for implied in recorded["value"]["implied"].values():
        middle, low, high = implied["quantities"]["overhead at 1/2 of the size"]
        assert 0.12 < low < middle < high < 0.21
        wall, *_ = implied["quantities"]["smallest size, k_min"]
        assert wall == pytest.approx(2 ** (-1 / implied["alpha"]))
        assert all(math.isfinite(edge) for edge in implied["band"]["high"])


def test_the_frontier_and_its_end(recorded):
    steps = {
        round(1 / step["fraction"]): step
        for step in recorded["value"]["frontier"]["pooled, more small runs"]
    }
    assert sorted(steps) == [21, 234, 1425, 2143, 4898]
    assert steps[1425]["median"] < 0.01  # the fit costs a sixth of the paper's
    assert steps[2143]["median"] > 0.1  # and with two sizes there is no law to speak of
