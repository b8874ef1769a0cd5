"""The slides: made of what the chapters computed, whole in one file, nothing off the slide."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import slides

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build" / "strict" / "_build"
DECKS = sorted((ROOT / "book" / "slides").glob("*.md"))


@pytest.fixture(scope="module")
def made(site, tmp_path_factory):
    target = tmp_path_factory.mktemp("slides")
    command = [sys.executable, ROOT / "book" / "_tools" / "slides.py", BUILD, target]
    inside = os.environ | {"PYTHONPATH": str(ROOT / "book" / "_ext")}
    subprocess.run(command, check=True, env=inside)
    return {path.name.split(".")[0]: path for path in target.glob("*.slides.html")}


@pytest.fixture(scope="module")
def shown(made, browser):
    """Each deck opened from its file, with what went wrong."""
    pages = {}
    for name, path in made.items():
        page = browser.new_page(viewport={"width": 1100, "height": 700})
        wrong = []
        page.on("console", lambda m, to=wrong: to.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error, to=wrong: to.append(str(error)))
        page.on("request", lambda r, to=wrong: to.append(r.url) if "http" in r.url[:4] else None)
        page.goto(path.as_uri(), wait_until="load")
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        pages[name] = page, wrong
    yield pages
    for page, _ in pages.values():
        page.close()


@pytest.mark.parametrize("deck", [path.stem for path in DECKS])
class TestDeck:
    def test_opens_from_its_file_and_asks_no_host(self, shown, deck):
        page, wrong = shown[deck]
        assert wrong == []
        assert page.evaluate("Reveal.getTotalSlides()") >= 10

    def test_every_slide_is_seen_whole(self, shown, deck):
        page, _ = shown[deck]
        for place in range(page.evaluate("Reveal.getTotalSlides()")):
            page.evaluate(f"Reveal.slide({place})")
            tall, wide = page.evaluate(
                "[Reveal.getCurrentSlide().scrollHeight, Reveal.getCurrentSlide().scrollWidth]"
            )
            assert tall <= 700, place
            assert wide <= 1100, place

    def test_every_slide_has_words_for_the_speaker(self, shown, deck):
        page, _ = shown[deck]
        notes = page.evaluate(
            "[...Reveal.getSlides()].map(s => s.querySelector('aside.notes')?.innerText ?? '')"
        )
        assert all(len(note.split()) > 10 for note in notes)

    def test_equations_are_set_and_figures_have_their_words(self, shown, deck):
        page, _ = shown[deck]
        text = page.evaluate("document.querySelector('.slides').textContent")
        assert "$" not in text
        assert "\\(" not in text
        assert "{{" not in text
        assert page.locator(".slides mjx-container").count() > 3
        figures = page.locator(".slides .picture svg[role=img]")
        assert figures.count() >= 4
        assert all(len(svg.get_attribute("aria-label")) > 60 for svg in figures.all())


class TestMaking:
    def test_a_slide_is_made_of_the_chapters_cells(self, site):
        chapters = slides.Chapters(BUILD)
        deck = "# T\n\n@cell data_scaling_factor d.k_D.rhs.diff(C)\n\nNotes:\n{{price half .1f}}"
        head, cell, notes = slides.notebook_of(deck, chapters).cells
        assert [c.metadata.slideshow.slide_type for c in (head, cell, notes)] == [
            *("slide", "-", "notes"),
        ]
        assert "free_symbols" in cell.source
        assert cell.outputs
        assert notes.source == "20.8"
        nbformat.validate(slides.notebook_of(deck, chapters))

    @pytest.mark.parametrize(
        "line",
        [
            "@figure data_scaling_factor fig_none",
            "@figure 99_none fig_iso",
            "@equation data_scaling_factor nothing",
            "@cell data_scaling_factor no such text",
            "@cell data_scaling_factor import",
            "@film data_scaling_factor fig_iso",
            "A number: {{price nothing .0f}}",
            "A number: {{price half}}",
        ],
    )
    def test_what_no_chapter_has_is_an_error_that_shows_the_line(self, site, line):
        with pytest.raises(slides.DeckError, match=re.escape(line.split(": ")[-1])):
            slides.notebook_of(f"# T\n\n{line}\n", slides.Chapters(BUILD))

    def test_code_and_attributes_are_no_equations(self):
        page = '<div class="slides"><h2 id="a-$x$">$x$</h2><pre>$a = $b</pre><p>$$y$$</p>'
        marked = slides.with_equations(page, None)
        assert '<h2 id="a-$x$"><span class="math' in marked
        assert "<pre>$a = $b</pre>" in marked
        assert "\\[y\\]" in marked
