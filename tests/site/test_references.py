"""Labels of works: as the text cites them, each its own."""

import pytest
from pybtex.database import Entry, Person

from report.references import AuthorYearLabels, label_of


def work(*authors, year="2024", role="author"):
    return Entry("misc", {"year": year}, persons={role: [Person(name) for name in authors]})


@pytest.mark.parametrize(
    ("entry", "label"),
    [
        (work("de Vries, Harm", year="2023"), "de Vries, 2023"),
        (work("Ahn, A.", "Bell, B."), "Ahn and Bell, 2024"),
        (work("Ahn, A.", "Bell, B.", "Cox, C."), "Ahn et al., 2024"),
        (work("Ahn, A.", role="editor"), "Ahn, 2024"),
        (Entry("misc", {}), "named"),
    ],
)
def test_a_work_is_called_by_its_authors_and_its_year(entry, label):
    entry.key = "named"
    assert label_of(entry) == label


def test_a_letter_tells_works_of_the_same_year_apart():
    works = [work("Ahn, A."), work("Bell, B."), work("Ahn, A.")]
    assert list(AuthorYearLabels().format_labels(works)) == [
        *("Ahn, 2024a", "Bell, 2024", "Ahn, 2024b"),
    ]
