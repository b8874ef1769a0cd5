"""The slides: made of what the chapters computed, whole in one file, nothing off the slide."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from chapters import numbered_chapters

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


MEETINGS = [path for path in DECKS if path.stem.startswith("meeting-")]


def slides_of(path: Path) -> list[tuple[str, str]]:
    """The slides of a deck: what is shown, and what the speaker sees."""
    text = path.read_text(encoding="utf-8")
    parts = [slide.partition("\nNotes:\n") for slide in re.split(r"^-{3,}$", text, flags=re.M)]
    return [(shown.strip(), said.strip()) for shown, _, said in parts]


def titles() -> set[str]:
    """The titles of the exercises of the book."""
    found = set()
    for path in numbered_chapters(ROOT):
        for cell in nbformat.read(path, 4).cells:
            found |= set(re.findall(r"^````\{exercise\} (?:Project: )?(.*)$", cell.source, re.M))
    return {title.lower() for title in found}


def test_every_meeting_of_the_unit_has_a_deck():
    page = (ROOT / "book" / "teachers.ipynb").read_text(encoding="utf-8")
    planned = re.findall(r"\| (first|second|third|fourth|fifth|sixth) \|", page)
    assert [path.stem for path in MEETINGS] == [f"meeting-{n + 1}" for n in range(len(planned))]
    for path, which in zip(MEETINGS, planned, strict=True):
        assert f"\n\n{which.capitalize()} of six meetings." in slides_of(path)[0][0]


@pytest.mark.parametrize("path", MEETINGS, ids=lambda path: path.stem)
class TestMeeting:
    def test_has_goals_a_question_and_its_answer_on_the_next_slide(self, path):
        shown = [slide for slide, _ in slides_of(path)]
        heads = [slide.splitlines()[0] for slide in shown]
        assert heads[1] == "## After this meeting you can"
        assert len(re.findall(r"^\d\. ", shown[1], re.M)) == 3
        asked = heads.index("## Question for the room")
        assert heads[asked + 1].startswith("## Answer: ")
        assert "?" in shown[asked]

    def test_takes_ninety_minutes_by_its_notes(self, path):
        """A slide without a time is part of the one before."""
        numbers = ["Two", "Three", "Four", "Five", "Six", "Eight", "Ten", "Fifteen", "Twenty"]
        minutes = dict(zip(numbers, (2, 3, 4, 5, 6, 8, 10, 15, 20), strict=True))
        said = " ".join(note for _, note in slides_of(path))
        timed = re.findall(rf"\b({'|'.join(numbers)}|two|three|four|ten)( more)? minutes", said)
        assert 60 <= sum(minutes[word.capitalize()] for word, _ in timed) <= 95

    def test_points_to_exercises_that_the_book_has(self, path):
        last = slides_of(path)[-1][0]
        named = re.findall(r"\*([^*]+)\*", re.sub(r"\*\*.*?\*\*", "", last))
        assert len(named) >= 2
        assert {name.lower() for name in named} <= titles()


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
