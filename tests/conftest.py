"""What the tests share: the checkout, the strictly built site, and a browser to look at it."""

import functools
import gc
import http.server
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import hypothesis
import pytest

from report.browser import installed, opened
from serve import Quiet

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "strict" / "_build" / "html"

if "PYTEST_XDIST_WORKER" in os.environ:
    # What the tests start is not measured: kernels and servers would take twice as long.
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)

hypothesis.settings.register_profile("project", deadline=None, derandomize=True, max_examples=200)
hypothesis.settings.register_profile(
    "quick", hypothesis.settings.get_profile("project"), max_examples=40
)


def pytest_configure(config):
    # Nothing that is collected goes away: to look through it again and again takes a quarter of
    # the time.
    gc.disable()
    if config.getoption("--hypothesis-profile") is None:
        hypothesis.settings.load_profile("project")


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


TOGETHER = (
    *("test_server.py", "test_valid.py", "test_building.py", "test_engines.py", "test_lite.py"),
    *("test_exercises.py", "test_interactive.py", "studies/test_"),
    *("TestStudentEdition", "TestDeck", "TestPrinted"),
)
"""Tests that share what takes long to make: they run in one process."""


LOOKING = {"site", "served", "browser", "look", "turn", "edition", "added", "engine"}
"""Fixtures of tests that look at the built site."""


SLOW = {"server", "small_book", "solutions", "summary", "reading"}
"""Fixtures that take seconds themselves."""
SLOW_EXAMPLES = ("analysis/figures/explorer.py", "analysis/figures/interactive/")
"""Examples in docstrings that take a second each."""


UNMEASURED = (
    *("test_server.py", "test_damaged.py", "leaf_matters", "leaf_of_a_two_sided_equation_matters"),
    *("planted_error_is_caught", "leaves_no_solution", "formulas_from_the_derivation"),
    *("as_often_as", "hold_the_truth", "holds_the_truth", "cover_what_they_say", "said_to_be_flat"),
    *("beat_the_same_budget", "of_a_budget_share", "group_shares", "finds_runs_of_its_own"),
    *("to_their_noise", "every_solution_passes", "rounded_as_its_solution", "carries_its_points"),
    *("lines_have_their_overhead", "sound_svg_in_the_text_colour"),
    # A third of what tracing the hostile calls takes; what these refuse others refuse as well.
    *("by_name[bootstrap", "by_name[fit.parametric", "by_name[advice.answer", "by_name[tradeoff"),
    *("by_name[theorem.known_laws", "by_name[exercises.checking"),
)
"""Tests that take one path many times, or run elsewhere: to trace them doubles what they take."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    tracer = sys.gettrace()
    if any(name in item.nodeid for name in UNMEASURED):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def pytest_collection_modifyitems(items) -> None:
    """Mark what needs the built site, and what is slow by what it needs."""
    for item in items:
        if LOOKING & set(item.fixturenames):
            item.add_marker("site")
        if SLOW & set(item.fixturenames) or item.nodeid.startswith(SLOW_EXAMPLES):
            item.add_marker("slow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give the next test to whichever process is free, and those of `TOGETHER` to one."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return next((name for name in TOGETHER if name in nodeid), nodeid)

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def testbed():
    """The 104 runs of Gadre et al. 2024 with their errors; without the data the test is skipped."""
    from analysis.datasets import DataUnavailableError, load_downstream, load_testbed
    from analysis.testbed import with_errors

    try:
        return with_errors(load_testbed(), load_downstream())
    except DataUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def site() -> Path:
    """The site as `make strict` built it."""
    if not (SITE / "index.html").is_file():
        pytest.fail("the strictly built site is missing; run: make strict")
    return SITE


@contextmanager
def serving(handler) -> Iterator[str]:
    """Serve on this machine, at an address; it ends whatever happens, and holds up no exit."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture
def serve():
    """Return a function that serves with a handler, until the test has ended, at an address."""
    with ExitStack() as servers:
        yield lambda handler: servers.enter_context(serving(handler))


@pytest.fixture(scope="session")
def served(site):
    """The address of the site on this machine."""
    with serving(functools.partial(Quiet, directory=site)) as address:
        yield address


PATIENCE = 30_000
"""Milliseconds for which a page is waited for; what is expected of one would else have 5 s."""


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without it the test is skipped, or fails if REQUIRE_BROWSER=1."""
    if installed() is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is not installed, and REQUIRE_BROWSER=1")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    with opened() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def look(browser, served):
    """Open a page of the site at a width, in light or dark; return it with what went wrong."""
    opened = []

    def open_page(page, width=1280, scheme="light"):
        view, wrong = browser.new_page(), []
        opened.append(view)
        listen(view, served, lambda: wrong)
        show(view, f"{served}/{page}.html", width, scheme)
        return view, wrong

    yield open_page
    for view in opened:
        view.close()


@pytest.fixture(scope="module")
def turn(browser, served):
    """The same in one window, page after page: to open a window takes longer than to read one."""
    view, wrong = browser.new_page(), [[]]
    listen(view, served, lambda: wrong[-1])

    def turn_to(page, width=1280, scheme="light"):
        view.goto("about:blank")
        wrong.append([])
        show(view, f"{served}/{page}.html", width, scheme)
        return view, wrong[-1]

    yield turn_to
    view.close()


def listen(view, served: str, wrong) -> None:
    """Note errors, and what is asked of other hosts, in the list that `wrong` returns."""
    view.on("console", lambda m: wrong().append(m.text) if m.type == "error" else None)
    view.on("pageerror", lambda error: wrong().append(str(error)))
    view.on("request", lambda r: wrong().append(r.url) if is_outside(r.url, served) else None)
    view.add_init_script(WATCH)


def show(view, address: str, width: int, scheme: str) -> None:
    """Go to an address at a width, in light or dark, and wait until it stands."""
    view.set_viewport_size({"width": width, "height": 900})
    view.emulate_media(color_scheme=scheme)
    view.goto(address, wait_until="load")
    view.wait_for_function("!window.MathJax?.startup || window.MathJax.startup.promise")
    view.evaluate("window.MathJax?.startup?.promise")


WATCH = """
window.moved = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
"""Adds up how much of the page has moved since it was first shown."""


def is_outside(address: str, served: str) -> bool:
    return not address.startswith((served, "data:", "blob:"))
