"""What a reader can check: the sums of the site, its licences, its words, and what is not in it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import offline
from differences import compare
from report import sums

ROOT = Path(__file__).resolve().parents[2]
PROSE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "analysis", "tests", "book", "benchmarks")
NEVER = {
    "a path of a machine": r"(?<![\w.])/(?:home|root|Users|tmp|work|private|var/folders)/[\w.-]+/",
    "a Windows path": r"\b[A-Z]:\\\\?(?:Users|Windows)",
    "an e-mail address": r"\b[\w.+-]+@(?!v?\d)[\w-]+\.(?:[a-z]{2,})\b",
    "a private key": r"BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY",
    "a token": r"\b(?:ghp_|gho_|github_pat_|AKIA|xox[bp]-|sk-)[A-Za-z0-9_]{16,}",
}


def readable(site: Path) -> list[Path]:
    kinds = {".html", ".js", ".css", ".ipynb", ".md", ".txt", ".xml", ".svg", ".inv", ".json"}
    return [path for path in sorted(site.rglob("*")) if path.is_file() and path.suffix in kinds]


class TestSite:
    def test_its_sums_are_those_of_its_files(self, site):
        listed = sums.read_sums((site / sums.NAME).read_text(encoding="utf-8"))
        assert listed == sums.sums_of(site)
        assert "index.html" in listed
        assert len(listed) > 60
        assert not (site / sums.MEMORY).exists()

    @pytest.mark.parametrize("what", NEVER)
    def test_it_holds_nothing_of_a_machine_or_a_person(self, site, what):
        files = readable(site)
        assert len(files) > 50
        for path in files:
            text = path.read_text(encoding="utf-8", errors="replace")
            found = [m[0] for m in re.finditer(NEVER[what], text)]
            if path.suffix in (".js", ".css") and "assets" not in path.name:
                found = [one for one in found if "@" not in one]  # authors of other people's code
            assert found == [], path.relative_to(site)

    def test_what_must_not_be_is_noticed(self):
        planted = {
            "a path of a machine": "in /home/somebody/book/x",
            "a Windows path": r"C:\Users\somebody",
            "an e-mail address": "write to somebody@example.org",
            "a private key": "-----BEGIN PRIVATE KEY-----",
            "a token": "ghp_0123456789abcdefghij",
        }
        assert all(re.search(NEVER[what], text) for what, text in planted.items())


class TestSums:
    PAGE = "<html><body><main id='m'><p>one</p><p class='x'>{}</p></main></body></html>"

    def site(self, folder: Path, word: str) -> Path:
        (folder / "book").mkdir(parents=True)
        (folder / "book" / "page.html").write_text(self.PAGE.format(word))
        (folder / "data.csv").write_text("a,b\n1,2\n")
        sums.write_sums(folder)
        return folder

    def test_the_same_site_is_verified(self, tmp_path, capsys):
        old, new = self.site(tmp_path / "old", "two"), self.site(tmp_path / "new", "two")
        assert compare(str(old), new) == 0
        assert "all 2 files" in capsys.readouterr().out

    def test_a_difference_is_shown_as_page_element_old_and_new(self, tmp_path, capsys):
        old, new = self.site(tmp_path / "old", "two"), self.site(tmp_path / "new", "2")
        assert compare(str(old), new) == 1
        assert (
            'book/page.html: /html[1]/body[1]/main#m/p[2]: old <p class="x">two</p> '
            'new <p class="x">2</p>' in capsys.readouterr().out
        )

    def test_files_that_came_went_or_changed_are_named(self, tmp_path, capsys):
        old, new = self.site(tmp_path / "old", "two"), self.site(tmp_path / "new", "two")
        (new / "data.csv").write_text("a,b\n1,3\n")
        (new / "more.txt").write_text("more")
        (new / "book" / "page.html").unlink()
        assert compare(str(old), new) == 1
        told = capsys.readouterr().out
        assert "book/page.html: published, but not built again" in told
        assert "more.txt: built again, but not published" in told
        assert "data.csv: byte 6: old 'a,b\\n1,2\\n' new 'a,b\\n1,3\\n'" in told

    def test_a_published_file_that_was_changed_is_not_trusted(self, tmp_path, capsys):
        old, new = self.site(tmp_path / "old", "two"), self.site(tmp_path / "new", "2")
        (old / "book" / "page.html").write_text("something else")
        assert compare(str(old), new) == 1
        assert "does not have its published sum" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "text", ["", "no sum\n", f"{'0' * 64}  ../out\n", f"{'0' * 64}  /etc/x\n", "\x00"]
    )
    def test_a_list_that_is_none_is_refused(self, tmp_path, capsys, text):
        old, new = self.site(tmp_path / "old", "two"), self.site(tmp_path / "new", "two")
        (old / sums.NAME).write_text(text)
        assert compare(str(old), new) == 2
        assert sums.NAME in capsys.readouterr().err

    def test_a_site_that_is_not_there_is_said(self, tmp_path, capsys):
        new = self.site(tmp_path / "new", "two")
        assert compare(str(tmp_path / "nowhere"), new) == 2
        assert "nowhere" in capsys.readouterr().err


def test_words_are_spelled():
    command = [Path(sys.executable).with_name("typos"), "--format", "brief", *PROSE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_a_misspelled_word_is_noticed(tmp_path):
    (tmp_path / "a.md").write_text("T" + "eh model.\n")
    command = [Path(sys.executable).with_name("typos"), "--format", "brief", "a.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "`The`" in done.stdout


def test_every_licence_is_allowed():
    audit = {"__file__": str(ROOT / ".ci" / "audit.py"), "__name__": "audit"}
    exec((ROOT / ".ci" / "audit.py").read_text(encoding="utf-8"), audit)
    assert len(audit["locked"]()) > 150
    assert audit["refused"]() == {}


def test_actions_are_pinned_and_do_what_ci_does():
    text = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)
    jobs = yaml.safe_load(text)["jobs"]
    parts = {"style", "tests", "book", "verify"}
    for part in parts:
        assert {"run": f"bash .ci/run {part}"} in jobs[part]["steps"]
        assert f"    {part}) make " in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert set(jobs["pass"]["needs"]) == parts
    assert jobs["publish"]["needs"] == "pass"


def test_the_version_stands_in_one_place():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [version] = re.findall(r'^version = "([\d.]+)"$', project, re.M)
    assert f"## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert not re.findall(r"^version: (?!" + re.escape(version) + ")", cited, re.M)


def test_hooks_run_what_the_lock_has():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in hooks["repos"]] == ["local"]
    names = {hook["id"] for hook in hooks["repos"][0]["hooks"]}
    assert names == {"ruff", "ruff-format", "mypy", "nbstripout"}
    lock = (ROOT / "requirements-test.txt").read_text(encoding="utf-8")
    for tool in ("ruff", "mypy", "nbstripout", "pre-commit"):
        assert re.search(rf"^{tool}==", lock, re.M)


@pytest.mark.skipif(not offline.possible(), reason="no process may have a network of its own here")
def test_without_a_network_there_is_loopback_and_nothing_else():
    ask = (
        "import socket; s = socket.create_server(('127.0.0.1', 0));"
        "socket.create_connection(s.getsockname()); print('loopback')\n"
        "try: socket.create_connection(('192.0.2.1', 80))\n"
        "except OSError: print('nothing else')"
    )
    command = [sys.executable, offline.__file__, sys.executable, "-c", ask]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["loopback", "nothing else"]
