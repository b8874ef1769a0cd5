"""How verdicts are shown: as a table for a terminal, as JSON, CSV and Markdown, and on a page."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from analysis.claims.digits import figure
from analysis.claims.readings import Kind
from analysis.claims.statements import Claim
from analysis.internal.display import Shown
from analysis.internal.terminal import aligned

UNITS = {
    "1e9 parameters": "billion parameters",
    "1e9 tokens": "billion tokens",
    "1e12 tokens": "trillion tokens",
}
"""Units as a page writes them, where the ledger writes them otherwise."""


@dataclass(frozen=True)
class Verdict(Shown):
    """What became of a claim.

    Attributes
    ----------
    claim : Claim
    computed : float or None
        What the source's own statement gives at its printed inputs, in the unit of the claim; for
        a quotation, what the original prints; where the row that it stands in is off, what its
        table's other rows give. None if nothing gives it.
    law : str
        What the statement rests on: a key of `analysis.laws.PUBLISHED`, or a formula.
    kind : Kind
        The verdict.
    explanation : str
        For a reader: which reading gives the printed digits, with its numbers.
    """

    claim: Claim
    computed: float | None
    law: str
    kind: Kind
    explanation: str


def to_html(verdicts: Iterable[Verdict], *, compact: bool = False) -> str:
    """Return the verdicts as an HTML table for a page, a row each; nothing is cut off.

    Each row has the id `claim-<id of the claim>`, and a claim that quotes another links to its row.

    Parameters
    ----------
    verdicts
        As `analysis.claims.audit` returns them.
    compact
        Leave out what the quantity is, where it is printed and why the verdict holds: for hundreds
        of alike claims, such as the cells of a heat map.
    """
    head = "".join(f"<th>{name}</th>" for name in ("claim", "printed", "computed", "verdict"))
    rows = "".join(_html_row(verdict, compact) for verdict in verdicts)
    name = "ledger compact" if compact else "ledger"
    return f'<table class="{name}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _html_row(verdict: Verdict, compact: bool) -> str:
    claim = verdict.claim
    key = html.escape(claim.id)
    what, why = f'<small class="claim-id">{key}</small>', ""
    if not compact:
        lines = [
            html.escape(claim.quantity),
            f"<code>{_linked(claim.given, claim)}</code>" if claim.given else "",
            f"<small>{html.escape(claim.locator)}</small>",
            f"<small>{html.escape(claim.note)}</small>" if claim.note else "",
        ]
        what = "<br>".join([*filter(None, lines), what])
        why = f"<br>{_linked(verdict.explanation, claim)}"
    printed = _html_number(claim.printed, claim.unit)
    computed = "–"
    if verdict.computed is not None:
        computed = _html_number(figure(verdict.computed, claim.printed), claim.unit)
    law = "" if compact else f"<br><small>{html.escape(verdict.law)}</small>"
    return (
        f'<tr id="claim-{key}"><td class="claim">{what}</td>'
        f'<td class="printed">{printed}</td><td class="computed">{computed}{law}</td>'
        f'<td class="verdict"><strong data-verdict="{verdict.kind}">{verdict.kind}</strong>'
        f"{why}</td></tr>"
    )


def _linked(text: str, claim: Claim) -> str:
    """The text for a page, with the id that the claim quotes as a link to that claim's row."""
    quoted = re.search(r"(?:^| )of=(\S+)", claim.given)
    if not quoted:
        return html.escape(text)
    key = html.escape(quoted[1])
    return html.escape(text).replace(key, f'<a href="#claim-{key}">{key}</a>')


def _html_number(digits: str, unit: str) -> str:
    """Digits and a unit for a page, the digits as they are but for the power of ten."""
    number = re.sub(r"e\+?(-?\d+)$", r"·10<sup>\1</sup>", digits.lower()).replace("-", "−")
    unit = html.escape(UNITS.get(unit, unit))
    return f"<b>{number}</b> {unit}" if unit else f"<b>{number}</b>"


def _records(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Each verdict as one flat row."""
    return [
        {
            **asdict(verdict.claim),
            "computed": verdict.computed,
            "law": verdict.law,
            "verdict": str(verdict.kind),
            "explanation": verdict.explanation,
        }
        for verdict in verdicts
    ]


def _short(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}g}"


def as_json(verdicts: Sequence[Verdict]) -> str:
    """A list of objects, one a claim."""
    return json.dumps(_records(verdicts), indent=2, ensure_ascii=False)


def as_csv(verdicts: Sequence[Verdict]) -> str:
    """The columns of a table of claims, and those of the verdict; `load_claims` reads it back."""
    columns = [field.name for field in fields(Claim)]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [*columns, "computed", "law", "verdict", "explanation"], lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(_records(verdicts))
    return text.getvalue().rstrip("\n")


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """A Markdown table with the explanations."""
    columns = ("id", "given", "printed", "computed", "unit", "verdict", "explanation")
    rows = [columns, ("---",) * len(columns)]
    for record in _records(verdicts):
        record["computed"] = _short(record["computed"], 5)
        rows.append(tuple(str(record[column]).replace("|", r"\|") for column in columns))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def as_table(verdicts: Sequence[Verdict]) -> str:
    """Columns for a terminal, and how many claims have each verdict."""
    columns = ("id", "printed", "computed", "unit", "law", "verdict")
    rows: list[tuple[str, ...]] = [columns]
    for record in _records(verdicts):
        record["computed"] = _short(record["computed"], 6)
        rows.append(tuple(str(record[column]) for column in columns))
    lines = aligned(rows)
    counts = Counter(verdict.kind for verdict in verdicts)
    summary = [f"{counts[kind]:4d}  {kind}" for kind in Kind if counts[kind]]
    return "\n".join([*lines, "", *summary])


FORMATS = {"table": as_table, "json": as_json, "csv": as_csv, "markdown": as_markdown}
"""What `python -m analysis.claims --format` offers."""
