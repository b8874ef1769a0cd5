"""The course as a reader meets it: folded solutions, ways that are remembered, a page to print."""

import io
import re
from pathlib import Path

import pytest
from chapters import numbered_chapters
from pypdf import PdfReader

from analysis.exercises import numbers

ROOT = Path(__file__).resolve().parents[2]


def test_a_choice_of_way_is_remembered_on_the_next_page(look):
    view, wrong = look("book/compute_optimal")
    assert view.locator("text=Slide a budget line outwards").is_hidden()
    view.locator("label.sd-tab-label", has_text="By the picture").click()
    assert view.locator("text=Slide a budget line outwards").is_visible()
    view.goto(view.url.replace("compute_optimal", "data_scaling_factor"))
    picture = view.locator("text=On logarithmic axes multiplying is moving")
    picture.wait_for(state="visible")
    assert view.locator("text=Now the budget has no place left to hide").is_hidden()
    assert wrong == []
    view.evaluate("localStorage.clear()")


@pytest.mark.parametrize("chapter", ["compute_optimal", "data_scaling_factor", "price"])
def test_each_step_is_taken_in_three_ways(look, chapter):
    view, _ = look(f"book/{chapter}")
    labels = view.locator("label.sd-tab-label").all_inner_texts()
    assert labels == ["By algebra", "By logarithms", "By the picture"]


def test_a_solution_is_folded_until_it_is_asked_for(look):
    view, wrong = look("book/data_scaling_factor")
    link = view.locator("#ex-kd-equal .to-solution a")
    link.click()
    view.wait_for_load_state("load")
    assert view.url.endswith("solutions.html#sol-kd-equal")
    assert view.locator("#sol-kd-equal").is_visible()
    assert view.locator("#sol-kd-kappa").is_hidden()
    view.locator("summary", has_text="Exercise 3.1").click()
    assert view.locator("#sol-kd-kappa").is_visible()
    view.locator("#sol-kd-kappa .to-exercise a").click()
    view.wait_for_load_state("load")
    assert view.url.endswith("data_scaling_factor.html#ex-kd-kappa")
    assert wrong == []


def test_every_checked_solution_says_that_it_is_right(look):
    view, _ = look("book/solutions")
    said = view.locator("p.check").all_text_contents()
    found = [re.search(r"Exercise ([\d.]+): Right\.", text)[1] for text in said]
    assert sorted(found) == sorted(numbers())


def test_a_hint_opens_without_a_script(look):
    view, _ = look("book/data_scaling_factor")
    hint = view.locator("#ex-kd-kappa details")
    assert hint.get_attribute("open") is None
    hint.locator("summary").click()
    assert hint.locator("p").first.is_visible()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("one_page", ("The derivation on one page", "What it rests on")),
        ("decision", ("The decision on one page", "When to measure")),
    ],
)
def test_what_is_to_be_kept_is_printed_on_one_page(look, page, words):
    view, _ = look(f"book/{page}")
    view.emulate_media(media="print")
    printed = PdfReader(io.BytesIO(view.pdf(format="A4")))
    assert len(printed.pages) == 1
    text = printed.pages[0].extract_text()
    for said in words:
        assert said in text


def test_the_readme_counts_the_exercises_right():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    checked, all_of_them = re.search(r"(\d+) of the (\d+) exercises", readme).groups()
    assert int(checked) == len(numbers())
    chapters = numbered_chapters(ROOT)
    asked = sum(path.read_text(encoding="utf-8").count("````{exercise}") for path in chapters)
    assert int(all_of_them) == asked
