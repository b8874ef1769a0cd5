"""Chapters that run in the page: an interpreter beside a built site, and a button on its pages.

    PYTHONPATH=book/_ext python book/_tools/lite.py _build/html

`_lite/` is given Python as WebAssembly, the package, an editor and each page's notebook, and each
page with code a button; nothing of it is loaded before the button is pressed. `book/lite` is what
stands behind the button. A site without `_lite/` is as it was built, and needs none of this.
"""

import hashlib
import html
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lite_packages
import lite_python
from analysis.internal.files import write_whole
from report import ROOT
from report.equations import mathjax
from report.packages import file_of
from report.sums import write_sums

FOLDER = "_lite"
MANIFEST = "manifest.json"
"""The list of the large files, with their sums."""
MOST = 100_000_000
"""Bytes that hosts take in a file."""
OWN = (
    *("page.js", "cells.js", "editor.js", "compare.js", "own.js", "frames.js", "frame.js"),
    *("engine.js", "worker.js", "files.js", "frame.html", "lite.css"),
)
BUTTON = (
    '<div class="lite"><button type="button" data-run class="sd-btn sd-btn-outline-primary">'
    "{}</button></div>"
)
MARK = re.compile(r'\n?<div class="lite">.*?</div>|<style id="lite-style">.*?</style>', re.S)
STYLE = '<style id="lite-style">@media print, (scripting: none) {.lite {display: none}}</style>'
SCRIPT = "/* What `make lite` adds: the first press of its button loads what runs the page. */"
TEXT = re.compile(r"\{glue:text\}`([^`]+)`")
FIGURE = re.compile(r"```\{glue:figure\} (\w+)\n(?::[^\n]*\n)*?:name: ([\w-]+)")


def package() -> bytes:
    """Return the package, what it imports that the interpreter lacks, and what runs cells."""
    init = {name: file_of(name, f"{name}/__init__.py").parent for name in ("pooch", "platformdirs")}
    files = {
        f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for name, folder in {"analysis": ROOT / "analysis", **init}.items()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", "tests"} & set(path.parts)
    }
    files["pretty.py"] = file_of("ipython", "IPython/lib/pretty.py").read_bytes()
    files["kernel.py"] = (ROOT / "book" / "lite" / "kernel.py").read_bytes()
    return lite_python.zipped(files)


def notebook(path: Path) -> dict[str, Any]:
    """Return what a page needs of its notebook: cells, and what its text takes from them."""
    content = json.loads(path.read_text(encoding="utf-8"))
    cells = [
        {
            "id": cell["id"],
            "source": "".join(cell["source"]),
            "tags": cell["metadata"].get("tags", []),
        }
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]
    text = "\n".join(
        "".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown"
    )
    figures = {name: place for name, place in FIGURE.findall(text)}
    return {"cells": cells, "texts": TEXT.findall(text), "figures": figures}


def runnable(found: dict[str, Any]) -> bool:
    """Whether a page shows code that a reader could change."""
    aside = {"remove-cell", "remove-input"}
    return any(not aside & set(cell["tags"]) for cell in found["cells"])


def contents(site: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the folder, by name; the list of those to be checked is the last."""
    large = lite_python.python(lite_packages.interpreter()) | {"package.zip": package()}
    for name, text in lite_packages.modules().items():
        yield f"code/{name}", text
    for name in OWN:
        yield name, (ROOT / "book" / "lite" / name).read_bytes()
    yield "tex-svg.js", mathjax().read_bytes()
    with zipfile.ZipFile(lite_packages.interpreter()) as wheel:
        [licences] = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
        yield "licences.txt", wheel.read(licences)
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        found = notebook(path)
        if runnable(found) and (site / "book" / f"{path.stem}.html").is_file():
            yield f"notebooks/{path.stem}.json", json.dumps(found).encode()
    files = {
        name: {"size": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        for name, text in large.items()
    }
    yield from large.items()
    yield MANIFEST, json.dumps(files, indent=1).encode()


def offer(page: str, words: str, name: str) -> str:
    """Return a page with its button, below its title; with an older button in its place."""
    page = MARK.sub("", page)
    page = page.replace("</head>", f"{STYLE}</head>", 1)
    title = page.index("</h1>", page.index('<article class="bd-article">')) + len("</h1>")
    return f"{page[:title]}\n{BUTTON.format(html.escape(words))}{page[title:]}"


def script(name: str) -> str:
    """Return what the site's own script is given: a press loads `page.js`, or says why not."""
    return f"""{SCRIPT}
document.addEventListener("click", async event => {{
  const button = event.target.closest("[data-run]");
  if (!button || button.dataset.asked) return;
  button.dataset.asked = true;
  try {{
    (await import(new URL("../{name}/page.js", location))).open(button);
  }} catch (error) {{
    delete button.dataset.asked;
    button.parentElement.append(` ${{location.protocol === "file:"
      ? "A page opened as a file cannot load it: serve the site (make serve)."
      : "It could not be loaded; reload the page to try again."}}`);
  }}
}});
"""


def add(site: Path) -> int:
    """Add what runs the chapters to a built site, anew; return the bytes that a reader loads."""
    files = dict(contents(site))
    for name, text in files.items():
        if len(text) >= MOST:
            raise lite_packages.stop(f"{name} has {len(text)} bytes; hosts take {MOST}")
    shutil.rmtree(site / FOLDER, ignore_errors=True)
    for name, text in files.items():
        write_whole(site / FOLDER / name, text)
    size: int = sum(one["size"] for one in json.loads(files[MANIFEST]).values())
    words = f"Run this chapter ({size / 1e6:.0f} MB once, from this site)"
    own = site / "_static" / "book.js"
    plain = own.read_text(encoding="utf-8").partition(SCRIPT)[0]
    made = (plain + script(FOLDER)).encode()
    write_whole(own, made)
    version = f"book.js?v={hashlib.sha256(made).hexdigest()[:8]}"
    for name in files:
        if name.startswith("notebooks/"):
            path = site / "book" / f"{Path(name).stem}.html"
            page = offer(path.read_text(encoding="utf-8"), words, FOLDER)
            write_whole(path, re.sub(r"book\.js\?v=\w+", version, page).encode())
    write_sums(site)
    return size


if __name__ == "__main__":
    size = add(Path(sys.argv[1]))
    print(f"Chapters run in their pages: {sys.argv[1]}/{FOLDER}, {size / 1e6:.0f} MB for a reader")
