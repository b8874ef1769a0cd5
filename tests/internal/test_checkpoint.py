from zlib import crc32

import pytest

from analysis.internal.checkpoint import Checkpoint

SETTINGS, COLUMNS = {"b": 2, "a": 0.1}, ["n", "value"]
ROWS = [(1, 0.1 + 0.2), (2, 1e-300), (3, 5.0)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "results.csv"
    with Checkpoint(path, SETTINGS, COLUMNS) as file:
        for row in ROWS:
            file.append(row)
    return path


def test_what_is_read_is_what_was_written(path):
    with Checkpoint(path, SETTINGS, COLUMNS) as file:
        assert file.rows == ROWS
        assert [type(value) for value in file.rows[2]] == [int, float]
        file.append((4, 7.5))
    with Checkpoint(path, SETTINGS, COLUMNS) as file:
        assert file.rows == [*ROWS, (4, 7.5)]


def test_a_row_is_on_the_disk_before_the_file_is_closed(path):
    file = Checkpoint(path, SETTINGS, COLUMNS)
    file.append((4, 7.5))
    assert path.read_text().endswith(f"\n4,7.5,{crc32(b'4,7.5')}\n")
    file.close()


def test_a_line_torn_anywhere_loses_that_line_alone(path):
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for end in range(last, len(whole)):
        path.write_bytes(whole[:end])
        with Checkpoint(path, SETTINGS, COLUMNS) as file:
            assert file.rows == ROWS[:2]
            file.append(ROWS[2])
        assert path.read_bytes() == whole


def test_a_torn_head_is_written_anew(path):
    whole = path.read_bytes()
    head = whole.index(b"\n1,") + 1
    for end in range(head + 1):
        path.write_bytes(whole[:end])
        with Checkpoint(path, SETTINGS, COLUMNS) as file:
            assert file.rows == []
        assert path.read_bytes() == whole[:head]


def test_other_settings_or_columns_are_refused_and_the_file_is_left_alone(path):
    whole = path.read_bytes()
    for settings, columns in (({"a": 0.2, "b": 2}, COLUMNS), (SETTINGS, ["n", "loss"])):
        with pytest.raises(ValueError, match="written under other settings"):
            Checkpoint(path, settings, columns)
    assert path.read_bytes() == whole


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("It was a dark and stormy night;\nthe rain fell")
    with pytest.raises(ValueError, match="path must be a checkpoint or a new file"):
        Checkpoint(path, SETTINGS, COLUMNS)
    assert path.read_text().endswith("the rain fell")


@pytest.mark.parametrize("row", ["2,", "2", "2,x", "2,0.5,1", 'true,"a"', "", "2,NaN", "2,1e400"])
def test_damage_in_the_middle_is_named(path, row):
    for line in (row, f"{row},{crc32(row.encode())}"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join([*lines[:3], line + "\n", *lines[4:]]))
        with pytest.raises(ValueError, match=r"line 4 of .* is damaged"):
            Checkpoint(path, SETTINGS, COLUMNS)


@pytest.mark.parametrize("old", ["3", "5", "."])
def test_a_changed_digit_is_named(path, old):
    line = path.read_text().splitlines()[-1]
    path.write_text(path.read_text().replace(line, line.replace(old, "7", 1)))
    with pytest.raises(ValueError, match=r"line 5 of .* is damaged"):
        Checkpoint(path, SETTINGS, COLUMNS)


def test_a_row_of_another_sum_is_named(path):
    lines = path.read_text().splitlines(keepends=True)
    other = lines[2].rpartition(",")[2]
    path.write_text("".join([*lines[:3], lines[3].rpartition(",")[0] + "," + other, *lines[4:]]))
    with pytest.raises(ValueError, match=r"line 4 of .* is damaged"):
        Checkpoint(path, SETTINGS, COLUMNS)
