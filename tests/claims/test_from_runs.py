import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from analysis.claims.digits import rounds_to
from analysis.claims.verdicts import audit, load_claims
from analysis.datasets import DATASETS, DataUnavailableError
from analysis.studies import gadre
from analysis.studies.record import FOLDER

OURS = [claim for claim in load_claims() if claim.source == "gadre-2024"]
REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
RECORD = FOLDER / f"{gadre.NAME}.json"
SIZES = {
    "10569312": "0.011B",
    "78914048": "0.079B",
    "153677376": "0.154B",
    "411616256": "0.412B",
    "1439795200": "1.4B",
    "6889410560": "6.9B",
}
SETS = {"c4_original": "c4", "rpj": "redpajama", "rw_original": "refinedweb"}


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    else:
        yield path, value


@pytest.fixture
def fresh():
    gadre.recalled.cache_clear()
    yield
    gadre.recalled.cache_clear()


@pytest.mark.slow
def test_the_record_is_what_the_data_give(testbed):
    recorded = json.loads(RECORD.read_text("utf-8"))
    assert recorded["data"] == {"gadre2024": DATASETS["gadre2024"].digest}
    assert recorded["command"] == "python -m analysis.studies gadre"
    now, then = dict(leaves(gadre.summarise())), dict(leaves(recorded["value"]))
    assert now.keys() == then.keys()
    assert list(now.values()) == pytest.approx(list(then.values()), rel=1e-5, abs=1e-7)


def test_without_the_data_the_record_speaks(monkeypatch, fresh):
    def nowhere():
        raise DataUnavailableError("nowhere")

    monkeypatch.setattr(gadre, "load_tasks", nowhere)
    monkeypatch.delenv("STRICT", raising=False)
    kinds = Counter(verdict.kind for verdict in audit(OURS))
    assert kinds["reproduced as printed"] == 519
    gadre.recalled.cache_clear()
    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(DataUnavailableError, match="nowhere"):
        audit(OURS)


@pytest.mark.slow
def test_every_cell_of_the_heat_maps_is_reproduced():
    cells = [verdict for verdict in audit(OURS) if ".fig" in verdict.claim.id]
    assert len(cells) == 458
    assert {str(verdict.kind) for verdict in cells} == {"reproduced as printed"}
    assert all(rounds_to(verdict.computed, verdict.claim.printed) for verdict in cells)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("train_set=pile predicts=c4_val fit=five run=x", "no train_set 'pile', only"),
        ("train_set=c4 predicts=c4_val fit=five run=x", "no run 'x', only"),
        ("train_set=c4 predicts=c4_val fit=five", "given must name run"),
    ],
)
def test_what_was_not_measured_is_named(given, message):
    from dataclasses import replace

    cell = next(claim for claim in OURS if claim.quantity == "relative error")
    with pytest.raises(ValueError, match=message):
        audit([replace(cell, given=given)])


@pytest.mark.skipif(not REFERENCE.exists(), reason="no shared reference beside the checkout")
def test_the_cells_are_those_of_the_reference():
    with (REFERENCE / "gadre_heatmaps.csv").open(encoding="utf-8", newline="") as file:
        reference = {
            ".".join(
                (
                    "gadre",
                    row["figure"],
                    SETS[row["train_set"]],
                    row["target"].removeprefix("loss_"),
                    SIZES[row["n_params"]],
                    f"M{float(row['token_multiplier']):g}",
                )
            ): row["printed_rel_err_pct"]
            for row in csv.DictReader(file)
        }
    assert reference == {claim.id: claim.printed for claim in OURS if ".fig" in claim.id}


@pytest.mark.skipif(not REFERENCE.exists(), reason="no shared reference beside the checkout")
def test_the_claims_are_those_of_the_reference():
    with (REFERENCE / "gadre_claims.csv").open(encoding="utf-8", newline="") as file:
        reference = [float(row["printed"]) for row in csv.DictReader(file)]
    ours = [float(claim.printed) for claim in OURS if ".fig" not in claim.id]
    assert sorted(ours) == sorted(reference)
    assert len(ours) == 65
