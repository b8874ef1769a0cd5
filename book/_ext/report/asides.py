"""Asides: words beside the text, in the margin where there is room and folded where not."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator


class Aside(nodes.General, nodes.Element):  # type: ignore[misc]
    """A remark that the text does not need; its first child is its title."""


class AsideTitle(nodes.TextElement):  # type: ignore[misc]
    """The few words that say what an aside is about."""


class AsideDirective(SphinxDirective):
    """``{beside} Its title``, above the paragraph beside which it stands."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        words, messages = self.parse_inline(self.arguments[0])
        aside = Aside("", AsideTitle("", "", *words), *self.parse_content_to_nodes())
        return [aside, *messages]


def open_aside(translator: HTML5Translator, _node: Aside) -> None:
    # The theme clears its list of sections away while a `margin` is in view.
    translator.body.append('<aside class="margin"><details>')


def close_aside(translator: HTML5Translator, _node: Aside) -> None:
    translator.body.append("</details></aside>\n")


def open_title(translator: HTML5Translator, _node: AsideTitle) -> None:
    translator.body.append("<summary>")


def close_title(translator: HTML5Translator, _node: AsideTitle) -> None:
    translator.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    app.add_node(Aside, html=(open_aside, close_aside))
    app.add_node(AsideTitle, html=(open_title, close_title))
    app.add_directive("beside", AsideDirective)
