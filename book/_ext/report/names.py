"""Names in the code of a page lead to their entries in the reference of the package.

A name means what the page has imported from the package up to there, in cells that are shown and
in cells that are not; one that the page binds anew means nothing. What a name stands for is read,
never run: names that were imported lead to their entries, and so do those of a module, such as
`figures.plot_runs`; methods of what a cell has made do not.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.writers.html5 import HTML5Translator

PACKAGE = "analysis"
PIECE = re.compile(r"<[^>]+>|&[^;]+;|[^<&]+")
"""A tag, a character that HTML spells out, or text."""


class Mention(NamedTuple):
    """A name in a piece of code: where it stands, and the full name that it means."""

    start: int
    end: int
    target: str


class Reading:
    """What the names of a page mean, cell after cell."""

    def __init__(self) -> None:
        self.meaning: dict[str, str] = {}

    def read(self, code: str) -> list[Mention]:
        """Return the names of the next cell that mean something of the package."""
        try:
            tree = ast.parse(plain(code))
        except SyntaxError:
            return []
        self._lines = [0]
        for line in code.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._code = code.splitlines()
        found: list[Mention] = []
        for statement in tree.body:
            own = _bound_inside(statement)
            kept = {name: self.meaning.pop(name) for name in own if name in self.meaning}
            found += self._mentions(statement)
            self.meaning |= kept
            self._bind(statement)
        return found

    def _mentions(self, statement: ast.stmt) -> Iterator[Mention]:
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom | ast.Import):
                yield from self._imported(node)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if target := self.meaning.get(node.id):
                    start = self._place(node.lineno, node.col_offset)
                    yield Mention(start, start + len(node.id), target)
            elif isinstance(node, ast.Attribute) and (target := self._target(node)):
                end = self._place(node.end_lineno or 0, node.end_col_offset or 0)
                yield Mention(end - len(node.attr), end, target)

    def _imported(self, node: ast.ImportFrom | ast.Import) -> Iterator[Mention]:
        module = getattr(node, "module", "") or ""
        for alias in node.names:
            target = f"{module}.{alias.name}".strip(".")
            if target.split(".")[0] == PACKAGE:
                start = self._place(alias.lineno, alias.col_offset)
                yield Mention(start, start + len(alias.name), target)
        if module.split(".")[0] == PACKAGE:
            start = self._place(node.lineno, node.col_offset) + len("from ")
            yield Mention(start, start + len(module), module)

    def _bind(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.ImportFrom | ast.Import):
            module = getattr(statement, "module", "") or ""
            for alias in statement.names:
                self.meaning.pop(alias.asname or alias.name, None)
                target = f"{module}.{alias.name}".strip(".")
                if target.split(".")[0] == PACKAGE:
                    self.meaning[alias.asname or alias.name] = target
            return
        for name in _stored(statement):
            self.meaning.pop(name, None)

    def _target(self, node: ast.expr) -> str | None:
        """The full name that an expression spells, such as `figures.plot_runs`."""
        if isinstance(node, ast.Name):
            return self.meaning.get(node.id)
        if isinstance(node, ast.Attribute) and (base := self._target(node.value)):
            return f"{base}.{node.attr}"
        return None

    def _place(self, line: int, column: int) -> int:
        """The place in the code, in characters, of a line and a column in bytes."""
        text = self._code[line - 1].encode()[:column].decode()
        return self._lines[line - 1] + len(text)


def plain(code: str) -> str:
    """Return the code of a cell without what only a notebook understands, line by line."""
    return "\n".join("" if line.startswith(("%", "!")) else line for line in code.split("\n"))


def _stored(node: ast.AST) -> set[str]:
    """What a statement binds on the page; not what a function inside it binds for itself."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Lambda):
        return set()
    found = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.comprehension) and child is node.target):
            found |= _stored(child)
    return found


def _bound_inside(statement: ast.stmt) -> set[str]:
    """What the functions and comprehensions inside a statement bind for themselves."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            found |= {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        if isinstance(node, ast.comprehension):
            found |= {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
    return found


def linked(block: str, code: str, links: Mapping[tuple[int, int], str]) -> str:
    """Return a highlighted piece of code with links on some of its names.

    Parameters
    ----------
    block : str
        What Pygments made of the code; inside `<pre>`, tags aside, it must read as the code does.
    code : str
        The code.
    links : mapping
        An address for each place in the code, by where it starts and ends.
    """
    start, end = block.index("<pre>") + len("<pre>"), block.rindex("</pre>")
    ends = dict(links)
    starts = {first: (last, address) for (first, last), address in ends.items()}
    made, place, until, read = [], 0, -1, []
    for piece in PIECE.findall(block[start:end]):
        if piece.startswith("<"):
            made.append(piece)
            continue
        text = html.unescape(piece) if piece.startswith("&") else piece
        for character in [piece] if piece.startswith("&") else piece:
            if place in starts:
                until, address = starts[place]
                made.append(f'<a class="name" href="{html.escape(address)}">')
            made.append(character)
            place += 1
            if place == until:
                made.append("</a>")
        read.append(text)
    if "".join(read).strip("\n") != code.strip("\n"):
        return block
    return block[:start] + "".join(made) + block[end:]


def read_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Note at each piece of a page's code what its names mean."""
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".ipynb":
        return
    notebook = nbformat.read(path, as_version=4)
    reading = Reading()
    meant: dict[str, list[list[Mention]]] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            meant.setdefault(cell.source.strip(), []).append(reading.read(cell.source.strip()))
    entries = cast(PythonDomain, app.env.get_domain("py")).objects
    for block in doctree.findall(nodes.literal_block):
        if "cell_input" not in block.parent.get("classes", ()):
            continue
        mentions = meant.get(block.astext().strip(), [])
        links = {}
        for one in mentions.pop(0) if len(mentions) > 1 else (mentions or [[]])[0]:
            if entry := entries.get(one.target):
                page = app.builder.get_relative_uri(docname, entry.docname)
                links[one.start, one.end] = f"{page}#{entry.node_id}"
        block["links"] = links


def show_code(translator: HTML5Translator, node: nodes.literal_block) -> None:
    """Write a piece of code as ever, then put the links on its names."""
    try:
        type(translator).visit_literal_block(translator, node)
    except nodes.SkipNode:
        if links := node.get("links"):
            translator.body[-1] = linked(translator.body[-1], node.astext(), links)
        raise


def leave_code(translator: HTML5Translator, node: nodes.literal_block) -> None:
    type(translator).depart_literal_block(translator, node)


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", read_page)
    app.add_node(nodes.literal_block, override=True, html=(show_code, leave_code))
