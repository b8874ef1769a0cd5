"""How small should my model be? Answered on the command line.

    python -m analysis --N 7B --D 1.4T
    python -m analysis --compute 4e22 --serve 10T
    python -m analysis --loss 2.0 --N 3B --format json

Exit status: 0 with an answer, 2 if there is none, with one line on standard error that says why.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from analysis.advice import advise, as_json, as_table
from analysis.internal.counts import parse_count
from analysis.internal.terminal import Parser, say
from analysis.laws import PUBLISHED
from analysis.studies.chinchilla import recorded_refit

REFIT = "refit"
COUNTS = {
    "N": "parameters of the run",
    "D": "training tokens of the run",
    "compute": "training compute in FLOP, 6 N D",
    "loss": "loss to reach, nats per token",
    "serve": "tokens that the model will serve in its life",
    "price": "price of a FLOP of serving in FLOP of training (default: 1)",
}
LAWS = {REFIT: "the book's own fit to the runs of Hoffmann et al."}
LAWS |= {name: f"{entry.source}\n      {entry.locator}" for name, entry in PUBLISHED.items()}
EPILOG = """\
Give the run by --N and --D, --N and --compute, or --N and --loss; or ask for the compute-optimal
run with --compute or --loss alone. Numbers may end in K, M, B or T: 7B, 1.4T, 4e22.

The laws give the loss as L = E + A/N^alpha + B/D^beta:
"""


def parser() -> Parser:
    """Return the parser of the command line."""
    made = Parser(
        "analysis",
        prog="python -m analysis",
        description="Where a training run stands against the cheapest run of the same loss.",
        epilog=EPILOG + "\n".join(f"  {name}\n      {text}" for name, text in LAWS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, text in COUNTS.items():
        made.add_argument(f"--{name}", metavar="NUMBER", help=text)
    made.add_argument(
        "--law",
        choices=tuple(LAWS),
        metavar="LAW",
        default=REFIT,
        help="the law to ask, see below (default: refit, the only one with 95 %% bands)",
    )
    made.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="a table to read, or JSON for a program (default: table)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the answer; return the exit status."""
    options = parser().parse_args(arguments)
    law, ensemble = recorded_refit() if options.law == REFIT else (PUBLISHED[options.law].law, None)
    try:
        counts = {
            name: parse_count(text, name)
            for name in COUNTS
            if (text := getattr(options, name)) is not None
        }
        use = counts.pop("serve", None)
        price = counts.pop("price", 1.0)
        answer = advise(
            law,
            **counts,
            inference_tokens=use,
            inference_cost_ratio=price,
            ensemble=ensemble,
        )
    except ValueError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    shown = {"table": as_table, "json": as_json}[options.format]
    say(shown(answer, options.law))
    return 0


if __name__ == "__main__":
    sys.exit(main())
