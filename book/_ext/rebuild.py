"""Build the site once more, elsewhere and otherwise, and compare it with the published one.

    python book/_ext/rebuild.py PUBLISHED

The sources are copied to a new folder with a space in its name and built there from nothing, under
another time zone, locale and order of hashes. What was published must come out, bit by bit;
`sums` shows what does not. PUBLISHED is a folder or an address with a `SHA256SUMS`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import offline
from site_build import ROOT, date_by_commit, repository
from sums import verify

SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "analysis", "book")
OTHERWISE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4294967295"}
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


def rebuild(target: Path) -> Path:
    """Build the copied sources from nothing and return the site.

    Raises
    ------
    SystemExit
        If the build fails, with its log.
    """
    date_by_commit()
    settings = OTHERWISE | {"STRICT": "1", "BOOK_REPOSITORY_URL": repository()}
    command = [sys.executable, "book/_ext/quietly.py", "build", ".", "--quiet", "-W", "-n"]
    if offline.possible():
        command = [sys.executable, offline.__file__, *command]
    print(f"Building again {'without' if offline.possible() else 'with'} a network", flush=True)
    done = subprocess.run(
        [*command, "--keep-going"], cwd=target, env=os.environ | settings, check=False
    )
    if done.returncode:
        raise SystemExit(f"make verify: the build ended with status {done.returncode}")
    return target / "_build" / "html"


def main(published: str) -> int:
    """Build again, compare, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="built again ") as scratch:
        target = Path(scratch) / "the same book"
        copy_sources(target)
        return verify(published, rebuild(target))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
