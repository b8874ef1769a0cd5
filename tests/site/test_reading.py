"""What readers stumbled over on the built pages, each kind of it looked for on every page."""

import http.server
import re
from copy import copy

import pytest
from bs4 import BeautifulSoup
from built import PAGES, parsed

WORDS = {
    "inference": "serving",
    "served tokens": "serving",
    "cheapest model": "serving",
    "inference-optimal": "serving",
    "KV cache": "serving",
    "GPU hours": "serving",
    "utilisation": "serving",
    "lifetime cost": "serving",
    "memory": "serving",
    "regret": "serving",
    "over-training": "over_training",
    "over-trained": "over_training",
    "Gadre": "over_training",
    "C4": "over_training",
    "distillation": "limits",
    "epochs": "limits",
    "repeated data": "limits",
    "quantisation": "which_laws",
    "precision": "which_laws",
    "Kaplan": "which_laws",
    "isoquant": "which_laws",
    "theorem": "which_laws",
    "MoE": "todays_models",
    "mixture of experts": "todays_models",
    "Llama": "todays_models",
    "perplexity": "own_runs",
    "checkpoints": "own_runs",
    "learning rate": "own_runs",
    "L-BFGS": "how_sure",
    "Approach 3": "how_sure",
    "Huber": "how_sure",
    "bootstrap": "how_sure",
    "IsoFLOP": "testbeds",
    "outer power": "testbeds",
    "random effects": "testbeds",
    "embedding": "testbeds",
    "tokens per parameter": "compute_optimal",
    "Chinchilla": "compute_optimal",
    "compute-optimal": "compute_optimal",
    "marginal rate": "price",
    "critical model size": "price",
    "wall": "price",
    "downstream": "tasks",
    "interval": "primer",
}
"""What a reader may type, and the page that answers it."""
READY = """new Promise(done => {
  const ready = () => typeof Search !== "undefined" && Search._index;
  const wait = () => ready() ? done() : setTimeout(wait, 100);
  wait();
})"""
DASHED, DOTTED = 2.31, 0.61
"""How long a stroke is for each gap, in the two kinds of broken line."""


@pytest.mark.parametrize("page", PAGES)
class TestEveryPage:
    def test_a_number_keeps_its_unit(self, site, page):
        article = copy(parsed(site / f"{page}.html").select_one(".bd-article"))
        for code in article.select("pre, code, script, svg, mjx-container, .cell_output"):
            code.extract()
        assert not re.findall(r"[^.]{0,30}\d %", article.get_text().replace("\n", " "))

    def test_equations_say_ln(self, site, page):
        names = parsed(site / f"{page}.html").select("mjx-container math :not(msub) > mi")
        assert "log" not in {name.get_text() for name in names}  # but for those of a named base

    def test_a_caption_speaks_of_lines_that_are_drawn(self, site, page):
        for figure in parsed(site / f"{page}.html").select("figure:has(.picture)"):
            said = figure.figcaption.get_text()
            kinds = strokes(figure.svg)
            assert not re.search(r"\b[Dd]ashed", said) or DASHED in kinds, said
            assert not re.search(r"\b[Dd]otted", said) or DOTTED in kinds, said


def strokes(svg: BeautifulSoup) -> set[float]:
    """The kinds of broken line in a picture."""
    broken = re.findall(r"stroke-dasharray: ([\d.]+),([\d.]+)", str(svg))
    return {round(float(stroke) / float(gap), 2) for stroke, gap in broken}


@pytest.mark.parametrize("below", ["", "/a/site"])
def test_the_page_for_a_wrong_address_leads_home_from_anywhere(browser, serve, site, below):
    class Missing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((site / "404.html").read_bytes())

        def log_message(self, *args):
            pass

    host = serve(Missing)
    view = browser.new_page()
    for page in ("book/nothing.html", "book/reference/nothing.html", "nothing.html"):
        view.goto(f"{host}{below}/{page}")
        assert view.evaluate("document.querySelector('main a').href") == (
            f"{host}{below}/book/index.html"
        )
    view.close()


def test_a_readers_words_lead_to_the_right_page(look):
    view, wrong = look("search")
    view.evaluate(READY)
    missed = {}
    for words, page in WORDS.items():
        found = view.evaluate(
            "words => Search._performSearch(...Search._parseQuery(words))"
            ".reverse().map(one => one[0])",
            words,
        )
        first = list(dict.fromkeys(found))[:4]
        if f"book/{page}" not in first:
            missed[words] = first
    assert missed == {}
    assert not wrong
    view.close()


def test_a_term_says_what_it_means_where_one_points(site):
    terms = parsed(site / "book/price.html").select("a:has(.std-term)")
    assert terms
    assert all(len(term.get("title", "")) > 20 for term in terms)


def test_the_ledger_shows_only_what_does_not_hold_if_asked(look):
    view, wrong = look("book/ledger")
    view.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    rows = view.locator("table.ledger tbody tr")
    slipped = "strong:is([data-verdict^=slip], [data-verdict^='not rep'])"
    slips = view.locator(f"table.ledger tbody tr:has({slipped})")
    assert 0 < slips.count() < rows.count()
    view.get_by_label("Show only these").check()
    assert view.locator("table.ledger tbody tr:visible").count() == slips.count()
    assert not wrong
