"""The sources of the book keep the rules of the house: short cells, stored without outputs, and
every number in the prose injected from a cell."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from analysis.claims import load_claims
from analysis.figures import fit as figures_fit
from analysis.figures import lab as figures_lab
from analysis.figures import law as figures
from analysis.figures import models as figures_models
from analysis.figures import theorem as figures_theorem

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
PAGES = [*NOTEBOOKS, *sorted(BOOK.glob("*.md"))]
pytestmark = pytest.mark.filterwarnings("error")


def cells(path: Path, kind: str) -> list[dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def prose(path: Path) -> str:
    """The text that a reader reads: no code, mathematics, directives' options, roles or links."""
    if path.suffix == ".ipynb":
        text = "\n\n".join(source(cell) for cell in cells(path, "markdown"))
    else:
        text = path.read_text(encoding="utf-8")
    for hidden in (
        r"```\{(?:glue:math|bibliography)\}.*?```",  # equations and references made elsewhere
        r"^\([\w-]+\)=$",  # anchors
        r"^:\w+:.*$",  # options of directives
        r"^```(?:bash|python)$.*?^```$",  # commands and code
        r"^```.*$",  # their fences
        r"\$\$.*?\$\$(?: \([\w-]+\))?",
        r"\$[^$]+\$",
        r"\{[\w:]+\}`[^`]*`",  # roles: citations, references, glued values
        r"``?[^`]+``?",
        r"^    .*$",  # literal blocks
    ):
        text = re.sub(hidden, " ", text, flags=re.S | re.M if ".*?" in hidden else re.M)
    return text


ALLOWED = (
    r"[Cc]hapters? \d+(?: to \d+)?",
    r"appendix [A-Z]\.\d+",
    r"equation [A-Z]\.\d+",
    r"tables? [A-Z]?\d+",
    r"A3",
    r"\d+(?:\.\d+)?B\b",  # the names of models and rows: 7B, 67B
    r"figure \d+",
    r"95 %|level of 90 %",  # the level of an interval
    r"100 % overhead",  # the definition of a point, not a result
    r"^\d\. ",  # the numbers of a list
    r"\*\*\d\.|[Ee]xam \d|[Qq]uestions? \d",  # the numbers of exam questions
    r"20 % more",  # what Kaplan et al. say
    r'"roughly 550"',
    r"around 30 %",
    r"at 40 %",  # what the post says, and where
    r"\b2 nats",  # the givens of exercises
    r"8 billion parameters",
    r"15 trillion tokens",
    r"C4\b|Approach 3",
    r"not at 67 but at 70 billion",
    r"last two digits of 21\.0",
    # What Gadre et al. say of their own experiment, and what they report.
    r"104 models",
    r"640 tokens",
    r"[Aa]t 35 %",
    r"17 tasks|17 of the 46|17 of the",
    r"(?:all )?46 tasks|of the 46|all 46",
    r"smallest size at 320",
    r"\b0\.7 %",
    r'"300x less compute"',
    r"December 2023|are from 2024",
    r"90 % intervals",
    r"\b0\.3 %|0\.1 nats|loss of 2\.8",  # the givens of an exercise
    r"0\.03 nats",
    r"1\.2 orders of magnitude|0\.7 orders",  # what Epoch AI say
    # What is left of the names of models, once their sizes are taken away, and their years.
    r"GPT-3\b|Llama-3\b|Llama 3\b|Qwen3\b|4E1T|DeepSeek-V3",
    r"of 202[345]\b",
)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_number_in_prose_is_glued(path):
    text = prose(path)
    for allowed in ALLOWED:
        text = re.sub(allowed, " ", text, flags=re.M)
    typed = [line.strip() for line in text.splitlines() if re.search(r"\d", line)]
    assert not typed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
class TestNotebook:
    def test_is_stored_without_outputs(self, path):
        for cell in cells(path, "code"):
            assert cell["outputs"] == []
            assert cell["execution_count"] is None

    def test_has_short_cells(self, path):
        for cell in cells(path, "code"):
            lines = source(cell).splitlines()
            assert len(lines) <= 12, lines[0]
            if "remove-cell" not in tags(cell):
                assert max(map(len, lines)) <= 76, max(lines, key=len)

    def test_defines_no_function_or_class(self, path):
        for cell in cells(path, "code"):
            for node in ast.walk(ast.parse(source(cell))):
                assert not isinstance(node, ast.FunctionDef | ast.ClassDef)

    def test_is_written_for_any_machine(self, path):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
        assert "sys.path" not in path.read_text(encoding="utf-8")

    def test_shows_only_pictures_with_alt_text(self, path):
        code = "\n".join(source(cell) for cell in cells(path, "code"))
        text = "\n".join(source(cell) for cell in cells(path, "markdown"))
        shown = set(re.findall(r"figures\w*\.(plot_\w+)", code))
        glued = set(re.findall(r"\{glue:figure\} (\w+)", text))
        assert len(glued) >= len(shown)
        assert glued == set(re.findall(r'glue\("(fig_\w+)"', code))
        assert "plt." not in code
        for directive in re.findall(r"```\{glue:figure\}.*?```", text, flags=re.S):
            caption = directive.splitlines()[3:-1]
            assert len(" ".join(caption)) > 40

    def test_uses_every_glued_value(self, path):
        code = "\n".join(source(cell) for cell in cells(path, "code"))
        text = "\n".join(source(cell) for cell in cells(path, "markdown"))
        used = set(re.findall(r"\{glue:(?:text|figure|math)\}[` ](\w+)", text))
        assert used, path.name
        literal = set(re.findall(r'glue\(\s*"(\w+)"', code))
        assert literal <= used


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_title_of_a_directive_breaks_its_fence(path):
    """A fence of backticks ends where its own line has one more, and shows its inside as code."""
    if path.suffix == ".ipynb":
        text = "\n\n".join(source(cell) for cell in cells(path, "markdown"))
    else:
        text = path.read_text(encoding="utf-8")
    assert not re.findall(r"^`{3,}\{[\w:-]+\}.*`.*$", text, re.M)


def test_every_figure_has_alt_text_that_says_something():
    plots = [
        getattr(module, name)
        for module in (figures, figures_fit, figures_lab, figures_models, figures_theorem)
        for name in dir(module)
        if name.startswith("plot_")
    ]
    assert plots
    for plot in plots:
        assert len(plot.alt) > 80


def contents() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *(entry["file"] for entry in chapters if "sections" not in entry)]


def test_the_table_of_contents_lists_every_page_once():
    listed = contents()
    assert sorted(listed) == sorted(f"book/{path.stem}" for path in PAGES)


def test_nothing_is_left_for_later():
    words = re.compile(r"\b(TODO|FIXME|XXX|coming soon|placeholder|lorem)\b", re.I)
    for path in [*PAGES, ROOT / "README.md", *(ROOT / "analysis").rglob("*.py")]:
        assert not words.search(path.read_text(encoding="utf-8")), path.name


def test_the_readme_gives_the_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = re.findall(r"^(?:\$ )?(make [\w-]+)", readme, flags=re.M)
    assert {"make book", "make test"} <= set(commands)
    [run_by_ci] = re.findall(r"^ *all\) make (.*) ;;$", ci, flags=re.M)
    assert {"book", "test"} <= set(run_by_ci.split())
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), flags=re.M))
    assert {command.split()[1] for command in commands} <= targets


def test_the_readme_counts_the_claims_right():
    for name in ("README.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        [count] = re.findall(r"(\d+) (?:printed )?numbers", text)
        assert int(count) == len(load_claims())


def test_the_lock_pins_every_dependency_with_hashes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = {
        "requirements.txt": [*project["project"]["dependencies"], *groups["book"]],
        "requirements-test.txt": groups["test"],
        "requirements-uv.txt": ["uv"],
    }
    pinned: dict[str, str] = {}
    for name, direct in wanted.items():
        lock = (ROOT / name).read_text(encoding="utf-8")
        own = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, flags=re.M))
        asked = {re.split(r"[><=\[]", one)[0].lower().replace("_", "-") for one in direct}
        assert asked <= own.keys(), name
        assert {one: pinned.get(one, own[one]) for one in own} == own, name
        pinned |= own
        for block in re.split(r"\n(?=[\w.-]+==)", lock)[1:]:
            assert "--hash=sha256:" in block, block.splitlines()[0]
        assert "://" not in lock, name


def test_the_package_alone_brings_little():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = {re.split(r"[><=]", one)[0] for one in project["dependencies"]}
    assert brought == {"numpy", "scipy", "sympy", "pandas", "matplotlib", "pooch", "tqdm"}
