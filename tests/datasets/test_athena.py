import numpy as np
import pytest
from released import Folder, loaded

from analysis.datasets import MARIN_TRAIN_SETS, load_llama3_runs, load_marin_runs
from analysis.datasets.athena import read_llama3, read_marin

SHAPES = ((512, 6), (640, 7))


def run(width, layers, name="1e+18"):
    params = layers * (16 * width**2 + 2 * width + 256) + width + 2 * 128_256 * width
    return {
        "Name": f"isoflop-{name}-d{width}-L{layers}-B8-comma-mix",
        "parameter_count": params,
        "throughput/total_tokens": 5e17 / params,
        "throughput/total_gflops": 3e9,
        "eval/paloma/macro_loss": 3.0,
        "model.hidden_dim": width,
        "model.num_layers": layers,
    }


def point(C=6e18, D=1e10, condition="raw_loss"):
    return {"condition": condition, "tokens": D, "params": C / (6 * D), "budget": C, "loss": 0.9}


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path)
    for name in MARIN_TRAIN_SETS:
        other = run(512, 6) | {"Name": "exp2166-validation-optimal-3e+18-5b04fb"}
        folder.put(f"isoflop-{name}.csv", other, *(run(*shape) for shape in SHAPES))
    folder.put("isoflops.csv", point(), point(D=2e10), point(condition="exp_loss"))
    return folder


# What the released files hold.


def test_the_sweeps_of_marin_are_counted():
    runs = loaded(load_marin_runs)
    assert runs.groupby("train_set").size().to_dict() == {"comma": 85, "dclm": 85, "nemotron": 88}
    assert runs["N"].nunique() == 22
    budgets = runs.groupby("train_set")["budget"].unique()
    seven = [3e18, 9e18, 1.8e19, 3e19, 9e19, 1.8e20, 3e20]
    assert budgets["comma"].tolist() == pytest.approx(seven)
    assert budgets["dclm"].tolist() == pytest.approx(seven)
    assert budgets["nemotron"].tolist() == pytest.approx([1.8e18, *seven])


def test_an_embedding_of_marin_is_128256_rows():
    runs = loaded(load_marin_runs)
    L, d = runs["layers"], runs["width"]
    assert (runs["N_all"] - runs["N"] == 128_256 * d).all()
    assert (runs["N"] - runs["N_body"] == 128_256 * d).all()
    assert (runs["N_body"] == L * (16 * d**2 + 2 * d + 256) + d).all()


def test_6ND_is_below_the_budget_that_counts_attention():
    runs = loaded(load_marin_runs)
    share = 6 * runs["N"] * runs["D"] / runs["budget"]
    assert share.min() == pytest.approx(0.767, abs=1e-3)
    assert share.max() == pytest.approx(0.893, abs=1e-3)
    with_all = 6 * runs["N_all"] * runs["D"] / runs["budget"]
    assert with_all.max() == pytest.approx(1.35, abs=0.01)


def test_the_points_of_llama_3():
    runs = loaded(load_llama3_runs)
    assert len(runs) == 133
    assert runs["budget"].nunique() == 10
    assert (runs["budget"].min(), runs["budget"].max()) == (6e18, 1e22)
    np.testing.assert_allclose(6 * runs["N"] * runs["D"], runs["budget"], rtol=1e-9)
    assert runs["loss"].between(0.69, 0.94).all()


# How they are read.


def test_a_folder_is_read(folder):
    runs = read_marin(folder)
    assert runs["train_set"].tolist() == ["comma"] * 2 + ["dclm"] * 2 + ["nemotron"] * 2
    assert runs["width"].tolist() == [512, 640] * 3
    assert set(runs["budget"]) == {3e18}
    points = read_llama3(folder)
    assert points["N"].tolist() == [5e7, 1e8]


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (1, "Name", "name", "missing column Name"),
        (3, "eval/paloma/macro_loss", "0", "eval/paloma/macro_loss must be positive, got '0'"),
        (4, "Name", "isoflop-much-d640-L7-B8-x", "Name says no budget"),
        (4, "Name", "isoflop-1e+18-d512-L7-B8-x", "the shape is not that of its Name"),
        (4, "Name", "isoflop-3e+18-d640-L7-B8-x", "total_gflops are not three times the budget"),
        (4, "parameter_count", "210054273", "parameter_count is not that of its shape"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_named(folder, line, column, value, message):
    folder.change("isoflop-dclm.csv", line, column, value)
    where = "" if line == 1 else f", line {line}"
    with pytest.raises(ValueError, match=rf"^isoflop-dclm\.csv{where}: {message}"):
        read_marin(folder)


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (1, "budget", "C", "missing column budget"),
        (3, "params", "6e7", "params are not budget"),
        (3, "loss", "", "loss must be positive, got ''"),
    ],
)
def test_what_is_wrong_with_a_point_is_named(folder, line, column, value, message):
    folder.change("isoflops.csv", line, column, value)
    where = "" if line == 1 else f", line {line}"
    with pytest.raises(ValueError, match=rf"^isoflops\.csv{where}: {message}"):
        read_llama3(folder)


def test_a_point_there_twice_is_named(folder):
    folder.put("isoflops.csv", point(), point())
    with pytest.raises(ValueError, match=r"^isoflops\.csv, line 3: a run that is there already"):
        read_llama3(folder)
