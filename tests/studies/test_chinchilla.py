import json

import numpy as np
import pytest

from analysis.bootstrap import percentile_interval
from analysis.datasets import DATASETS, DataUnavailableError
from analysis.laws import PUBLISHED, LawEnsemble
from analysis.studies.chinchilla import N_DRAWS, NAME, QUANTITIES, summarise
from analysis.studies.record import FOLDER, recall

POST = PUBLISHED["de-vries-2023"].law
RECORD = FOLDER / f"{NAME}.json"


@pytest.fixture(scope="module")
def summary():
    try:
        return summarise()
    except DataUnavailableError as error:
        pytest.skip(str(error))


def assert_alike(found, kept, where=""):
    """Equal up to the last digits, which may differ between machines."""
    if isinstance(kept, dict):
        assert found.keys() == kept.keys(), where
        for key in kept:
            assert_alike(found[key], kept[key], f"{where}.{key}")
    elif isinstance(kept, str):
        assert found == kept, where
    else:
        np.testing.assert_allclose(found, kept, rtol=2e-3, atol=2e-5, err_msg=where)


def test_the_record_is_what_is_computed_now(summary):
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["data"] == {"epoch2024": DATASETS["epoch2024"].digest}
    assert_alike(summary, record["value"])


def test_the_record_stands_in_for_the_data(monkeypatch):
    def unavailable():
        raise DataUnavailableError("not here")

    monkeypatch.delenv("STRICT", raising=False)
    recalled = recall(NAME, unavailable)
    assert "python -m analysis.studies chinchilla" in recalled.note
    assert recalled.value["n_runs"] == 240


def test_the_refit_beats_everything_published(summary):
    best = summary["objectives"]["refit"]
    assert best == min(summary["objectives"].values())
    assert best == pytest.approx(1.018274018e-3, rel=1e-8)
    deviations = summary["absolute_deviations"]
    assert deviations["least absolute deviations"] == min(deviations.values())


def test_the_published_refit_is_that_of_least_absolute_deviations(summary):
    published, absolute = (
        summary["laws"][name] for name in ("besiroglu-2024", "least absolute deviations")
    )
    for name, unit in (("A", 0.01), ("B", 0.01), ("alpha", 1e-4), ("beta", 1e-4)):
        assert abs(published[name] - absolute[name]) < unit
    assert round(summary["laws"]["refit"]["E"], 4) == published["E"]
    assert round(absolute["E"], 4) != published["E"]


def test_no_resample_allows_the_curve_of_the_post(summary):
    assert summary["n_failed"] == 0
    for name, values in summary["quantities"].items():
        assert values["low"] < values["refit"] < values["high"]
        if ":" not in name:
            assert values["reached"] == 0


def test_the_figures_that_were_measured_beforehand(summary):
    quantities = summary["quantities"]
    half = quantities["overhead at 1/2 of the size"]
    assert [round(100 * half[end]) for end in ("low", "refit", "high")] == [24, 26, 29]
    assert round(100 * quantities["overhead at 0.3 of the size"]["refit"]) == 162
    assert round(quantities["smallest size, k_min"]["refit"], 3) == 0.147
    assert round(100 * quantities["size at 100 % overhead"]["refit"]) == 34


def test_the_band_holds_its_curve(summary):
    low, refit, high = (np.array(summary["band"][name]) for name in ("low", "refit", "high"))
    assert (low <= refit).all()
    assert (refit <= high).all()


def test_the_kept_draws_give_the_intervals_of_all(summary):
    draws = LawEnsemble(**summary["draws"])
    assert len(draws) == N_DRAWS
    for name, quantity in QUANTITIES.items():
        ends = percentile_interval(quantity(draws))
        kept = [summary["quantities"][name][end] for end in ("low", "high")]
        np.testing.assert_allclose(ends, kept, rtol=0.08, err_msg=name)


def test_every_quantity_is_a_fraction_of_the_post():
    for quantity in QUANTITIES.values():
        assert 0 < float(quantity(POST)) < 2
