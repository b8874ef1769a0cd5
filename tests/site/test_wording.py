"""How words are set: a number keeps its unit, a proof its name, a term its meaning."""

import pytest
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document

from report.wording import GLOSSARY, SetWords, meanings

BETWEEN = "\u00a0"


class Book:
    """An environment whose glossary has these items, if it has a glossary."""

    app = None

    def __init__(self, *items):
        self.found_docs = {GLOSSARY} if items else set()
        self.glossary = nodes.section("", nodes.definition_list("", *items))

    def get_doctree(self, _name):
        return self.glossary


def item(name, *paragraphs):
    words = nodes.definition("", *(nodes.paragraph("", text) for text in paragraphs))
    return nodes.definition_list_item("", nodes.term("", name, ids=[f"term-{name}"]), words)


def page(*content, env=None):
    """A page with this content once its words are set."""
    document = new_document("page", get_default_settings(Parser))
    document.settings.env = env or Book()
    document += nodes.paragraph("", "", *content)
    SetWords(document).run()
    return document


def text(*content):
    return page(*content).astext()


@pytest.mark.parametrize(
    "said",
    ["9.2 %", "a share of 3 %", "7 billion parameters", "1e23 FLOP", "0.01 nats", "5 trillion"],
)
def test_a_line_does_not_break_between_a_number_and_its_unit(said):
    units = ("%", "billion", "FLOP", "nats", "trillion")
    [unit] = [unit for unit in units if unit in said]
    assert text(nodes.Text(said)) == said.replace(f" {unit}", BETWEEN + unit)


@pytest.mark.parametrize("said", ["some FLOP", "many billion", "5 millionaires", "2 tokens"])
def test_other_spaces_may_break(said):
    assert text(nodes.Text(said)) == said


def test_a_number_that_is_pasted_keeps_the_unit_that_follows_it():
    pasted = nodes.inline("", "1.13", classes=["pasted-text"])
    whole = page(pasted, nodes.Text(" nats are left."))
    assert whole.astext() == f"1.13{BETWEEN}nats are left."
    assert pasted["classes"] == ["pasted-text", "number"]


@pytest.mark.parametrize("kind", [nodes.literal, nodes.math])
def test_what_is_code_or_a_formula_stays_as_it_stands(kind):
    assert text(kind("", "7 billion")) == "7 billion"


def test_what_is_pasted_and_no_number_is_not_set_as_one():
    pasted = nodes.inline("", "the seven arms", classes=["pasted-text"])
    page(pasted)
    assert pasted["classes"] == ["pasted-text"]


def test_a_proof_has_its_name_set_apart():
    proof = nodes.admonition("", nodes.paragraph("", "Proof. Divide by N."), classes=["proof"] * 2)
    page(proof)
    [name] = proof.findall(nodes.emphasis)
    assert (name.astext(), name["classes"]) == ("Proof.", ["proof-word"])
    assert proof.astext() == "Proof. Divide by N."


def test_a_term_says_its_meaning_and_other_links_do_not():
    env = Book(item("loss", "What is\nleft. It is in nats."), item("size", "Parameters", "Last."))
    term, other = (
        nodes.reference("", "", nodes.inline("", "loss", classes=classes), refuri=address)
        for classes, address in (
            (["std", "std-term"], "symbols.html#term-loss"),
            (["std"], "#term-loss"),
        )
    )
    page(term, other, env=env)
    assert term["reftitle"] == "What is left"
    assert "reftitle" not in other
    assert meanings(env)["term-size"] == "Parameters Last."


def test_a_book_without_a_glossary_has_no_meanings():
    assert meanings(Book()) == {}
