"""How a build begins and ends.

- What notebooks compute is kept under a digest of `analysis/` and of the data at hand: a change
  there runs them again. With STRICT=1 in the environment every notebook is executed anew.
- Kernels import the package of this checkout; each computes on one core, for every core has one,
  and sums come out the same however many there are.
- The build carries the date of the last commit, and the sums of its files stand beside them.
- After a build that was interrupted every page is read and written again.
- Garbage is seldom looked for, in the end not at all, here and in kernels: what Sphinx reads and
  SymPy knows stays, and looking through it takes a quarter of a build.
"""

import atexit
import gc
import hashlib
import json
import os
import shutil
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.util.logging import getLogger

from analysis.internal.files import write_whole
from report import ROOT
from report.addresses import base_url, open_elsewhere, repository
from report.dated import date_by_commit
from report.equations import STORE
from report.gallery import fill_gallery
from report.pages import finish_pages, preview
from report.sums import MEMORY, write_sums

logger = getLogger(__name__)
UNFINISHED = "unfinished"
"""A file beside what Sphinx has read, while a build is at work."""


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


def configure(app: Sphinx, config: Config) -> None:
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
    prepare_kernels()


def keep_templates(app: Sphinx) -> None:
    """Keep the theme's templates as they were compiled, beside what Sphinx has read."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        compiled = Path(app.doctreedir) / "templates"
        compiled.mkdir(exist_ok=True)
        environment = app.builder.templates.environment
        environment.bytecode_cache = FileSystemBytecodeCache(str(compiled))


def begin(doctrees: Path) -> None:
    """Note that a build has begun; if the last one did not end, forget what it had read.

    Sphinx keeps what it has read before it writes a page, and would take old pages for new ones.
    """
    if (doctrees / UNFINISHED).exists():
        (doctrees / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    doctrees.mkdir(parents=True, exist_ok=True)
    (doctrees / UNFINISHED).touch()


def prepare_kernels() -> None:
    """Give kernels this checkout's package, one core, and a profile of their own.

    Of the profile they have no start-up files of the user, no note about TCP, and a collector of
    garbage that seldom looks, and not once more on the way out: two seconds a chapter went there.
    """
    places = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    profile = ROOT / "_build" / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    seldom = "__import__('gc').set_threshold(100_000, 20, 100)"
    not_at_exit = "__import__('atexit').register(__import__('gc').freeze)"
    settings = {"IPKernelApp": {"log_level": "ERROR", "exec_lines": [seldom, not_at_exit]}}
    (profile / "ipython_kernel_config.json").write_text(json.dumps(settings))
    os.environ["IPYTHONDIR"] = str(profile.parent)


def finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None:
        return
    if app.builder.name in ("html", "dirhtml"):
        finish_site(app, Path(app.outdir))
    (Path(app.doctreedir) / UNFINISHED).unlink()


def finish_site(app: Sphinx, site: Path) -> None:
    drawn = ROOT / "_build" / f"preview-{app.config.analysis_digest}.png"
    if not drawn.is_file() or os.environ.get("STRICT") == "1":
        for stale in drawn.parent.glob("preview-*.png"):
            stale.unlink()
        write_whole(drawn, preview())
    write_whole(site / "_static" / "preview.png", drawn.read_bytes())
    base, title = app.config.html_baseurl, app.config.html_title
    first = f"{app.config.master_doc}.html"
    nowhere = finish_pages(site, first=first, base=base, title=title, store=STORE)
    if os.environ.get("STRICT") == "1":
        for made in nowhere:
            logger.warning("report.pages mends what is on no page: %s", made)
        (site / MEMORY).unlink(missing_ok=True)
    fill_gallery(site)
    write_sums(site)


def setup(app: Sphinx) -> None:
    gc.set_threshold(1_000_000, 20, 100)
    atexit.register(gc.freeze)
    app.add_config_value("analysis_digest", "", "env")
    app.connect("config-inited", configure, priority=900)
    app.connect("builder-inited", keep_templates)
    app.connect("build-finished", finish, priority=900)
