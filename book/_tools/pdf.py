"""The whole book as one PDF: the built pages joined, their links turned inwards, and printed.

    PYTHONPATH=book/_ext python book/_tools/pdf.py _build/html _build/book.pdf

Chromium prints it, with an outline made of the headings. A page's anchors carry its name before
their own, since every chapter has a section called "Exercises".
"""

import html
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import yaml

from analysis.internal.files import write_whole
from report import ROOT
from report.browser import installed, opened
from report.dated import date_by_commit

STYLES = ("pygments.css", "styles/sphinx-book-theme.css", "proof.css", "exercise.css", "book.css")
THEME = ("styles/theme.css", "styles/pydata-sphinx-theme.css")
PRINT = """
@page { size: A4; margin: 20mm 18mm 22mm; }
html { font-size: 10.5pt; }
body, .bd-content { display: block !important; color: #111; background: #fff; }
article { max-width: none; padding: 0; break-after: page; }
h2, h3 { break-after: avoid; }
figure, .picture, pre, .admonition.exercise, div.math, tr { break-inside: avoid; }
pre { white-space: pre-wrap; font-size: 8pt; }
table { font-size: 7.5pt !important; max-width: 100%; }
.bd-content .text_html, .bd-content .text_html > div { overflow: visible !important; }
.explorer, .headerlink, .picture-data, .downloads, .copybtn, .lite { display: none !important; }
noscript { display: none !important; }
.front { text-align: center; padding-top: 35vh; }
.front h1 { font-size: 22pt; }
h1 { font-size: 18pt !important; line-height: 1.2 !important; font-weight: 400 !important; }
h2 { font-size: 14pt !important; }
h3 { font-size: 11.5pt !important; }
.front, .contents { break-after: page; }
.contents li { list-style: none; margin: 0.2rem 0; }
.contents .part { margin-top: 0.8rem; font-weight: 600; }
"""


def contents() -> list[tuple[str, list[str]]]:
    """Return the parts of the book, each a caption and its pages; the first has no caption.

    The reference of the package, the one chapter of several pages, is for the screen.
    """
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = [
        (part["caption"], [one["file"] for one in part["chapters"] if "sections" not in one])
        for part in toc["parts"]
    ]
    return [("", [toc["root"]]), *parts]


def article(page: str, name: str, known: set[str]) -> str:
    """Return what a page says, with its anchors under its own name and its links turned inwards.

    Parameters
    ----------
    page : str
        The text of the built page.
    name : str
        Its name, such as data_scaling_factor.
    known : set of str
        The names of all pages of the book.
    """
    found = re.search(r'<article class="bd-article">(.*?)</article>', page, re.S)
    if found is None:
        raise ValueError(f"{name}: the page has no article")
    text = re.sub(r"<script.*?</script>", "", found[1], flags=re.S)
    text = text.replace("<details", "<details open")
    # Chromium makes the outline of what a heading holds: words, and nothing that is hidden.
    text = re.sub(r'<a class="headerlink".*?</a>', "", text, flags=re.S)
    text = re.sub(r'<span class="section-number">(.*?)</span>', r"\1", text)
    text = re.sub(r'\b(id|for|name)="(?!TEX-)([^"]+)"', rf'\1="{name}--\2"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}--\1)", text)
    text = re.sub(r'href="#(?!TEX-)([^"]*)"', rf'href="#{name}--\1"', text)

    def inwards(link: re.Match[str]) -> str:
        page_name, anchor = link[1], link[2]
        if page_name not in known:
            return ""
        return f'href="#{page_name}--{anchor}"' if anchor else f'href="#{page_name}"'

    text = re.sub(r'href="(?:\.\./book/)?([\w-]+)\.html(?:#([^"]*))?"', inwards, text)
    text = re.sub(r'href="(?:data:|\.\./|reference/)[^"]*"', "", text)
    return f'<article class="bd-article" id="{name}">{text}</article>'


def joined(site: Path) -> str:
    """Return the book as one page."""
    parts = contents()
    names = [Path(page).name for _, pages in parts for page in pages]
    texts = {name: (site / "book" / f"{name}.html").read_text(encoding="utf-8") for name in names}
    glyphs: dict[str, str] = {}
    for text in texts.values():
        glyphs |= dict(re.findall(r'<path id="(TEX-[^"]+)" (d="[^"]*")', text))
    table = "".join(f'<path id="{name}" {drawn}></path>' for name, drawn in sorted(glyphs.items()))
    titles = {name: _title(text) for name, text in texts.items()}
    listed = "".join(_listed(caption, pages, titles) for caption, pages in parts)
    articles = "".join(article(text, name, set(names)) for name, text in texts.items())
    links = "".join(
        f'<link rel="stylesheet" href="{(site / "_static" / sheet).as_uri()}"/>'
        for sheet in (*THEME, *STYLES)
        if (site / "_static" / sheet).is_file()
    )
    title = titles[names[0]]
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"/>'
        f"<title>{title}</title>{links}<style>{PRINT}</style></head><body>"
        f'<svg class="glyphs" aria-hidden="true"><defs>{table}</defs></svg>'
        f'<div class="front"><h1>{_book_title(site)}</h1></div>'
        f'<nav class="contents"><h1>Contents</h1><ul>{listed}</ul></nav>'
        f'<main class="bd-content">{articles}</main></body></html>'
    )


def print_pdf(site: Path, target: Path) -> None:
    """Print the joined book; the target is whole or is not there."""
    if installed() is None:
        raise SystemExit(
            "make pdf needs Chromium and Python's playwright (on Debian: apt-get install chromium)"
        )
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        page_file = Path(scratch) / "book.html"
        page_file.write_text(joined(site), encoding="utf-8")
        with opened() as browser:
            page = browser.new_page()
            page.goto(page_file.as_uri(), wait_until="load")
            printed = page.pdf(
                format="A4",
                outline=True,
                tagged=True,
                prefer_css_page_size=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOTER,
            )
    write_whole(target, dated(printed))


def dated(pdf: bytes) -> bytes:
    """Return a PDF with the date of SOURCE_DATE_EPOCH, where it is set, in the place of today's."""
    if not os.environ.get("SOURCE_DATE_EPOCH"):
        return pdf
    day = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))
    stamp = time.strftime("%Y%m%d%H%M%S", day).encode()
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>" + stamp, pdf)


FOOTER = (
    '<div style="font-size: 8px; width: 100%; text-align: center; color: #555;">'
    '<span class="pageNumber"></span></div>'
)


def _title(page: str) -> str:
    [heading] = re.findall(r"<h1>(.*?)</h1>", page, re.S)[:1]
    return html.escape(html.unescape(re.sub(r"<a class=.*?</a>|<[^>]+>", "", heading)).strip())


def _book_title(site: Path) -> str:
    page = (site / "book" / "index.html").read_text(encoding="utf-8")
    [title] = re.findall(r"<title>(.*?)</title>", page, re.S)[:1]
    return str(title).split("&#8212;")[-1].strip()


def _listed(caption: str, pages: list[str], titles: dict[str, str]) -> str:
    names = [Path(page).name for page in pages]
    entries = "".join(f'<li><a href="#{name}">{titles[name]}</a></li>' for name in names)
    return (f'<li class="part">{html.escape(caption)}</li>' if caption else "") + entries


if __name__ == "__main__":
    source, destination = (Path(argument).resolve() for argument in sys.argv[1:3])
    date_by_commit()
    print_pdf(source, destination)
    print(f"The book is one file: {destination}")
