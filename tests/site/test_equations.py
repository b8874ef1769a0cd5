"""Equations: set where Sphinx writes them, once, in the browser; without one by the reader's."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import pytest
from docutils import nodes

from report import browser, equations
from report.equations import EquationError, Equations, kept, setting, with_glyphs

MADE = '<mjx-container><svg width="{}ex"><defs>{}</defs>{}</svg></mjx-container>'
GLYPH = '<path id="MJX-3-TEX-I-1" d="M0"></path>'
USE = '<use xlink:href="#{}TEX-I-1"></use>'


@pytest.fixture
def converted(monkeypatch):
    """What was given to the browser, in whose place this is."""
    asked = []

    def convert(_self, tex, display):
        asked.append((tex, display))
        _self._page = _self._page or "a page"
        return MADE.format(40 if display else 5, GLYPH, USE.format("MJX-3-"))

    monkeypatch.setattr(Equations, "_converted", convert)
    return asked


def written(*pieces):
    """A translator whose visitor writes these pieces, and what the equation became."""
    translator = SimpleNamespace(body=["before"])

    def visit(translator, _node):
        translator.body += pieces
        raise nodes.SkipNode

    def take(tex, display):
        return f"[{tex}|{display}]"

    with pytest.raises(nodes.SkipNode):
        setting(visit, SimpleNamespace(set=take))(translator, nodes.math("", "x"))
    return "".join(translator.body)


def test_what_sphinx_writes_for_mathjax_is_set_where_it_stands():
    inline = written('<span class="math">', r"\(", "a &lt; b", r"\)", "</span>")
    assert inline == 'before<span class="math">[a < b|False]</span>'
    block = written('<div id="e"><span class="eqno">(1)</span>', r"\[", "x\n= y", r"\]", "</div>")
    assert block == 'before<div id="e"><span class="eqno">(1)</span>[x\n= y|True]</div>'


def test_what_mathjax_would_not_take_is_an_error():
    with pytest.raises(EquationError, match="as MathJax takes it: x"):
        written("<div>x</div>")


def test_an_equation_is_set_once_and_kept(tmp_path, converted):
    store = tmp_path / "store.json"
    for _ in range(2):
        with closing(Equations(store)) as found:
            narrow, wide = found.set("x", False), found.set("x", True)
            assert found.set("x", False) == narrow
    assert converted == [("x", False), ("x", True)]
    assert "MJX-3" not in narrow
    assert GLYPH not in narrow
    assert "tabindex" not in narrow
    assert 'tabindex="0"' in wide  # what scrolls is reached by the keyboard
    page = with_glyphs(f'<body class="b">{narrow}{wide}</body>', kept(store)["glyphs"])
    assert page.count('<path id="TEX-I-1" d="M0"></path>') == 1
    assert with_glyphs("<body>words</body>", {}) == "<body>words</body>"


@pytest.mark.parametrize("content", ["", "{", '{"version": "old", "equations": {}}'])
def test_a_damaged_or_older_store_is_not_trusted(tmp_path, content):
    (tmp_path / "store").write_text(content)
    assert kept(tmp_path / "store")["equations"] == {}


def test_the_equations_of_another_mathjax_are_set_anew(tmp_path, converted):
    store = tmp_path / "store.json"
    for _ in range(2):
        with closing(Equations(store)) as found:
            found.set("x", False)
        store.write_text(json.dumps(json.loads(store.read_text()) | {"version": "old"}))
    assert len(converted) == 2


@pytest.mark.parametrize("here", [None, "/usr/bin/chromium"])
def test_mathjax_comes_with_the_site_only_where_no_browser_has_set_the_equations(
    tmp_path, monkeypatch, here
):
    monkeypatch.setattr(equations, "installed", lambda: here)
    app = SimpleNamespace(outdir=tmp_path, config=SimpleNamespace())
    equations.choose(app, app.config)
    equations.add_mathjax(app)
    assert app.config.html_math_renderer == ("chromium" if here else "mathjax")
    assert (tmp_path / "_static" / "tex-svg.js").is_file() == (here is None)


@pytest.mark.slow
@pytest.mark.skipif(browser.installed() is None, reason="no Chromium here")
def test_a_wrong_equation_is_an_error_that_shows_it(tmp_path):
    def attempt():
        with closing(Equations(tmp_path / "store.json")) as found:
            assert "<mjx-assistive-mml" in found.set("x", False)
            with pytest.raises(EquationError, match=r"\\frac\{1"):
                found.set(r"\frac{1", False)

    with ThreadPoolExecutor(1) as alone:  # the tests' own browser may be open in this thread
        alone.submit(attempt).result()
    assert list(kept(tmp_path / "store.json")["equations"]) == ["inline: x"]
