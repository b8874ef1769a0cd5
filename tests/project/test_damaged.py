"""Damaged files and interrupted work: told by name, and never trusted by a second run."""

import contextlib
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from zlib import crc32

import numpy as np
import pytest

import analysis
from analysis.advice import load_models
from analysis.bootstrap import bootstrap_parametric
from analysis.claims import audit, load_claims
from analysis.claims.__main__ import main as judge
from analysis.datasets import SEQUENCE, VALIDATION_SETS, DataSet, DataUnavailableError
from analysis.datasets import registry as datasets
from analysis.datasets.gadre import read_testbed
from analysis.internal.checkpoint import Checkpoint
from analysis.internal.files import DamagedDataError, write_whole
from analysis.lab import grid, sweep
from analysis.lab import training as lab
from analysis.laws import PUBLISHED
from analysis.studies.record import FOLDER, record, recorded
from report import pages
from report.equations import Equations

PACKAGE = Path(analysis.__file__).parent
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n"
RECORDS = sorted(path.stem for path in FOLDER.glob("*.json"))
TABLES = [*sorted((PACKAGE / "claims").glob("*.csv")), PACKAGE / "advice" / "models.csv"]


def truncated(content: bytes):
    """The content cut off at every 1,000th byte, and one byte before its end."""
    for end in (*range(0, len(content), 1000), len(content) - 2):
        yield f"cut at byte {end}", content[:end]


def flipped(content: bytes, n: int = 40):
    """The content with one bit changed, at places all over it."""
    for place in np.linspace(0, len(content) - 1, n).astype(int):
        for bit in (0, 7):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            yield f"bit {bit} of byte {place}", bytes(changed)


def replaced(content: bytes):
    """Something else in the place of the content."""
    yield "a page", HTML
    yield "other encoding", content.decode("utf-8-sig").encode("utf-16")
    yield "old encoding", content + "é".encode("latin-1")
    yield "zeros", bytes(len(content))
    yield "an archive", b"PK\x03\x04" + content[4:]
    yield "twice", content + content
    yield "an empty object", b"{}"
    yield "null", b"null"
    yield "brackets", b"[" * 100_000


def damaged(content: bytes):
    yield from truncated(content)
    yield from flipped(content)
    yield from replaced(content)


def tried(function, *arguments, **keywords):
    """Return what a call returns and "", or None and the message of its `ValueError`."""
    try:
        return function(*arguments, **keywords), ""
    except ValueError as error:
        return None, str(error)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# Data sets: a file is what its hash says, or it is refused.

FILE = "tables/runs.csv"
CONTENT = "".join(f"{place},{place**2}\n" for place in range(1000)).encode()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A checkout's data folder, and a registry of one file."""
    registry = tmp_path / "registry.txt"
    registry.write_text(f"{FILE} sha256:{hashlib.sha256(CONTENT).hexdigest()}\n")
    data = tmp_path / "checkout" / "data"
    monkeypatch.setattr(datasets, "download_directory", lambda: data)
    monkeypatch.delenv("ANALYSIS_DATA_DIR", raising=False)

    def dataset(url="http://127.0.0.1:9/"):
        return DataSet("toy", url, "Somebody 2024", "MIT", registry)

    return SimpleNamespace(data=data, registry=registry, dataset=dataset, root=tmp_path)


def test_every_damage_of_a_data_file_is_told(place, monkeypatch):
    mirror = place.root / "mirror"
    path = mirror / "toy" / FILE
    path.parent.mkdir(parents=True)
    monkeypatch.setenv("ANALYSIS_DATA_DIR", str(mirror))
    dataset, cases = place.dataset(), 0
    for what, content in damaged(CONTENT):
        path.write_bytes(content)
        with pytest.raises(DamagedDataError, match=r"runs\.csv is damaged"):
            dataset.path(FILE)
        assert path.read_bytes() == content, what
        cases += 1
    assert cases > 90
    path.write_bytes(CONTENT)
    assert dataset.path(FILE) == path


@pytest.mark.parametrize(
    "line",
    [
        "../outside.csv sha256:" + "0" * 64,
        "/etc/passwd sha256:" + "0" * 64,
        "a/../../b sha256:" + "0" * 64,
        "a//b sha256:" + "0" * 64,
        "C:\\b sha256:" + "0" * 64,
        "~/b sha256:" + "0" * 64 + "0",
        "b sha256:" + "0" * 63,
        "b sha256:" + "z" * 64,
        "b md5:" + "0" * 32,
        "b",
        "<html>",
        "b sha256:" + "0" * 64 + "\nb sha256:" + "1" * 64,
    ],
)
def test_a_registry_names_files_of_its_folder_and_their_hashes(place, line):
    place.registry.write_text(line + "\n")
    with pytest.raises(ValueError, match=r"registry.txt is damaged|file must be a plain file name"):
        _ = place.dataset().hashes


@pytest.mark.parametrize("file", ["../runs.csv", "/etc/passwd", "", ".", "tables", None, 3, b"x"])
def test_only_files_of_the_data_set_are_looked_for(place, file):
    with pytest.raises(ValueError, match="file must be one of data set 'toy'"):
        place.dataset().path(file)
    assert not place.data.exists()


def test_a_link_out_of_the_data_folder_is_not_written_through(place):
    outside = place.root / "outside"
    outside.mkdir()
    (outside / "runs.csv").write_bytes(b"somebody else's")
    (place.data / "toy").mkdir(parents=True)
    (place.data / "toy" / "tables").symlink_to(outside)
    with pytest.raises(DamagedDataError, match="leads out of"):
        place.dataset().path(FILE)
    assert (outside / "runs.csv").read_bytes() == b"somebody else's"
    (outside / "runs.csv").unlink()
    with pytest.raises(DamagedDataError, match="leads out of"):
        place.dataset().path(FILE)
    assert left_in(outside) == []


def test_a_link_in_the_place_of_a_file_is_removed_and_its_target_is_not(place):
    secret = place.root / "secret"
    secret.write_bytes(b"somebody else's")
    link = place.data / "toy" / FILE
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    with pytest.raises(DamagedDataError, match=r"runs\.csv is damaged"):
        place.dataset().path(FILE)
    assert secret.read_bytes() == b"somebody else's"
    assert not link.is_symlink()


class Origin(BaseHTTPRequestHandler):
    """An origin that answers as its path asks for."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        how, _, rest = self.path.strip("/").partition("/")
        status, headers, body = 200, {}, CONTENT
        if how.isdecimal():
            status, body = int(how), HTML
        elif how == "page":
            body = HTML
        elif how == "round":
            status, headers, body = 302, {"Location": self.path}, b""
        elif how == "away":
            status, headers, body = 301, {"Location": f"/page/{rest}"}, b""
        elif how == "moved":
            status, headers, body = 307, {"Location": f"/good/{rest}"}, b""
        elif how == "file":
            status, headers, body = 302, {"Location": "file:///etc/passwd"}, b""
        elif how == "short":
            headers = {"Content-Length": str(len(CONTENT) + 100)}
        elif how == "long":
            headers = {"Content-Length": str(len(CONTENT) - 100)}
        elif how == "zipped":
            headers = {"Content-Encoding": "gzip"}
        self.send_response(status)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


@pytest.fixture
def origin(serve):
    return serve(Origin)


@pytest.mark.parametrize(
    "how", ["404", "403", "500", "503", "page", "away", "round", "file", "short", "long", "zipped"]
)
def test_whatever_an_origin_answers_half_a_file_is_not_kept(place, origin, how):
    with pytest.raises((DamagedDataError, DataUnavailableError), match=FILE):
        place.dataset(f"{origin}/{how}/").path(FILE)
    assert left_in(place.data) == []
    assert place.dataset(f"{origin}/good/").path(FILE).read_bytes() == CONTENT


def test_a_redirect_to_the_file_itself_is_followed_and_verified(place, origin):
    assert place.dataset(f"{origin}/moved/").path(FILE).read_bytes() == CONTENT


# Records.


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDS)
def test_every_damage_of_a_record_is_told(name, tmp_path):
    path = tmp_path / f"{name}.json"
    good = (FOLDER / path.name).read_bytes()
    path.write_bytes(good)
    kept = recorded(name, folder=tmp_path)
    for what, content in damaged(good):
        path.write_bytes(content)
        found, error = tried(recorded, name, folder=tmp_path)
        # What is not told is white space, or a digit beyond double precision.
        assert found == kept or str(path) in error, what


@pytest.mark.parametrize("key", ["command", "data", "value", "sha256"])
def test_a_record_has_all_its_keys(tmp_path, key):
    path = record("toy", {"k": 0.5}, datasets=(), command="x", folder=tmp_path)
    content = json.loads(path.read_text())
    content[f"{key}s"] = content.pop(key)
    path.write_text(json.dumps(content))
    with pytest.raises(DamagedDataError, match=rf"toy.json is damaged: it lacks '{key}'"):
        recorded("toy", folder=tmp_path)


def test_a_changed_digit_of_a_record_is_told(tmp_path):
    path = record("toy", {"k": 0.525}, datasets=(), command="x", folder=tmp_path)
    path.write_text(path.read_text().replace("0.525", "0.526"))
    with pytest.raises(DamagedDataError, match=r"toy\.json is damaged"):
        recorded("toy", folder=tmp_path)


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/b", "..", ".", "", "a\0", "C:x", "x" * 300, None]
)
def test_a_record_is_named_without_a_path(tmp_path, name):
    with pytest.raises(ValueError, match="name must be a plain file name"):
        record(name, 1, datasets=(), command="x", folder=tmp_path)
    with pytest.raises(ValueError, match="name must be a plain file name"):
        recorded(name, folder=tmp_path)
    assert left_in(tmp_path) == []


# Tables.


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_a_damaged_table_is_named_or_read_as_it_stands(table, tmp_path):
    read = load_models if table.stem == "models" else load_claims
    path = tmp_path / table.name
    refused = 0
    for what, content in damaged(table.read_bytes()):
        path.write_bytes(content)
        found, error = tried(read, path)
        assert not error or table.name in error, what
        if found is not None and read is load_claims:
            _, error = tried(audit, found)
            assert not error or error.startswith("claim "), what
        refused += bool(error)
    assert refused > 30


@pytest.mark.parametrize(
    ("what", "content"), [case for case in replaced(TABLES[0].read_bytes()) if case[0] != "twice"]
)
def test_the_ledger_refuses_what_is_no_table_in_one_line(tmp_path, capsys, what, content):
    path = tmp_path / "claims.csv"
    path.write_bytes(content)
    assert judge([str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("claims: claims.csv")
    assert said.err.count("\n") == 1


def test_a_row_or_a_column_that_is_there_twice_is_named(tmp_path):
    path = tmp_path / "claims.csv"
    lines = TABLES[0].read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[-1]]), "utf-8")
    with pytest.raises(ValueError, match=rf"claims.csv, line {len(lines) + 1}: .* is given twice"):
        load_claims(path)
    head = lines[0].rstrip("\r\n")
    path.write_text(f"{head},id\n{lines[1].rstrip()},x\n", "utf-8")
    with pytest.raises(ValueError, match=r"claims.csv: a column is there twice"):
        load_claims(path)


BAD_FIELDS = {
    "printed": [
        "1e999999999",
        "1e-999999999",
        "1e400",
        "9" * 5000,
        "nan",
        "sNaN",
        "inf",
        "0x1",
        "",
    ],
    "given": ["k_N=1e999999999", "k_N~inf", "k_N~nan", "k_N~sNaN", "k_N=-inf", "k_N~1e-9999999"],
}


@pytest.mark.parametrize(
    ("column", "value"), [(name, value) for name in BAD_FIELDS for value in BAD_FIELDS[name]]
)
def test_numbers_beyond_all_measure_are_named(tmp_path, column, value, capsys):
    [claim] = [claim for claim in load_claims() if claim.id == "post.overhead.0.5"]
    fields = vars(claim) | {"id": "new", column: value}
    path = tmp_path / "claims.csv"
    quoted = ['"' + text.replace('"', '""') + '"' for text in fields.values()]
    path.write_text(",".join(fields) + "\n" + ",".join(quoted) + "\n", "utf-8")
    assert judge([str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "new" in said.err or "line 2" in said.err


# The files of the testbed, as a mirror without hashes would have them.

RUN = {
    "hyperparameters": {
        "params": 1e7,
        "params_no_embed": 8e6,
        "tokens": 2e8,
        "chinchilla_multiplier": 1,
        "warmup": 100,
        "global_bs": 512,
    },
    "dataset_name": "c4_original",
    "name": "c4_original-open_lm_11m",
    "results": [
        {
            "val_data": [f"x{mark}x"],
            "loss": 3.5,
            "loss_sequences_lower_95": 3.4,
            "loss_sequences_upper_95": 3.6,
        }
        for mark in VALIDATION_SETS.values()
    ],
    "creation_date": "2023_12_20-10_00_00",
    "open_lm_args": ["--train-num-samples", "1e8", "--epochs", "2"],
}


class OneFile:
    """A data set of one run, read without its hash."""

    def __init__(self, path: Path):
        self.file = path

    hashes = {"models/run.json": ""}  # noqa: RUF012

    def path(self, _file: str) -> Path:
        return self.file


def every_change(content):
    """The content with one value, at any depth, missing or of another kind."""
    if isinstance(content, dict):
        for key in content:
            yield {name: value for name, value in content.items() if name != key}
            yield from ({**content, key: changed} for changed in every_change(content[key]))
    elif isinstance(content, list) and content:
        yield content[1:]
        yield from ([changed, *content[1:]] for changed in every_change(content[0]))
    yield from (None, True, -1, 0, 1e400, float("nan"), "", "x", [], {}, [[]], 10**400, {"a": {}})


def test_a_run_of_another_shape_is_named(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(RUN))
    assert SEQUENCE * 512 * 100 == read_testbed(OneFile(path))["warmup_tokens"].item()
    changes = list(every_change(RUN))
    assert len(changes) > 250
    for changed in changes:
        path.write_text(json.dumps(changed))
        table, error = tried(read_testbed, OneFile(path))
        if table is None:
            assert "models/run.json" in error
        else:
            assert np.isfinite(table.select_dtypes("number").to_numpy()).all()


def test_a_damaged_run_is_named(tmp_path):
    path = tmp_path / "run.json"
    for _, content in damaged(json.dumps(RUN, indent=1).encode()):
        path.write_bytes(content)
        table, error = tried(read_testbed, OneFile(path))
        assert table is not None or "models/run.json" in error


# Checkpoints.

JOBS = grid([3, 4], [200, 300], seeds=[0, 1], language=lab.Language(V=64, F=8))


def test_a_damaged_checkpoint_is_named_or_loses_its_last_line_alone(tmp_path):
    path = tmp_path / "sweep.csv"
    runs = sweep(JOBS, checkpoint=path)
    good = path.read_bytes()
    for what, content in damaged(good):
        path.write_bytes(content)
        found, error = tried(sweep, JOBS, checkpoint=path)
        if found is None:
            assert "sweep.csv" in error, what
            assert path.read_bytes() == content, what
        else:
            assert found == runs, what
    assert left_in(tmp_path) == ["sweep.csv"]


@pytest.mark.parametrize(
    "row",
    ["3,200,601,0,2.5", "3,200,600,0,NaN", "3,200,600,0,-1.0", "3.0,200,600,0,2.5", "0,1,0,0,1"],
)
def test_a_row_that_is_no_run_is_named(tmp_path, row):
    path = tmp_path / "sweep.csv"
    sweep(JOBS, checkpoint=path)
    path.write_bytes(path.read_bytes() + f"{row},{crc32(row.encode())}\n".encode())
    with pytest.raises(ValueError, match=r"line 11 of .*sweep.csv is damaged"):
        sweep(JOBS, checkpoint=path)


# A full disk.


def full(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_record(tmp_path, monkeypatch):
    record("toy", 1, datasets=(), command="x", folder=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            record("toy", 2, datasets=(), command="x", folder=tmp_path)
    assert recorded("toy", folder=tmp_path)["value"] == 1
    assert left_in(tmp_path) == ["toy.json"]


def test_a_full_disk_under_a_checkpoint_loses_one_row(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    with Checkpoint(path, {}, ["n"]) as file:
        file.append((1,))
        with monkeypatch.context() as patch:
            written = os.write
            patch.setattr(os, "write", lambda fd, data: written(fd, data[:1]) and full())
            with pytest.raises(OSError, match="No space left"):
                file.append((22,))
        assert file.rows == [(1,)]
        file.append((3,))
    with Checkpoint(path, {}, ["n"]) as file:
        assert file.rows == [(1,), (3,)]


def test_a_full_disk_is_not_taken_for_an_origin_out_of_reach(place, origin, monkeypatch):
    monkeypatch.setattr("pooch.core.stream_download", full)
    with pytest.raises(DataUnavailableError, match=r"runs.csv cannot be written: .*No space left"):
        place.dataset(f"{origin}/good/").path(FILE)
    assert left_in(place.data) == []


def on_a_small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of 64 KB needs the right to mount one")
    return disk


def fill(path: Path) -> None:
    with path.open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def append_many(file: Checkpoint) -> None:
    for n in range(10_000):
        file.append((n,))


def test_a_disk_that_is_really_full(tmp_path, place, origin, monkeypatch):
    disk = on_a_small_disk(tmp_path)
    try:
        monkeypatch.setattr(datasets, "download_directory", lambda: disk / "data")
        record("toy", 1, datasets=(), command="x", folder=disk)
        with Checkpoint(disk / "rows.csv", {}, ["n"]) as file:
            file.append((1,))
            fill(disk / "ballast")
            with pytest.raises(OSError, match="No space left"):
                record("toy", [1] * 4000, datasets=(), command="x", folder=disk)
            with pytest.raises(DataUnavailableError, match="cannot be written"):
                place.dataset(f"{origin}/good/").path(FILE)
            with pytest.raises(OSError, match="No space left"):
                append_many(file)
        assert recorded("toy", folder=disk)["value"] == 1
        assert left_in(disk) == ["ballast", "rows.csv", "toy.json"]
        (disk / "ballast").unlink()
        with Checkpoint(disk / "rows.csv", {}, ["n"]) as file:
            assert file.rows == [(1,), *((n,) for n in range(len(file.rows) - 1))]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# Interrupts, as Ctrl-C sends them, and killed workers.


def interrupted(script: str, *arguments, ready) -> subprocess.CompletedProcess:
    """Run a script, send it SIGINT once it is ready, and let it end."""
    root = str(PACKAGE.parent)
    with subprocess.Popen(
        [sys.executable, "-c", HEEDFUL + script, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            while not ready(child):
                assert child.poll() is None, child.stderr.read()
                time.sleep(0.01)
            os.kill(child.pid, signal.SIGINT)
            out, err = child.communicate(timeout=120)
        finally:
            child.kill()
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


HEEDFUL = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""A job in the background, or under nohup, is born with SIGINT ignored."""


DOWNLOAD = """
import sys
from pathlib import Path
from analysis.datasets import __main__ as command
from analysis.datasets import registry
url, root = sys.argv[1], Path(sys.argv[2])
registry.download_directory = lambda: root / "data"
toy = registry.DataSet("toy", url, "Somebody", "MIT", root / "registry.txt")
command.DATASETS = {"toy": toy}
sys.exit(command.main())
"""


class Slow(BaseHTTPRequestHandler):
    """Sends the first files whole and the others half, and then waits for the end of the test."""

    asked: list
    ended: threading.Event

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2])
        self.wfile.flush()
        if not self.path.endswith(("f0", "f1")):
            self.ended.wait()
        self.wfile.write(CONTENT[len(CONTENT) // 2 :])


@pytest.mark.slow
def test_an_interrupted_download_keeps_whole_files_and_goes_on(tmp_path, serve):
    digest = hashlib.sha256(CONTENT).hexdigest()
    (tmp_path / "registry.txt").write_text("".join(f"f{i} sha256:{digest}\n" for i in range(40)))
    asked, ended = [], threading.Event()
    handler = type("Handler", (Slow,), {"asked": asked, "ended": ended})
    url = f"{serve(handler)}/"

    def ready(_child):
        if len(asked) < 10:
            return False
        threading.Timer(0.5, ended.set).start()  # those that have begun are let finish
        return True

    done = interrupted(DOWNLOAD, url, tmp_path, ready=ready)
    assert done.returncode == 130
    assert "interrupted" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(asked) < 30
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == CONTENT
    again = subprocess.run(
        [sys.executable, "-c", DOWNLOAD, url, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert left_in(tmp_path / "data") == sorted(f"f{i}" for i in range(40))


BOOTSTRAP = """
import sys
from concurrent.futures import ProcessPoolExecutor
import numpy as np
from analysis.bootstrap import bootstrap_parametric
from analysis.laws import PUBLISHED
N, D = np.geomspace(1e8, 1e10, 60), np.tile([1e9, 1e10, 1e11], 20)
loss = PUBLISHED["de-vries-2023"].law.loss(N, D) * (1 + 0.01 * np.sin(np.arange(60)))
if __name__ == "__main__":
    rng = np.random.default_rng(1)
    with ProcessPoolExecutor(2) as pool:
        pool.submit(print, "at work", flush=True).result()
        bootstrap_parametric(N, D, loss, n_resamples=2_000_000, rng=rng, executor=pool)
"""


@pytest.mark.slow
def test_an_interrupted_bootstrap_ends():
    done = interrupted(BOOTSTRAP, ready=lambda child: child.stdout.readline() == "at work\n")
    assert done.returncode in (1, -signal.SIGINT)
    assert "KeyboardInterrupt" in done.stderr


SWEEP = """
import sys
from concurrent.futures import ProcessPoolExecutor
from analysis.lab import grid, sweep
jobs = grid([4, 9, 20], [60_000, 250_000, 400_000], seeds=range(8))
if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        sweep(jobs, checkpoint=sys.argv[1], executor=pool)
"""


@pytest.mark.slow
def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path):
    path = tmp_path / "sweep.csv"
    jobs = grid([4, 9, 20], [60_000, 250_000, 400_000], seeds=range(8))

    def ready(_child):
        return path.is_file() and path.read_bytes().count(b"\n") > 5

    done = interrupted(SWEEP, path, ready=ready)
    assert done.returncode in (1, -signal.SIGINT)
    kept = path.read_bytes()
    assert 3 <= kept.count(b"\n") - 2 < len(jobs)
    assert sweep(jobs, checkpoint=path) == sweep(jobs)
    assert path.read_bytes().startswith(kept[: kept.rindex(b"\n") + 1])


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(ProcessPoolExecutor):
    """A pool whose worker is killed at its third job."""

    submitted = 0

    def submit(self, function, /, *arguments, **keywords):
        self.submitted += 1
        killed = partial(die) if self.submitted == 3 else function
        return super().submit(killed, *arguments, **keywords)


def test_a_killed_worker_ends_a_sweep_and_what_was_finished_stays(tmp_path):
    path = tmp_path / "sweep.csv"
    with Deadly(1) as pool, pytest.raises(BrokenProcessPool):
        sweep(JOBS, executor=pool, checkpoint=path)
    assert sweep(JOBS, checkpoint=path) == sweep(JOBS)


def test_a_killed_worker_ends_a_bootstrap():
    N, D = np.geomspace(1e8, 1e10, 60), np.tile([1e9, 1e10, 1e11], 20)
    loss = PUBLISHED["de-vries-2023"].law.loss(N, D)
    rng = np.random.default_rng(1)
    with Deadly(1) as pool, pytest.raises(BrokenProcessPool):
        bootstrap_parametric(N, D, loss, n_resamples=5000, rng=rng, executor=pool)


# The site.

PAGE = (
    '<!DOCTYPE html><html><head>\n<meta charset="utf-8"/><title>A page</title></head>'
    "<body><h1>A page</h1><p>A question</p>" + "words " * 2000 + "</body></html>"
)


def test_a_page_is_finished_whole_or_stays_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "_static").mkdir()
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir()
    page.write_text(PAGE)
    site = partial(
        pages.finish_pages,
        tmp_path,
        first="book/page",
        base="",
        title="A book",
        store=tmp_path / "store",
    )
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            site()
    assert page.read_text() == PAGE
    site()
    assert pages.DONE in page.read_text()
    assert page.read_text().endswith("</html>")
    assert not [path for path in tmp_path.rglob(".part-*")]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, SystemExit])
def test_what_is_interrupted_while_written_is_not_there(tmp_path, monkeypatch, error):
    path = tmp_path / "folder" / "file"

    def half(_file):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", half)
        with pytest.raises(error):
            write_whole(path, b"half")
        assert left_in(tmp_path) == []
    write_whole(path, b"whole")
    monkeypatch.setattr(os, "fsync", half)
    with pytest.raises(error):
        write_whole(path, b"half")
    write_whole(path, b"whole")  # what is there already is not written
    assert path.read_text() == "whole"
    assert left_in(tmp_path) == ["file"]


def test_a_damaged_store_of_equations_is_made_anew(tmp_path, monkeypatch):
    store = tmp_path / "equations.json"
    made = '<mjx-container><svg width="5ex" aria-hidden="true"></svg></mjx-container>'

    def convert(equations, _tex, _display):
        equations._page = "a page"
        return made

    def setting():
        with contextlib.closing(Equations(store)) as equations:
            return equations.set("k_N", display=False)

    monkeypatch.setattr(Equations, "_converted", convert)
    expected = setting()
    good = store.read_bytes()
    for _, content in [*truncated(good), *replaced(good)]:
        store.write_bytes(content)
        assert setting() == expected
        assert store.read_bytes() == good
    for part in ("equations", "glyphs", "version"):
        content = json.loads(good)
        for wrong in ([], None, {"x": None}):
            store.write_text(json.dumps(content | {part: wrong}))
            assert setting() == expected
