"""Serve the site on this machine, and build it again whenever something that it is made of changes.

    PYTHONPATH=book/_ext python book/_tools/serve.py 8000

A build is a process of its own, forked from one that has loaded Sphinx and what extends it, and
nothing of this checkout: it spares the seconds in which these are loaded, and runs no old code.
Where processes cannot be forked, each begins from nothing.
"""

import functools
import http.server
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

import yaml

from report import ROOT

SITE = ROOT / "_build" / "html"
FOLDERS = ("analysis", "book", "data")
CONFIGURATION = ("_config.yml", "_toc.yml")
PAUSE = 0.3
"""Seconds between two looks at the sources."""
LOADED = (
    *("jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx.builders.html"),
    *("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex", "sphinx_design.extension"),
    *("sphinx.ext.doctest", "pybtex_docutils", "latexcodec", "numpy", "psutil"),
)
"""What a build loads beside the extensions that `_config.yml` names: it takes a second or two."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing, not of a reader either who stops in the middle of one."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """Answer one reader."""
        with suppress(ConnectionError):
            super().handle()


def sources() -> dict[str, int]:
    """Return what the site is made of: every file that is not hidden, and when it last changed."""
    files = [str(ROOT / name) for name in CONFIGURATION]
    for top in FOLDERS:
        for folder, below, names in os.walk(ROOT / top):
            below[:] = [one for one in below if one != "__pycache__" and one[0] != "."]
            files += [os.path.join(folder, one) for one in names if one[0] != "."]
    found = {}
    for path in files:
        with suppress(FileNotFoundError):
            found[path] = os.stat(path).st_mtime_ns
    return found


def starter() -> BaseContext:
    """Return what starts the builds, forked where that can be."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    named = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = [one for one in named["sphinx"]["config"]["extensions"] if one != "report"]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*LOADED, *extensions])
    forkserver.ensure_running()
    return context


def build() -> None:
    """Build the site as `make book` does, and end this process."""
    from jupyter_book.cli.main import main

    os.chdir(ROOT)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    main(["build", ".", "--quiet"])


def build_again(context: BaseContext) -> None:
    """Build the site in a process of its own, and say how long it took."""
    begun = time.monotonic()
    process = context.Process(target=build)  # type: ignore[attr-defined]
    process.start()
    process.join()
    if process.exitcode:
        print("Not built again", flush=True)
        return
    print(f"Built again in {time.monotonic() - begun:.1f} s", flush=True)
    if (SITE / "_lite").is_dir():
        subprocess.run([sys.executable, ROOT / "book" / "_tools" / "lite.py", SITE], check=False)


def main(port: str) -> int:
    """Serve and build until Ctrl-C; return the exit status."""
    os.environ.pop("STRICT", None)
    handler = functools.partial(Quiet, directory=SITE)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), handler)
    except (ValueError, OverflowError):
        print(f"make serve: PORT must be from 0 to 65535, got {port!r}", file=sys.stderr)
        return 2
    except OSError:
        print(f"make serve: port {port} is taken; try: make serve PORT=8001", file=sys.stderr)
        return 1
    built, context = sources(), starter()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    print(f"Serving on {address} until you press Ctrl-C; what changes is built again", flush=True)
    try:
        while True:
            time.sleep(PAUSE)
            if (now := sources()) != built:
                built = now
                build_again(context)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
