"""How long each notebook takes on its own, from the start of its kernel to its last cell.

    python benchmarks/notebooks.py

The rival is the whole book's promise: every notebook in under twenty seconds on two cores. The
ratio is the time over that.
"""

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

BOOK = Path(__file__).resolve().parents[1] / "book"
PROMISE = 20.0


def seconds(path: Path) -> float:
    """Run a notebook from top to bottom in a fresh kernel and return how long it took."""
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    settings = {"metadata": {"path": str(BOOK)}}
    NotebookClient(notebook, kernel_name="python3", timeout=None, resources=settings).execute()
    return time.perf_counter() - start


if __name__ == "__main__":
    for path in sorted(BOOK.glob("*.ipynb")):
        taken = seconds(path)
        print(f"{path.name:32} {taken:6.1f} s {taken / PROMISE:6.2f}", flush=True)
