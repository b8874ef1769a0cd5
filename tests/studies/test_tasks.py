import json

import pytest

from analysis.datasets import DATASETS, DataUnavailableError
from analysis.studies.record import FOLDER
from analysis.studies.tasks import NAME, summarise

RECORD = FOLDER / f"{NAME}.json"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found():
    try:
        return summarise()
    except DataUnavailableError as error:
        pytest.skip(str(error))


def flat(value, path=""):
    if isinstance(value, dict):
        return {k: v for key, own in value.items() for k, v in flat(own, f"{path}/{key}").items()}
    return {path: value}


def test_the_record_is_what_is_computed_now(found):
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["data"] == {"gadre2024": DATASETS["gadre2024"].digest}
    assert flat(found) == pytest.approx(flat(record["value"]), rel=1e-3, abs=1e-4)


def test_the_rule_gives_the_seventeen_tasks(found):
    assert (found["n_split"], found["n_tasks"]) == (17, 46)
    assert found["largest_margin_outside"] < 0.1 <= found["least_margin_inside"]


def test_the_headline_and_the_ranks(found):
    largest = found["averages"]["17 tasks"]["redpajama"]["largest"]
    assert round(100 * largest, 3) == 0.046
    assert round(found["spearman"]["17 tasks"], 2) == 0.88


def test_averages_extrapolate_and_single_tasks_do_not(found):
    for train_set, single in found["single"].items():
        assert found["averages"]["46 tasks"][train_set]["worst"] < single["median"]
        assert single["wrong"] > 10
