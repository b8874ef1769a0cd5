"""The chapters, in the order of the table of contents."""

from pathlib import Path

import yaml


def numbered_chapters(root: Path) -> list[Path]:
    """Return the notebooks of the numbered parts: the first is chapter 1."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    parts = [part for part in toc["parts"] if part.get("numbered")]
    return [root / f"{entry['file']}.ipynb" for part in parts for entry in part["chapters"]]
