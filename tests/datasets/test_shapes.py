import json

import numpy as np
import pytest
from released import Folder, loaded

from analysis.datasets import load_gemstone_runs, load_ladder_runs
from analysis.datasets.shapes import GEMSTONES, RUNGS, read_gemstones, read_ladder

STONE = {
    "run_name": "PyGemma-256x23_pretrain",
    "params_active_precise": 48_377_600,
    "width": 256,
    "depth": 23,
    "tokens": 10_997_465_088,
    "final_loss": 3.5,
}


def evaluation(step, tokens, loss=3.0):
    return {
        "_step": step,
        "throughput/total_tokens": tokens,
        "eval/c4_en-validation/CrossEntropyLoss": loss,
        "eval/pile-validation/CrossEntropyLoss": 2.5,
    }


@pytest.fixture
def stones(tmp_path):
    folder = Folder(tmp_path)
    rows = [STONE, STONE | {"tokens": 22_003_318_784, "final_loss": 3.4}]
    folder.path(GEMSTONES).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture
def ladder(tmp_path):
    folder = Folder(tmp_path)
    for name in ("190M-1xC", "190M-1xC-rerun"):
        rows = [evaluation(100, 2e9), evaluation(200, 20.05 * 190_354_176, 2.9)]
        folder.put(f"{name}.csv", *rows)
    return folder


# What the released files hold.


def test_the_gemstones_are_counted():
    runs = loaded(load_gemstone_runs)
    assert len(runs) == 199
    assert runs["model"].nunique() == 20
    assert runs["D"].nunique() == 10
    assert (runs["layers"] >= 12).sum() == 169
    assert (runs["N_all"] - runs["N"] == 50_304 * runs["width"]).all()
    assert (runs["N"] - runs["N_body"] == 50_304 * runs["width"]).all()


def test_the_ladder_is_counted():
    runs = loaded(load_ladder_runs)
    assert len(runs) == 30
    assert runs.groupby("size").size().to_dict() == dict.fromkeys(RUNGS, 6)
    assert runs["length"].value_counts().to_dict() == {0.5: 5, 1.0: 10, 2.0: 5, 5.0: 5, 10.0: 5}
    assert runs["rerun"].sum() == 5
    np.testing.assert_allclose(runs["D"] / runs["N"], 20 * runs["length"], rtol=0.003)


def test_what_a_second_run_changes_is_about_a_thousandth():
    runs = loaded(load_ladder_runs)
    twice = runs[runs["length"] == 1].pivot(index="N", columns="rerun", values="c4_val")
    gaps = (twice[True] - twice[False]).abs()
    assert len(gaps) == 5
    assert gaps.between(0.0004, 0.0012).all()


@pytest.mark.parametrize("rung", RUNGS.values())
def test_the_ladder_counts_the_head_and_not_the_embedding(rung):
    d, L = rung.width, rung.layers
    assert rung.N == 16 * L * d**2 + (4 * L + 1) * d + 100_352 * d


# How they are read.


def test_folders_are_read(stones, ladder):
    runs = read_gemstones(stones)
    assert runs["N"].tolist() == [48_377_600 - 50_304 * 256] * 2
    assert runs["loss"].tolist() == [3.5, 3.4]
    stones.path(GEMSTONES).unlink()
    runs = read_ladder(ladder)
    assert runs["rerun"].tolist() == [False, True]
    assert runs["c4_val"].tolist() == [2.9, 2.9]
    assert runs["N_all"].tolist() == [190_354_176 + 100_352 * 768] * 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[1]", r"not an object, got \[1\]"),
        (json.dumps({"width": 256}), "missing run_name"),
        (json.dumps(STONE | {"run_name": 7}), "run_name must be text, got 7"),
        (json.dumps(STONE | {"final_loss": None}), "final_loss must be positive, got None"),
        (json.dumps(STONE | {"final_loss": True}), "final_loss must be positive, got True"),
        (json.dumps(STONE | {"tokens": float("nan")}), "tokens must be positive, got nan"),
        (json.dumps(STONE | {"tokens": -5}), "tokens must be positive, got -5"),
        (json.dumps(STONE | {"depth": 24}), "params_active_precise is not that of its shape"),
        (json.dumps(STONE), "a run that is there already"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_wrong_with_a_gemstone_is_named(stones, line, message):
    with stones.path(GEMSTONES).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=rf"^{GEMSTONES}, line 3: {message}"):
        read_gemstones(stones)


def test_another_encoding_is_told(stones):
    stones.path(GEMSTONES).write_bytes("é".encode("latin-1"))
    with pytest.raises(ValueError, match="not text in UTF-8"):
        read_gemstones(stones)


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (1, "_step", "step", "missing column _step"),
        (2, "_step", "300", "an evaluation out of order"),
        (3, "throughput/total_tokens", "2.1e9", "tokens are not those of 1 times 20 a parameter"),
        (2, "eval/c4_en-validation/CrossEntropyLoss", "nan", "eval/c4_en-validation/.* 'nan'"),
    ],
)
def test_what_is_wrong_with_a_rung_is_named(ladder, line, column, value, message):
    ladder.change("190M-1xC.csv", line, column, value)
    where = "" if line == 1 else r", line \d"
    with pytest.raises(ValueError, match=rf"^190M-1xC\.csv{where}: {message}"):
        read_ladder(ladder)


@pytest.mark.parametrize("name", ["7B-1xC.csv", "190M.csv"])
def test_a_name_of_no_run_is_told(ladder, name):
    ladder.put(name, evaluation(1, 1e9))
    with pytest.raises(ValueError, match=f"^{name}: the name says no run of the ladder"):
        read_ladder(ladder)
