"""The two commands, and what they say when something is missing."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-uv.txt")
OUTSIDE_MAKE = {
    k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "STRICT"))
}
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def checkout(tmp_path):
    """A copy with what the environment is made from, and no environment yet."""
    for name in ("Makefile", "pyproject.toml", "_config.yml", "_toc.yml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("analysis", "book", ".ci"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / ".ci" / "install.py", tmp_path / ".ci")
    return tmp_path


def make(folder, *arguments, **environment):
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env={**OUTSIDE_MAKE, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def said(result) -> list[str]:
    """What a person reads, less make's own closing line."""
    return [line for line in result.stderr.splitlines() if not re.match(r"make.*: \*\*\*", line)]


def test_no_python_says_what_to_do(checkout):
    result = make(checkout, "book", "PYTHON=no-such-python")
    assert result.returncode != 0
    [line] = said(result)
    assert "no-such-python" in line
    assert "Install Python 3.11 or newer" in line


def test_an_old_python_says_what_to_do(checkout):
    old = script(
        checkout / "old-python",
        f'case "$2" in *version_info*) exit 1;; esac\nexec {sys.executable} "$@"\n',
    )
    result = make(checkout, "book", f"PYTHON={old}")
    assert result.returncode != 0
    [line] = said(result)
    assert "3.11 or newer is needed" in line
    assert "PYTHON=" in line


def test_a_python_without_venv_says_what_to_do(checkout):
    bare = script(
        checkout / "bare-python",
        f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n',
    )
    result = make(checkout, "book", f"PYTHON={bare}")
    assert result.returncode != 0
    [line] = said(result)
    assert "python3-venv" in line


@pytest.mark.slow
def test_no_network_says_what_to_do_and_leaves_nothing_that_looks_ready(checkout):
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    nowhere |= {"PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    result = make(checkout, "book", "PYTHON=" + sys.executable, **nowhere)
    assert result.returncode != 0
    [line] = said(result)
    assert "Check the network" in line
    assert "uv is not to be had here; pip installs" in result.stdout
    assert not (checkout / ".venv" / ".ready").exists()
    assert (checkout / "_build" / "install.log").stat().st_size > 0


@pytest.fixture
def install(tmp_path):
    """The installer as a module, with the commands that it runs: those of uv fail."""
    path = ROOT / ".ci" / "install.py"
    tool = {"__file__": str(path), "__name__": "install"}
    exec(path.read_text(encoding="utf-8"), tool)
    ran = []

    def run(*command, env=None):
        ran.append(command)
        return "uv" not in command

    tool |= {"run": run, "LOG": tmp_path / "install.log"}
    return SimpleNamespace(**tool, ran=ran)


def test_where_uv_fails_pip_installs_and_says_so(install, capsys):
    assert install.main("requirements.txt", "--project") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    uv, tried, by_pip, project, needless = install.ran
    assert "--require-hashes" in uv
    assert uv[-1] == "requirements-uv.txt"
    assert tried[:3] == (sys.executable, "-m", "uv")
    assert by_pip[-3:] == ("--require-hashes", "--requirement", "requirements.txt")
    assert project[-2:] == ("--editable", ".")
    assert needless[-1] == install.NEEDLESS


def test_uv_is_told_what_pip_is_told(install):
    listed = "\n".join(
        [
            "global.index-url='https://one.example/simple'",
            "global.extra-index-url='\\nhttps://two.example\\nhttps://three.example'",
            "global.find-links='/a /b'",
            "install.index-url='https://four.example/simple'",
            "freeze.timeout='1'",
            ":env:.timeout='60'",
            "global.no-color='1'",
        ]
    )
    assert install.told_to_pip(listed) == {
        "UV_DEFAULT_INDEX": "https://four.example/simple",
        "UV_INDEX": "https://two.example https://three.example",
        "UV_FIND_LINKS": "/a,/b",
        "UV_HTTP_TIMEOUT": "60",
    }


def test_help_lists_every_target():
    result = make(ROOT, "help")
    for target in ("book", "test", "record", "lab", "serve", "lock", "mutants", "clean"):
        assert f"make {target} " in result.stdout


@pytest.fixture
def ready(checkout):
    """The copy with the environment of these tests and a site that is newer than its sources."""
    for name in ("_ext", "_tools"):
        shutil.copytree(ROOT / "book" / name, checkout / "book" / name)
    (checkout / ".venv" / "bin").mkdir(parents=True)
    script(checkout / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"\n')
    (checkout / "_build" / "html").mkdir(parents=True)
    for made in (".venv/.ready", "_build/html/index.html"):
        (checkout / made).touch()
    return checkout


def test_serving_on_a_taken_port_fails_and_says_so(ready):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = make(ready, "serve", f"PORT={port}")
    assert result.returncode != 0
    [line] = said(result)
    assert f"port {port} is taken" in line
    assert "Serving" not in result.stdout


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_a_port_that_is_none_is_named(ready, port):
    result = make(ready, "serve", f"PORT={port}")
    assert result.returncode != 0
    assert f"PORT must be from 0 to 65535, got '{port}'" in said(result)[0]
