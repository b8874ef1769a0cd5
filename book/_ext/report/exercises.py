"""What leads to pages for teachers, in an edition that has them; a solution is folded."""

import html

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.roles import XRefRole
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import is_exercise_node, solution_node


class PageForTeachers(XRefRole):
    """A link to a page that not every edition has; in one that lacks it, the words alone."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if self.env.relfn2path(self.target, self.env.docname)[0] not in self.env.found_docs:
            return [nodes.Text(self.title)], []
        self.name = "std:doc"
        return super().run()


def link_solutions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let each exercise that has a solution in this edition link to it."""
    registry = getattr(app.env, "sphinx_exercise_registry", {})
    for exercise in doctree.findall(is_exercise_node):
        name = exercise.get("label", "").replace("ex-", "sol-", 1)
        solution = registry.get(name)
        if solution is None:
            continue
        page = app.builder.get_relative_uri(docname, solution["docname"])
        link = nodes.reference("", "Solution", internal=True, refuri=f"{page}#{name}")
        exercise += nodes.paragraph("", "", link, classes=["to-solution"])


def fold_solution(translator: HTML5Translator, node: solution_node) -> None:
    """Write a solution folded, by the browser itself; a link to it unfolds it."""
    title, section = node.children
    [exercise] = title.findall(nodes.reference)
    address = exercise.get("refuri") or f"#{exercise['refid']}"
    translator.body.append(
        f'<details class="solution admonition"><summary class="admonition-title">'
        f'{html.escape(title.astext(), quote=False)}</summary>\n<div id="{node["ids"][0]}">\n'
    )
    for child in section.children:
        child.walkabout(translator)
    translator.body.append(
        f'<p class="to-exercise"><a href="{html.escape(address)}">Back to the exercise</a></p>'
        "</div></details>\n"
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_role("for-teachers", PageForTeachers(warn_dangling=True, innernodeclass=nodes.inline))
    app.connect("doctree-resolved", link_solutions)
    app.add_node(solution_node, override=True, html=(fold_solution, None))
