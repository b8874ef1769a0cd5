import numpy as np
import pytest
from released import Folder, loaded

from analysis.datasets import KEMPNER_TRAIN_SETS, load_kempner_extrapolation, load_kempner_runs
from analysis.datasets.kempner import VOCABULARY, read_kempner


def row(data="starcoder", layers=4, width=256, budget=2e17):
    params = 12 * layers * width**2 + (4 * layers + 1 + 2 * 32_000) * width
    return {
        "data": data,
        "state": "finished",
        "n_layers": layers,
        "d_model": width,
        "params": params,
        "tokens": budget / (6 * params),
        "iso_flop": budget,
        "val_loss": 2.0,
        "eval/c4_val/CrossEntropyLoss": 4.0,
    }


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path)
    folder.put("sweep.csv", row(), row(layers=5, width=320), row("smollm-corpus"))
    return folder


# What the released files hold.


def test_the_sweeps_are_counted():
    runs = loaded(load_kempner_runs)
    assert len(runs) == 529
    assert runs.groupby("train_set").size().to_dict() == {
        "fineweb": 90,
        "fineweb-edu": 91,
        "proof-pile-2": 86,
        "slimpajama": 89,
        "smollm": 89,
        "starcoder": 84,
    }
    assert set(runs["train_set"]) == set(KEMPNER_TRAIN_SETS.values())
    assert runs["budget"].nunique() == 8
    assert runs["budget"].agg(["min", "max"]).tolist() == [2e17, 4.84e19]
    assert runs["N"].nunique() == 24


def test_an_embedding_is_32000_rows_in_every_run():
    for runs in (loaded(load_kempner_runs), loaded(load_kempner_extrapolation)):
        L, d = runs["layers"], runs["width"]
        assert (runs["N_body"] == 12 * L * d**2 + (4 * L + 1) * d).all()
        assert (runs["N_all"] - runs["N"] == 32_000 * d).all()
        assert (runs["N"] - runs["N_body"] == 32_000 * d).all()
        # What was found beforehand without the norms holds to a tenth of a per cent.
        rough = 12 * L * d**2 + 64_057 * d
        assert np.abs(runs["N_all"] / rough - 1).max() < 1e-3


def test_the_larger_runs_are_one_a_training_set():
    runs = loaded(load_kempner_extrapolation)
    assert runs["train_set"].tolist() == sorted(KEMPNER_TRAIN_SETS.values())
    assert set(runs["budget"]) == {1e21}
    assert set(runs["N_all"]) == {3_309_980_160}


# How they are read.


def test_a_folder_is_read(folder):
    runs = read_kempner(folder, "sweep.csv")
    assert runs["train_set"].tolist() == ["smollm", "starcoder", "starcoder"]
    assert runs["N_all"].tolist() == [19_534_080, 19_534_080, 26_630_720]
    assert runs["N"].tolist() == [
        19_534_080 - VOCABULARY * 256,
        19_534_080 - VOCABULARY * 256,
        26_630_720 - VOCABULARY * 320,
    ]
    assert runs["loss"].tolist() == [2.0] * 3
    assert runs["c4_val"].tolist() == [4.0] * 3


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (1, "params", "size", "missing column params"),
        (3, "val_loss", "nan", "val_loss must be positive, got 'nan'"),
        (3, "val_loss", "-2", "val_loss must be positive, got '-2'"),
        (3, "tokens", "inf", "tokens must be positive, got 'inf'"),
        (3, "tokens", "many", "tokens must be positive, got 'many'"),
        (3, "tokens", "1e9", "tokens are not those of its budget"),
        (3, "params", "26630721", "params are not those of its shape"),
        (3, "n_layers", "4", "params are not those of its shape"),
        (3, "data", "pile", "data must be one of fineweb-100b, "),
        (3, "state", "crashed", "a run that did not finish"),
    ],
)
def test_what_is_wrong_is_named(folder, line, column, value, message):
    folder.change("sweep.csv", line, column, value)
    where = "" if line == 1 else f", line {line}"
    with pytest.raises(ValueError, match=rf"^sweep\.csv{where}: {message}"):
        read_kempner(folder, "sweep.csv")


def test_a_run_there_twice_and_a_file_without_rows_are_named(folder):
    folder.put("sweep.csv", row(), row())
    with pytest.raises(ValueError, match=r"sweep\.csv, line 3: a run that is there already"):
        read_kempner(folder, "sweep.csv")
    folder.path("sweep.csv").write_text(",".join(row()) + "\n")
    with pytest.raises(ValueError, match=r"sweep\.csv: no rows"):
        read_kempner(folder, "sweep.csv")


def test_half_a_file_is_told(folder):
    whole = folder.path("sweep.csv").read_bytes()
    folder.path("sweep.csv").write_bytes(whole[: len(whole) - 8])
    with pytest.raises(ValueError, match=r"^sweep\.csv, line 4: not 9 fields"):
        read_kempner(folder, "sweep.csv")
