"""Whether a page serves who uses the keyboard or a voice: what axe is asked, and what it finds."""

ACCESSIBLE = {
    (1280, "light"): {},
    (1280, "dark"): {"runOnly": ["color-contrast", "link-in-text-block"]},
    (390, "light"): {"rules": {"color-contrast": {"enabled": False}}},
}
"""What axe is asked: everything of the wide page; of the dark one what colours change, of the
narrow one what widths change."""


def violations(view, asked=None, context=None) -> list[tuple[str, str]]:
    """Violations of any weight anywhere on the page, or in the part that `context` selects."""
    from axe_playwright_python.sync_playwright import Axe

    # Colours that are still fading in are not yet those of the page.
    view.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    options = {"resultTypes": ["violations"], **(asked or {})}
    result = Axe().run(view, context=context, options=options)
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in result.response["violations"]]
