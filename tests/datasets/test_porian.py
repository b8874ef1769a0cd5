import io
import lzma
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from released import Folder, loaded

from analysis.datasets import PORIAN_TRAIN_SETS, load_porian_runs
from analysis.datasets import porian as module
from analysis.datasets.pickles import ADMITTED, TableUnpickler, read_pickle
from analysis.datasets.porian import COSINE, KAPLAN, read_porian
from analysis.internal.files import DamagedDataError

WIDTHS = np.array([96, 128])
BODIES = np.array([331_776.0, 1_048_576.0])
MIDDLE = BODIES + 50_432 * WIDTHS


def pack(path: Path, value) -> None:
    path.write_bytes(lzma.compress(pickle.dumps(value)))


def budgets(N, C=1e16):
    """A table of two budgets, at the second of which nothing was trained."""
    columns = {"orig_n": N, "orig_t": C / (6 * N), "orig_loss": np.array([5.0, 5.1])}
    first = {name: pd.Series(values) for name, values in columns.items()}
    return pd.DataFrame([first | {"flops": C}, dict.fromkeys(columns, np.nan) | {"flops": 2 * C}])


def arms(cosine=None, kaplan=None):
    rows = [
        COSINE | {"data": budgets(MIDDLE) if cosine is None else cosine},
        KAPLAN | {"data": budgets(BODIES) if kaplan is None else kaplan},
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Pickles are as today's pandas writes them; the released ones are of an older one."""
    monkeypatch.setattr("analysis.datasets.pickles.ADMITTED", Anything(ADMITTED))
    folder = Folder(tmp_path)
    for file in PORIAN_TRAIN_SETS:
        pack(folder.path(file), arms())
    return folder


class Anything(dict):
    """Whatever NumPy and pandas of today ask for is admitted."""

    def __contains__(self, name):
        return name[0].split(".")[0] in ("numpy", "pandas", "builtins")

    def __missing__(self, name):
        return name[0]


# What the released files hold.


def test_the_cosine_arms_are_counted():
    runs = loaded(load_porian_runs)
    assert runs.groupby("train_set").size().to_dict() == {"openwebtext2": 88, "refinedweb": 88}
    assert runs["budget"].nunique() == 12
    assert (runs["budget"].min(), runs["budget"].max()) == (1.25e16, 2.56e19)
    assert runs["N"].nunique() == 16
    np.testing.assert_allclose(6 * runs["N"] * runs["D"], runs["budget"], rtol=1e-9)
    assert not runs.isna().any().any()


def test_an_embedding_is_50432_rows():
    runs = loaded(load_porian_runs)
    widths = (runs["N_all"] - runs["N"]) / 50_432
    assert (runs["N"] - runs["N_body"] == runs["N_all"] - runs["N"]).all()
    assert sorted(set(widths)) == [
        *(96, 128, 160, 224, 288, 320, 384, 480),
        *(576, 640, 704, 832, 1024, 1120, 1312, 1504),
    ]


# How they are read.


def test_a_folder_is_read(folder):
    runs = read_porian(folder)
    assert runs["train_set"].tolist() == ["refinedweb"] * 2 + ["openwebtext2"] * 2
    assert runs["N"].tolist() == MIDDLE.tolist() * 2
    assert runs["N_body"].tolist() == BODIES.tolist() * 2
    assert runs["N_all"].tolist() == (MIDDLE + 50_432 * WIDTHS).tolist() * 2
    assert set(runs["budget"]) == {1e16}


def of_loss(value):
    return budgets(MIDDLE).assign(orig_loss=[pd.Series([5.0, value]), np.nan])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (arms().drop(columns="data"), ": missing column data"),
        (arms().head(1), ": not one arm with .*kaplan"),
        (pd.concat([arms(), arms()]), ": not one arm with .*chinchilla"),
        (arms(budgets(MIDDLE).drop(columns="orig_t")), ": missing column orig_t"),
        (arms(of_loss(np.nan)), ", line 2: loss must be positive, got nan"),
        (arms(of_loss(-1.0)), ", line 2: loss must be positive, got -1"),
        (arms(of_loss("low")), ", line 2: loss must be positive, got 'low'"),
        (arms(budgets(MIDDLE + 1)), ", line 1: a size whose embedding is not found"),
        (arms(budgets(MIDDLE).assign(flops=3e16)), ", line 1: 6 N D is not the budget"),
        (arms(budgets(MIDDLE[[0, 0]])), ", line 2: a run that is there already"),
        (
            arms(budgets(MIDDLE).assign(orig_loss=[pd.Series([5.0]), np.nan])),
            ": sizes, tokens and losses of unequal length",
        ),
        (arms(budgets(MIDDLE).tail(1)), ": no rows"),
    ],
)
def test_what_is_wrong_is_named(folder, table, message):
    file = "summary_df_owt2.pickle.xz"
    pack(folder.path(file), table)
    with pytest.raises(ValueError, match=rf"^{file}{message}"):
        read_porian(folder)


class Thief:
    """Runs a command wherever it is read, unless it is not."""

    def __reduce__(self):
        return os.system, ("touch stolen",)


class Opener:
    """Reads another pickle wherever it is read, unless it is not."""

    def __reduce__(self):
        return pd.read_pickle, ("other.pickle",)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Thief(), "posix.system"),
        (Opener(), r"pandas\S*\.read_pickle"),
        (eval, "builtins.eval"),
        (getattr, "builtins.getattr"),
        (np.load, "numpy.load"),
        (Folder, "released.Folder"),
    ],
)
def test_a_pickle_that_asks_for_more_is_refused(tmp_path, monkeypatch, value, name):
    monkeypatch.chdir(tmp_path)
    pack(tmp_path / "runs.pickle.xz", value)
    with pytest.raises(DamagedDataError, match=rf"runs\.pickle\.xz is refused: it asks for {name}"):
        read_pickle(tmp_path / "runs.pickle.xz")
    assert not (tmp_path / "stolen").exists()


def test_nothing_admitted_runs_code_or_reads_files():
    assert {module.split(".")[0] for module, _ in ADMITTED} == {"builtins", "numpy", "pandas"}
    assert [name for module, name in ADMITTED if module == "builtins"] == ["slice"]
    for module_name, name in ADMITTED:
        assert TableUnpickler(io.BytesIO()).find_class(module_name, name) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        lzma.compress(b""),
        lzma.compress(b"no pickle"),
        lzma.compress(pickle.dumps({"a": 1})),
        lzma.compress(pickle.dumps([1.0] * 1000))[:-20],
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, content):
    path = tmp_path / "runs.pickle.xz"
    path.write_bytes(content)
    with pytest.raises(DamagedDataError, match=r"^runs\.pickle\.xz is (damaged|refused)"):
        read_pickle(path)


def test_the_hash_comes_before_the_pickle(tmp_path, monkeypatch):
    name = "summary_df.pickle.xz"
    monkeypatch.setenv("ANALYSIS_DATA_DIR", str(tmp_path))
    (tmp_path / "porian2024").mkdir()
    pack(tmp_path / "porian2024" / name, arms())
    monkeypatch.setattr(module, "read_pickle", lambda path: pytest.fail("it was read"))
    with pytest.raises(DamagedDataError, match="its hash is not"):
        load_porian_runs()
