"""The student edition holds nothing of the pages for teachers; a fork can be made as they say."""

import functools
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from chapters import numbered_chapters

import student

ROOT = Path(__file__).resolve().parents[2]
STUDENT = ROOT / "_build" / "student"
FULL = ROOT / "_build" / "strict" / "_build" / "html"
CHAPTERS = numbered_chapters(ROOT)
SHOWN = [ROOT / "book" / "index.ipynb", *CHAPTERS]
PUNCTUATION = re.compile(r"[^\w=+*/.<>-]+")


def cells(name: str, kind: str) -> list[str]:
    notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def words(text: str) -> str:
    """The text with only its words left, so that markup does not hide it."""
    return PUNCTUATION.sub(" ", text)


@functools.cache
def text_of(path: Path) -> str:
    """What a person can read in a file: a page without its tags, a notebook's cells, or all."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = html.unescape(re.sub(r"<(svg|style)\b.*?</\1>|<[^>]*>", "", text, flags=re.S))
    elif path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return words(text)


@pytest.fixture(scope="module")
def edition():
    """The text of every file of the student edition that a student can read."""
    site = STUDENT / "_build" / "html"
    assert (site / "index.html").is_file(), "the student edition is missing; run: make student"
    shown = [*site.rglob("*.html"), *site.glob("*.js"), *(site / "_sources").rglob("*.*")]
    return {path: text_of(path) for path in [*shown, *(STUDENT / "notebooks").glob("*")]}


def secrets(kind: str) -> list[str]:
    """Lines of the pages for teachers that stand in no chapter."""
    chapters = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.md"))
    for path in [*CHAPTERS, ROOT / "book" / "index.ipynb", ROOT / "book" / "one_page.ipynb"]:
        for part in ("markdown", "code"):
            name = str(path.relative_to(ROOT).with_suffix(""))
            chapters += "\n".join(cells(name, part))
    for path in (ROOT / "book" / "ledger.ipynb",):
        chapters += "\n".join(cells(str(path.relative_to(ROOT).with_suffix("")), "code"))
    known, found = words(chapters), []
    for name in student.FOR_TEACHERS:
        for text in cells(name, kind):
            text = re.sub(r"\{glue:text\}`[^`]*`|\$[^$]*\$|\{\w+\}`[^`]*`", "\n", text)
            found += [words(line).strip() for line in re.split(r"\n|(?<=[.?!]) ", text)]
    return [line for line in dict.fromkeys(found) if len(line) > 25 and line not in known]


def outputs() -> list[str]:
    """What the cells of the pages for teachers print, as the full site shows it."""
    found = []
    for name in student.FOR_TEACHERS:
        page = (FULL / f"{name}.html").read_text(encoding="utf-8")
        for output in BeautifulSoup(page, "html.parser").select(".cell_output"):
            found += [words(line).strip() for line in output.get_text().splitlines()]
    return [line for line in dict.fromkeys(found) if len(line) > 12]


@pytest.mark.site
class TestStudentEdition:
    def test_lacks_the_pages_for_teachers_and_nothing_else(self):
        full = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
        left = yaml.safe_load((STUDENT / "_toc.yml").read_text(encoding="utf-8"))
        files = [
            {one["file"] for part in toc["parts"] for one in part["chapters"]}
            for toc in (full, left)
        ]
        assert files[0] - files[1] == student.FOR_TEACHERS
        for page in [left["root"], *files[1]]:
            assert (STUDENT / "_build" / "html" / f"{page}.html").is_file()
        pages = {path.name for path in (STUDENT / "notebooks").glob("*.ipynb")}
        assert {path.name for path in CHAPTERS} < pages

    @pytest.mark.parametrize("page", sorted(student.FOR_TEACHERS))
    def test_no_file_has_the_name_of_a_page_for_teachers(self, page):
        named = [
            path for path in STUDENT.rglob(f"{Path(page).name}*") if ".doctrees" not in str(path)
        ]
        named = [path for path in named if "jupyter_execute" not in str(path)]
        assert named == []

    @pytest.mark.parametrize("kind", ["markdown", "code"])
    def test_holds_no_line_of_them(self, edition, kind):
        lines = secrets(kind)
        assert len(lines) > 100
        for path, text in edition.items():
            if path.parent.name != "reference":  # what the package says itself is no secret
                assert [line for line in lines if line in text] == [], path

    def test_holds_no_output_of_them(self, edition):
        chapters = " ".join(text_of(FULL / "book" / f"{path.stem}.html") for path in SHOWN)
        lines = [line for line in outputs() if line not in chapters]
        assert len(lines) > 20
        for path, text in edition.items():
            assert [line for line in lines if line in text] == [], path

    def test_the_full_site_does_hold_them(self):
        """What the tests above look for can be found, where it is."""
        for name in student.FOR_TEACHERS:
            lines = [line for line in secrets("markdown") if line in text_of(FULL / f"{name}.html")]
            assert len(lines) > 10, name

    def test_asks_every_exercise_and_links_to_no_solution(self, edition):
        for chapter in CHAPTERS:
            name = f"book/{chapter.stem}.html"
            pages = [
                BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
                for site in (FULL, STUDENT / "_build" / "html")
            ]
            asked = [len(page.select(".admonition.exercise")) for page in pages]
            assert asked[0] == asked[1] >= 4
            linked = [len(page.select(".to-solution a")) for page in pages]
            assert linked == [asked[0], 0]


def blocks(language: str) -> list[str]:
    """The commands and the code that the page for teachers gives for a fork."""
    text = "\n\n".join(cells("book/teachers", "markdown")).split("## Make it yours")[1]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


@pytest.mark.slow
def test_a_fork_is_made_as_the_page_for_teachers_says(tmp_path):
    """The commands of the page in a fresh copy: another law, one more chapter, built."""
    fork = tmp_path / "my-book"
    for name in ("book", "analysis"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, fork / name, ignore=ignored)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, fork)
    law, chapter = blocks("python")
    clone, swap, listed = blocks("bash")
    assert "git clone" in clone
    assert "make book" in clone

    laws = fork / "analysis" / "laws.py"
    text = laws.read_text(encoding="utf-8")
    assert text.count("    }\n)\n") == 1
    laws.write_text(text.replace("    }\n)\n", f"{law}    }}\n)\n"), encoding="utf-8")
    own = Path(sys.executable).parent
    path = {"PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", "-ec", swap], cwd=fork, env=os.environ | path, check=True)
    for name in ("loss", "price"):
        for cell in json.loads((fork / "book" / f"{name}.ipynb").read_text())["cells"]:
            asked = "exercise" in cell["metadata"].get("tags", [])
            assert "mine-2026" not in "".join(cell["source"]) or not asked
            assert "de-vries-2023" not in "".join(cell["source"]) or asked
    subprocess.run([sys.executable, "-c", chapter], cwd=fork, check=True)
    subprocess.run(["sh", "-ec", listed], cwd=fork, check=True)
    toc = yaml.safe_load((fork / "_toc.yml").read_text(encoding="utf-8"))
    assert {"file": "book/15_mine"} in toc["parts"][-2]["chapters"]

    # The first page of the book and these two are enough to see the law and the chapter at work.
    few = [{"caption": "Mine", "chapters": [{"file": "book/15_mine"}]}]
    short = {"format": "jb-book", "root": "book/price", "parts": few}
    (fork / "_toc.yml").write_text(yaml.safe_dump(short), encoding="utf-8")
    build = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "--quiet"]
    inside = {k: v for k, v in os.environ.items() if k not in ("STRICT", "PYTHONPATH")}
    done = subprocess.run(build, cwd=fork, env=inside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    mine = text_of(fork / "_build" / "html" / "book" / "15_mine.html")
    price = text_of(fork / "_build" / "html" / "book" / "price.html")
    ask = "from analysis.laws import PUBLISHED; from analysis import tradeoff as t;"
    ask += "l = PUBLISHED['mine-2026'].law; print(t.compute_overhead(1/3, l.alpha, l.beta),"
    ask += "f'k_min = {t.minimum_model_scale(l.alpha, l.beta):.4f}')"
    overhead, wall = subprocess.run(
        [sys.executable, "-c", ask], cwd=fork, capture_output=True, text=True, check=True
    ).stdout.split(maxsplit=1)
    assert overhead in mine
    assert words(wall).strip() in price
