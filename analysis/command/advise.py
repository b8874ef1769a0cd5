"""Where a run stands, and how small a model of its loss could be: `python -m analysis`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from analysis.advice import advise, as_json, as_table, load_models
from analysis.fit.law_files import Ranges, read_law
from analysis.internal.counts import parse_count
from analysis.internal.terminal import Parser, say
from analysis.laws import PUBLISHED, LawEnsemble, OuterPowerLaw, ParametricLaw
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
Give the run by --N and --D, by either and --compute, or by --N and --loss; or ask for the
compute-optimal run with one of the four alone. Numbers are read as people write them:
7B, 1.4T, 4e22, 7 billion tokens, 3 x 10^23 FLOP, 460 PF-days.

With a table of training runs of your own: python -m analysis fit RUNS (--help says more).

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
        "--model", metavar="NAME", help="the run of a released model, such as Llama-2 7B"
    )
    made.add_argument(
        "--law",
        metavar="LAW",
        default=REFIT,
        help="the law to ask, see below; a file that `fit --law-out` wrote; or E,A,B,alpha,beta "
        "(default: refit, the only one with 95 %% bands)",
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
    try:
        law, ensemble, seen = law_named(options.law)
        counts = {
            name: parse_count(text, name, zero=name == "serve")
            for name in COUNTS
            if (text := getattr(options, name)) is not None
        }
        if options.model is not None:
            counts = model_run(options.model, counts)
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
    say(shown(answer, options.law, seen))
    return 0


def law_named(name: str) -> tuple[ParametricLaw, LawEnsemble | None, Ranges | None]:
    """Return a law, its resamples if there are any, and the ranges of its runs if it has its own.

    Raises
    ------
    ValueError
        If there is no such law, and no such file.
    """
    if name == REFIT:
        return *recorded_refit(), None
    if name in PUBLISHED:
        return PUBLISHED[name].law, None, None
    if "," in name:
        return own_constants(name), None, {}
    if not name.endswith(".json"):
        known = ", ".join(LAWS)
        raise ValueError(
            f"--law must be one of {known}, a file .json, or E,A,B,alpha,beta; got {name!r}"
        )
    read = read_law(name)
    return read.law, None, read.ranges


def own_constants(text: str) -> ParametricLaw:
    """Return the law of constants E,A,B,alpha,beta, with kappa as a sixth if it has one."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in (5, 6):
        raise ValueError(
            f"--law must be five or six numbers E,A,B,alpha,beta[,kappa], got {text!r}"
        )
    return OuterPowerLaw(*values) if len(values) == 6 else ParametricLaw(*values)


def model_run(name: str, counts: Mapping[str, float]) -> dict[str, float]:
    """Return the parameters and tokens of a released model, with what else was given.

    Raises
    ------
    ValueError
        If there is no such model, with the nearest names; if the run is given too.
    """
    twice = [flag for flag in ("N", "D", "compute", "loss") if flag in counts]
    if twice:
        raise ValueError(f"--model gives the run: leave out --{twice[0]}")
    models = load_models().set_index("name")
    known = {key(one): one for one in models.index}
    if key(name) not in known:
        near = get_close_matches(key(name), known, n=3, cutoff=0.4)
        some = ", ".join(known[one] for one in near) or ", ".join(list(models.index)[:3])
        raise ValueError(f"--model must be a model of the table, such as {some}; got {name!r}")
    run = models.loc[known[key(name)]]
    return {**counts, "N": float(run["N"]), "D": float(run["D"])}


def key(name: str) -> str:
    """Return a model's name with letters and digits alone."""
    return re.sub("[^a-z0-9]", "", name.lower())
