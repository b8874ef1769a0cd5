"""Every number that a page puts into its prose, as the last recorded build computed it.

    python .ci/numbers.py check BUILD     compare a build with tests/numbers.json
    python .ci/numbers.py record BUILD    write tests/numbers.json anew

A number may move by TOLERANCE, relative; one that moves further is named with its page, its old and
its new value. Text that a page glues must stay as it is.
"""

import json
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "numbers.json"
TOLERANCE = 1e-6


def numbers_of(build: Path) -> dict[str, dict[str, float | str]]:
    """Return each page's glued numbers and words, by name, from a finished build."""
    found = {}
    for path in sorted((build / "jupyter_execute" / "book").glob("*.glue.json")):
        glued = json.loads(path.read_text(encoding="utf-8"))
        values = {name: value_of(one["data"]) for name, one in sorted(glued.items())}
        found[path.name.removesuffix(".glue.json")] = {
            name: value for name, value in values.items() if value is not None
        }
    return found


def value_of(data: dict[str, str]) -> float | str | None:
    """Return what a glued value is: a number, a word, or None for figures and equations."""
    if "text/html" in data or "image/png" in data:
        return None
    text = data.get("text/plain", "")
    try:
        return float(text)
    except ValueError:
        return text if "text/latex" not in data else None


def moved(old: dict, new: dict) -> list[str]:
    """Return a line for each number that moved, came or went: page, name, old and new value."""
    lines = []
    for page in sorted(old.keys() | new.keys()):
        before, after = old.get(page, {}), new.get(page, {})
        for name in sorted(before.keys() | after.keys()):
            one, other = before.get(name, "nothing"), after.get(name, "nothing")
            if not same(one, other):
                lines.append(f"{page}: {name}: old {one}, new {other}")
    return lines


def same(one: float | str, other: float | str) -> bool:
    """Say whether two values agree: numbers to the tolerance, words to the letter."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    both_nan = math.isnan(one) and math.isnan(other)
    return both_nan or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12)


def main(what: str, build: Path) -> int:
    """Record a build's numbers, or compare them and return 1 if one moved."""
    new = numbers_of(build)
    if what == "record":
        text = json.dumps(new, indent=1, ensure_ascii=False, sort_keys=True)
        RECORD.write_text(text + "\n", encoding="utf-8")
        print(f"{sum(map(len, new.values()))} numbers of {len(new)} pages: {RECORD.name}")
        return 0
    lines = moved(json.loads(RECORD.read_text(encoding="utf-8")), new)
    print("\n".join(lines) or f"{sum(map(len, new.values()))} numbers of {len(new)} pages hold")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
