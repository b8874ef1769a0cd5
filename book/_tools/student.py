"""The student edition: the book without its pages for teachers.

    PYTHONPATH=book/_ext python book/_tools/student.py _build/student

writes the table of contents of that edition and copies its notebooks. Solutions stand on pages of
their own, so an edition without them needs no page changed: the site is then built as always.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from report import ROOT

FOR_TEACHERS = frozenset({"book/solutions", "book/teachers", "book/exam"})


def student_contents(contents: dict[str, Any]) -> dict[str, Any]:
    """Return a table of contents without the pages for teachers."""
    parts = [
        part | {"chapters": [one for one in part["chapters"] if one["file"] not in FOR_TEACHERS]}
        for part in contents["parts"]
    ]
    return contents | {"parts": parts}


def prepare(folder: Path) -> None:
    """Write the student edition's table of contents and its notebooks into a folder, anew."""
    contents = student_contents(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    notebooks = folder / "notebooks"
    shutil.rmtree(notebooks, ignore_errors=True)
    notebooks.mkdir(parents=True)
    pages = [one["file"] for part in contents["parts"] for one in part["chapters"]]
    for page in (contents["root"], *pages):
        if (source := ROOT / f"{page}.ipynb").is_file():
            shutil.copyfile(source, notebooks / source.name)
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
