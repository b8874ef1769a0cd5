"""A short pass over every page in Gecko and in WebKit: Chromium is not the only browser."""

import os
from contextlib import ExitStack
from functools import partial

import pytest
from built import PAGES, parsed
from conftest import serving
from engines import ENGINES, missing

from serve import Quiet

WATCH = """
window.seen = [];
{
  const note = what => seen.push(String(what)), report = console.error;
  const unloaded = ({src, href}) => `not loaded: ${src || href}`;
  addEventListener("error", one => note(one.message || unloaded(one.target)), true);
  addEventListener("unhandledrejection", one => note(one.reason));
  addEventListener("securitypolicyviolation", one => note(one.violatedDirective));
  console.error = (...words) => { note(words.join(" ")); report(...words); };
}
"""
LOOK = """{
  seen,
  wide: document.documentElement.scrollWidth - innerWidth,
  equations: document.querySelectorAll(".bd-article mjx-container").length,
  empty: [...document.querySelectorAll(".bd-article mjx-container > svg")]
    .filter(one => one.checkVisibility() && !one.getBoundingClientRect().width).length,
  outside: performance.getEntriesByType("resource").map(one => one.name)
    .filter(name => !name.startsWith(location.origin) && !/^(data|blob):/.test(name)),
}"""
MOVE = """(async () => {
  const changed = [];
  for (const figure of document.querySelectorAll(".explorer")) {
    const before = figure.innerHTML;
    const field = figure.querySelector("form :is(input[type=range], select)");
    field.value = field.type === "range"
      ? +field.min + 0.37 * (field.max - field.min) : field.options[field.options.length - 1].value;
    field.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(done => setTimeout(done, 50));
    changed.push(figure.innerHTML !== before);
  }
  return changed;
})()"""


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    kind = ENGINES[request.param]
    if lacking := missing(kind):
        said = f"{request.param} is not looked at: {', '.join(lacking)} is missing"
        pytest.fail(said) if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip(said)
    with ExitStack() as stack:
        yield kind(stack)


@pytest.fixture(scope="module")
def watched(site):
    """The address of the site with a script in front of each page that notes what goes wrong."""

    class Watching(Quiet):
        def do_GET(self):
            if self.path == "/watch.js":
                self.answer(WATCH.encode(), "text/javascript")
            elif self.path.partition("?")[0].endswith(".html"):
                page = self.translate_path(self.path)
                with open(page, "rb") as file:
                    text = file.read().replace(
                        b"<title>", b'<script src="/watch.js"></script><title>', 1
                    )
                self.answer(text, "text/html; charset=utf-8")
            else:
                super().do_GET()

        def answer(self, body, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(partial(Watching, directory=str(site))) as address:
        yield address


@pytest.mark.parametrize("page", PAGES)
def test_every_page_reads_in_every_engine(engine, watched, site, page):
    engine.resize(390)
    engine.open(f"{watched}/{page}.html")
    found = engine.evaluate(LOOK)
    assert found["seen"] == []
    assert found["outside"] == []
    assert found["wide"] <= 0
    assert found["empty"] == 0
    article = parsed(site / f"{page}.html").select_one(".bd-article")
    assert found["equations"] == len(article.select("mjx-container"))
    figures = article.select(".explorer")
    if figures:
        assert engine.evaluate(MOVE) == [True] * len(figures)
        assert engine.evaluate("seen") == []


def test_the_search_answers_in_every_engine(engine, watched):
    engine.resize(1280)
    engine.open(f"{watched}/search.html?q=marginal")
    engine.evaluate(
        "new Promise(done => { const wait = () => document.querySelector('#search-results li')"
        " ? done() : setTimeout(wait, 100); wait(); })"
    )
    assert "book/price.html" in str(
        engine.evaluate("[...document.querySelectorAll('#search-results a')].map(a => a.href)")
    )
    assert engine.evaluate("seen") == []


def test_what_a_script_throws_is_told(engine):
    with pytest.raises((OSError, RuntimeError)) as told:
        engine.evaluate("nothing.at.all")
    notes = getattr(told.value, "__notes__", [])
    assert "nothing" in " ".join([str(told.value), *notes])


@pytest.mark.parametrize("engine", ["Gecko"], indirect=True)
def test_a_page_prints(engine, watched):
    engine.open(f"{watched}/book/decision.html")
    assert engine.printed().startswith(b"%PDF")
