"""Slides from the chapters' own cells and figures, one file each that asks no host.

    PYTHONPATH=book/_ext python book/_tools/slides.py _build _build/slides

A deck in `book/slides/` is Markdown: a line of dashes begins a new slide, a line `Notes:` what only
the speaker sees. What a chapter computed when the book was built is taken from there:

    @figure data_scaling_factor fig_steps     the figure that the chapter glues under this name
    @equation data_scaling_factor k_D         the equation
    @cell price compute_overhead(k_N          the cell with this text in it, and its output
    {{price half .0f}}                        a number in a sentence, in this format

Jupyter's own export turns the deck into slides; reveal.js and the equations are put into the file.
"""

import html
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat.v4 as nb
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from analysis.internal.files import write_whole
from report import ROOT
from report.browser import installed
from report.equations import STORE, Equations, mathjax, with_glyphs
from report.packages import file_of

REVEAL = "https://reveal.invalid"
"""Stands for reveal.js's address in the export, until its files are put in."""
STYLE = """
.reveal { font-size: 30px; }
.reveal h1 { font-size: 1.9em; } .reveal h2 { font-size: 1.4em; }
.reveal h1, .reveal h2, .reveal h3 { text-transform: none; letter-spacing: 0; text-align: left; }
.reveal .jp-Cell, .reveal .jp-Notebook { padding: 0; border: 0; }
.reveal .jp-RenderedHTMLCommon { font-size: 30px; text-align: left; line-height: 1.4; }
.reveal .highlight pre { font-size: 18px; line-height: 1.35; margin: 0; }
.reveal .jp-OutputArea-output pre { font-size: 12.5px; line-height: 1.2; max-height: none; }
.reveal .jp-OutputPrompt, .reveal .jp-InputPrompt { display: none; }
.reveal .jp-InputArea-editor { border: 1px solid #ccc; background: #f7f7f7; padding: 4px 8px; }
.reveal .picture { width: 520px; margin: 0 auto; color: #222; }
.reveal .picture svg { display: block; width: 100%; height: auto; max-height: 400px; }
.reveal .alone .picture { width: 760px; }
.reveal .alone .picture svg { max-height: 560px; }
.reveal .picture-data { display: none; }
.reveal .equation { text-align: center; margin: 0.5em 0; }
.reveal .jp-RenderedHTMLCommon table { font-size: 15px; }
.reveal .jp-RenderedHTMLCommon table :is(td, th) { padding: 1px 12px; line-height: 1.3; }
.glyphs { display: none; }
mjx-container > svg { overflow: visible; min-height: 1px; min-width: 1px; }
mjx-container[display="true"] { display: block; text-align: center; margin: 0.5em 0; }
mjx-assistive-mml { position: absolute !important; clip: rect(1px, 1px, 1px, 1px);
  width: 1px; height: 1px; overflow: hidden !important; }
"""
ELSEWHERE = re.compile(
    r'<script src="[^"]*"></script>'
    r"|<script type=\"module\">\s*import mermaid.*?</script>"
    r'|<script type="text/x-mathjax-config">.*?</script>'
    r"|<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->",
    re.S,
)
START = """Reveal.initialize({{plugins: [RevealNotes], hash: true, slideNumber: "c/t",
  width: 1100, height: 700, margin: 0.04, center: false, transition: "none"}});
document.title = {title};"""


class DeckError(ValueError):
    """A deck asks for something that no chapter has; the message names the deck and the line."""


class Chapters:
    """What the chapters computed when the book was built."""

    def __init__(self, build: Path):
        self.folder = build / "jupyter_execute" / "book"

    def glued(self, chapter: str, name: str) -> dict[str, Any]:
        """Return the data of what a chapter glued under a name."""
        kept = json.loads((self.folder / f"{chapter}.glue.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = kept[name]["data"]
        return found

    def cell(self, chapter: str, text: str) -> NotebookNode:
        """Return the executed cell of a chapter that holds a text."""
        cells = nb.reads((self.folder / f"{chapter}.ipynb").read_text(encoding="utf-8")).cells
        found: NotebookNode
        [found] = [c for c in cells if c.cell_type == "code" and text in c.source]
        return found

    def number(self, chapter: str, name: str, form: str) -> str:
        """Return a glued number in a format."""
        return format(float(self.glued(chapter, name)["text/plain"]), form)


def notebook_of(deck: str, chapters: Chapters) -> NotebookNode:
    """Return a deck as a notebook whose cells say which slide they belong to.

    Raises
    ------
    DeckError
        If a line asks for something that the chapters do not have.
    """
    cells = []
    for slide in re.split(r"^-{3,}$", deck, flags=re.M):
        body, _, notes = slide.partition("\nNotes:\n")
        first = True
        for piece in pieces(body, chapters):
            piece.metadata["slideshow"] = {"slide_type": "slide" if first else "-"}
            cells.append(piece)
            first = False
        spoken = nb.new_markdown_cell(filled(notes.strip(), chapters))
        spoken.metadata["slideshow"] = {"slide_type": "notes"}
        cells.append(spoken)
    for place, cell in enumerate(cells):
        cell["id"] = f"slide-{place:03}"
    return nb.new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def pieces(body: str, chapters: Chapters) -> Iterator[NotebookNode]:
    """Yield the cells of a slide: its words, and what it takes from the chapters."""
    alone = not re.sub(r"^[#@].*$", "", body, flags=re.M).strip() and body.count("\n@") == 1
    for part in re.split(r"^(@\w+ .*)$", body, flags=re.M):
        if not part.strip():
            continue
        if not part.startswith("@"):
            yield nb.new_markdown_cell(filled(part.strip(), chapters))
            continue
        kind, chapter, what = part[1:].split(" ", 2)
        try:
            cell = taken(kind, chapter, what.strip(), chapters)
        except (KeyError, ValueError, OSError) as error:
            raise DeckError(f"no chapter has what this line asks for: {part}") from error
        if kind == "figure" and alone:
            data = cell.outputs[0].data
            data["text/html"] = f'<div class="alone">{data["text/html"]}</div>'
        yield cell


def taken(kind: str, chapter: str, what: str, chapters: Chapters) -> NotebookNode:
    """Return a cell with a figure, an equation or a cell of a chapter."""
    if kind == "figure":
        data = {"text/html": chapters.glued(chapter, what)["text/html"]}
        cell = nb.new_code_cell(outputs=[nb.new_output("display_data", data=data)])
        cell.metadata["tags"] = ["remove-input"]
        return cell
    if kind == "equation":
        tex = chapters.glued(chapter, what)["text/latex"].strip("$").removeprefix("\\displaystyle")
        return nb.new_markdown_cell(f"$${tex.strip()}$$")
    if kind == "cell":
        cell = chapters.cell(chapter, what)
        cell.metadata = NotebookNode()
        return cell
    raise ValueError(kind)


def filled(text: str, chapters: Chapters) -> str:
    """Return a text with its numbers put in."""

    def number(asked: re.Match[str]) -> str:
        try:
            return chapters.number(*asked[1].split())
        except (KeyError, ValueError, OSError, TypeError) as error:
            raise DeckError(f"no chapter has this number: {asked[0]}") from error

    return re.sub(r"\{\{(.*?)\}\}", number, text)


def exported(notebook: NotebookNode) -> str:
    """Return a notebook as Jupyter's own export makes slides of it."""
    settings = Config()
    settings.SlidesExporter.reveal_url_prefix = REVEAL
    settings.SlidesExporter.exclude_input_prompt = True
    settings.SlidesExporter.exclude_output_prompt = True
    settings.TagRemovePreprocessor.enabled = True
    settings.TagRemovePreprocessor.remove_input_tags = {"remove-input"}
    page, _ = SlidesExporter(config=settings).from_notebook_node(notebook)
    return page


def self_contained(page: str, title: str, equations: Equations | None) -> str:
    """Return exported slides with reveal.js inside, their equations set, and no other host.

    Without `equations` to set them MathJax comes into the file and does it when it is shown.
    """
    page = re.sub(r"<title>.*?</title>", f"<title>{html.escape(title)}</title>", page, flags=re.S)
    page = ELSEWHERE.sub("", page)
    page = re.sub(r"<script>\s*require\(.*?</script>", lambda _: started(title), page, flags=re.S)
    page = re.sub(
        rf'<link[^>]*href="{REVEAL}/dist/([\w/.-]+)"[^>]*>',
        lambda link: f"<style>{reveal_file('dist/' + link[1])}</style>",
        page,
    )
    page = page.replace("</head>", f"<style>{STYLE}</style></head>", 1)
    page = with_equations(page, equations)
    if equations is None:
        script = mathjax().read_text(encoding="utf-8")
        return page.replace("</head>", f"<script>{script}</script></head>", 1)
    return with_glyphs(page, equations.glyphs)


def with_equations(page: str, equations: Equations | None) -> str:
    """Return the page with its TeX set, or marked for MathJax, as in the book; code left alone."""
    start = page.index('<div class="slides">')
    head, body = page[:start], page[start:]
    kept: list[str] = []

    def keep(block: re.Match[str]) -> str:
        kept.append(block[0])
        return f"\x00{len(kept) - 1}\x00"

    body = re.sub(r"<(pre|script|style|svg)\b.*?</\1>|<[^>]+>", keep, body, flags=re.S)

    def put(found: re.Match[str]) -> str:
        display = found[1] is not None
        tex = found[1] or found[2]
        if equations is not None:
            made = equations.set(html.unescape(tex).strip(), display)
        else:
            made = rf"\[{tex}\]" if display else rf"\({tex}\)"
        if display:
            return f'<div class="math equation notranslate nohighlight">{made}</div>'
        return f'<span class="math notranslate nohighlight">{made}</span>'

    body = re.sub(r"\$\$((?s:.+?))\$\$|\$([^$\n]+?)\$", put, body)
    return head + re.sub(r"\x00(\d+)\x00", lambda one: kept[int(one[1])], body)


def started(title: str) -> str:
    """Return the scripts of reveal.js and what starts the slides."""
    scripts = [reveal_file("dist/reveal.js"), reveal_file("plugin/notes/notes.js")]
    scripts.append(START.format(title=json.dumps(title)))
    return "".join(f"<script>{script}</script>" for script in scripts)


def reveal_file(name: str) -> str:
    """Return a file of reveal.js, as the package `sphinx-revealjs` brings it, without web fonts."""
    text = file_of("sphinx-revealjs", f"_static/revealjs/{name}").read_text(encoding="utf-8")
    return re.sub(r"@import url\([^)]*\);", "", text).replace("</script>", "<\\/script>")


def make_slides(build: Path, target: Path) -> list[Path]:
    """Make every deck of the book from a finished build, and return the files."""
    chapters = Chapters(build)
    equations = None if installed() is None else Equations(STORE)
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for source in sorted((ROOT / "book" / "slides").glob("*.md")):
        deck = source.read_text(encoding="utf-8")
        [title] = re.findall(r"^# (.*)$", deck, re.M)[:1]
        page = exported(notebook_of(deck, chapters))
        made.append(target / f"{source.stem}.slides.html")
        write_whole(made[-1], self_contained(page, title, equations).encode())
    if equations is not None:
        equations.close()
    return made


if __name__ == "__main__":
    for path in make_slides(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"Slides: {path}")
