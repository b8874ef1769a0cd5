"""Notebooks executed before Sphinx reads them: on all cores, longest first, each once.

Results go into the cache from which MyST-NB then takes them. A line says what has finished; the
first failure ends the rest and says which notebook and which cell, with the traceback.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import single_nb_execution
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

from analysis.internal.files import write_whole


class NotebookError(SphinxError):
    """A notebook that does not run; the message says which cell and shows the traceback."""

    category = "A notebook failed"


def recalled(cache: JupyterCacheAbstract, notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with the results that a cache has of its cells.

    Raises
    ------
    LookupError
        If there are none, or they were not written to their end.
    """
    try:
        found: NotebookNode = cache.merge_match_into_notebook(notebook)[1]
    except ValueError as error:
        raise LookupError(f"results that cannot be read: {error}") from error
    return found


def executed(folder: str, paths: dict[str, Path], timeout: int) -> dict[str, NotebookNode]:
    """Return notebooks with their results; a cache is given those that it did not have.

    Parameters
    ----------
    folder : str
        The cache's folder.
    paths : dict
        The path of each notebook, by its name in the book.
    timeout : int
        Seconds that a cell may take.

    Raises
    ------
    NotebookError
        If a file is no notebook, or a cell fails.
    """
    cache = get_cache(folder)
    notebooks, missing = {}, []
    # The longest first: as a rule a notebook of more words takes longer.
    for name, path in sorted(paths.items(), key=lambda item: -item[1].stat().st_size):
        try:
            notebooks[name] = nbformat.read(path, as_version=4)
        except Exception as error:
            raise NotebookError(f"{name} cannot be read: {error}") from error
        try:
            notebooks[name] = recalled(cache, notebooks[name])
        except LookupError:
            missing.append(name)
            # What an interrupt left of it would be in the way.
            _, digest = cache.create_hashed_notebook(notebooks[name])
            shutil.rmtree(Path(folder, "executed", digest), ignore_errors=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        tasks = {
            pool.submit(execute, name, notebooks[name], paths[name].parent, timeout): name
            for name in missing
        }
        try:
            for place, task in enumerate(as_completed(tasks), 1):
                name, seconds = tasks[task], task.result()
                results = CacheBundleIn(
                    notebooks[name], str(paths[name]), data={"execution_seconds": seconds}
                )
                cache.cache_notebook_bundle(results, check_validity=False, overwrite=True)
                print(
                    f"[{place}/{len(tasks)}] {name}, {seconds:.0f} s", file=sys.stderr, flush=True
                )
        except BaseException:
            end(tasks)
            raise
    return notebooks


def execute(name: str, notebook: NotebookNode, folder: Path, timeout: int) -> float:
    """Execute a notebook in a kernel of its own, in a folder, and return the seconds it took.

    Raises
    ------
    NotebookError
        If it fails.
    """
    at_work = "before its first cell"

    def begin(cell: NotebookNode, cell_index: int) -> None:
        nonlocal at_work
        at_work = f"cell {cell_index + 1}"

    try:
        done = single_nb_execution(
            notebook, str(folder), timeout, allow_errors=False, on_cell_execute=begin
        )
    except Exception as error:  # a kernel that died, or never came up
        why = f"{type(error).__name__}: {error}"
        raise NotebookError(f"{name}, {at_work}: {why}") from error
    if done.err is not None:
        shown = re.sub(r"\x1b\[[\d;]*m", "", str(done.err))
        raise NotebookError(f"{name}, {at_work}:\n{shown}")
    join_streams(notebook)
    return float(done.time)


def join_streams(notebook: nbformat.NotebookNode) -> None:
    """Join what a cell wrote in pieces: where a kernel flushes is a matter of time."""
    for cell in notebook.cells:
        pieces = cell.get("outputs", [])
        joined: list[nbformat.NotebookNode] = []
        for piece in pieces:
            last = joined[-1] if joined else {}
            alike = all(last.get(key) == piece.get(key) for key in ("output_type", "name"))
            if alike and piece.get("output_type") == "stream":
                last["text"] += piece["text"]
            else:
                joined.append(piece)
        if pieces:
            cell["outputs"] = joined


def end(tasks: Iterable[Future[float]]) -> None:
    """End the tasks and their kernels at once; a thread would wait for the end of its cell."""
    while not all([task.cancel() or task.done() for task in tasks]):
        for kernel in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                kernel.kill()
        time.sleep(0.1)


def execute_notebooks(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute what is about to be read and is not in the cache; keep it with its outputs.

    What MyST-NB takes out of the cache it writes beside the site without its outputs.
    """
    config = env.mystnb_config  # type: ignore[attr-defined]
    if config.execution_mode != "cache":
        return
    paths = {name: Path(env.doc2path(name)) for name in docnames}
    paths = {name: path for name, path in paths.items() if path.suffix == ".ipynb"}
    notebooks = executed(config.execution_cache_path, paths, config.execution_timeout)

    def keep(_app: Sphinx, _doctree: nodes.document) -> None:
        if notebook := notebooks.pop(env.docname, None):
            target = Path(config.output_folder) / f"{env.docname}.ipynb"
            write_whole(target, nbformat.writes(notebook).encode())

    app.connect("doctree-read", keep)


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", execute_notebooks)
