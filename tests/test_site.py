"""The built site: every page is there, every link leads somewhere, and a browser is content."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.laws import PUBLISHED
from analysis.tradeoff import compute_overhead, data_scaling_factor

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
POST = PUBLISHED["de-vries-2023"].law


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("page", PAGES)
class TestPage:
    def test_is_built(self, site, page):
        soup = parsed(site / f"{page}.html")
        assert soup.h1
        assert len(soup.select_one(".bd-article").get_text()) > 200

    def test_links_lead_somewhere(self, site, page):
        path = site / f"{page}.html"
        for link in parsed(path).select("a[href]"):
            address, anchor = urldefrag(unquote(link["href"]))
            if re.match(r"[a-z]+:", address):
                continue
            target = (path.parent / address).resolve() if address else path
            assert target.exists(), f"{page}: {link['href']}"
            if anchor and target.suffix == ".html":
                assert parsed(target).find(id=anchor), f"{page}: {link['href']}"

    def test_asks_no_other_host(self, site, page):
        soup = parsed(site / f"{page}.html")
        asked = [tag.get("src") for tag in soup.select("script[src], img[src], iframe[src]")]
        asked += [tag["href"] for tag in soup.select("link[href]:not([rel=canonical])")]
        assert not [address for address in asked if re.match(r"(https?:)?//", address)]

    def test_figures_are_described_numbered_and_carry_their_data(self, site, page):
        soup = parsed(site / f"{page}.html")
        for picture in soup.select(".picture"):
            assert len(picture.svg["aria-label"]) > 80
            assert picture.select_one("a[download]")["href"].startswith("data:text/csv")
            assert picture.find_parent("figure").select_one("figcaption .caption-number")

    def test_everything_was_resolved(self, site, page):
        text = parsed(site / f"{page}.html").select_one(".bd-article").get_text()
        assert not re.search(r"\{(glue|eq|doc|ref|numref|cite)[:}]", text)
        assert "Traceback" not in text
        assert "np.float64" not in text
        assert "??" not in text


def test_the_front_door_leads_to_the_book(site):
    assert f"{TOC['root']}.html" in (site / "index.html").read_text(encoding="utf-8")


def test_the_site_carries_what_it_needs_and_no_more(site):
    assert (site / "_static" / "tex-svg.js").stat().st_size > 1_000_000
    assert not list(site.rglob("*.map"))
    assert not (site / "README.html").exists()


def test_each_notebook_can_be_downloaded(site):
    for page in PAGES:
        if (ROOT / f"{page}.ipynb").is_file():
            assert list((site / "_sources").rglob(f"{Path(page).name}.ipynb"))


@pytest.fixture(scope="module")
def look(browser, served):
    """Open a page of the site at a width, in light or dark; return it with what went wrong."""
    opened = []

    def open_page(page, width=1280, scheme="light"):
        view = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened.append(view)
        wrong = []
        view.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        view.on("pageerror", lambda error: wrong.append(str(error)))
        view.on("request", lambda r: wrong.append(r.url) if is_outside(r.url, served) else None)
        view.goto(f"{served}/{page}.html", wait_until="load")
        view.wait_for_function("!window.MathJax?.startup || window.MathJax.startup.promise")
        view.evaluate("window.MathJax?.startup?.promise")
        return view, wrong

    yield open_page
    for view in opened:
        view.close()


def is_outside(address: str, served: str) -> bool:
    return not address.startswith((served, "data:", "blob:"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", PAGES)
def test_a_browser_is_content(look, page, width, scheme):
    view, wrong = look(page, width, scheme)
    assert not wrong
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert view.evaluate("document.documentElement.dataset.theme") == scheme
    assert view.locator("mjx-merror").count() == 0
    if view.locator(".math").count():
        assert view.locator("mjx-container").count() > 0
    view.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(look, page, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    view, _ = look(page, width, scheme)
    # The theme's own furniture is not ours to mend; the article is.
    result = Axe().run(view, context=".bd-article", options={"resultTypes": ["violations"]})
    serious = [
        (violation["id"], violation["nodes"][0]["html"][:200])
        for violation in result.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious
    view.close()


def test_the_interactive_curve_computes_what_the_package_computes(look):
    view, wrong = look(TOC["root"])
    form, output = view.locator(".explorer form"), view.locator(".explorer output")
    before = output.inner_text()
    for k_N in (0.3, 0.5, 0.75, 1.25):
        form.locator("[name=k_N]").fill(str(k_N))
        k_D = data_scaling_factor(k_N, POST.alpha, POST.beta)
        percent = 100 * compute_overhead(k_N, POST.alpha, POST.beta)
        said = output.inner_text()
        assert f"{float(f'{k_D:.3g}'):g}" in said.replace("0 times", " times")
        assert f"{percent:.{2 if percent < 10 else 0}f} % more compute" in said
    assert output.inner_text() != before
    assert output.get_attribute("aria-live") == "polite"
    assert not wrong
    view.close()


def test_the_price_does_not_move_with_the_budget_but_the_size_does(look):
    view, _ = look(TOC["root"])
    output = view.locator(".explorer output")
    price = re.compile(r"([\d.]+) times the tokens.*?([\d.]+) % more compute")
    sizes, prices = set(), set()
    for log_C in ("20", "23", "26"):
        view.locator(".explorer [name=logC]").fill(log_C)
        sizes.add(output.inner_text().split(" parameters")[0])
        prices.add(price.search(output.inner_text()).groups())
    assert len(sizes) == 3
    assert len(prices) == 1
    view.close()


def test_below_the_wall_the_curve_says_so(look):
    view, _ = look(TOC["root"])
    view.locator(".explorer [name=law]").select_option("besiroglu-2024")
    view.locator(".explorer [name=k_N]").fill("0.1")
    assert "too small" in view.locator(".explorer output").inner_text()
    view.locator(".explorer [name=k_N]").focus()
    view.keyboard.press("End")
    assert "too small" not in view.locator(".explorer output").inner_text()
    view.close()
