"""The gallery: every figure of the book as a picture that leads to its place.

The figures of the pages are written as files of their own, which a browser loads as they come into
view; the page `gallery` holds a place for them.
"""

import html
import re
from dataclasses import dataclass
from pathlib import Path

from analysis.internal.files import write_whole

PAGE = "book/gallery.html"
PLACE = re.compile(r'(<div class="gallery[^"]*">).*?(</div>)', re.S)
FIGURE = re.compile(r'<figure\b[^>]*\bid="(fig-[^"]+)".*?</figure>', re.S)
NUMBER = re.compile(r'<span class="caption-number">\s*(.*?)\s*</span>', re.S)
CAPTION = re.compile(r'<span class="caption-text">(.*?)</span>\s*<a', re.S)
SVG = re.compile(r"<svg\b.*?</svg>", re.S)
FOLDER = "_static/figures"
INK = "#808890"
"""A picture that is loaded has no page whose colour it takes: this one reads on light and dark."""


@dataclass(frozen=True)
class Figure:
    """A figure of a page: where it stands, its number, the words below it, and its picture."""

    page: str
    name: str
    number: str
    words: str
    svg: str


def figures(page: Path) -> list[Figure]:
    """Return the figures of a built page that hold a picture."""
    text = page.read_text(encoding="utf-8")
    found = []
    for figure in FIGURE.finditer(text):
        svg, number = SVG.search(figure[0]), NUMBER.search(figure[0])
        if 'class="picture"' in figure[0] and svg and number:
            said = CAPTION.search(figure[0])
            words = plain(said[1]) if said else ""
            found.append(Figure(page.name, figure[1], plain(number[1]), words, svg[0]))
    return found


def plain(text: str) -> str:
    """Return the words of a piece of a page: formulas as a voice reads them, no markup."""
    text = re.sub(r"<svg\b.*?</svg>", "", text, flags=re.S)
    return re.sub(r"[ \n\t]+", " ", html.unescape(re.sub(r"<[^>]+>", "", text))).strip()


def order(figure: Figure) -> tuple[int, ...]:
    """Where a figure stands in the gallery: as in the book, those of pages without number first."""
    numbers = [int(part) for part in re.findall(r"\d+", figure.number)]
    return tuple(numbers) if len(numbers) > 1 else (0, *numbers)


def fill_gallery(site: Path) -> None:
    """Write every figure as a file, and the gallery that shows them, if the book has one."""
    path = site / PAGE
    if not path.is_file():
        return
    every = [one for page in sorted((site / "book").glob("*.html")) for one in figures(page)]
    cards = []
    for one in sorted(every, key=order):
        alt = re.search(r'aria-label="([^"]*)"', one.svg)
        picture = re.sub(r"<svg ", '<svg width="480" ', one.svg, count=1)
        file = f"{FOLDER}/{one.name}.svg"
        write_whole(site / file, picture.replace("currentColor", INK).encode())
        first = re.split(r"(?<=[.:]) ", one.words)[0]
        cards.append(
            f'<a href="{one.page}#{one.name}"><img src="../{file}" loading="lazy" '
            f'alt="{alt[1] if alt else ""}"/>'
            f"<span><strong>{html.escape(one.number)}</strong> {html.escape(first)}</span></a>\n"
        )
    page = path.read_text(encoding="utf-8")
    shown = PLACE.sub(lambda place: place[1] + "\n" + "".join(cards) + place[2], page, count=1)
    write_whole(path, shown.encode())
