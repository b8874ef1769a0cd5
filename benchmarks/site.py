"""Weigh and time the site, and the making of it.

    python benchmarks/site.py [--builds]

Prints, for every page: what a first visit loads, gzipped; the time to the first paint of content
and to a page that answers, in the Chromium of this machine; how much of the page moves. Then the
response of the interactive curve to one step of its slider. With `--builds` also: a cold strict
build beside the sum of what its notebooks take on their own, a build with one chapter changed, and
one with nothing changed. The site must have been built (`make book`).
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
BUILD = [str(Path(sys.executable).with_name("jupyter-book")), "build", ".", "--quiet"]
WATCH = """
window.moved = 0; window.painted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
STEPS = """
async () => {
  const slider = document.querySelector(".explorer input[type=range]");
  const times = [];
  for (let i = 0; i < 200; i++) {
    slider.value = 0.2 + 0.005 * i;
    const start = performance.now();
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    slider.getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
  }
  return times;
}
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def weigh(browser, address: str) -> dict[str, float]:
    """Load a page as a first visitor does."""
    context = browser.new_context()
    page = context.new_page()
    sizes = []
    page.on("response", lambda r: sizes.append(len(gzip.compress(r.body()))) if r.ok else None)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    times = page.evaluate(
        "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " performance.getEntriesByType('navigation')[0].domInteractive, window.moved]"
    )
    context.close()
    return {"kB": sum(sizes) / 1e3, "paint": times[0], "answers": times[1], "moved": times[2]}


def pages() -> None:
    handler = functools.partial(Quiet, directory=SITE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/book"
    with sync_playwright() as play:
        here = shutil.which("chromium") or shutil.which("chromium-headless-shell")
        browser = play.chromium.launch(executable_path=here, args=["--no-sandbox"])
        print(f"{'page':26}{'kB gzipped':>12}{'paint, ms':>11}{'answers, ms':>13}{'moved':>8}")
        for path in sorted((SITE / "book").glob("*.html")):
            found = [weigh(browser, f"{base}/{path.name}") for _ in range(3)]
            best = {key: min(one[key] for one in found) for key in found[0]}
            print(
                f"{path.stem:26}{best['kB']:12.0f}{best['paint']:11.0f}{best['answers']:13.0f}"
                f"{best['moved']:8.3f}"
            )
        view = browser.new_page()
        view.goto(f"{base}/index.html", wait_until="networkidle")
        times = view.evaluate(STEPS)
        print(
            f"a step of the slider: median {statistics.median(times):.2f} ms,"
            f" worst {max(times):.2f} ms of the 16 of a frame"
        )
        browser.close()
    server.shutdown()


def timed(command: list[str], folder: Path, **environment: str) -> float:
    start = perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(folder), **environment}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, cwd=folder, env=environment, check=True, **quiet)
    return perf_counter() - start


def alone(folder: Path) -> float:
    """Execute every notebook on its own, one after the other, as `jupyter execute` does."""
    notebooks = sorted((folder / "book").glob("*.ipynb"))
    command = [sys.executable, "-m", "jupyter", "execute"]
    return sum(timed([*command, str(path)], folder) for path in notebooks)


def builds() -> None:
    """Build a copy, so that nothing of the checkout's own build is touched."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "book-copy"
        leave = shutil.ignore_patterns("_build", ".venv", ".git", "__pycache__")
        shutil.copytree(ROOT, folder, ignore=leave)
        shared = ROOT.parent / "shared"
        if shared.is_dir():
            (Path(scratch) / "shared").symlink_to(shared)
        own = alone(folder)
        cold = timed([*BUILD, "-W", "-n", "--keep-going"], folder, STRICT="1")
        print(f"notebooks on their own {own:.0f} s, cold strict build {cold:.0f} s", end=": ")
        print(f"{cold / own:.2f}x")
        timed(BUILD, folder)
        path = folder / "book" / "compute_optimal.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"][0]["source"][-1] += " Changed."
        path.write_text(json.dumps(notebook), encoding="utf-8")
        print(f"one chapter changed: {timed(BUILD, folder):.1f} s")
        print(f"nothing changed: {timed(BUILD, folder):.1f} s")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", action="store_true", help="time builds as well, some minutes")
    options = parser.parse_args()
    pages()
    if options.builds:
        builds()


if __name__ == "__main__":
    main()
