"""Build the site once more, elsewhere and otherwise, and compare it with the published one.

    PYTHONPATH=book/_ext python book/_tools/verify.py PUBLISHED

The sources are copied to a new folder with a space in its name and built there from nothing, in
another time zone, locale and order of hashes, without a network and in another year, as far as the
machine lets (`unshare`, `faketime`). What was published must come out, bit by bit; `differences`
shows what does not. PUBLISHED is a folder or an address with a `SHA256SUMS`. Where its chapters run
in their pages, those of the one that was built again are let run as well.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import lite
import offline
from differences import compare, fetch
from report import ROOT
from report.addresses import repository
from report.dated import date_by_commit
from report.sums import NAME, SumsError, read_sums

SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "analysis", "book")
OTHERWISE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4294967295"}
JUPYTER_BOOK = str(Path(sys.executable).with_name("jupyter-book"))
LATER = ("faketime", "-f", "+400d")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def copy_sources(target: Path) -> None:
    """Copy what the site is built from, and lead to the data."""
    target.mkdir(parents=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, target)
    for folder, link in ((ROOT / "data", target), (ROOT.parent / "shared", target.parent)):
        if folder.is_dir():
            (link / folder.name).symlink_to(folder, target_is_directory=True)


def other_locale() -> str:
    """Return a locale that is installed and not in use: of a language, if there is one."""
    used = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "C")
    found = ["C.UTF-8", "C"]
    if shutil.which("locale"):
        done = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True)
        known = [name for name in done.stdout.split() if _plain(name).endswith("utf8")]
        found = [name for name in known if not name.startswith("C.")] + found
    return next(name for name in found if _plain(name) != _plain(used))


def _plain(name: str) -> str:
    return name.lower().replace("-", "")


def otherwise() -> tuple[list[str], str]:
    """Return what to put before a command so that it runs otherwise, and that in words."""
    before, words = [], ["with a network", "today"]
    if shutil.which(LATER[0]):
        before, words[1] = [*LATER], "in 400 days"
    if offline.possible():
        before, words[0] = [sys.executable, offline.__file__, *before], "without a network"
    return before, ", ".join(words)


def rebuild(target: Path, base: str = "") -> Path:
    """Build the copied sources from nothing, for a site at the address `base`; return the site.

    Raises
    ------
    SystemExit
        If the build fails, with its log.
    """
    date_by_commit()
    settings = OTHERWISE | {"LC_ALL": other_locale(), "STRICT": "1"}
    settings |= {"BOOK_REPOSITORY_URL": repository()}
    settings["BOOK_BASE_URL"] = os.environ.get("BOOK_BASE_URL") or base
    before, words = otherwise()
    print(f"Building again: {words}, {settings['LC_ALL']}, {settings['TZ']}", flush=True)
    command = [*before, JUPYTER_BOOK, "build", ".", "--quiet", "-W", "-n", "--keep-going"]
    # The copy has an extension of its own.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=target, env=surroundings | settings, check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        raise SystemExit(f"make verify: the build ended with status {done.returncode}")
    return target / "_build" / "html"


def runs_in_its_pages(published: str) -> bool:
    """Say whether `make lite` was run on the published site."""
    try:
        listed = read_sums(fetch(published, NAME).decode("utf-8"))
    except SumsError:
        return False  # `compare` says why
    return f"{lite.FOLDER}/{lite.MANIFEST}" in listed


def main(published: str) -> int:
    """Build again, compare, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="built again ") as scratch:
        target = Path(scratch) / "the same book"
        copy_sources(target)
        base = published if "://" in published else ""
        site = rebuild(target, base)
        if runs_in_its_pages(published):
            lite.add(site)
        return compare(published, site)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
