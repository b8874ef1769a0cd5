"""The book's own extension of Sphinx: what the site needs beside the pages, done at build time.

- `building` begins and ends a build: what it depends on, what it leaves whole.
- `execute` runs the notebooks before they are read, on all cores, and keeps what they computed.
- `rooms` and `names` are the reference of the package: its entries, and the links that lead there.
- `references` labels works as the text cites them; `exercises` leads to their solutions; `wording`
  keeps a number with its unit and says what a term means; `asides` stand beside the text.
- `equations` sets the equations, in the `browser`; `pages` finishes what has been written.
- `gallery` shows every figure on one page.
- `addresses` are those of the site and of its repository, where they are known.
- `dated` and `sums` let anybody build the same site again, bit by bit.

The commands that use what is here stand in `book/_tools`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

ROOT = Path(__file__).resolve().parents[3]
"""The checkout."""

PARTS = (
    *("references", "names", "rooms", "execute", "exercises"),
    *("wording", "asides", "equations", "building"),
)
"""In the order in which Sphinx calls them; they are loaded by who builds, not by who needs one."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Set up every part; the package of this checkout is what pages and kernels speak of."""
    sys.path.insert(0, str(ROOT))
    for part in PARTS:
        import_module(f"report.{part}").setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
