"""What is done to the pages once they are written, and what they are told of where they live."""

import base64
import hashlib
import re
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sphinx.errors import ConfigError

import pdf
from report import addresses, pages

PAGE = """<!DOCTYPE html>
<html lang="en"><head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1.0" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>4. The price &#8212; A book</title>
<script>let one = 1;</script>
<script src="here.js"></script>
</head><body class="b">
<article class="bd-article"><section id="price"><h1>The price</h1>
<p><em>What does it cost? <span class="math">\\(k_N\\)</span></em></p>
<button onclick="window.print()">print</button>
<a href="03_x.html#here">back</a> <a href="#price">up</a> <a href="03_x.html">page</a>
<svg><path id="m1"></path><use xlink:href="#m1"></use><g clip-path="url(#p1)"></g></svg>
</section></article>
</body></html>"""


def policy(page: str) -> dict[str, list[str]]:
    [content] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    return {rule.split()[0]: rule.split()[1:] for rule in content.split(";")}


class TestSecured:
    def test_inline_scripts_are_allowed_by_hash_and_nothing_else_is(self):
        rules = policy(pages.secured(PAGE))
        digest = base64.b64encode(hashlib.sha256(b"let one = 1;").digest()).decode()
        assert rules["default-src"] == ["'self'"]
        assert rules["script-src"] == ["'self'", f"'sha256-{digest}'"]
        assert not any("unsafe" in word for word in rules["script-src"])
        assert not any("://" in word for words in rules.values() for word in words)

    def test_the_policy_comes_before_everything_that_it_governs(self):
        page = pages.secured(PAGE)
        assert page.index("Content-Security-Policy") < page.index("<script")
        assert page.index("charset") < page.index("Content-Security-Policy")

    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="<"), min_size=1))
    def test_any_script_is_hashed_as_it_stands(self, script):
        page = pages.secured(f"<html><head></head><script>{script}</script></html>")
        expected = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert (f"'sha256-{expected}'" in page) == bool(script.strip())


class TestPage:
    def test_says_its_width_once_and_has_no_script_in_an_attribute(self):
        page = pages.mended(PAGE)
        assert page.count('name="viewport"') == 1
        assert "onclick" not in page
        assert 'data-press="window.print"' in page

    def test_tables_that_scroll_have_names_of_their_own(self):
        made = '<div class="output text_html"><div>\n<style scoped>'
        page = pages.mended(made + made + "<th></th>")
        assert 'aria-label="table 1"' in page
        assert 'aria-label="table 2"' in page
        assert "<td></td>" in page

    def test_a_link_to_it_shows_its_title_its_question_and_a_picture(self):
        page = pages.previewed(PAGE, Path("book/price.html"), "", "A book")
        assert '<meta property="og:title" content="4. The price"/>' in page
        assert 'content="What does it cost? \\(k_N\\)"' in page
        assert 'content="../_static/preview.png"' in page
        assert "og:url" not in page

    def test_with_a_public_address_the_preview_is_absolute(self):
        base = "https://example.org/book/"
        page = pages.previewed(PAGE, Path("book/price.html"), base, "A book")
        assert f'property="og:image" content="{base}_static/preview.png"' in page
        assert f'property="og:url" content="{base}book/price.html"' in page

    def test_quotes_in_a_title_do_no_harm(self):
        page = pages.previewed(PAGE.replace("The price", 'The "price"'), Path("a.html"), "", "B")
        assert 'content="4. The &quot;price&quot;"' in page


def test_a_built_site_is_finished_once(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_static" / "locales").mkdir(parents=True)
    (tmp_path / "_static" / "a.js.map").write_text("{}")
    page = tmp_path / "book" / "price.html"
    page.write_text(PAGE.replace("\\(k_N\\)", "k"))
    settings = {
        "first": "book/index.html",
        "base": "https://example.org/",
        "title": "A book",
        "store": tmp_path / "eq.json",
    }
    nowhere = pages.finish_pages(tmp_path, **settings)
    once = page.read_text()
    assert pages.finish_pages(tmp_path, **settings) == []
    assert page.read_text() == once
    assert {"_static/locales", "_static/**/*.map"} & set(nowhere) == set()
    assert len(nowhere) == len(pages.MENDINGS) - 2 + len(pages.UNUSED) - 2
    assert not (tmp_path / "_static" / "locales").exists()
    assert not (tmp_path / "_static" / "a.js.map").exists()
    assert (
        "<loc>https://example.org/book/price.html</loc>" in (tmp_path / "sitemap.xml").read_text()
    )
    assert 'href="https://example.org/book/index.html"' in (tmp_path / "404.html").read_text()


def test_without_a_public_address_there_is_no_site_map(tmp_path):
    (tmp_path / "_static").mkdir()
    pages.finish_pages(
        tmp_path, first="book/index.html", base="", title="A book", store=tmp_path / "eq.json"
    )
    assert not (tmp_path / "sitemap.xml").exists()
    assert (tmp_path / "404.html").exists()


class TestAddress:
    @pytest.mark.parametrize(
        "given",
        [
            "https://github.com/some-body/a.book.git",
            "https://github.com/some-body/a.book",
            "git@github.com:some-body/a.book.git",
            "ssh://git@github.com/some-body/a.book",
            "https://name:token@github.com/some-body/a.book.git\n",
        ],
    )
    def test_of_a_repository(self, given):
        if "token" in given:  # a secret is never published
            assert "token" not in addresses.address(given)
        else:
            assert addresses.address(given) == "https://github.com/some-body/a.book"

    @pytest.mark.parametrize(
        "given", ["", "/srv/git/book", "file:///srv", "https://host/x", "../x"]
    )
    def test_that_a_reader_cannot_open_is_none(self, given):
        assert addresses.address(given) == ""

    def test_named_badly_is_an_error(self, monkeypatch):
        monkeypatch.setenv("BOOK_REPOSITORY_URL", "somewhere")
        with pytest.raises(ConfigError, match=r"BOOK_REPOSITORY_URL .* got 'somewhere'"):
            addresses.repository()
        monkeypatch.setenv("BOOK_BASE_URL", "example.org")
        with pytest.raises(ConfigError, match=r"BOOK_BASE_URL .* got 'example\.org'"):
            addresses.base_url()

    def test_of_the_site_ends_in_one_slash(self, monkeypatch):
        monkeypatch.setenv("BOOK_BASE_URL", "https://example.org/book//")
        assert addresses.base_url() == "https://example.org/book/"
        monkeypatch.delenv("BOOK_BASE_URL")
        assert addresses.base_url() == ""

    def test_of_a_repository_gives_buttons(self):
        config = types.SimpleNamespace(html_theme_options={"kept": 1})
        addresses.open_elsewhere(config, "https://github.com/some-body/book")
        options = config.html_theme_options
        assert options["kept"] == 1
        assert options["repository_url"] == "https://github.com/some-body/book"
        assert set(options["launch_buttons"]) >= {"binderhub_url", "colab_url"}


class TestArticle:
    def test_anchors_carry_the_name_of_their_page(self):
        text = pdf.article(PAGE, "price", {"03_x", "price"})
        assert 'id="price"' in text
        assert 'id="price--price"' in text
        assert 'href="#price--price"' in text
        assert 'href="#03_x--here"' in text
        assert 'href="#03_x"' in text
        assert 'xlink:href="#price--m1"' in text
        assert "url(#price--p1)" in text

    def test_links_out_of_the_book_lead_nowhere(self):
        text = pdf.article(PAGE, "price", {"price"})
        assert "03_x" not in text

    def test_a_page_without_an_article_is_named(self):
        with pytest.raises(ValueError, match="price: the page has no article"):
            pdf.article("<html></html>", "price", set())

    def test_it_carries_the_date_of_the_commit(self, monkeypatch):
        made = b"/CreationDate (D:20990101000000+00'00')\n/ModDate (D:20990101000000+00'00')>>"
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
        dated = pdf.dated(made)
        assert dated.count(b"D:19700101000000") == 2
        assert len(dated) == len(made)
        monkeypatch.delenv("SOURCE_DATE_EPOCH")
        assert pdf.dated(made) == made
