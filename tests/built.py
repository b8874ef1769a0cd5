"""The pages of the built site, as tests read them."""

from functools import cache
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [entry for part in TOC["parts"] for entry in part["chapters"]]
PAGES = [TOC["root"], *(entry["file"] for entry in CHAPTERS if "sections" not in entry)]


@cache
def parsed(path: Path) -> BeautifulSoup:
    """Return a page; who changes it changes a copy."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the places of a page that a link may lead to."""
    return frozenset(tag["id"] for tag in parsed(path).select("[id]"))
