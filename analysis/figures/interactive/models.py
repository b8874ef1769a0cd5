"""The released models on the plane of size and data, each to be asked, searched and sorted."""

from __future__ import annotations

import re
from typing import Annotated

import pandas as pd

from analysis.derivation import Derivation
from analysis.figures.explorer import Explorer
from analysis.figures.interactive.common import constants, laws_to_choose, made, options
from analysis.figures.models import GROUPS, plot_story
from analysis.figures.picture import show
from analysis.figures.templates import as_json, text_of
from analysis.internal.checks import flag, positive
from analysis.internal.doors import checked
from analysis.internal.kinds import array, several, table_with
from analysis.studies.chinchilla import fitted_ranges

COLUMNS = ("name", "year", "N", "D", "distilled", "source")
"""Of the table of models: what the script gets of each."""


@checked
def interactive_models(
    derivation: Derivation,
    models: Annotated[
        pd.DataFrame,
        table_with(
            name=several(str),
            year=array(positive),
            N=array(positive),
            D=array(positive),
            distilled=several(flag),
            source=several(str),
        ),
    ],
) -> Explorer:
    """Return the plane of released models, with a search, filters, laws and a table.

    Parameters
    ----------
    derivation
        As `analysis.derivation.derive` returns it; its equations become the JavaScript.
    models
        As `analysis.advice.load_models` returns them.

    Examples
    --------
    >>> from analysis.advice import load_models
    >>> from analysis.derivation import derive
    >>> "Chinchilla-70B" in interactive_models(derive(), load_models()).html
    True
    """
    laws = laws_to_choose("refit")
    largest = {name: most for name, (_, most) in fitted_ranges().items()}
    still = show(plot_story, models, laws["refit"][1], largest, size=(4.8, 5), outlined=False)
    rows = [_row(*values) for values in models[[*COLUMNS]].itertuples(index=False)]
    makers = sorted({str(row["maker"]) for row in rows})
    years = sorted({str(row["year"]) for row in rows})
    return made(
        "models",
        derivation,
        still,
        page={
            "options": options({key: name for key, (name, _) in laws.items()}),
            "makers": options(dict(zip(makers, makers, strict=True))),
            "years": options(dict(zip(years, years, strict=True))),
        },
        axes=text_of("interactive/axes.js"),
        laws=constants(laws, "A", "B", "alpha", "beta"),
        largest=as_json(largest),
        groups=as_json([(name, colour, shape) for name, (_, colour, shape) in GROUPS.items()]),
        models=as_json(rows),
    )


def _row(
    name: str, year: int, N: float, D: float, distilled: bool, source: str
) -> dict[str, object]:
    """A model as the script gets it: who says so, without the year, and its group of years."""
    maker = re.sub(r" \d{4}$", "", source.partition(",")[0])
    ends = [last for (_, last), *_ in GROUPS.values()]
    group = next((i for i, last in enumerate(ends) if year <= last), len(ends) - 1)
    found = {"name": name, "year": int(year), "N": float(N), "D": float(D), "maker": maker}
    return found | {"distilled": bool(distilled), "source": source, "group": group}
