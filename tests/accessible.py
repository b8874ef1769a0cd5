"""Whether a page serves who uses the keyboard or a voice: what axe is asked, and what it finds."""

OF_COLOURS = ["color-contrast", "link-in-text-block"]
ACCESSIBLE = {
    (1280, "light"): {},
    (1280, "dark"): {"runOnly": OF_COLOURS},
    (390, "light"): {"rules": {rule: {"enabled": False} for rule in OF_COLOURS}},
}
"""What axe is asked: everything of the wide page; of the dark one what colours change, of the
narrow one what widths change."""

KINDS = """() => {
  const known = new Map(), seen = new Set();
  const kind = one => {
    if (!one) return "";
    if (!known.has(one)) {
      const style = getComputedStyle(one);
      known.set(one, [kind(one.parentElement), one.tagName, one.getAttribute("class"),
        style.backgroundColor, style.backgroundImage, style.opacity].join());
    }
    return known.get(one);
  };
  const every = [...document.body.querySelectorAll("*")].filter(one => one.checkVisibility());
  const boxes = every.filter(one => {
    const style = getComputedStyle(one);
    return style.position !== "static" || style.float !== "none" || style.transform !== "none";
  }).map(one => [one, one.getBoundingClientRect()]);
  const meets = one => {
    const own = one.getBoundingClientRect();
    return boxes.some(([other, box]) => box.left < own.right && own.left < box.right
      && box.top < own.bottom && own.top < box.bottom
      && !other.contains(one) && !one.contains(other));
  };
  for (const one of every) {
    const field = one.matches("input, select, textarea");
    const text = [...one.childNodes].some(part => part.nodeType === 3 && part.data.trim());
    if (!text && !field) continue;
    const style = getComputedStyle(one);
    const own = [kind(one), style.color, style.fill, style.fontSize, style.fontWeight].join();
    if (field || !seen.has(own) || meets(one)) one.dataset.first = "";
    seen.add(own);
  }
  axe.configure({rules: [{id: "color-contrast", selector: "[data-first]"}]});
}"""
"""Lets axe look at the contrast of the first text of each kind, of one ancestry, in one colour on
one ground, of every field, and of every text that something out of the flow lies over: of a table
of a thousand cells it would find a thousand times the same."""

ASK = """([context, options]) => axe.run(context ?? document, options)
  .then(found => found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 200)]))"""


def violations(view, asked=None, context=None) -> list[list[str]]:
    """Violations of any weight anywhere on the page, or in the part that `context` selects."""
    from axe_playwright_python.sync_playwright import Axe

    # Colours that are still fading in are not yet those of the page.
    view.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    view.evaluate(Axe().axe_script)
    if context is None:
        view.evaluate(KINDS)
    return view.evaluate(ASK, [context, {"resultTypes": ["violations"], **(asked or {})}])
