"""A build that was interrupted, and the one after it; when, where and otherwise it is built."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import psutil
import pytest

import verify
from report import dated, sums

CELL = "from analysis import planted\n\nplanted.VALUE"
PAUSE = """
import os
import time


def pause(app, pagename, *_):
    if "PAUSE" in os.environ:
        print("writing", pagename, flush=True)
        time.sleep(600)


def setup(app):
    app.connect("html-page-context", pause)
"""
ROOT = Path(__file__).resolve().parents[2]
checkout = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout of git")
START = """
import signal
from jupyter_book.cli.main import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
main(["build", ".", "--quiet"])
"""
COMMAND = (sys.executable, "-c", START)


@pytest.fixture(scope="module")
def small_book(tmp_path_factory):
    """A book of two pages, built whole; it shows a value of the package."""
    folder = tmp_path_factory.mktemp("interrupted") / "book"
    verify.copy_sources(folder)
    for page in [*(folder / "book").glob("*.ipynb"), *(folder / "book").glob("*.md")]:
        page.unlink()
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    title = {"cell_type": "markdown", "metadata": {}, "id": "a", "source": "# The first page"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    notebook["cells"] = [title, {**code, "id": "b", "source": CELL}]
    (folder / "book" / "index.ipynb").write_text(json.dumps(notebook))
    (folder / "book" / "page.md").write_text("# The second page\n\nIt holds $k_D$.\n")
    (folder / "book" / "_ext" / "pause.py").write_text(PAUSE)
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n  - file: book/page\n"
    )
    config = (folder / "_config.yml").read_text()
    (folder / "_config.yml").write_text(config.replace("- report", "- report\n      - pause"))
    plant(folder, 41)
    build(folder)
    return folder


def plant(folder: Path, value: int) -> None:
    (folder / "analysis" / "planted.py").write_text(f"VALUE = {value}\n")


def build(folder: Path) -> None:
    done = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def interrupt(folder: Path, sign: signal.Signals) -> subprocess.CompletedProcess:
    """Build until a page is about to be written; then stop all processes of the build."""
    with subprocess.Popen(
        COMMAND,
        cwd=folder,
        env=os.environ | {"PAUSE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            for line in child.stdout:
                if line.startswith("writing"):
                    break
            os.killpg(child.pid, sign)
            out, err = child.communicate(timeout=120)
        finally:
            child.kill()
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


def value_in(folder: Path) -> str:
    page = (folder / "_build" / "html" / "book" / "index.html").read_text()
    return re.search(r"<span></span>(\d+)\s", page)[1]


@pytest.mark.parametrize(("sign", "value"), [(signal.SIGINT, 42), (signal.SIGKILL, 43)])
def test_the_build_after_one_that_was_interrupted_is_whole(small_book, sign, value):
    plant(small_book, value)
    done = interrupt(small_book, sign)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert value_in(small_book) != str(value)
    build(small_book)
    assert value_in(small_book) == str(value)
    site = small_book / "_build" / "html"
    assert sums.read_sums((site / sums.NAME).read_text()) == sums.sums_of(site)
    assert not list(small_book.rglob(".part-*"))


def test_a_failing_cell_is_named_and_ends_the_build(small_book):
    path = small_book / "book" / "index.ipynb"
    good = path.read_text()
    path.write_text(good.replace("planted.VALUE", "1 / 0"))
    done = subprocess.run(COMMAND, cwd=small_book, capture_output=True, text=True, check=False)
    path.write_text(good)
    assert done.returncode != 0
    assert "book/index, cell 2" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr


def test_what_changes_is_built_again_while_it_is_served(small_book):
    """A new sentence stands in the page; what cannot be built is said, and ends nothing."""
    page, contents = small_book / "book" / "page.md", small_book / "_toc.yml"
    good = contents.read_text()
    with subprocess.Popen(
        [sys.executable, small_book / "book" / "_tools" / "serve.py", "0"],
        env=os.environ | {"PYTHONPATH": str(small_book / "book" / "_ext")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            address = re.search(r"http://\S+", child.stdout.readline())[0]
            page.write_text(f"{page.read_text()}\nThis sentence is new.\n")
            assert child.stdout.readline().startswith("Built again in ")
            with urllib.request.urlopen(f"{address}/book/page.html") as answer:
                assert "This sentence is new." in answer.read().decode()
            contents.write_text("format: none\n")
            assert child.stdout.readline() == "Not built again\n"
            contents.write_text(good)
            assert child.stdout.readline().startswith("Built again in ")
        finally:
            contents.write_text(good)
            child.kill()
            _, said = child.communicate()
    assert "_toc.yml" in said


EXECUTE = """
import signal
import sys
from pathlib import Path
from report.execute import NotebookError, executed
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
try:
    done = executed(str(folder / "cache"), {p.stem: p for p in folder.glob("*.ipynb")}, 60)
except NotebookError as error:
    sys.exit(str(error))
print([done[name].cells[0].outputs[0]["data"]["text/plain"] for name in sorted(done)])
"""


@pytest.mark.slow
class TestExecution:
    @pytest.fixture
    def folder(self, tmp_path):
        """Two notebooks that count how often they run."""
        for name in ("one", "two"):
            self.put(
                tmp_path, name, f"with open('{name}', 'a') as file:\n    file.write('x')\n'{name}'"
            )
        return tmp_path

    def put(self, folder, name, code):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        nbformat.write(notebook, folder / f"{name}.ipynb")

    def execute(self, folder, meanwhile=lambda child: None):
        path = os.pathsep.join([str(ROOT / "book" / "_ext"), str(ROOT)])
        with subprocess.Popen(
            [sys.executable, "-c", EXECUTE, folder],
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            try:
                meanwhile(child)
                out, err = child.communicate(timeout=120)
            finally:
                child.kill()
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    def runs(self, folder):
        return {name: len((folder / name).read_text()) for name in ("one", "two")}

    @pytest.mark.slow
    def test_a_notebook_runs_once_and_results_that_are_half_written_are_not_trusted(self, folder):
        first = self.execute(folder)
        assert first.stdout == "[\"'one'\", \"'two'\"]\n", first.stderr
        assert re.findall(r"^\[\d/2\]", first.stderr, re.M) == ["[1/2]", "[2/2]"]
        assert self.execute(folder).stdout == first.stdout
        assert self.runs(folder) == {"one": 1, "two": 1}
        for n, damage in enumerate([lambda path: path.write_text("{"), Path.unlink], 2):
            cached = (folder / "cache").rglob("*.ipynb")
            [kept] = [path for path in cached if "'one'" in path.read_text()]
            damage(kept)
            assert self.execute(folder).stdout == first.stdout
            assert self.runs(folder) == {"one": n, "two": 1}

    @pytest.mark.slow
    def test_an_interrupt_ends_every_kernel_at_once(self, folder):
        code = "import os, time\nopen('{}', 'w').write(str(os.getpid()))\ntime.sleep(600)"
        for name in ("one", "two"):
            self.put(folder, name, code.format(name))

        def stop(child):
            while not all((folder / name).is_file() for name in ("one", "two")):
                assert child.poll() is None
                time.sleep(0.1)
            child.send_signal(signal.SIGINT)

        done = self.execute(folder, stop)
        assert done.returncode != 0
        assert "KeyboardInterrupt" in done.stderr
        for name in ("one", "two"):
            assert not psutil.pid_exists(int((folder / name).read_text()))
        assert not list((folder / "cache").rglob("*.ipynb"))

    @pytest.mark.slow
    def test_what_is_no_notebook_and_a_kernel_that_dies_are_named(self, folder):
        self.put(folder, "two", "import os\nos.kill(os.getpid(), 9)")
        assert "two, cell 1: DeadKernelError" in self.execute(folder).stderr
        (folder / "two.ipynb").write_text("{")
        done = self.execute(folder)
        assert "two cannot be read" in done.stderr
        assert done.returncode == 1


class TestDate:
    @pytest.fixture
    def noted(self, monkeypatch, tmp_path):
        monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        monkeypatch.setattr(dated, "NOTED", tmp_path / "committed.txt")
        return dated.NOTED

    @checkout
    def test_a_checkout_asks_git(self, noted):
        noted.write_text("$Format:%ct$\n")
        dated.date_by_commit()
        asked = ["git", "-C", str(Path(dated.__file__).parent), "log", "-1", "--format=%ct"]
        assert os.environ["SOURCE_DATE_EPOCH"] == subprocess.check_output(asked, text=True).strip()

    def test_an_archive_knows_its_commit(self, noted):
        noted.write_text("1234567890\n")
        dated.date_by_commit()
        assert os.environ["SOURCE_DATE_EPOCH"] == "1234567890"

    def test_what_is_set_already_is_kept(self, noted, monkeypatch):
        noted.write_text("1234567890\n")
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
        dated.date_by_commit()
        assert os.environ["SOURCE_DATE_EPOCH"] == "7"

    def test_without_git_and_archive_there_is_no_date(self, noted, monkeypatch):
        monkeypatch.setattr(dated, "HERE", Path("/"))
        dated.date_by_commit()
        assert "SOURCE_DATE_EPOCH" not in os.environ

    @checkout
    def test_git_writes_the_date_into_an_archive(self):
        name = dated.NOTED.relative_to(ROOT).as_posix()
        attributes = (ROOT / ".gitattributes").read_text()
        assert f"{name} export-subst" in attributes
        assert dated.NOTED.read_text() == "$Format:%ct$\n"


class TestOtherwise:
    @pytest.mark.parametrize("used", ["C.UTF-8", "tr_TR.UTF-8", "tr_TR.utf8", "C", "en_US.UTF-8"])
    def test_the_other_locale_is_another(self, monkeypatch, used):
        monkeypatch.setenv("LC_ALL", used)
        found = verify.other_locale()
        assert found.lower().replace("-", "") != used.lower().replace("-", "")

    def test_where_all_must_be_there_it_is_another_language_and_year(self, monkeypatch):
        if os.environ.get("REQUIRE_BROWSER") != "1":
            pytest.skip("here a build is tried otherwise as far as the machine lets")
        monkeypatch.setenv("LC_ALL", "C.UTF-8")
        assert not verify.other_locale().startswith("C")
        before, words = verify.otherwise()
        assert "in 400 days" in words
        year = subprocess.check_output([*before, "date", "+%Y"], text=True)
        assert int(year) > time.localtime().tm_year
