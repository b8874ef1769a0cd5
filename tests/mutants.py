"""What mutmut is given, and what became of the errors that it planted; see `make mutants`.

    python tests/mutants.py open FOLDER     [a copy of the sources: open its functions to mutmut]
    python tests/mutants.py count FOLDER    [the same copy, in which mutmut ran]

`count` prints a table, and the survivors, known or not. Exit status: 0 if in each module 98 % were
caught and `tests/mutants.md` explains every survivor.
"""

from __future__ import annotations

import ast
import difflib
import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

KNOWN = Path(__file__).with_suffix(".md")
LEAST = 0.98
SURVIVED, NOT_RUN = (0, 5, 33), (None, 2)
"""What mutmut notes: the tests passed, or none looked at the place; it was cut short before."""


def opened(source: str) -> str:
    """The same module with decorators called below the functions, where mutmut leaves them alone.

    It plants nothing in a function that is decorated, which here is every one with a door. What
    runs once, before the first test, is closed to it: no error planted there could be seen.
    """
    lines, module = source.splitlines(), ast.parse(source)
    bodies = [module, *(node for node in module.body if isinstance(node, ast.ClassDef))]
    found = [node for body in bodies for node in body.body if isinstance(node, ast.FunctionDef)]
    at_import = {name for node in module.body for name in called(node)}
    for node in sorted(found, key=lambda node: -node.lineno):
        if node.name in at_import:
            lines[node.body[0].lineno - 2] += "  # pragma: no mutate block"
        if not node.decorator_list or "cache" in map(ast.unparse, node.decorator_list):
            continue
        value = node.name
        for decorator in reversed(node.decorator_list):
            value = f"{ast.unparse(decorator)}({value})"
        below = " " * node.col_offset + f"{node.name} = {value}"
        lines.insert(node.end_lineno, below)
        del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "\n".join(lines) + "\n"


def called(node: ast.stmt) -> set[str]:
    """The names that a statement of a module calls when the module is imported."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If):
        return set()
    calls = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return {function.id for function in calls if isinstance(function, ast.Name)}


def open_all(folder: Path) -> None:
    """Open every module that mutmut is to plant errors in."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    for name in project["tool"]["mutmut"]["only_mutate"]:
        module = folder / name
        module.write_text(opened(module.read_text(encoding="utf-8")), encoding="utf-8")


def functions(source: str) -> dict[str, list[str]]:
    """The lines of every function of a module, without their indentation, by name."""
    lines = source.splitlines()
    return {
        node.name: [line.strip() for line in lines[node.lineno - 1 : node.end_lineno]]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }


def described(name: str, bodies: dict[str, list[str]]) -> str:
    """A mutant in one line, as `tests/mutants.md` lists it: where, what was there, what is now."""
    name = name.rpartition(".")[2]
    place = name.rpartition("__mutmut_")[0]
    texts = [
        [line.replace(version, place) for line in bodies[version]]
        for version in (f"{place}__mutmut_orig", name)
    ]
    changes = list(difflib.ndiff(*texts))
    before, after = (" ".join(c[2:] for c in changes if c[0] == sign) for sign in "-+")
    function = place.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return f"`{function}`: `{before}` → `{after}`"


def survivors(module: Path, noted: dict[str, int | None]) -> list[str]:
    """The mutants of a module that no test caught, described."""
    alive = [name for name, code in noted.items() if code in SURVIVED]
    bodies = functions(module.read_text(encoding="utf-8")) if alive else {}
    return [described(name, bodies) for name in alive]


def count(folder: Path) -> int:
    """Print the table and the survivors; return the exit status."""
    good, known = True, KNOWN.read_text(encoding="utf-8").splitlines()
    print("| module | mutants | caught | of these by running too long | survived | caught, % |")
    print("|---|---|---|---|---|---|")
    lines = []
    package = folder / "mutants" / "analysis"
    for meta in sorted(package.rglob("*.meta")):
        noted = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        kinds = Counter(
            "open" if code in NOT_RUN else "alive" if code in SURVIVED else code in (1, 3)
            for code in noted.values()
        )
        share = (kinds[True] + kinds[False]) / len(noted)
        cells = (len(noted), kinds[True] + kinds[False], kinds[False], kinds["alive"])
        print(
            f"| {meta.relative_to(package).as_posix().split('.')[0]} |",
            " | ".join(map(str, cells)),
            f"| {100 * share:.1f} |",
        )
        good &= share >= LEAST
        lines += survivors(meta.with_suffix(""), noted)
    for line in lines:
        new = not any(line in item for item in known)
        good &= not new
        print(f"- {line}" + " (not in tests/mutants.md)" * new)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit({"open": open_all, "count": count}[sys.argv[1]](Path(sys.argv[2])))
