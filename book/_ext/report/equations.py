"""Equations set at build time, so that pages show them at once and nothing moves afterwards.

Where Chromium is at hand, MathJax runs in it while Sphinx writes the pages, and turns each equation
into SVG with MathML beside it for screen readers; the pages then need no MathJax. It is a renderer
of Sphinx's own kind (`html_math_renderer`). What has been set is kept in `_build`, so a build that
brings no new equation starts no browser. Without Chromium Sphinx's usual renderer leaves the TeX
in the pages, and MathJax sets it in the reader's browser.
"""

import hashlib
import html
import json
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math
from sphinx.writers.html5 import HTML5Translator

from analysis.internal.files import write_whole
from report import ROOT
from report.browser import installed, opened
from report.packages import file_of

STORE = ROOT / "_build" / "equations.json"
"""Where equations that have been set are kept."""
TEX = re.compile(r"\\\((?P<inline>.+)\\\)|\\\[(?P<display>.+)\\\]", re.S)
NARROW = 36
"""Width in ex that fits on a phone."""
GLYPH = re.compile(r'<path id="MJX-\d+-(TEX-[^"]+)" d="([^"]*)"></path>')
PREPARE = (
    "window.MathJax = {svg: {fontCache: 'local'}, options: {enableMenu: false},"
    " startup: {typeset: false}}"
)
CONVERT = """
async ([tex, display]) => {
  await MathJax.startup.promise;
  const metrics = {em: 16, ex: 8, containerWidth: 1280};
  const node = await MathJax.tex2svgPromise(tex, {display, ...metrics});
  node.removeAttribute("tabindex");
  node.removeAttribute("ctxtmenu_counter");
  if (!node.querySelector("mjx-assistive-mml")) {
    const spoken = document.createElement("mjx-assistive-mml");
    spoken.setAttribute("display", display ? "block" : "inline");
    spoken.innerHTML = MathJax.tex2mml(tex, {display});
    node.append(spoken);
  }
  node.querySelector("svg").setAttribute("aria-hidden", "true");
  return node.outerHTML;
}
"""
Visitor = Callable[[HTML5Translator, Any], None]


class EquationError(SphinxError, ValueError):
    """An equation that MathJax cannot set; the message shows it."""

    category = "An equation failed"


def mathjax() -> Path:
    """Return MathJax, as a package brings it."""
    return file_of("sphinx-mathjax-offline", "/tex-svg.js")


class Equations:
    """Equations that are set: taken from the store, or new; the first new one starts the browser.

    Parameters
    ----------
    store : Path
        A JSON file of what was set before; `close` brings it up to date.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._kept = kept(store)
        self._browser = ExitStack()
        self._page: Any = None

    @property
    def glyphs(self) -> dict[str, str]:
        """The shapes that the equations are made of, by their names."""
        found: dict[str, str] = self._kept["glyphs"]
        return found

    def set(self, tex: str, display: bool) -> str:
        """Return an equation as SVG and MathML, its glyphs left to the page.

        Raises
        ------
        EquationError
            If MathJax reports an error in it.
        """
        key = f"{'display' if display else 'inline'}: {tex}"
        if key not in self._kept["equations"]:
            made = self._converted(tex, display)
            if "merror" in made:
                raise EquationError(f"MathJax cannot set this equation: {tex}")
            self._kept["glyphs"] |= dict(GLYPH.findall(made))
            self._kept["equations"][key] = _without_glyphs(made)
        found: str = self._kept["equations"][key]
        return found

    def close(self) -> None:
        """Close the browser, if it was needed, and keep what it has set."""
        if self._page is not None:
            self._browser.close()
            write_whole(self._store, json.dumps(self._kept).encode())

    def _converted(self, tex: str, display: bool) -> str:
        if self._page is None:
            self._page = self._browser.enter_context(opened()).new_page()
            self._page.set_content("<!DOCTYPE html><title>equations</title>")
            self._page.evaluate(PREPARE)
            self._page.add_script_tag(path=str(mathjax()))
        return str(self._page.evaluate(CONVERT, [tex, display]))


def kept(store: Path) -> dict[str, Any]:
    """Return the equations and glyphs of a store; none if it is damaged or another MathJax's."""
    version = hashlib.sha256(mathjax().read_bytes()).hexdigest()
    try:
        content = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = {}
    fresh = {"version": version, "equations": {}, "glyphs": {}}
    return content if _is_store(content) and content["version"] == version else fresh


def _is_store(content: object) -> bool:
    """Whether a store is what this module wrote: every glyph that an equation uses is there."""
    if not isinstance(content, dict) or content.keys() != {"version", "equations", "glyphs"}:
        return False
    parts = content["equations"], content["glyphs"]
    if not all(isinstance(part, dict) for part in parts):
        return False
    if not all(isinstance(value, str) for part in parts for value in part.values()):
        return False
    used = re.findall(r'xlink:href="#(TEX-[^"]+)"', "".join(parts[0].values()))
    return set(used) <= set(parts[1])


def _without_glyphs(made: str) -> str:
    """The equation with its glyphs left to the page, where each stands once."""
    made = re.sub(r"<defs>.*?</defs>", "", made, flags=re.S)
    [width] = re.findall(r'<svg[^>]* width="([\d.]+)ex"', made)[:1]
    # It scrolls on a phone, and what scrolls must be reached by the keyboard.
    if float(width) > NARROW:
        made = made.replace("<mjx-container", '<mjx-container tabindex="0"', 1)
    return re.sub(r"#MJX-\d+-TEX", "#TEX", made)


def with_glyphs(page: str, glyphs: Mapping[str, str]) -> str:
    """Return a page with the glyphs that its equations use, each once, at its start."""
    used = sorted(set(re.findall(r'xlink:href="#(TEX-[^"]+)"', page)))
    drawn = "".join(f'<path id="{name}" d="{glyphs[name]}"></path>' for name in used)
    table = f'<svg class="glyphs" aria-hidden="true"><defs>{drawn}</defs></svg>'
    return re.sub(r"<body[^>]*>", lambda body: body[0] + table, page, count=1) if used else page


def setting(visit: Visitor, equations: Equations) -> Visitor:
    """Return a visitor that lets Sphinx write an equation for MathJax, and sets what it wrote."""

    def visit_and_set(translator: HTML5Translator, node: nodes.Element) -> None:
        start = len(translator.body)
        try:
            visit(translator, node)
        except nodes.SkipNode:
            written = "".join(translator.body[start:])
            found = TEX.search(written)
            if found is None:
                raise EquationError(f"no equation as MathJax takes it: {node.astext()}") from None
            tex = html.unescape(found["inline"] or found["display"]).strip()
            made = equations.set(tex, found["display"] is not None)
            translator.body[start:] = [written[: found.start()] + made + written[found.end() :]]
            raise

    return visit_and_set


def choose(_app: Sphinx, config: Config) -> None:
    """Set equations in Chromium, where it is; else in the reader's browser."""
    config.html_math_renderer = "mathjax" if installed() is None else "chromium"


def add_mathjax(app: Sphinx) -> None:
    """Put MathJax on the site where its pages need it, so that they ask no other host."""
    script = Path(app.outdir) / "_static" / "tex-svg.js"
    if app.config.html_math_renderer != "mathjax":
        script.unlink(missing_ok=True)
        return
    script.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(mathjax(), script)


def setup(app: Sphinx) -> None:
    equations = Equations(STORE)
    inline, display = (setting(one, equations) for one in (html_visit_math, html_visit_displaymath))
    app.add_html_math_renderer("chromium", (inline, None), (display, None))
    app.connect("config-inited", choose)
    app.connect("builder-inited", add_mathjax)
    app.connect("build-finished", lambda _app, _error: equations.close())
