"""References are labelled as the text cites them, by author and year."""

from collections.abc import Iterator

from pybtex.backends.plaintext import Backend as PlainText
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as UnsortedStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.names.plain import NameStyle as PlainNames
from pybtex.style.sorting.author_year_title import SortingStyle as ByAuthor
from pybtex_docutils import Backend as Docutils
from sphinx.application import Sphinx


class AuthorYearLabels(BaseLabelStyle):  # type: ignore[misc]
    """Labels such as "Besiroglu et al., 2024"; a letter tells works of the same year apart."""

    def format_labels(self, sorted_entries: list[Entry]) -> Iterator[str]:
        labels = [label_of(entry) for entry in sorted_entries]
        for place, label in enumerate(labels):
            before = labels[:place].count(label)
            yield label + "abcdefghijklmnopqrstuvwxyz"[before] * (labels.count(label) > 1)


def label_of(entry: Entry) -> str:
    """Return the label of an entry: one author, two, or the first of several; the year."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [
        " ".join(str(part) for part in (*person.rich_prelast_names, *person.rich_last_names))
        for person in people
    ]
    authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    return ", ".join(filter(None, [authors or entry.key, entry.fields.get("year", "")]))


class AuthorYearStyle(UnsortedStyle):  # type: ignore[misc]
    """References sorted by author and year, labelled as the text cites them."""

    default_sorting_style = "author_year_title"
    default_label_style = "author_year"


ASKED = {
    "pybtex.backends": {"plaintext": PlainText, "docutils": Docutils},
    "pybtex.style.names": {"plain": PlainNames},
    "pybtex.style.sorting": {"author_year_title": ByAuthor},
}
"""Plugins that every citation asks for; to find one, all installed packages are searched."""


def setup(_app: Sphinx) -> None:
    for group, plugins in ASKED.items():
        for name, plugin in plugins.items():
            register_plugin(group, name, plugin, force=True)
    register_plugin("pybtex.style.labels", "author_year", AuthorYearLabels)
    register_plugin("pybtex.style.formatting", "author_year", AuthorYearStyle)
