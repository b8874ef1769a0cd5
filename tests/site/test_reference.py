"""The reference: every public name has an entry, names in cells lead to theirs, all of it reads."""

import ast
import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from urllib.parse import urldefrag

import pytest
import yaml
from accessible import violations
from built import anchors, parsed

from report import rooms
from report.names import Reading, linked

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [entry for part in TOC["parts"] for entry in part["chapters"]]
[CHAPTER] = [entry for entry in CHAPTERS if "sections" in entry]
PAGES = [CHAPTER["file"], *(entry["file"] for entry in CHAPTER["sections"])]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
IMPORT = re.compile(r"^from (analysis[.\w]*) import (\([^)]*\)|.*)$", re.M)


@cache
def entries(site) -> dict[str, str]:
    """Where each name has its entry: page and anchor, as the pages themselves say it."""
    found = {}
    for page in PAGES:
        for anchor in anchors(site / f"{page}.html"):
            if anchor.startswith(("analysis.", "module-")):
                found[anchor.removeprefix("module-")] = f"{page}.html#{anchor}"
    return found


def test_there_is_a_page_for_each_room():
    shown = {room.split(".")[1] for room in rooms.public_rooms()}
    assert {Path(page).name for page in PAGES[1:]} == shown
    assert [one.stem for one in sorted((ROOT / "book" / "reference").glob("*"))] == sorted(
        Path(page).name for page in PAGES
    )


def test_every_module_at_the_top_says_what_is_public():
    for room in rooms.public_rooms():
        if not room.startswith("analysis.studies."):
            assert "explorer" in room or import_module(room).__all__


@pytest.mark.site
class TestEntries:
    @pytest.mark.parametrize("room", rooms.public_rooms())
    def test_every_public_name_has_one(self, site, room):
        known = entries(site)
        assert room in known
        for name in rooms.public_names(room):
            assert f"{room}.{name}" in known

    def test_nothing_internal_has_one(self, site):
        shown = (*rooms.public_rooms(), "analysis.studies", "analysis.figures.explorer")
        for name in entries(site):
            assert "internal" not in name
            assert not any(part.startswith("_") for part in name.split("."))
            assert name.startswith(tuple(f"{room}." for room in shown)) or name in shown

    def test_every_kind_of_a_signature_has_one(self, site):
        page = parsed(site / f"{CHAPTER['file']}.html")
        assert {one["id"] for one in page.select("dl.py.type > dt")} == set(rooms.KINDS)

    @pytest.mark.parametrize("page", PAGES)
    def test_says_nothing_that_changes_from_build_to_build(self, site, page):
        text = parsed(site / f"{page}.html").select_one(".bd-article").get_text()
        assert not re.search(r"0x[0-9a-f]{4,}|Annotated|<locals>|analysis\.internal", text)
        assert not re.search(r"<(function|object|class)\b", text)

    @pytest.mark.parametrize("page", PAGES)
    def test_links_lead_somewhere(self, site, page):
        path = site / f"{page}.html"
        for link in parsed(path).select(".bd-article a[href]"):
            address, anchor = urldefrag(link["href"])
            target = (path.parent / address).resolve() if address else path
            assert target.exists(), link["href"]
            assert not anchor or anchor in anchors(target), link["href"]


@pytest.mark.site
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_name_that_a_shown_cell_imports_leads_to_its_entry(site, path):
    page = parsed(site / f"book/{path.stem}.html")
    for cell in page.select("div.cell_input pre"):
        links = {(a.get_text(), urldefrag(a["href"])[1]) for a in cell.select("a.name")}
        for module, names in IMPORT.findall(cell.get_text()):
            for name in re.findall(r"\w+", re.sub(r" as \w+", "", names)):
                wanted = f"{module}.{name}"
                assert {(name, wanted), (name, f"module-{wanted}")} & links, wanted
                assert entries(site)[wanted].endswith(wanted)


@pytest.mark.site
def test_every_import_of_a_chapter_has_an_entry(site):
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for module, names in IMPORT.findall("".join(cell["source"])):
                for name in re.findall(r"\w+", re.sub(r" as \w+", "", names)):
                    assert f"{module}.{name}" in entries(site), f"{path.stem}: {name}"


def test_a_name_means_what_was_imported_until_it_is_bound_anew():
    reading = Reading()
    reading.read("from analysis import figures\nfrom analysis.laws import PUBLISHED as known")
    code = "show = figures.show\nknown = [known for known in known]\nknown"
    told = [(code[one.start : one.end], one.target) for one in reading.read(code)]
    assert ("show", "analysis.figures.show") in told
    assert ("figures", "analysis.figures") in told
    assert not any(word == "known" for word, _ in told)
    assert reading.read("known, show") == []


def test_a_link_stands_on_its_name_alone():
    code = 'law = PUBLISHED["é"]  # a < b\n'
    made = (
        '<div><pre><span></span><span class="n">law</span> <span class="o">=</span> '
        '<span class="n">PUBLISHED</span>[<span class="s2">&quot;é&quot;</span>]'
        '  <span class="c1"># a &lt; b</span>\n</pre></div>'
    )
    shown = linked(made, code, {(6, 15): "laws.html#x"})
    assert '<span class="n"><a class="name" href="laws.html#x">PUBLISHED</a></span>' in shown
    assert re.sub(r"</?a[^>]*>", "", shown) == made
    assert linked(made, "other code", {(6, 15): "laws.html#x"}) == made


def test_annotations_are_shown_as_written_without_their_checks():
    from analysis.fit import fit_parametric
    from analysis.tradeoff import place

    written, answer = rooms.show_as_written(None, "function", "", place, {}, "()", "")
    assert written == "(law: ParametricLaw, N: Positive, D: Positive)"
    assert answer == "Placement"
    written, _ = rooms.show_as_written(None, "function", "", fit_parametric, {}, "()", "")
    assert "Annotated" not in written
    ast.parse(f"def f{written}: ...")


@pytest.mark.parametrize("page", [PAGES[0], "book/reference/fit", "book/reference/figures"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (390, "dark")])
def test_a_browser_is_content(turn, page, width, scheme):
    view, wrong = turn(page, width, scheme)
    assert not wrong
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(view) == []


@pytest.mark.parametrize("term", ["place", "fit_parametric"])
def test_the_search_finds_a_function(look, served, term):
    view, wrong = look("search")
    view.goto(f"{served}/search.html?q={term}", wait_until="load")
    found = view.locator(f"#search-results li a[href*='reference/'][href*='.{term}']")
    found.first.wait_for()
    assert not wrong
    view.close()
