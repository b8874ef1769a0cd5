"""The reference of the package: a directive gives each public name of a room its entry.

    .. room:: analysis.laws

shows the module's docstring and, one after the other, what its `__all__` names (a module without
one shows what it defines itself). A name stands under the room that hands it on, wherever it is
defined. Signatures are those of the source: kinds and defaults as written, nothing evaluated.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from textwrap import dedent
from types import ModuleType
from typing import Annotated, Any, cast, get_args, get_origin

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from sphinx.util.typing import stringify_annotation

PACKAGE = "analysis"
NOT_SHOWN = ("command", "internal")
KINDS = (
    *("Positive", "PositiveAsGiven", "NonNegative", "Real", "Analytic", "PositiveFloat"),
    *("NonNegativeFloat", "RealFloat", "Share", "Factor", "PositiveInt", "NonNegativeInt", "Flag"),
    "FloatOrArray",
)
"""The kinds that `book/reference/index.rst` explains; signatures show them by name."""
LONGEST = 72
"""Characters of a constant's value that is worth showing."""
KINDS_OF = {"positive": "Positive", "non_negative": "NonNegative", "real": "Real"}
"""What `Annotated[Any, numbers(positive, ...)]` is called where a signature spells it out."""
NAME = re.compile(r"(?<![`:\w])`([^`\n]+)`(?!`)")
"""A name in a docstring, between single backticks."""


@cache
def public_names(module: str) -> tuple[str, ...]:
    """Return what a module hands on: its `__all__`, or the public names that it binds itself."""
    loaded = import_module(module)
    if hasattr(loaded, "__all__"):
        return tuple(loaded.__all__)
    return tuple(name for name in _bound(inspect.getsource(loaded)) if not name.startswith("_"))


def _bound(source: str) -> Iterator[str]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for node in ast.walk(target):
                    if isinstance(node, ast.Name):
                        yield node.id


@cache
def public_rooms() -> tuple[str, ...]:
    """Return the modules whose names are public: the rooms, and the studies one by one."""
    package = import_module(PACKAGE)
    found = [
        f"{PACKAGE}.{one.name}"
        for one in iter_modules(package.__path__)
        if not one.name.startswith("_") and one.name not in NOT_SHOWN
    ]
    studies = import_module(f"{PACKAGE}.studies")
    inside = [
        f"{studies.__name__}.{one.name}"
        for one in iter_modules(studies.__path__)
        if not one.name.startswith("_")
    ]
    return (*(name for name in found if name != studies.__name__), *inside)


@cache
def homes() -> dict[str, list[str]]:
    """Return where each public name has its entry: in one room, or in several."""
    found: dict[str, list[str]] = {}
    for room in public_rooms():
        for name in public_names(room):
            found.setdefault(name, []).append(f"{room}.{name}")
    return found


class Room(SphinxDirective):
    """The docstring of a module and an entry for each of its public names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        loaded = import_module(module)
        lines = [f".. automodule:: {module}", ""]
        for name in public_names(module):
            lines += _entry(module, name, getattr(loaded, name))
        files = [
            __file__,
            inspect.getfile(loaded),
            *map(inspect.getfile, map(import_module, _parts(loaded))),
        ]
        for file in files:
            self.env.note_dependency(file)
        parent = nodes.section()
        parent.document = self.state.document
        self.state.nested_parse(StringList(lines, source=module), self.content_offset, parent)
        return list(parent.children)


def _parts(module: ModuleType) -> list[str]:
    """The modules of a folder that is a room."""
    if not hasattr(module, "__path__"):
        return []
    inside = (one.name for one in iter_modules(module.__path__) if one.name != "__main__")
    return [f"{module.__name__}.{name}" for name in inside]


def _entry(module: str, name: str, value: object) -> list[str]:
    """The directive that gives a name its entry."""
    full = f"{module}.{name}"
    if _is_alias(value):
        base, *checks = get_args(value)
        kind = getattr(checks[-1], "name", getattr(base, "__name__", "any")).replace("_", " ")
        words = _words_of(full) or [f"A kind of argument: {kind}."]
        return [f".. py:type:: {name}", "", *(f"   {line}" for line in words), ""]
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, BaseException) else "class"
        return [f".. auto{kind}:: {full}", *["   :members:"] * (kind == "class"), ""]
    return [f".. auto{'function' if inspect.isroutine(value) else 'data'}:: {full}", ""]


def show_as_written(
    _app: Sphinx, what: str, _name: str, value: Any, _options: Any, signature: str | None, _: object
) -> tuple[str, str] | None:
    """Return a signature with its annotations as they stand in the source."""
    if what == "exception" or (inspect.isclass(value) and issubclass(value, Enum)):
        return "", ""
    if signature is None or what not in ("class", "function", "method"):
        return None
    found = inspect.signature(value)
    places = inspect.unwrap(value.__init__ if inspect.isclass(value) else value).__globals__
    parameters = [one for one in found.parameters.values() if one.name != "self"]
    defaults = _defaults(value)
    plain = [
        one.replace(
            annotation=_plain(one.annotation, places),
            default=defaults.get(one.name, one.default),
        )
        for one in parameters
    ]
    written = str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    returned = found.return_annotation
    unnamed = inspect.isclass(value) or returned in (inspect.Signature.empty, None, "None")
    return written, "" if unnamed else str(_plain(returned, places))


def _defaults(value: Any) -> dict[str, Any]:
    """The defaults of a function as its source writes them."""
    if inspect.isclass(value):
        return {}
    [function] = ast.parse(dedent(inspect.getsource(value))).body
    assert isinstance(function, ast.FunctionDef)
    own = function.args
    places = [*own.posonlyargs, *own.args]
    given = own.defaults
    pairs: list[tuple[ast.arg, ast.expr | None]]
    pairs = [*zip(places[len(places) - len(given) :], given, strict=True)]
    pairs += zip(own.kwonlyargs, own.kw_defaults, strict=True)
    return {one.arg: _AsWritten(_text(default)) for one, default in pairs if default}


def _text(default: ast.expr) -> str:
    """A default as the source writes it; one that unpacks others is too long to be read."""
    unpacks = any(isinstance(node, ast.Starred) for node in ast.walk(default))
    return "..." if unpacks else ast.unparse(default)


class _AsWritten:
    """What stands in a signature as it is, without quotation marks."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _plain(annotation: Any, places: dict[str, Any]) -> Any:
    if annotation is inspect.Parameter.empty:
        return annotation
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    shown = _Short(places).visit(ast.parse(text, mode="eval"))
    return _AsWritten(ast.unparse(shown))


class _Short(ast.NodeTransformer):
    """Annotations without the checks that only the package's doors read.

    The name of a kind stays, as does any that has an entry; a module's own short names do not.
    """

    def __init__(self, places: dict[str, Any]) -> None:
        self.places = places

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if ast.unparse(node.value) != "Annotated":
            return self.generic_visit(node)
        assert isinstance(node.slice, ast.Tuple)
        shown = node.slice.elts[0]
        if ast.unparse(shown) == "Any":
            return self._meant(eval(ast.unparse(node), self.places))
        return cast(ast.AST, self.visit(shown))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        value = self.places.get(node.id)
        if node.id in (*KINDS, "ArrayLike") or node.id in homes() or not _is_alias(value):
            return node
        return self._meant(value)

    def _meant(self, value: Any) -> ast.AST:
        from numpy.typing import ArrayLike

        if get_origin(value) is Annotated:
            value, kind = get_args(value)
            if value is Any and getattr(kind, "name", "") in KINDS_OF:
                return ast.Name(KINDS_OF[kind.name])
        if value == ArrayLike:
            return ast.Name("ArrayLike")
        return ast.parse(stringify_annotation(value, "smart"), mode="eval").body


def _is_alias(value: Any) -> bool:
    """Whether a value is a name for another annotation, and no class."""
    return get_origin(value) is not None


def say_in_rst(
    _app: Sphinx, _what: str, _name: str, _value: Any, _options: Any, lines: list[str]
) -> None:
    """Turn a docstring's plain text into reStructuredText."""
    inside = False
    for place, line in enumerate(lines):
        inside = line.lstrip().startswith(">>>") or (inside and bool(line.strip()))
        if not inside:
            lines[place] = NAME.sub(_link, line).replace("|", r"\|")


def say_as_written(
    app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """Give a constant its own words, and a property its docstring as it stands.

    Napoleon would take what stands before a colon for a type.
    """
    if what == "data":
        lines[:] = _words_of(name)
        if shown := _value(value):
            lines += ["", f"Its value is ``{shown}``."]
    elif what == "property":
        lines[:] = inspect.cleandoc(value.__doc__).splitlines()
    else:
        return
    say_in_rst(app, what, name, value, options, lines)
    lines.append("")


def _link(match: re.Match[str]) -> str:
    known = homes().get(match[1].split("(")[0], [])
    if len(known) == 1 and len(match[1]) > 2:
        return f":py:obj:`{match[1]} <{known[0]}>`"
    return f"``{match[1]}``"


def _value(value: object) -> str:
    """A constant as it prints, if it is plain and short."""
    whole = value if isinstance(value, tuple) else (value,)
    plain = all(isinstance(one, bool | int | float | str) for one in whole)
    shown = repr(value) if plain else ""
    return shown if len(shown) <= LONGEST and "/" not in shown and shown != "()" else ""


def _words_of(name: str) -> list[str]:
    """The string that stands under a constant where it is bound."""
    module, constant = name.rsplit(".", 1)
    for part in [module, *_parts(import_module(module))]:
        words = ModuleAnalyzer.for_module(part)
        words.analyze()
        if found := words.attr_docs.get(("", constant)):
            return list(found)
    return []


def find_kind(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Let the name of a kind, or of a room's own, lead to its entry."""
    if node.get("refdomain") != "py":
        return None
    objects, target = cast(PythonDomain, env.get_domain("py")).objects, node["reftarget"]
    for name in (target, f"{node.get('py:module')}.{target}", *homes().get(target, ())):
        if name in objects and objects[name].objtype in ("type", "data"):
            entry = objects[name]
            place = node.get("refdoc", env.docname)
            return make_refnode(app.builder, place, entry.docname, entry.node_id, content)
    return None


def setup(app: Sphinx) -> None:
    app.add_directive("room", Room)
    app.connect("autodoc-process-signature", show_as_written)
    app.connect("autodoc-process-docstring", say_in_rst, priority=400)
    app.connect("autodoc-process-docstring", say_as_written, priority=600)
    app.connect("missing-reference", find_kind)
