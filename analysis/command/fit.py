"""What a table of runs says: `python -m analysis fit RUNS`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.advice import (
    answer_runs,
    next_runs,
    own_as_csv,
    own_as_json,
    own_as_table,
)
from analysis.fit import read_table
from analysis.fit.law_files import write_law
from analysis.fit.tables import KEEPS, PERPLEXITY, UNITS
from analysis.internal.counts import parse_count
from analysis.internal.terminal import Parser, say

FORMATS = {"table": own_as_table, "json": own_as_json, "csv": own_as_csv}
EPILOG = """\
RUNS has a row for each training run and a header: CSV, TSV, JSON, JSON lines or Parquet. Columns
are found by their names (params, tokens, flops, val_loss, ...), and numbers may be written 1.3B,
300e9 or 1,000. Rows that cannot be fitted are named with the reason; the file is never written to.

  python -m analysis fit runs.csv
  python -m analysis fit sweep.csv --where data=fineweb --columns N=params D=tokens loss=val_loss
  python -m analysis fit runs.csv --group run --compute 1e22 --next 3 --budget 1e20
"""


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser(
        "analysis fit",
        prog="python -m analysis fit",
        description="Fit a table of training runs: the law, what a smaller model costs, how sure.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("runs", metavar="RUNS", help="the table, or - for standard input; goes first")
    pairs: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    add("--columns", metavar="ROLE=COLUMN", **pairs, help="the column of N, D, C, loss or group;"
        " N=params:M is in millions")  # fmt: skip
    add("--where", metavar="COLUMN=TEXT", **pairs, help="read only rows with this text")
    add("--group", metavar="COLUMN", help="rows of one text share an error: a run's checkpoints")
    add("--loss-unit", choices=(*UNITS, PERPLEXITY), default="nats", help="(default: nats a token)")
    add("--bytes-per-token", metavar="NUMBER", help="by which a loss a byte is multiplied")
    add("--flop-per-token", metavar="NUMBER", help="FLOP a parameter and token, to tell D or N"
        " from C (default: 6)")  # fmt: skip
    add("--best-of", metavar="COLUMN", help="of rows with one N and D keep the best of this column")
    add("--keep", choices=KEEPS, nargs="+", default=(), help="keep what is left out otherwise")
    add("--embeddings", metavar="COLUMN", help="parameters of the embedding, which N counts")
    add("--vocabulary", metavar="NUMBER", help="the same as a product, with --width")
    add("--width", metavar="NUMBER or COLUMN", help="the width of the models")
    add("--compute", metavar="FLOP", action="append", default=[], help="say the optimum of it")
    add("--next", metavar="K", type=int, help="the K runs to add, within --budget")
    add("--budget", metavar="FLOP", help="what the next runs may cost in all")
    add("--resamples", metavar="N", type=int, default=0, help="intervals by so many resamples")
    add("--checkpoint", metavar="FILE", help="keep the resamples, and go on from them")
    add("--format", choices=tuple(FORMATS), default="table", help="(default: table)")
    add("--report", metavar="FILE.html", help="write a page with the pictures")
    add("--law-out", metavar="FILE.json", help="write the law, for --law of the other command")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the answer; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        outputs = [options.report, options.law_out, options.checkpoint]
        _check_outputs(options.runs, [name for name in outputs if name is not None])
        if options.law_out is not None and not options.law_out.endswith(".json"):
            raise ValueError(f"--law-out must be a file .json, got {options.law_out!r}")
        columns = _pairs("columns", options.columns)
        columns |= {"group": options.group} if options.group else {}
        given = {
            name: parse_count(text, name.replace("_", "-"))
            for name in ("bytes_per_token", "flop_per_token", "vocabulary")
            if (text := getattr(options, name)) is not None
        }
        table = read_table(
            options.runs,
            columns=columns or None,
            where=_pairs("where", options.where) or None,
            loss_unit=options.loss_unit,
            best_of=options.best_of,
            keep=tuple(options.keep),
            embeddings=options.embeddings,
            width=options.width,
            **given,
        )
        budgets = [parse_count(text, "compute") for text in options.compute]
        if (options.next is None) != (options.budget is None):
            raise ValueError("--next and --budget go together")
        if options.checkpoint is not None and not options.resamples:
            raise ValueError("--checkpoint keeps resamples: give --resamples too")
        answer = answer_runs(
            table,
            compute=budgets,
            n_resamples=options.resamples,
            checkpoint=options.checkpoint,
        )
        plan = None
        if options.next is not None:
            plan = next_runs(answer, options.next, parse_count(options.budget, "budget"))
        if options.law_out is not None:
            write_law(options.law_out, answer.fit, table.runs, answer.band())
        if options.report is not None:
            from analysis.command.page import write_page

            write_page(options.report, answer, plan)
    except (ValueError, OSError) as error:
        print(f"analysis fit: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    say(FORMATS[options.format](answer, plan))
    return 0


def _check_outputs(runs: str, outputs: Sequence[str]) -> None:
    """Refuse to write where the runs are, where another output goes, or over a folder."""
    taken = [Path(runs).resolve()]
    for name in outputs:
        path = Path(name).resolve()
        if path in taken:
            raise ValueError(f"{name} is written to, and is RUNS or another output already")
        if path.is_dir():
            raise ValueError(f"{name} is a folder; name a file in it")
        taken.append(path)


def _pairs(name: str, texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not (key and sign and value):
            raise ValueError(
                f"--{name} takes pairs such as N=params, and RUNS goes before it; got {text!r}"
            )
        if key in found:
            raise ValueError(f"--{name} gives {key} twice")
        found[key] = value
    return found
