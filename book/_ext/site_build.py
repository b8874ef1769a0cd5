"""What the site needs beside the pages, done at build time.

- MathJax comes from the installed package `sphinx-mathjax-offline`, so pages ask no outside host.
- Equations are set and pages finished once they are written: `equations`, `pages`.
- The site's public address (BOOK_BASE_URL) and the repository's (BOOK_REPOSITORY_URL, or git's
  remote) give canonical addresses and buttons; without them there are none.
- Notebooks are executed before they are read, on all cores (`execute`), and their results cached
  under a digest of `analysis/` and of the data at hand: a change there runs them again.
- Kernels import the package of this checkout; each computes on one core, for every core has one,
  and sums come out the same however many there are.
- References are labelled as the text cites them, by author and year.
- An exercise links to its solution, in an edition that has one.
- The build carries the date of the last commit, and the sums of its files stand beside them.
- After a build that was interrupted every page is read and written again.
- With STRICT=1 in the environment every notebook is executed anew.
"""

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import names
import nbformat
import package
from dated import date_by_commit
from docutils import nodes
from execute import executed
from pages import finish_pages, preview
from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as UnsortedStyle
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.errors import ConfigError
from sphinx_exercise.nodes import is_exercise_node
from sums import MEMORY, write_sums
from whole import write, written

ROOT = Path(__file__).resolve().parents[2]
UNFINISHED = "unfinished"
"""A file beside what Sphinx has read, while a build is at work."""


class AuthorYearLabels(BaseLabelStyle):
    """Labels such as "Besiroglu et al., 2024"; a letter tells works of the same year apart."""

    def format_labels(self, sorted_entries):
        labels = [label_of(entry) for entry in sorted_entries]
        for place, label in enumerate(labels):
            before = labels[:place].count(label)
            yield label + "abcdefghijklmnopqrstuvwxyz"[before] * (labels.count(label) > 1)


def label_of(entry) -> str:
    """Return the label of an entry: one author, two, or the first of several; the year."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in people
    ]
    authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return ", ".join(filter(None, [authors or entry.key, entry.fields.get("year", "")]))


class AuthorYearStyle(UnsortedStyle):
    """References sorted by author and year, labelled as the text cites them."""

    default_sorting_style = "author_year_title"
    default_label_style = "author_year"


def source_digest() -> str:
    """Return a digest of what notebooks compute with: every file of the package, and the data."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "analysis").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    chosen = os.environ.get("ANALYSIS_DATA_DIR")
    for folder in (chosen, ROOT / "data", ROOT.parent / "shared" / "data"):
        for path in sorted(Path(folder).rglob("*.*")) if folder else ():
            digest.update(f"{path.name} {path.stat().st_size}".encode())
    return digest.hexdigest()[:16]


def configure(app, config) -> None:
    begin(Path(app.doctreedir))
    date_by_commit()
    config.analysis_digest = source_digest()
    if config.nb_execution_mode == "cache":
        cache = ROOT / "_build" / ".jupyter_cache"
        config.nb_execution_cache_path = str(cache / config.analysis_digest)
        for stale in cache.glob("*"):
            if stale.name != config.analysis_digest or os.environ.get("STRICT") == "1":
                shutil.rmtree(stale, ignore_errors=True)
    config.html_baseurl = base_url()
    if url := repository():
        open_elsewhere(config, url)
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    quiet_kernels()


def begin(doctrees: Path) -> None:
    """Note that a build has begun; if the last one did not end, forget what it had read.

    Sphinx keeps what it has read before it writes a page, and would take old pages for new ones.
    """
    if (doctrees / UNFINISHED).exists():
        (doctrees / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    doctrees.mkdir(parents=True, exist_ok=True)
    (doctrees / UNFINISHED).touch()


def quiet_kernels() -> None:
    """Give kernels a profile of their own: no start-up files of the user, no note about TCP."""
    profile = ROOT / "_build" / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    settings = {"IPKernelApp": {"log_level": "ERROR"}}
    (profile / "ipython_kernel_config.json").write_text(json.dumps(settings))
    os.environ["IPYTHONDIR"] = str(profile.parent)


def execute_notebooks(app, env, docnames) -> None:
    """Execute what is about to be read and is not in the cache; keep it with its outputs.

    What MyST-NB takes out of the cache it writes beside the site without its outputs.
    """
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    paths = {name: Path(env.doc2path(name)) for name in docnames}
    paths = {name: path for name, path in paths.items() if path.suffix == ".ipynb"}
    notebooks = executed(config.execution_cache_path, paths, config.execution_timeout)

    def keep(app, _doctree) -> None:
        if notebook := notebooks.pop(env.docname, None):
            target = Path(config.output_folder) / f"{env.docname}.ipynb"
            write(target, nbformat.writes(notebook))

    app.connect("doctree-read", keep)


def add_mathjax(app) -> None:
    files = importlib.metadata.files("sphinx-mathjax-offline")
    (script,) = (file.locate() for file in files if file.name == "tex-svg.js")
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(script, static / "tex-svg.js")


def finish(app, error) -> None:
    if error is not None:
        return
    if app.builder.name in ("html", "dirhtml"):
        finish_site(app, Path(app.outdir))
    (Path(app.doctreedir) / UNFINISHED).unlink()


def finish_site(app, site: Path) -> None:
    drawn = ROOT / "_build" / f"preview-{app.config.analysis_digest}.png"
    if not drawn.is_file() or os.environ.get("STRICT") == "1":
        for stale in drawn.parent.glob("preview-*.png"):
            stale.unlink()
        preview(drawn)
    with written(site / "_static" / "preview.png") as whole:
        shutil.copyfile(drawn, whole)
    store = ROOT / "_build" / "equations.json"
    base, title = app.config.html_baseurl, app.config.html_title
    first = f"{app.config.master_doc}.html"
    finish_pages(site, first=first, base=base, title=title, store=store)
    if os.environ.get("STRICT") == "1":
        (site / MEMORY).unlink(missing_ok=True)
    write_sums(site)


def link_solutions(app, doctree, docname) -> None:
    """Let each exercise that has a solution in this edition link to it."""
    registry = getattr(app.env, "sphinx_exercise_registry", {})
    for exercise in doctree.findall(is_exercise_node):
        name = exercise.get("label", "").replace("ex-", "sol-", 1)
        solution = registry.get(name)
        if solution is None:
            continue
        page = app.builder.get_relative_uri(docname, solution["docname"])
        link = nodes.reference("", "Solution", internal=True, refuri=f"{page}#{name}")
        exercise += nodes.paragraph("", "", link, classes=["to-solution"])


def address(url: str) -> str:
    """Return the public web address of a repository, or "" if a reader could not open it.

    Examples
    --------
    >>> address("git@github.com:somebody/book.git")
    'https://github.com/somebody/book'
    >>> address("../book")
    ''
    """
    match = re.fullmatch(
        r"(?:https://(?:[^@/]+@)?|git@|ssh://git@)(github\.com|gitlab\.com)[:/]"
        r"([\w.-]+/[\w.-]+?)(?:\.git)?/?",
        url.strip(),
    )
    return f"https://{match[1]}/{match[2]}" if match else ""


def repository() -> str:
    """Return the address of the repository, from BOOK_REPOSITORY_URL or from git; "" if unknown."""
    named = os.environ.get("BOOK_REPOSITORY_URL", "")
    if named:
        known = address(named)
        if not known:
            raise ConfigError(f"BOOK_REPOSITORY_URL must be a public address, got {named!r}")
        return known
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return address(done.stdout) if done.returncode == 0 else ""


def base_url() -> str:
    """Return the site's public address from BOOK_BASE_URL, ending in a slash; "" if not given."""
    named = os.environ.get("BOOK_BASE_URL", "")
    if not named:
        return ""
    if not re.match(r"https?://[^/\s]+", named):
        raise ConfigError(f"BOOK_BASE_URL must be an address such as https://..., got {named!r}")
    return named.rstrip("/") + "/"


def open_elsewhere(config, url: str) -> None:
    """Offer the repository and, for notebooks, Binder and Colab."""
    launch = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if "github.com" in url:
        launch["colab_url"] = "https://colab.research.google.com"
    config.html_theme_options |= {
        "repository_url": url,
        "repository_branch": "main",
        "path_to_docs": "",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": launch,
    }


def setup(app):
    register_plugin("pybtex.style.labels", "author_year", AuthorYearLabels)
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
    names.setup(app)
    package.setup(app)
    app.add_config_value("analysis_digest", "", "env")
    app.connect("config-inited", configure, priority=900)
    app.connect("env-before-read-docs", execute_notebooks)
    app.connect("builder-inited", add_mathjax)
    app.connect("doctree-resolved", link_solutions)
    app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
