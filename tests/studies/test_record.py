"""One mechanism and one command for every study: `python -m analysis.studies [NAME ...]`."""

import pytest

from analysis.datasets import DATASETS
from analysis.studies.__main__ import STUDIES, main
from analysis.studies.record import FOLDER, recorded


def test_every_record_is_of_a_study():
    names = sorted(study.NAME for study in STUDIES.values())
    assert names == sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", STUDIES)
def test_a_record_says_what_remakes_it_and_what_it_rests_on(name):
    study = STUDIES[name]
    found = recorded(study.NAME)
    assert found["command"] == f"python -m analysis.studies {name}"
    assert found["data"] == {dataset: DATASETS[dataset].digest for dataset in study.DATASETS}


def test_the_named_study_alone_is_remade(monkeypatch, capsys, tmp_path):
    written = {}

    def record(name, value, *, datasets, command):
        written[name] = value, datasets, command
        return tmp_path / name

    monkeypatch.setattr("analysis.studies.__main__.record", record)
    monkeypatch.setattr(STUDIES["tasks"], "summarise", lambda: {"ranks": 1.0})
    assert main(["tasks"]) == 0
    assert written == {
        "task-evidence": ({"ranks": 1.0}, ("gadre2024",), "python -m analysis.studies tasks")
    }
    assert "task-evidence" in capsys.readouterr().out


def test_a_study_that_nobody_knows_is_named_in_one_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["tasks", "nobody's"])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "nobody's" in said
    assert said.count("\n") == 1
