"""An exercise leads to its solution, in an edition that has one."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import is_exercise_node


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


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", link_solutions)
