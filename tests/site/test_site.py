"""The built site: every page is there, every link leads somewhere, and a browser is content."""

import gzip
import os
import re
import subprocess
import sys
from copy import copy
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag

import pypdf
import pytest
from accessible import ACCESSIBLE, violations
from built import PAGES, TOC, anchors, parsed

from report import pages
from report.browser import installed

ROOT = Path(__file__).resolve().parents[2]
THEMED = "scheme => document.documentElement.dataset.theme === scheme"
SCREENSHOTS = ROOT / "_build" / "screenshots"
COVERED = """() => {
  const seen = [], box = one => one.getBoundingClientRect();
  const every = selector => document.querySelectorAll(".bd-article " + selector);
  for (const math of every("div.math:has(> .eqno)")) {
    const number = box(math.querySelector(".eqno")), set = box(math.querySelector("svg"));
    if (number.width && set.width && number.left < set.right - 1
        && number.top < set.bottom - 1 && number.bottom > set.top + 1)
      seen.push("covered: " + math.id);
  }
  for (const math of every("span.math"))
    if (getComputedStyle(math).overflowY === "hidden") seen.push("cut: " + math.textContent);
  for (const fold of every("details.hide > summary")) {
    const shown = [...fold.querySelectorAll(".admonition-title")].filter(one => box(one).height);
    if (box(fold).height && shown.length !== 1) seen.push("labels: " + fold.textContent);
  }
  return seen;
}"""

BESIDE = """() => [...document.querySelectorAll("aside.margin")].map(aside => {
  const words = aside.querySelector("p"), text = document.querySelector(".bd-article h1");
  const box = one => one.getBoundingClientRect(), end = box(aside).right + 1;
  return {
    shown: words.checkVisibility(),
    beside: box(aside).left > box(text).right,
    cut: [...aside.querySelectorAll(".math svg")].filter(one => box(one).right > end).length,
  };
})"""


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
                assert anchor in anchors(target), f"{page}: {link['href']}"

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

    def test_allows_no_other_host_and_no_script_but_its_own(self, site, page):
        soup = parsed(site / f"{page}.html")
        [policy] = soup.select('meta[http-equiv="Content-Security-Policy"]')
        rules = dict(rule.strip().split(" ", 1) for rule in policy["content"].split(";"))
        assert rules["default-src"] == "'self'"
        assert "unsafe" not in rules["script-src"]
        assert "://" not in policy["content"]

    def test_a_link_to_it_can_be_previewed(self, site, page):
        soup = parsed(site / f"{page}.html")
        words = {tag["property"]: tag["content"] for tag in soup.select("meta[property]")}
        assert words["og:title"]
        assert len(words["og:description"]) > 20
        assert (site / page).parent.joinpath(words["og:image"]).resolve().is_file()

    def test_everything_was_resolved(self, site, page):
        text = parsed(site / f"{page}.html").select_one(".bd-article").get_text()
        assert not re.search(r"\{(glue|eq|doc|ref|numref|cite)[:}]", text)
        assert "Traceback" not in text
        assert "np.float64" not in text
        assert "??" not in text


def test_many_pages_have_asides(site):
    assert sum(bool(parsed(site / f"{page}.html").select("aside.margin")) for page in PAGES) > 10


def test_the_front_door_leads_to_the_book(site):
    assert f"{TOC['root']}.html" in (site / "index.html").read_text(encoding="utf-8")


def test_the_site_carries_what_it_needs_and_no_more(site):
    assert not list(site.rglob("*.map"))
    assert not (site / "_static" / "locales").exists()
    assert not (site / "README.html").exists()
    asked = "tex-svg.js" in (site / f"{TOC['root']}.html").read_text(encoding="utf-8")
    assert (site / "_static" / "tex-svg.js").exists() == asked


def test_every_published_anchor_is_still_there(site):
    """Links from elsewhere keep working: an anchor may be added to the list, never taken off."""
    published = (ROOT / "tests" / "anchors.txt").read_text(encoding="utf-8").split()
    assert len(published) > 300
    there = {
        f"{path.stem}#{place}"
        for path in (site / "book").glob("*.html")
        for place in re.findall(r'<[^>]*\sid="([^"]+)"', path.read_text(encoding="utf-8"))
    }
    moved = {tuple(old.split("#")) for old in published if old.split("#")[0] in pages.MOVED}
    assert set(published) - {"#".join(one) for one in moved} <= there
    assert {f"{pages.MOVED[page]}#{place}" for page, place in moved} <= there


@pytest.mark.parametrize("old", ["04_price", "14_limits"])
def test_an_address_with_a_number_leads_to_the_same_place(look, site, old):
    view, wrong = look(f"book/{pages.MOVED[old]}")
    there = view.url.replace(pages.MOVED[old], old)
    view.goto(f"{there}#exercises")
    view.wait_for_url(f"**/{pages.MOVED[old]}.html#exercises")
    assert not wrong
    assert f'url={pages.MOVED[old]}.html"' in (site / "book" / f"{old}.html").read_text("utf-8")


def test_a_wrong_address_leads_back(site):
    page = parsed(site / "404.html")
    assert page.select_one("a[href$='book/index.html']")
    assert not page.select("script[src], link, img")


def test_each_notebook_can_be_downloaded(site):
    for page in PAGES:
        if (ROOT / f"{page}.ipynb").is_file():
            assert list((site / "_sources").rglob(f"{Path(page).name}.ipynb"))


@pytest.mark.parametrize("page", PAGES)
def test_a_browser_is_content(turn, site, page):
    """No error, nothing outside the screen, nothing that moves, and accessible as it is loaded.

    On a phone nothing is cut off or covered. An aside stands in the margin, and is folded where
    there is none. With SCREENSHOTS=1 there is a picture for people to look at.
    """
    for width, first in ((820, "dark"), (1280, "light"), (390, "light")):
        view, wrong = turn(page, width, first)
        assert not wrong, (width, first)
        assert view.evaluate("document.documentElement.dataset.theme") == first
        assert view.locator("mjx-merror").count() == 0
        if view.locator(".math").count():
            assert view.locator("mjx-container").count() >= view.locator(".math").count()
        # Half of what counts as good; equations that the reader's browser sets move far more.
        assert view.evaluate("window.moved") < 0.05, width
        if width == 1280:
            for aside in view.evaluate(BESIDE):
                assert aside == {"shown": True, "beside": True, "cut": 0}
        if width == 390:
            assert view.evaluate(COVERED) == []
            assert not any(aside["shown"] for aside in view.evaluate(BESIDE))
        for scheme in (first, "light" if first == "dark" else "dark"):
            view.emulate_media(color_scheme=scheme)
            view.wait_for_function(THEMED, arg=scheme)
            assert view.evaluate("document.documentElement.scrollWidth") <= width, scheme
            if (width, scheme) in ACCESSIBLE:
                assert violations(view, ACCESSIBLE[width, scheme]) == [], (width, scheme)
            if os.environ.get("SCREENSHOTS") == "1":
                SCREENSHOTS.mkdir(parents=True, exist_ok=True)
                name = f"{Path(page).name}-{width}-{scheme}.png"
                view.screenshot(path=SCREENSHOTS / name, full_page=True)
    # 320 CSS pixels: a small phone, or a desktop page at 400 % zoom.
    view, wrong = turn(page, 320)
    assert view.evaluate("document.documentElement.scrollWidth") <= 320
    if parsed(site / f"{page}.html").select("aside.margin"):
        view.locator("aside.margin summary").first.click()
        first = view.evaluate(BESIDE)[0]
        assert first == {"shown": True, "beside": False, "cut": 0}
    assert not wrong


@pytest.mark.parametrize(("width", "scheme"), ACCESSIBLE)
@pytest.mark.parametrize("page", ["search", "genindex", "py-modindex", "404"])
def test_a_page_that_is_no_chapter_is_accessible(turn, page, width, scheme):
    view, _ = turn(page, width, scheme)
    assert violations(view, ACCESSIBLE[width, scheme]) == []


FAINT = {
    "its colour": "cell.style.color = '#bbb'",
    "its ground": "cell.style.background = '#555'",
    "what lies under it": """
      const under = document.createElement("div"), box = cell.getBoundingClientRect();
      under.style = `position: absolute; width: 300px; height: 30px; background: #333; z-index: -1;
        left: ${box.left + scrollX}px; top: ${box.top + scrollY}px`;
      document.body.append(under)""",
    "a field in it": """
      cell.innerHTML = "<input value=faint aria-label=faint style='color: #bbb; background: #fff'>"
    """,
}
"""What makes one cell of the ledger faint."""


@pytest.mark.parametrize("what", FAINT)
def test_one_faint_cell_of_a_thousand_is_found(turn, what):
    view, _ = turn("book/ledger")
    view.evaluate(f"""() => {{
      const cell = [...document.querySelectorAll("td")]
        .filter(one => one.checkVisibility() && one.lastChild?.nodeType === 3).at(-1);
      {FAINT[what]};
    }}""")
    assert [rule for rule, _ in violations(view)] == ["color-contrast"]


COLOUR = "name => getComputedStyle(document.documentElement).getPropertyValue(name)"


@pytest.mark.parametrize(("scheme", "accent"), [("light", "#0b57c2"), ("dark", "#8ab8ff")])
def test_a_page_has_its_colours_before_its_end_has_come(browser, served, site, scheme, accent):
    begun = (site / f"{PAGES[0]}.html").read_text(encoding="utf-8").partition("</h1>")[0]
    context = browser.new_context(color_scheme=scheme)
    view = context.new_page()
    view.route("**/index.html", lambda route: route.fulfill(body=begun, content_type="text/html"))
    view.goto(f"{served}/{PAGES[0]}.html")
    assert view.evaluate(THEMED, scheme)
    assert view.evaluate(COLOUR, "--accent") == accent
    assert view.evaluate(COLOUR, "--pst-color-background") != ""
    context.close()


def test_a_page_without_scripts_has_its_colours(browser, served):
    context = browser.new_context(java_script_enabled=False)
    view = context.new_page()
    view.goto(f"{served}/{PAGES[0]}.html")
    colours = {view.evaluate(COLOUR, name) for name in ("--accent", "--pst-color-link")}
    assert colours == {"#0b57c2"}
    context.close()


def test_a_first_page_is_light_and_its_equations_need_no_script(look, served, browser):
    view = browser.new_page()
    weights = []
    view.on("response", lambda r: weights.append(len(gzip.compress(r.body()))) if r.ok else None)
    view.goto(f"{served}/{TOC['root']}.html", wait_until="networkidle")
    assert sum(weights) < 1_000_000
    view.close()
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{served}/{TOC['root']}.html")
    article = plain.locator(".bd-article")
    assert "compute-optimal" in article.inner_text()
    assert article.locator("mjx-container svg").count() >= 3
    assert article.locator("mjx-assistive-mml math").count() >= 3
    context.close()


def test_the_book_reads_from_a_folder(browser, site):
    view = browser.new_page()
    wrong = []
    view.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
    view.on("pageerror", lambda error: wrong.append(str(error)))
    view.goto((site / f"{TOC['root']}.html").as_uri(), wait_until="load")
    assert view.locator(".bd-article h1").is_visible()
    assert not wrong
    view.close()


@pytest.mark.parametrize("term", ["k_D", "k_min", "marginal rate", "iso-loss", "Huber"])
def test_the_search_finds_symbols_and_terms(look, served, term):
    view, wrong = look("search")
    view.goto(f"{served}/search.html?q={quote(term)}", wait_until="load")
    found = view.locator("#search-results li a")
    found.first.wait_for()
    assert found.count() >= 3
    assert not wrong
    view.close()


def test_the_theme_can_be_switched_and_is_remembered(look, served):
    view, wrong = look(PAGES[1])
    button = view.locator("button.theme-switch-button:visible").first
    seen = set()
    for _ in range(3):
        button.click()
        seen.add(view.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"auto", "light", "dark"}
    chosen = view.evaluate("document.documentElement.dataset.mode")
    view.goto(f"{served}/{PAGES[2]}.html", wait_until="load")
    assert view.evaluate("document.documentElement.dataset.mode") == chosen
    assert not wrong
    view.close()


def test_the_keyboard_alone_reaches_the_text_with_a_visible_focus(look):
    view, _ = look(PAGES[4])
    seen, plain = [], []
    for _ in range(60):
        view.keyboard.press("Tab")
        inside, shown, markup = view.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.closest('.bd-article') !== null,"
            " s.outlineStyle !== 'none' || s.boxShadow !== 'none', e.outerHTML.slice(0, 99)]; })()"
        )
        seen.append(inside)
        plain += [] if shown else [markup]
    assert any(seen)
    assert plain == []
    view.close()


def test_code_can_be_copied(look):
    view, wrong = look(PAGES[3])
    view.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first = view.locator("div.highlight:visible").first
    first.hover()
    first.locator("button.copybtn").click()
    assert view.evaluate("navigator.clipboard.readText()").strip() in first.inner_text()
    assert not wrong
    view.close()


def test_a_notebook_can_be_downloaded(look):
    view, _ = look(PAGES[3])
    link = view.locator("a.btn-download-source-button").first
    assert link.get_attribute("href").endswith("_sources/book/data_scaling_factor.ipynb")
    view.close()


def test_no_launch_button_is_dead(look):
    """Without a known repository there is none."""
    view, _ = look(PAGES[3])
    for link in view.locator(".article-header-buttons a[href^=http]").all():
        assert re.match(r"https://(mybinder|colab|github|gitlab)", link.get_attribute("href"))
    view.close()


@pytest.fixture(scope="module")
def printed(site, tmp_path_factory):
    """The whole book as one PDF; skipped where there is no browser."""
    if installed() is None and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    command = [sys.executable, ROOT / "book" / "_tools" / "pdf.py", site, target]
    inside = os.environ | {"PYTHONPATH": str(ROOT / "book" / "_ext")}
    subprocess.run(command, check=True, env=inside)
    return pypdf.PdfReader(target)


class TestPrinted:
    def titles(self, outline):
        for entry in outline:
            yield from self.titles(entry) if isinstance(entry, list) else [entry.title]

    def test_the_outline_holds_every_chapter_once(self, printed, site):
        titles = [" ".join(title.split()) for title in self.titles(printed.outline)]
        for page in PAGES:
            heading = copy(parsed(site / f"{page}.html").select_one(".bd-article h1"))
            [link.extract() for link in heading.select(".headerlink")]
            assert titles.count(" ".join(heading.get_text().split())) == 1

    def test_links_lead_inwards_to_places_that_exist(self, printed):
        named = printed.named_destinations
        links = [
            annotation.get_object()
            for page in printed.pages
            for annotation in page.get("/Annots") or []
        ]
        inward = [link for link in links if "/Dest" in link]
        assert len(inward) > 250
        assert all(str(link["/Dest"]) in named for link in inward)
        outward = [str(link["/A"].get("/URI", "")) for link in links if "/A" in link]
        assert all(re.match(r"https?://", address) for address in outward)

    def test_nothing_is_left_in_tex(self, printed):
        text = "".join(page.extract_text() for page in printed.pages[:40])
        assert "\\frac" not in text
        assert "compute-optimal" in text
