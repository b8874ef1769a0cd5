"""The answer to a table of runs as a page that stands alone: no request, light and dark."""

from __future__ import annotations

import html
import math
from os import PathLike
from pathlib import Path

from analysis.advice import OwnAnswer, Plan, kappa_profile, own_as_table
from analysis.figures import (
    plot_kappa,
    plot_own_overhead,
    plot_own_residuals,
    plot_own_runs,
    show,
)
from analysis.figures.picture import Picture
from analysis.internal.files import write_whole

TITLE = "What these runs say about size and data"
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }}
h1 {{ font-size: 1.6rem; }}
h2 {{ font-size: 1.15rem; margin: 0 0 .3rem; }}
.pictures {{ display: grid; gap: 2rem; }}
@media (min-width: 52rem) {{ .pictures {{ grid-template-columns: 1fr 1fr; }} }}
svg {{ width: 100%; height: auto; }}
pre {{ overflow-x: auto; padding: .8rem; border: 1px solid #8888; border-radius: .3rem; }}
a {{ color: inherit; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{first}</p>
<section class="pictures" aria-label="Pictures">
{pictures}
</section>
<h2>The whole answer</h2>
<pre tabindex="0" aria-label="The whole answer">{answer}</pre>
</main>
</body>
</html>
"""


def write_page(path: str | PathLike[str], answer: OwnAnswer, plan: Plan | None) -> None:
    """Write the page; the file is whole or as it was."""
    write_whole(Path(path), page(answer, plan).encode())


def page(answer: OwnAnswer, plan: Plan | None) -> str:
    """Return the page."""
    pictures = {
        "The runs": show(plot_own_runs, answer, plan),
        "What a smaller model costs": show(plot_own_overhead, answer),
        "How far each run is from the law": show(plot_own_residuals, answer),
        "Which outer power the runs support": show(
            plot_kappa, {"these runs": kappa_profile(answer)}
        ),
    }
    return PAGE.format(
        title=TITLE,
        first=html.escape(_first(answer)),
        pictures="\n".join(_section(*pair) for pair in pictures.items()),
        answer=html.escape(own_as_table(answer, plan)),
    )


def _section(name: str, picture: Picture) -> str:
    return f"<section><h2>{name}</h2>{picture._repr_html_()}</section>"


def _first(answer: OwnAnswer) -> str:
    half, others = answer.exchange[0.5], answer.others[0.5]
    cost = f"{100 * half.value:.2g} %" if half.value < math.inf else "infinitely much"
    own = (
        f"[{100 * half.low:.2g}, {100 * half.high:.2g}]" if half.known else "(how sure is unknown)"
    )
    theirs = f"{100 * others.value:.2g} % [{100 * others.low:.2g}, {100 * others.high:.3g}]"
    return (
        f"By these {len(answer.table.runs)} runs a model of half the compute-optimal size costs "
        f"{cost} {own} more training compute for the same loss. In other "
        f"laboratories it costs {theirs}. Brackets hold intervals of 95 %."
    )
