"""How a page sets its words: a number keeps its unit, a proof its name, a term its meaning."""

import re
from functools import cache

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

UNIT = re.compile(r" (?=%)|(?:(?<=\d)|^) (?=(?:million|billion|trillion|FLOP|nats)\b)")
"""A space at which a line must not break; the number before it may stand in a node of its own."""
NUMBER = re.compile(r"[−+-]?[\d.,]+(?:e[−+-]?\d+)?")
AS_IT_STANDS = (nodes.literal, nodes.math, nodes.raw, nodes.FixedTextElement)
GLOSSARY = "book/symbols"


class SetWords(SphinxPostTransform):
    """Set the words of a page once all that is pasted and referred to stands in it."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: object) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if not _as_it_stands(text):
                kept = UNIT.sub("\u00a0", text)
                if kept != text:
                    text.parent.replace(text, nodes.Text(kept))
        for pasted in self.document.findall(nodes.inline):
            if "pasted-text" in pasted["classes"] and NUMBER.fullmatch(pasted.astext()):
                pasted["classes"].append("number")
        for proof in self.document.findall(_is_proof):
            _name(proof)
        for link in self.document.findall(nodes.reference):
            if any("std-term" in one["classes"] for one in link.findall(nodes.inline)):
                link["reftitle"] = meanings(self.env).get(link.get("refuri", "").partition("#")[2])


def _as_it_stands(node: nodes.Node) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, AS_IT_STANDS):
            return True
        parent = parent.parent
    return False


def _is_proof(node: nodes.Node) -> bool:
    return isinstance(node, nodes.admonition) and node["classes"] == ["proof", "proof"]


def _name(proof: nodes.Element) -> None:
    """Set the word "Proof." apart, with which the first paragraph begins."""
    first = next(iter(proof.findall(nodes.Text)))
    word, _, rest = first.partition(" ")
    name = nodes.emphasis("", word, classes=["proof-word"])
    first.parent.replace(first, [name, nodes.Text(f" {rest}")])


@cache
def meanings(env: BuildEnvironment) -> dict[str, str]:
    """Return what each term of the glossary means, its first sentence, by the term's address."""
    if GLOSSARY not in env.found_docs:
        return {}
    items = env.get_doctree(GLOSSARY).findall(nodes.definition_list_item)
    return {
        name: " ".join(item.children[-1].astext().split()).split(". ")[0]
        for item in items
        for term in item.findall(nodes.term)
        for name in term["ids"]
    }


def setup(app: Sphinx) -> None:
    app.add_post_transform(SetWords)
