"""A table is read whatever its kind, and what is wrong with it is said in a line."""

import io
import json

import pandas as pd
import pytest
from tables import written

from analysis.fit.cells import LARGEST, read_cells

CELLS = {"params": ["1e8", "1e9"], "loss": ["3.1", "2.9"]}


@pytest.mark.parametrize(
    "text",
    [
        "params,loss\n1e8,3.1\n1e9,2.9\n",
        "params;loss\n1e8;3.1\n1e9;2.9",
        "params\tloss\r\n1e8\t3.1\r\n\r\n1e9\t2.9\r\n",
        "\n params , loss \n1e8,3.1\n,\n1e9,2.9\n",
        '"params","loss"\n"1e8",3.1\n1e9,"2.9"\n',
        "\ufeffparams,loss\n1e8,3.1\n1e9,2.9\n",
        "# settings\n# more, of them\nparams,loss\n1e8,3.1\n1e9,2.9\n",
        "params|loss\n1e8|3.1\n1e9|2.9\n",
        '{"params": "1e8", "loss": 3.1}\n\n{"loss": 2.9, "params": "1e9"}\n',
        '[{"params": "1e8", "loss": 3.1}, {"params": "1e9", "loss": 2.9}]',
        "params,loss\n1e8,3.1\n1e9,2.9\n".encode("utf-16"),
    ],
)
def test_a_table_of_any_kind_is_read(tmp_path, text):
    assert read_cells(written(tmp_path, text, "any.name")) == CELLS


def test_a_cell_that_an_object_lacks_is_empty(tmp_path):
    path = written(tmp_path, '{"params": 5}\n{"loss": null, "params": 6}\n')
    assert read_cells(path) == {"params": ["5", "6"], "loss": ["", ""]}


def test_standard_input_is_read(monkeypatch):
    stdin = type("stdin", (), {"buffer": io.BytesIO(b"a,b\n1,2\n")})
    monkeypatch.setattr("sys.stdin", stdin)
    assert read_cells("-") == {"a": ["1"], "b": ["2"]}


def test_parquet_is_read_or_says_what_it_wants(tmp_path, monkeypatch):
    path = written(tmp_path, b"PAR1 and more")
    frame = pd.DataFrame({"params": [1e8, None], "loss": [3.1, 2.9]})
    monkeypatch.setattr(pd, "read_parquet", lambda _: frame)
    assert read_cells(path) == {"params": ["100000000.0", ""], "loss": ["3.1", "2.9"]}
    for error, message in ((ImportError, "pip install pyarrow"), (OSError, "not Parquet")):
        monkeypatch.setattr(pd, "read_parquet", lambda _, error=error: (_ for _ in ()).throw(error))
        with pytest.raises(ValueError, match=message):
            read_cells(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty"),
        (" \n\n", "it is empty"),
        ("params,loss\n", "a header and no rows"),
        ("[]", "it has no columns"),
        ("my runs\nparams,loss\n1,2\n", "the first line is no header"),
        ("| a | b |\n|--|--|\n| 1 | 2 |\n", "the first line is no header"),
        ('{"N": {"0": 1, "1": 2}, "loss": {"0": 3, "1": 3}}', "orient='records'"),
        ("params,loss,params\n1,2,3\n", "'params' is there twice"),
        ("params,loss\n1,2\n1,2,3\n", "row 2 has 3 cells, the header 2"),
        ('params,loss\n"1,2\n', "not CSV"),
        (b"\x00\x01\x02\x03", "not text"),
        (b"params,loss\n\xff\xfa\xfb,2\n", "not text in UTF-8"),
        (b"PK\x03\x04 and more", "save the sheet as CSV"),
        ('{"params": 1', "row 1 is not JSON"),
        ("[1, 2", "the file is not JSON"),
        ("[1, 2]", "row 1 is no object"),
        (json.dumps([{"a": 1}, 2]), "row 2 is no object"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_file(tmp_path, text, message):
    with pytest.raises(ValueError, match=rf"runs\.csv: .*{message}"):
        read_cells(written(tmp_path, text))


def test_what_is_no_file_is_said(tmp_path):
    with pytest.raises(ValueError, match="a folder"):
        read_cells(tmp_path)
    with pytest.raises(ValueError, match="no such file"):
        read_cells(tmp_path / "runs.csv")
    with pytest.raises(ValueError, match="cannot be read"):
        read_cells(written(tmp_path, "a") / "b")


def test_a_file_without_end_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "runs.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST + 10**10)
    with pytest.raises(ValueError, match="larger than 64 MB"):
        read_cells(path)
