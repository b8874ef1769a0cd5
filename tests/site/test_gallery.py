"""The gallery shows every figure of the book, and leads to each."""

import pytest
from built import PAGES, parsed

from report.gallery import fill_gallery, plain

FIGURE = """<figure class="align-default" id="{id}"><div class="picture">
<svg viewBox="0 0 4 3" aria-label="A line that falls."><path stroke="currentColor"/></svg></div>
<figcaption><p><span class="caption-number">Fig. {number} </span>
<span class="caption-text">{caption}</span><a class="headerlink" href="#{id}">#</a></p>
</figcaption></figure>"""


@pytest.fixture
def small(tmp_path):
    """The pages of a small site before its gallery is filled."""
    pages = {
        "10_late": [("fig-late", "10.1", "The last. It has more to say.")],
        "02_early": [
            ("fig-b", "2.10", "Size &amp; <em>tokens</em>: both."),
            ("fig-a", "2.9", "The first."),
        ],
        "one_page": [("fig-page", "1", "The page.")],
    }
    (tmp_path / "book").mkdir()
    for name, there in pages.items():
        figures = (FIGURE.format(id=i, number=n, caption=c) for i, n, c in there)
        (tmp_path / f"book/{name}.html").write_text("".join(figures))
    (tmp_path / "book/gallery.html").write_text('<div class="gallery wide">...</div><p>end</p>')
    return tmp_path


def test_a_figure_becomes_a_file_and_a_card_that_leads_to_it(small):
    fill_gallery(small)
    cards = parsed(small / "book/gallery.html").select(".gallery.wide a")
    assert [card["href"] for card in cards] == [
        *("one_page.html#fig-page", "02_early.html#fig-a", "02_early.html#fig-b"),
        "10_late.html#fig-late",
    ]
    assert [" ".join(card.get_text().split()) for card in cards][1:] == [
        *("Fig. 2.9 The first.", "Fig. 2.10 Size & tokens:", "Fig. 10.1 The last."),
    ]
    for card in cards:
        picture = (small / "book" / card.img["src"]).resolve().read_text()
        assert picture.startswith('<svg width="480" viewBox')
        assert "currentColor" not in picture
        assert card.img["alt"] == "A line that falls."
    assert (small / "book/gallery.html").read_text().endswith("<p>end</p>")


def test_a_figure_without_a_picture_has_no_card(small):
    path = small / "book/10_late.html"
    path.write_text(path.read_text().replace('class="picture"', 'class="table"'))
    fill_gallery(small)
    assert "fig-late" not in (small / "book/gallery.html").read_text()


def test_a_book_without_a_gallery_has_none(small):
    (small / "book/gallery.html").unlink()
    fill_gallery(small)
    assert not (small / "_static").exists()


def test_words_of_a_page_have_no_markup():
    assert plain("a <b>size</b>\n<svg><text>x</text></svg> &lt; 1") == "a size < 1"


def test_every_figure_of_every_page_is_there(site):
    cards = {card["href"]: card for card in parsed(site / "book/gallery.html").select(".gallery a")}
    there = {
        f"{page.rpartition('/')[2]}.html#{figure['id']}"
        for page in PAGES
        for figure in parsed(site / f"{page}.html").select("figure[id]:has(.picture)")
    }
    assert len(there) > 50
    assert set(cards) == there
    for card in cards.values():
        assert (site / "book" / card.img["src"]).resolve().is_file()
        assert len(card.img["alt"]) > 80
        assert card.strong.get_text().startswith("Fig.")


def test_they_stand_in_the_order_of_the_book(site):
    numbers = [
        tuple(map(int, card.strong.get_text().removeprefix("Fig. ").split(".")))
        for card in parsed(site / "book/gallery.html").select(".gallery a")
    ]
    numbered = [number for number in numbers if len(number) == 2]
    assert numbered == sorted(numbered)
    assert len(numbered) > 50


def test_pictures_wait_until_they_come_into_view(turn):
    view, wrong = turn("book/gallery")
    pictures = view.locator(".gallery img")
    assert pictures.first.evaluate("one => one.loading") == "lazy"
    pictures.last.scroll_into_view_if_needed()
    pictures.last.evaluate("one => one.decode()")
    assert pictures.last.evaluate("one => one.naturalWidth")
    assert wrong == []
