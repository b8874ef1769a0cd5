"""Equations set at build time, so that pages show them at once and nothing moves afterwards.

Where Chromium is at hand, MathJax runs in it once and turns every equation of the book into SVG
with MathML beside it for screen readers; the pages then need no MathJax. What has been set is kept
in `_build`, so a build that brings no new equation starts no browser. Without Chromium the pages
are left as they are, and MathJax sets their equations in the reader's browser.
"""

import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

from analysis.internal.files import write_whole
from report.browser import installed, opened

MATH = re.compile(
    r'<(?P<tag>span|div)(?P<attributes>[^>]*\bclass="[^"]*\bmath\b[^"]*"[^>]*)>'
    r"(?P<body>(?:(?!<(?P=tag)\b).)*?(?:<span class=\"eqno\">.*?</span>)?[^<]*?)</(?P=tag)>",
    re.S,
)
TEX = re.compile(r"\\\((?P<inline>.+?)\\\)|\\\[(?P<display>.+?)\\\]", re.S)
LOADED = re.compile(
    r"\s*<script>window\.MathJax = .*?</script>"
    r'|\s*<script[^>]*src="[^"]*tex-svg\.js[^"]*"></script>',
    re.S,
)
NARROW = 36
"""Width in ex that fits on a phone."""
GLYPH = re.compile(r'<path id="MJX-\d+-(TEX-[^"]+)" d="([^"]*)"></path>')
CONVERT = """
async equations => {
  await MathJax.startup.promise;
  const metrics = {em: 16, ex: 8, containerWidth: 1280};
  const set = [];
  for (const [tex, display] of equations) {
    const node = await MathJax.tex2svgPromise(tex, {display, ...metrics});
    node.removeAttribute("tabindex");
    node.removeAttribute("ctxtmenu_counter");
    if (!node.querySelector("mjx-assistive-mml")) {
      const spoken = document.createElement("mjx-assistive-mml");
      spoken.setAttribute("display", display ? "block" : "inline");
      spoken.innerHTML = MathJax.tex2mml(tex, {display});
      node.append(spoken);
    }
    node.querySelector("svg").setAttribute("aria-hidden", "true");
    set.push(node.outerHTML);
  }
  return set;
}
"""


class EquationError(ValueError):
    """An equation that MathJax cannot set; the message shows it."""


def equations_of(page: str) -> list[tuple[str, bool]]:
    """Return the equations of a page in TeX, each with whether it is displayed."""
    found = []
    for block in MATH.finditer(page):
        for match in TEX.finditer(block["body"]):
            found.append((_tex(match), match["display"] is not None))
    return found


def set_equations(pages: dict[Path, str], script: Path, store: Path) -> dict[Path, str]:
    """Return the pages with their equations set; unchanged if there is no browser.

    Parameters
    ----------
    pages : dict
        The text of each page.
    script : Path
        MathJax, `tex-svg.js`.
    store : Path
        A JSON file of what was set before; brought up to date.

    Raises
    ------
    EquationError
        If MathJax reports an error in an equation.
    """
    if not pages:
        return {}
    kept = _kept(store, hashlib.sha256(script.read_bytes()).hexdigest())
    wanted = dict.fromkeys(one for text in pages.values() for one in equations_of(text))
    missing = [one for one in wanted if _key(*one) not in kept["equations"]]
    if missing:
        if installed() is None:
            return pages
        for one, made in zip(missing, _converted(missing, script), strict=True):
            kept["glyphs"] |= dict(GLYPH.findall(made))
            kept["equations"][_key(*one)] = _without_glyphs(made)
        write_whole(store, json.dumps(kept).encode())
    return {path: _with_equations(text, kept) for path, text in pages.items()}


def _tex(match: re.Match[str]) -> str:
    return html.unescape(match["inline"] or match["display"]).strip()


def _key(tex: str, display: bool) -> str:
    return f"{'display' if display else 'inline'}: {tex}"


def _kept(store: Path, version: str) -> dict[str, Any]:
    try:
        content = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        content = {}
    fresh = {"version": version, "equations": {}, "glyphs": {}}
    return content if _is_store(content) and content["version"] == version else fresh


def _is_store(content: object) -> bool:
    """Whether a store is what this module wrote: every glyph that an equation uses is there."""
    if not isinstance(content, dict) or content.keys() != {"version", "equations", "glyphs"}:
        return False
    parts = content["equations"], content["glyphs"]
    if not all(isinstance(part, dict) for part in parts):
        return False
    if not all(isinstance(value, str) for part in parts for value in part.values()):
        return False
    used = re.findall(r'xlink:href="#(TEX-[^"]+)"', "".join(parts[0].values()))
    return set(used) <= set(parts[1])


def _converted(equations: list[tuple[str, bool]], script: Path) -> list[str]:
    with opened() as browser:
        page = browser.new_page()
        page.set_content("<!DOCTYPE html><title>equations</title>")
        page.evaluate(
            "window.MathJax = {svg: {fontCache: 'local'}, options: {enableMenu: false},"
            " startup: {typeset: false}}"
        )
        page.add_script_tag(path=str(script))
        found: list[str] = page.evaluate(CONVERT, [list(equation) for equation in equations])
    for (tex, _), made in zip(equations, found, strict=True):
        if "merror" in made:
            raise EquationError(f"MathJax cannot set this equation: {tex}")
    return found


def _without_glyphs(made: str) -> str:
    """The equation with its glyphs left to the page, where each stands once."""
    made = re.sub(r"<defs>.*?</defs>", "", made, flags=re.S)
    [width] = re.findall(r'<svg[^>]* width="([\d.]+)ex"', made)[:1]
    # It scrolls on a phone, and what scrolls must be reached by the keyboard.
    if float(width) > NARROW:
        made = made.replace("<mjx-container", '<mjx-container tabindex="0"', 1)
    return re.sub(r"#MJX-\d+-TEX", "#TEX", made)


def _with_equations(page: str, kept: dict[str, Any]) -> str:
    def block(match: re.Match[str]) -> str:
        body = TEX.sub(
            lambda one: kept["equations"][_key(_tex(one), one["display"] is not None)],
            match["body"],
        )
        return f"<{match['tag']}{match['attributes']}>{body}</{match['tag']}>"

    page = LOADED.sub("", MATH.sub(block, page))
    used = sorted(set(re.findall(r'xlink:href="#(TEX-[^"]+)"', page)))
    glyphs = "".join(f'<path id="{name}" d="{kept["glyphs"][name]}"></path>' for name in used)
    table = f'<svg class="glyphs" aria-hidden="true"><defs>{glyphs}</defs></svg>'
    return re.sub(r"<body[^>]*>", lambda body: body[0] + table, page, count=1) if used else page
