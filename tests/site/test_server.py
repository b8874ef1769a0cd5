"""Notebooks run in a real Jupyter server, asked over HTTP as JupyterLab asks it, from a folder with
a space in its name; and a notebook alone says how to get what it lacks.

All of them run from top to bottom in the strict build, and in a folder with a space in `make
verify`; here a few show that a server's kernels need nothing that the build gives to its own."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
import websocket

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
FEW = ("index.ipynb", "data_scaling_factor.ipynb", "tasks.ipynb")
"""The first page; one that derives and has a figure to play with; one that fits to data."""


class Server:
    """A Jupyter server over a folder, spoken to by its REST interface and its web socket."""

    def __init__(self, folder: Path, runtime: Path):
        settings = {"JUPYTER_RUNTIME_DIR": str(runtime), "IPYTHONDIR": str(runtime / "ipython")}
        quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        self.process = subprocess.Popen(
            [*command, "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={folder}"],
            env=os.environ | settings | quiet,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self.answers(runtime):
            assert self.process.poll() is None, "the server did not start"
            time.sleep(0.1)

    def answers(self, runtime: Path) -> bool:
        """Whether it answers: it writes down its address, and only then begins to listen there."""
        with suppress(OSError, ValueError):
            for path in runtime.glob("jpserver-*.json"):
                told = json.loads(path.read_text(encoding="utf-8"))
                self.address, self.token = told["url"].rstrip("/"), told["token"]
                return bool(self.ask("GET", "status"))
        return False

    def ask(self, method: str, path: str, body: dict | None = None):
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def run(self, name: str) -> tuple[int, list[str]]:
        """Run a notebook's cells in a new session; return how many ran, and what went wrong."""
        notebook = self.ask("GET", f"contents/{name}")["content"]
        about = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        session = self.ask("POST", "sessions", about)
        kernel = session["kernel"]["id"]
        socket = websocket.create_connection(
            f"{self.address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {self.token}"],
        )
        try:
            sources = [c["source"] for c in notebook["cells"] if c["cell_type"] == "code"]
            for place, source in enumerate(sources):
                if wrong := execute(socket, source):
                    return place, wrong
            return len(sources), []
        finally:
            socket.close()
            self.ask("DELETE", f"sessions/{session['id']}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def execute(socket, source: str) -> list[str]:
    """Run a cell and return its error and what it wrote to standard error."""
    identity = uuid.uuid4().hex
    header = {
        "msg_id": identity,
        "msg_type": "execute_request",
        "session": "test",
        "version": "5.3",
    }
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    content |= {"user_expressions": {}, "stop_on_error": True}
    message = {"header": header | {"username": "", "date": ""}, "parent_header": {}}
    socket.send(json.dumps(message | {"metadata": {}, "content": content, "channel": "shell"}))
    wrong, left = [], {"idle", "reply"}
    while left:
        heard = json.loads(socket.recv())
        if heard["parent_header"].get("msg_id") != identity:
            continue
        kind, content = heard["header"]["msg_type"], heard["content"]
        if kind == "error":
            wrong.append(f"{content['ename']}: {content['evalue']}")
        elif kind == "stream" and content["name"] == "stderr":
            wrong.append(content["text"])
        elif kind == "status" and content["execution_state"] == "idle":
            left.discard("idle")
        elif kind == "execute_reply":
            left.discard("reply")
    return wrong


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a folder") / "my notebooks"
    folder.mkdir()
    for path in NOTEBOOKS:
        shutil.copyfile(path, folder / path.name)
    running = Server(folder, tmp_path_factory.mktemp("runtime"))
    yield running
    running.stop()


@pytest.mark.parametrize("name", FEW)
def test_a_notebook_runs_from_top_to_bottom(server, name):
    ran, wrong = server.run(name)
    assert wrong == []
    assert ran > 1


def test_a_failing_cell_is_noticed(server):
    cell = {"cell_type": "code", "source": "1 / 0", "metadata": {}, "outputs": []}
    notebook = {"cells": [cell | {"execution_count": None}], "metadata": {}}
    body = {"type": "notebook", "content": notebook | {"nbformat": 4, "nbformat_minor": 5}}
    server.ask("PUT", "contents/fails.ipynb", body)
    assert server.run("fails.ipynb") == (0, ["ZeroDivisionError: division by zero"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_alone_says_how_to_get_the_package(path, tmp_path):
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    assert first["cell_type"] == "code"
    # No site packages: a machine on which nothing of the book was installed.
    alone = [sys.executable, "-I", "-S", "-c", "".join(first["source"])]
    done = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    [message] = [line for line in done.stderr.splitlines() if "ModuleNotFoundError" in line]
    assert "make lab" in message
    assert "pip install" in message
