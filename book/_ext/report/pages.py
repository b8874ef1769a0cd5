"""What is done to the pages once they are written: they stay on their own host, and serve everyone.

Every page gets a Content-Security-Policy that allows no other host, with its inline scripts named
by their hashes; words and a picture for link previews; markup that the keyboard and a voice can
use. What no page needs is removed. A page that carries a policy has been through this.
"""

import base64
import hashlib
import html
import io
import re
import shutil
import xml.sax.saxutils
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from analysis.internal.files import write_whole
from report.equations import kept, with_glyphs

DONE = 'http-equiv="Content-Security-Policy"'
UNUSED = (
    "_static/**/*.map",
    "_static/locales",
    "_static/scripts/fontawesome.js*",
    "_static/vendor/fontawesome/webfonts/*.ttf",
    "_static/webpack-macros.html",
    "_static/sbt-webpack-macros.html",
)
"""Files that others put there and no page asks for: browsers take fonts as WOFF2."""
MOVED = {
    f"{number:02}_{name}": name
    for number, name in enumerate(
        (
            "loss",
            "compute_optimal",
            "data_scaling_factor",
            "price",
            "number_by_number",
            "todays_models",
            "serving",
            "how_sure",
            "over_training",
            "tasks",
            "does_it_hold",
            "train_your_own",
            "which_laws",
            "limits",
        ),
        start=1,
    )
}
"""Pages that had a number in their address, which others link to, and where they are."""
FIND_HOME = (
    'const at = location.pathname.replace(/\\/book\\/(?!.*\\/book\\/).*|\\/[^/]*$/, "");'
    'document.querySelector("main a").href = at + "/book/index.html"'
)
"""A script for the page that no address leads to: the site begins where its `book/` does."""
STYLE = re.compile(r"<style[^>]*>(.*?)</style>\s*", re.S)
WORDS = {
    # The theme gives colours to what is light or dark; a script finds out which the reader likes.
    ' data-theme="auto">': ' data-theme="light">',
    # docutils calls its citations a list, but not their entries list items.
    'role="list" class="citation-list"': 'class="citation-list"',
    ' role="doc-biblioentry"': "",
    # What scrolls must be reached by the keyboard.
    '<div class="output text_html"><div>\n<style scoped>': (
        '<div class="output text_html"><div tabindex="0" role="region" aria-label="table">\n<style>'
    ),
    '<div class="output text_html"><table class="ledger': (
        '<div class="output text_html" tabindex="0" role="region" aria-label="table">'
        '<table class="ledger'
    ),
    # The same id for every exercise and every proof of a page.
    ' id="exercise-content"': "",
    ' id="proof-content"': "",
    ' id="proof"': "",
    # What HTML has given up, or never had; the style sheet does it.
    'autocorrect="off"': "",
    '<table border="1" class="dataframe">': '<table class="dataframe">',
    ' valign="top"': "",
    ' halign="left"': "",
    # The corner of a table with two kinds of heading is no heading.
    "<th></th>": "<td></td>",
    # What unfolds the pages of a chapter in the sidebar has no words.
    '<summary><span class="toctree-toggle"': (
        '<summary aria-label="Pages of this chapter"><span class="toctree-toggle"'
    ),
    # All that a page holds belongs to a landmark.
    '<div id="pst-primary-sidebar" class': (
        '<div id="pst-primary-sidebar" role="navigation" aria-label="Book and search" class'
    ),
}
"""Markup that others make, and what readers who use the keyboard or a voice need instead."""
PATTERNS: dict[str, str | Callable[[re.Match[str]], str]] = {
    # Icons come from one font, not from a script; nobody indexes the site but itself.
    r"\s*<!-- So that users can add custom icons -->\s*<script[^>]*fontawesome\.js.*?</script>": "",
    r'\s*<meta name="docsearch:[^>]*>': "",
    # No script stands in an attribute: what buttons did, `book.js` does for `data-press`.
    r'\sonclick="(\w+(?:\.\w+)?)\(\)"': r' data-press="\1"',
    # The page says its width once.
    r'(<meta name="viewport"[^>]*>)(.*)': lambda one: (
        one[1] + re.sub(r'\s*<meta name="viewport"[^>]*>', "", one[2])
    ),
    # The words on which a folded cell unfolds are no paragraphs.
    r"<summary\b.*?</summary>": lambda one: (
        one[0].replace("<p ", "<span ").replace("</p>", "</span>")
    ),
    # The parameters of a long signature, a line each: no list of terms and what they mean.
    r'<dl>\n(<dd><em class="sig-param">.*?</dd>)\n</dl>': lambda one: (
        f'<span class="sig-lines">{_lines(one[1])}</span>'
    ),
    # Tables bring a style each; the site has its own.
    r"<style(?: scoped)?>(?:(?!</style>).)*?\.dataframe.*?</style>\s*": "",
}
"""The same where what others make is not always the same string."""
MENDINGS: dict[str, Callable[[str], str]] = {
    **{made: partial(re.compile(re.escape(made)).sub, meant) for made, meant in WORDS.items()},
    **{made: partial(re.compile(made, re.S).sub, meant) for made, meant in PATTERNS.items()},
}


def finish_pages(site: Path, *, first: str, base: str, title: str, store: Path) -> list[str]:
    """Finish every new page of a built site.

    Parameters
    ----------
    site : Path
        The folder of the built pages.
    first : str
        The name of the book's first page, to which the top of the site leads.
    base : str
        The public address of the site, ending in a slash; empty if it is not known.
    title : str
        The name of the book.
    store : Path
        Where equations that have been set are kept, and the glyphs that they use.

    Returns
    -------
    list of str
        What there was to mend or to remove on no page of a site that is all new. In the whole book
        each has its place: others make it otherwise by now, and it goes through unmended.
    """
    written = [*sorted(site.glob("*.html")), *sorted(site.glob("book/**/*.html"))]
    pages = {path: path.read_text(encoding="utf-8") for path in written}
    new = {path: text for path, text in pages.items() if DONE not in text and "<head>" in text}
    glyphs = kept(store)["glyphs"]
    found: set[str] = set()
    for path, text in new.items():
        name = path.relative_to(site)
        text = previewed(mended(with_glyphs(text, glyphs), found), name, base, title)
        write_whole(path, secured(styled(text, site, name)).encode())
    for pattern in UNUSED:
        for unused in list(site.glob(pattern)):
            found.add(pattern)
            shutil.rmtree(unused) if unused.is_dir() else unused.unlink()
    write_whole(site / "index.html", secured(forward(first, title)).encode())
    for old, now in MOVED.items():
        there = site / "book" / f"{now}.html"
        if there.exists():
            write_whole(site / "book" / f"{old}.html", secured(forward(there.name, title)).encode())
    write_whole(site / "404.html", secured(not_found(base, title)).encode())
    if base:
        write_whole(site / "sitemap.xml", sitemap(site, base).encode())
    all_new = not any(DONE in text for text in pages.values())
    return [one for one in (*MENDINGS, *UNUSED) if one not in found and all_new]


def mended(page: str, found: set[str] | None = None) -> str:
    """Return the page with the markup of others mended, each scrolling table under its own name.

    What there was to mend is added to `found`, by its string or pattern.
    """
    for made, mend in MENDINGS.items():
        before, page = page, mend(page)
        if found is not None and page != before:
            found.add(made)
    first, *rest = page.split('aria-label="table"')
    return first + "".join(f'aria-label="table {n}"{part}' for n, part in enumerate(rest, 1))


def _lines(parameters: str) -> str:
    return parameters.replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")


def styled(page: str, site: Path, name: Path) -> str:
    """Return the page with each style that its outputs bring in a file of the site, kept once."""
    start = page.index("<body")
    head, body = page[:start], page[start:]
    links = []
    for rules in dict.fromkeys(one.strip() + "\n" for one in STYLE.findall(body)):
        file = f"_static/output-{hashlib.sha256(rules.encode()).hexdigest()[:8]}.css"
        write_whole(site / file, rules.encode())
        links.append(f'<link rel="stylesheet" href="{"../" * (len(name.parts) - 1)}{file}"/>\n')
    return head.replace("</head>", "".join(links) + "</head>", 1) + STYLE.sub("", body)


def previewed(page: str, name: Path, base: str, title: str) -> str:
    """Return the page with what a link to it shows elsewhere: its title, a sentence, a picture."""
    own = re.search(r"<title>(.*?)</title>", page, re.S)
    heading = html.unescape(own[1]).split("—")[0].strip() if own else title
    up = base or "../" * (len(name.parts) - 1)
    words = {
        "og:title": heading,
        "og:description": description(page) or title,
        "og:type": "article",
        "og:site_name": title,
        "og:image": f"{up}_static/preview.png",
        "og:image:alt": "Compute overhead against the size of the model",
    }
    if base:
        words["og:url"] = base + name.as_posix()
    tags = [
        f'<meta property="{key}" content="{html.escape(value)}"/>' for key, value in words.items()
    ]
    tags.append(f'<meta name="description" content="{html.escape(words["og:description"])}"/>')
    tags.append('<meta name="twitter:card" content="summary_large_image"/>')
    return page.replace("</head>", "\n".join(tags) + "\n</head>", 1)


def description(page: str) -> str:
    """Return the first paragraph after the title, as plain text: a chapter's question."""
    start = page.find("</h1>")
    paragraph = re.search(r"<p>(.*?)</p>", page[start:], re.S) if start >= 0 else None
    if paragraph is None:
        return ""
    text = re.sub(r"<mjx-container.*?</mjx-container>|<[^>]+>", "", paragraph[1], flags=re.S)
    text = " ".join(html.unescape(text).split())
    return text if len(text) < 300 else text[:297].rsplit(" ", 1)[0] + " …"


def secured(page: str) -> str:
    """Return the page with a policy that allows its own host, and inline scripts by their hashes.

    Styles may be inline: MathJax and tables bring theirs. Pictures may be data, which is how the
    interactive curve and the theme draw some of theirs.
    """
    scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", page, re.S)
    hashes = [_hash(script) for script in scripts if script.strip()]
    policy = "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *dict.fromkeys(hashes)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )
    return re.sub(
        r"<head>(\s*<meta charset=[^>]*>)?",
        lambda head: f'{head[0]}\n    <meta {DONE} content="{policy}"/>',
        page,
        count=1,
    )


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def not_found(base: str, title: str) -> str:
    """Return the page for an address that leads nowhere; it needs no other file."""
    home = f"{base}book/index.html" if base else "/book/index.html"
    # Where nobody has said under which address the site stands, the address asked for tells.
    find = "" if base else f"<script>{FIND_HOME}</script>\n"
    name = html.escape(title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>Not found — {name}</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto;
  padding: 0 1rem; color: #222; background: #fff; }}
a {{ color: #0a58ca; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #ddd; background: #14181e; }}
  a {{ color: #9ec5fe; }}
}}
</style>
</head>
<body>
<main>
<h1>This page does not exist</h1>
<p>The address may be mistyped, or the page has moved. Start again at
<a href="{home}">{name}</a>; its search finds symbols and terms.</p>
</main>
{find}</body>
</html>
"""


def forward(page: str, title: str) -> str:
    """Return a page that leads to another one, and to the same place on it."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<script>location.replace("{page}" + location.hash)</script>
<noscript><meta http-equiv="refresh" content="0; url={page}"/></noscript>
<title>{html.escape(title)}</title>
</head>
<body>
<p><a href="{page}">{html.escape(title)}</a></p>
</body>
</html>
"""


def sitemap(site: Path, base: str) -> str:
    """Return the list of the book's pages for search engines."""
    written = (path for path in (site / "book").rglob("*.html") if path.stem not in MOVED)
    pages = sorted(path.relative_to(site).as_posix() for path in written)
    entries = "".join(
        f"  <url><loc>{xml.sax.saxutils.escape(base + page)}</loc></url>\n" for page in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    )


def preview() -> bytes:
    """Return the picture that a link to the book shows elsewhere, 1200 by 630 pixels."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from analysis.figures import STYLE, plot_pooled
    from analysis.laws import PUBLISHED
    from analysis.studies.atlas import recorded_atlas
    from analysis.tradeoff import compute_overhead

    curve = recorded_atlas()["pooled"]["N"]["outer power"]["curve"]
    post = PUBLISHED["de-vries-2023"].law
    then = compute_overhead(curve["k_N"], post.alpha, post.beta)
    style: dict[Any, Any] = {**STYLE, "font.size": 15, "axes.titlesize": 21, "legend.fontsize": 14}
    with mpl.rc_context(style):
        figure = Figure(figsize=(12, 6.3), dpi=100, layout="constrained")
        axes = plot_pooled(figure.add_subplot(), curve["k_N"], curve, then)
        axes.set_title("How small can a language model be?", pad=14)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
