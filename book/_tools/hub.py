"""The edition for a JupyterHub: the students' notebooks, whose checks know no answer.

    PYTHONPATH=book/_ext python book/_tools/hub.py _build/hub

writes the notebooks of the student edition with `checks.py` and its digests beside them, and the
package as a wheel without its keys. The salt is drawn anew each time, so that what one class has
tried out is of no use to the next; `HUB_SALT` gives one.
"""

import json
import math
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from itertools import islice
from pathlib import Path
from typing import Any

import sympy as sp
from flit_core import buildapi

import checks
import student
from analysis.exercises import numbers
from analysis.exercises.answers import Formula, Function, Names, Number, Numbers
from analysis.exercises.checking import KEYS
from analysis.internal.files import write_whole
from checks import EXACT, MOST_DIGITS, digest, places
from report import ROOT

KEYED = "from analysis.exercises import check"
KEYLESS = "from checks import check"
POINTS = 4
"""At how many points a formula is compared."""


def sealed(number: str, salt: str) -> dict[str, Any]:
    """Return what `checks.json` holds of an exercise."""
    key, own = KEYS[number](), f"{salt} {number}"
    if isinstance(key, Numbers):
        parts = {name: of_number(part, f"{own} {name}") for name, part in key.parts.items()}
        return {"kind": "numbers", "parts": parts}
    if isinstance(key, Number):
        return of_number(key, own)
    if isinstance(key, Names):
        return of_names(key, own)
    return of_values(key, own)


def of_number(key: Number, salt: str) -> dict[str, Any]:
    """Return the digests of a number: its places, its roundings, and those of its mistakes."""

    def around(value: float) -> list[str]:
        return sorted(digest(salt, one) for one in places(float(value), key.tolerance))

    shorter = {float(f"{key.value:.{digits - 1}e}") for digits in range(key.digits, MOST_DIGITS)}
    texts = [
        checks.rounded(one)
        for one in sorted(shorter)
        if not math.isclose(one, key.value, rel_tol=key.tolerance)
    ]
    return {
        "kind": "number",
        "tolerance": key.tolerance,
        "right": around(key.value),
        "rounded": sorted(digest(salt, text) for text in texts if text is not None),
        "mistakes": [[around(one.wrong), one.advice] for one in key.mistakes],
    }


def of_names(key: Names, salt: str) -> dict[str, Any]:
    """Return the digest of a set of names, and those of its mistakes."""

    def whole(names: Iterable[str]) -> str:
        return digest(salt, "\n".join(sorted(set(names))))

    mistakes = [[whole(one.wrong), one.advice] for one in key.mistakes]
    return {"kind": "names", "right": whole(key.expected), "mistakes": mistakes}


def of_values(key: Formula | Function, salt: str) -> dict[str, Any]:
    """Return the digests of what a function or a formula is at the exercise's points."""
    kind = "function" if isinstance(key, Function) else "formula"
    at: list[Any] = [list(point) for point in key.at] if isinstance(key, Function) else points(key)
    tolerance = key.tolerance if isinstance(key, Function) else EXACT

    def around(one: Any) -> list[list[str]]:
        found = []
        for n, point in enumerate(at):
            value = checks.at_point(kind, one, point)
            near = [] if isinstance(value, str) else places(value, tolerance)
            found.append(sorted(digest(f"{salt} {n}", place) for place in near))
        return found

    return {
        "kind": kind,
        "at": at,
        "tolerance": tolerance,
        "right": around(key.reference if isinstance(key, Function) else key.expression),
        "mistakes": [[around(one.wrong), one.advice] for one in key.mistakes],
    }


def points(key: Formula) -> list[dict[str, str]]:
    """Return points at which a formula is real, by the names of its symbols."""
    symbols = sorted(symbol.name for symbol in key.expression.free_symbols)
    tried = (
        {
            name: f"{sp.prime(6 + (turn + 3 * place) % 11)}/{scale}"
            for place, name in enumerate(symbols)
        }
        for scale in (23, 17, 41, 13, 61)
        for turn in range(11)
    )
    values = ((one, checks.at_point("formula", key.expression, one)) for one in tried)
    return list(islice((one for one, value in values if not isinstance(value, str)), POINTS))


def kept(salt: str) -> bytes:
    """Return `checks.json`."""
    with ThreadPoolExecutor() as threads:  # a digest leaves the interpreter to others
        made = threads.map(lambda number: sealed(number, salt), numbers())
        exercises = dict(zip(numbers(), made, strict=True))
    return (json.dumps({"salt": salt, "exercises": exercises}, indent=1) + "\n").encode()


def without_keys(notebook: bytes) -> bytes:
    """Return a notebook whose checks are those of `checks.py`."""
    return notebook.replace(KEYED.encode(), KEYLESS.encode())


def wheel(folder: Path) -> Path:
    """Build the package without `analysis.exercises` into a folder."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory() as made:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, made)
        ignored = shutil.ignore_patterns("__pycache__", "exercises")
        shutil.copytree(ROOT / "analysis", Path(made) / "analysis", ignore=ignored)
        with chdir(made):
            made_wheel = folder / str(buildapi.build_wheel(str(folder)))
    made_wheel.chmod(0o644)
    return made_wheel


def make_hub(folder: Path, salt: str) -> Path:
    """Write the edition into a folder, anew, and return the wheel of the package."""
    shutil.rmtree(folder, ignore_errors=True)
    student.prepare(folder)
    (folder / "_toc.yml").unlink()
    notebooks = folder / "notebooks"
    for path in notebooks.glob("*.ipynb"):
        path.write_bytes(without_keys(path.read_bytes()))
    shutil.copyfile(Path(checks.__file__), notebooks / "checks.py")
    write_whole(notebooks / "checks.json", kept(salt))
    return wheel(folder)


def main(folder: Path) -> None:
    """Make the edition and say where it is."""
    print("Making the digests, a minute or two ...", flush=True)
    package = make_hub(folder, os.environ.get("HUB_SALT") or secrets.token_hex(16))
    print(f"Notebooks for the students' folder, checks and digests with them: {folder}/notebooks")
    print(f"The package without its keys, to install on the Hub: {package}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
