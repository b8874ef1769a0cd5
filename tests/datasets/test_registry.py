"""A file is used only if it has its hash, wherever it came from."""

import hashlib
import json
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import ThreadingHTTPServer

import numpy as np
import pytest

from analysis.datasets import registry as datasets
from analysis.datasets.__main__ import main
from analysis.datasets.epoch import load_chinchilla_runs
from analysis.datasets.fetch import DataUnavailableError
from analysis.datasets.registry import DATASETS, DataSet
from analysis.internal.files import DamagedDataError
from analysis.studies.record import recall, record
from serve import Quiet

CONTENT = b"size,loss\n1,2\n"
FILE = "tables/runs.csv"
NOWHERE = "http://127.0.0.1:9/"


class Places:
    """A mirror the reader chose, a checkout with its data folder and a mirror beside it."""

    def __init__(self, root, monkeypatch):
        self.chosen = root / "chosen"
        self.cache = root / "checkout" / "data"
        self.beside = root / "shared" / "data"
        self.registry = root / "registry.txt"
        digest = hashlib.sha256(CONTENT).hexdigest()
        self.registry.write_text(f"# a comment\n{FILE} sha256:{digest}\n")
        monkeypatch.setattr(datasets, "download_directory", lambda: self.cache)
        monkeypatch.delenv("ANALYSIS_DATA_DIR", raising=False)
        monkeypatch.delenv("STRICT", raising=False)

    def dataset(self, base_url=NOWHERE):
        return DataSet("toy", base_url, "Somebody 2024", "MIT", self.registry)

    def put(self, place, content=CONTENT):
        path = place / "toy" / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture
def places(tmp_path, monkeypatch):
    return Places(tmp_path, monkeypatch)


class HalfWay(Quiet):
    """Promises the whole file and hangs up half way."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        self.connection.close()


@pytest.fixture
def serve(tmp_path):
    """Return a function that serves bytes as the one file of an origin, and gives its address."""
    servers = []

    def start(content=CONTENT, handler=Quiet):
        root = tmp_path / f"origin{len(servers)}"
        (root / FILE).parent.mkdir(parents=True)
        (root / FILE).write_bytes(content)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root)))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


def left_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


DAMAGED = {
    "truncated": CONTENT[:-3],
    "altered": CONTENT.replace(b"2", b"3"),
    "empty": b"",
    "a page of an access point": b"<html>please log in</html>",
}


def test_places_are_searched_in_their_order(places, monkeypatch):
    beside = places.put(places.beside)
    assert places.dataset().path(FILE) == beside
    cached = places.put(places.cache)
    assert places.dataset().path(FILE) == cached
    monkeypatch.setenv("ANALYSIS_DATA_DIR", str(places.chosen))
    assert places.dataset().path(FILE) == cached
    chosen = places.put(places.chosen)
    assert places.dataset().path(FILE) == chosen


def test_what_is_nowhere_else_comes_from_the_origin_and_stays(places, serve):
    path = places.dataset(serve()).path(FILE)
    assert path == places.cache / "toy" / FILE
    assert path.read_bytes() == CONTENT
    assert places.dataset(NOWHERE).path(FILE) == path


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_mirror_is_refused_by_name(places, monkeypatch, content):
    path = places.put(places.beside, content)
    with pytest.raises(DamagedDataError, match=str(path)):
        places.dataset().path(FILE)
    monkeypatch.setenv("ANALYSIS_DATA_DIR", str(places.chosen))
    path = places.put(places.chosen, content)
    places.put(places.cache)
    with pytest.raises(DamagedDataError, match=str(path)):
        places.dataset().path(FILE)
    assert path.read_bytes() == content  # what is not ours is left as it was


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_download_is_removed_and_fetched_anew(places, serve, content):
    damaged = places.put(places.cache, content)
    with pytest.raises(DamagedDataError, match=str(damaged)):
        places.dataset(NOWHERE).path(FILE)
    assert left_in(places.cache) == []
    places.put(places.cache, content)
    assert places.dataset(serve()).path(FILE).read_bytes() == CONTENT


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_changed_origin_is_refused_and_leaves_nothing(places, serve, content):
    with pytest.raises(DamagedDataError, match=f"{FILE} is damaged or has changed"):
        places.dataset(serve(content)).path(FILE)
    assert left_in(places.cache) == []


def test_half_a_download_leaves_nothing(places, serve):
    with pytest.raises((DamagedDataError, DataUnavailableError), match=FILE):
        places.dataset(serve(handler=HalfWay)).path(FILE)
    assert left_in(places.cache) == []


def test_a_file_missing_at_the_origin_is_unavailable(places, serve):
    with pytest.raises(DataUnavailableError, match="HTTPError"):
        places.dataset(serve() + "elsewhere/").path(FILE)


def test_the_error_names_the_data_set_the_places_and_the_command(places):
    with pytest.raises(DataUnavailableError) as caught:
        places.dataset().path(FILE)
    message = str(caught.value)
    for part in (
        "toy",
        "Somebody 2024",
        str(places.cache),
        str(places.beside),
        NOWHERE,
        "make data",
    ):
        assert part in message


def test_an_unknown_file_is_a_key_error(places):
    places.put(places.cache)
    with pytest.raises(KeyError):
        places.dataset().verify("other.csv", places.cache / "toy" / FILE)


def test_download_copies_from_a_mirror_and_verifies(places):
    places.put(places.beside)
    folder = places.dataset().download()
    assert left_in(places.cache) == [folder / FILE]
    places.put(places.beside, DAMAGED["truncated"])
    assert places.dataset().download() == folder  # what is there and good is not touched
    (folder / FILE).unlink()
    with pytest.raises(DamagedDataError):
        places.dataset().download()
    assert left_in(places.cache) == []


def test_the_command_reports_and_fails(places, monkeypatch, capsys):
    monkeypatch.setattr("analysis.datasets.__main__.DATASETS", {"toy": places.dataset()})
    assert main() == 1
    assert "make data" in capsys.readouterr().err
    places.put(places.beside)
    assert main() == 0
    assert "toy: 1 files verified" in capsys.readouterr().out


def test_importing_touches_no_disk(tmp_path):
    code = "import analysis.datasets, pathlib, sys; sys.exit(any(pathlib.Path.cwd().iterdir()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=_environment())
    assert done.returncode == 0


def _environment():
    import os
    from pathlib import Path

    root = str(Path(datasets.__file__).parents[2])
    return os.environ | {"PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}


def test_the_digest_changes_with_any_file(places):
    before = places.dataset().digest
    assert before.startswith("sha256:")
    places.registry.write_text(f"{FILE} sha256:{'0' * 64}\n")
    assert places.dataset().digest != before


def test_the_registries_are_whole():
    assert len(DATASETS["epoch2024"].hashes) == 1
    names = DATASETS["gadre2024"].hashes
    assert sum(name.startswith("models/") for name in names) == 104
    assert sum(name.startswith("evals/") for name in names) == 104
    assert "eval_metadata.csv" in names
    counted = {
        "kempner2024": 2,
        "marin2026": 3,
        "llama3": 1,
        "gemstones2025": 1,
        "olmo-ladder2024": 30,
        "porian2024": 2,
    }
    assert {name: len(DATASETS[name].hashes) for name in counted} == counted
    for dataset in DATASETS.values():
        assert all(len(value) == len("sha256:") + 64 for value in dataset.hashes.values())
        assert len(dataset.base_url.split("/")[5]) == 40  # pinned at a commit


@pytest.mark.parametrize("name", DATASETS)
def test_an_altered_file_of_any_data_set_is_refused_by_name(places, monkeypatch, name):
    monkeypatch.setenv("ANALYSIS_DATA_DIR", str(places.chosen))
    for file in DATASETS[name].hashes:
        altered = places.chosen / name / file
        altered.parent.mkdir(parents=True, exist_ok=True)
        altered.write_bytes(CONTENT)
        with pytest.raises(DamagedDataError, match=re.escape(str(altered))):
            DATASETS[name].path(file)


# Recorded results


def test_a_record_stands_in_when_the_data_are_missing(places, tmp_path, monkeypatch):
    def compute():
        places.dataset().path(FILE)
        return {"k_min": 0.147}

    command = "python -m analysis.toy"
    path = record(
        "toy", {"k_min": 0.147}, datasets=("epoch2024",), command=command, folder=tmp_path
    )
    assert json.loads(path.read_text())["data"] == {"epoch2024": DATASETS["epoch2024"].digest}
    recalled = recall("toy", compute, folder=tmp_path)
    assert recalled.value == {"k_min": 0.147}
    assert command in recalled.note
    assert "make data" in recalled.note

    monkeypatch.setenv("STRICT", "1")
    with pytest.raises(DataUnavailableError):
        recall("toy", compute, folder=tmp_path)
    places.put(places.cache)
    assert recall("toy", compute, folder=tmp_path).note == ""


def test_a_damaged_file_is_never_papered_over(places, tmp_path):
    record("toy", 1, datasets=(), command="x", folder=tmp_path)
    places.put(places.beside, DAMAGED["altered"])
    with pytest.raises(DamagedDataError):
        recall("toy", lambda: places.dataset().path(FILE), folder=tmp_path)


def test_without_a_record_the_error_stays(places, tmp_path):
    with pytest.raises(DataUnavailableError):
        recall("none", lambda: places.dataset().path(FILE), folder=tmp_path)


def test_a_record_holds_no_nan(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        record("toy", float("nan"), datasets=(), command="x", folder=tmp_path)


# The runs


@pytest.fixture
def runs():
    try:
        return load_chinchilla_runs()
    except DataUnavailableError as error:
        pytest.skip(str(error))


def test_the_runs(runs):
    assert list(runs.columns) == ["N", "D", "C", "loss"]
    assert len(runs) == 245
    np.testing.assert_allclose(runs.C, 6 * runs.N * runs.D)
    assert runs.loss.between(2, 5.1).all()


def test_the_published_exclusion_keeps_240_runs(runs):
    kept = load_chinchilla_runs(exclude_highest=5)
    assert len(kept) == 240
    assert kept.loss.max() < runs.loss.sort_values().iloc[-5]
    assert list(kept.index) == list(range(240))


@pytest.mark.parametrize("bad", [-1, 246, 2.5, "five"])
def test_a_bad_exclusion_is_named(runs, bad):
    with pytest.raises(ValueError, match="exclude_highest must be a whole number"):
        load_chinchilla_runs(exclude_highest=bad)
