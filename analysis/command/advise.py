"""Where a run stands, and how small a model of its loss could be: `python -m analysis`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

import pandas as pd

from analysis.advice import (
    Advice,
    CredibleLaws,
    advise,
    as_comparison,
    as_csv,
    as_json,
    as_table,
    credible_laws,
    load_models,
)
from analysis.advice.content import json_content
from analysis.advice.doubts import STATUS
from analysis.fit.law_files import Ranges, read_law
from analysis.internal.counts import parse_bytes, parse_count, parse_size
from analysis.internal.terminal import Parser, say
from analysis.laws import PUBLISHED, LawEnsemble, OuterPowerLaw, ParametricLaw
from analysis.prices import ACCELERATORS, HOURLY, Rent
from analysis.serving import largest_model
from analysis.studies.atlas import atlas_ranges, pooled_law
from analysis.studies.chinchilla import recorded_refit

REFIT, POOLED = "refit", "pooled"
COUNTS = {
    "N": "parameters of the run; of a mixture of experts as 671B-A37B",
    "D": "training tokens of the run",
    "active": "parameters of a mixture of experts that are active for a token, beside --N",
    "compute": "training compute in FLOP, 6 N D",
    "loss": "loss to reach, nats per token",
    "serve": "tokens that the model will serve in its life",
    "spread": "factor within which --serve is known, two times in three (default: 1)",
    "price": "price of a FLOP of serving in FLOP of training (default: 1)",
    "memory": "bytes that the weights must fit into: 24 GB",
    "bytes": "bytes a parameter (default: 2)",
    "context": "tokens that a served token attends to, beside --serve",
    "hour": "price of an hour of a --gpu (default: 2)",
    "unique-tokens": "distinct tokens that there are: what is trained on beyond them are repeats",
}
NEEDS = {"spread": "serve", "context": "serve", "bytes": "memory", "hour": "gpu"}
"""What says nothing without another option."""
LAWS = {
    REFIT: "the book's own fit to the runs of Hoffmann et al.",
    POOLED: "the exchange of all public sets of runs, at the level of Hoffmann's",
}
LAWS |= {name: f"{entry.source}\n      {entry.locator}" for name, entry in PUBLISHED.items()}
EPILOG = """\
Give the run by --N and --D, by either and --compute, or by --N and --loss; or
ask for the compute-optimal run with one of the four alone. Numbers are read as
people write them: 7B, 1.4T, 4e22, 7 billion tokens, 3 x 10^23, 460 PF-days.

With a table of training runs of your own: python -m analysis fit RUNS
(--help says more).

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
        "--model",
        metavar="NAME",
        nargs="+",
        default=[],
        help='the run of a released model, such as "Llama-2 7B", or of several beside each other',
    )
    made.add_argument(
        "--gpu", choices=tuple(ACCELERATORS), help="say hours and money too, on rented machines"
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
        choices=("table", "json", "csv"),
        default="table",
        help="a table to read, JSON or CSV for a program (default: table)",
    )
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the answer; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        asked = law_named(options.law)
        law, seen = asked.law, asked.ranges
        given = {
            name: parse_bytes(text)
            if name == "memory"
            else parse_count(text, name, zero=name in ("serve", "context"))
            for name in COUNTS
            if name != "N" and (text := getattr(options, name.replace("-", "_"))) is not None
        }
        if options.N is not None:
            given["N"], active = parse_size(options.N)
            if active is not None and given.setdefault("active", active) != active:
                raise ValueError("--N names the active parameters: leave out --active")
        there = {*given, *(["gpu"] if options.gpu else [])}
        for flag, other in NEEDS.items():
            if flag in given and other not in there:
                raise ValueError(f"--{flag} says nothing without --{other}")
        questions = {name: model_run(name, given) for name in options.model} or {"run": given}
        own = law if seen == {} or options.law.endswith(".json") else None
        credible = credible_laws(own) if "serve" in given else None
        answers = {
            name: answered(law, asked.ensemble, credible, question)
            for name, question in questions.items()
        }
    except ValueError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    if asked.doubt:
        print(f"analysis: {options.law}, its fit: {asked.doubt}", file=sys.stderr)
    for name in (one for one in options.model if released(one)["distilled"]):
        print(f"analysis: {name} was distilled: the law does not speak of it", file=sys.stderr)
    rent = None if options.gpu is None else Rent(options.gpu, given.get("hour", HOURLY))
    say(shown(answers, options.law, seen, rent, options.format))
    return 0


def answered(
    law: ParametricLaw,
    ensemble: LawEnsemble | None,
    credible: CredibleLaws | None,
    given: Mapping[str, float],
) -> Advice:
    """Return the answer to a question in the words of the command line."""
    asked = {name: given[name] for name in ("N", "D", "active", "compute", "loss") if name in given}
    largest = None
    if "memory" in given:
        largest = largest_model(given["memory"], given.get("bytes", 2.0))
    return advise(
        law,
        **asked,
        inference_tokens=given.get("serve"),
        inference_spread=given.get("spread", 1.0),
        inference_cost_ratio=given.get("price", 1.0),
        largest=largest,
        unique_tokens=given.get("unique-tokens"),
        context=given.get("context"),
        ensemble=ensemble,
        credible=credible,
    )


def shown(
    answers: Mapping[str, Advice], law: str, ranges: Ranges | None, rent: Rent | None, form: str
) -> str:
    """Return answers in one of the forms; several of them beside each other."""
    if form == "csv":
        return as_csv(answers, law)
    if len(answers) == 1:
        one = {"table": as_table, "json": as_json}[form]
        return one(next(iter(answers.values())), law, ranges, rent=rent)
    if form == "table":
        return as_comparison(answers, law, ranges)
    every = {name: json_content(answer, law, ranges, rent) for name, answer in answers.items()}
    return json.dumps(every, indent=2, allow_nan=False)


class Asked(NamedTuple):
    """A law, its resamples if there are any, the ranges of its own runs, what its fit left open."""

    law: ParametricLaw
    ensemble: LawEnsemble | None = None
    ranges: Ranges | None = None
    doubt: str = ""


def law_named(name: str) -> Asked:
    """Return the law that a text names.

    Raises
    ------
    ValueError
        If there is no such law, and no such file.
    """
    if name == REFIT:
        return Asked(*recorded_refit())
    if name == POOLED:
        return Asked(pooled_law(), ranges=atlas_ranges())
    if name in PUBLISHED:
        return Asked(PUBLISHED[name].law)
    if "," in name:
        return Asked(own_constants(name), ranges={})
    if not name.endswith(".json"):
        known = ", ".join(LAWS)
        raise ValueError(
            f"--law must be one of {known}, a file .json, or E,A,B,alpha,beta; got {name!r}"
        )
    read = read_law(name)
    return Asked(read.law, ranges=read.ranges, doubt=STATUS.get(read.status, ""))


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
    twice = [flag for flag in ("N", "D", "active", "compute", "loss") if flag in counts]
    if twice:
        raise ValueError(f"--model gives the run: leave out --{twice[0]}")
    run = released(name)
    found = {**counts, "N": float(run["N"]), "D": float(run["D"])}
    return found if run["active"] == run["N"] else {**found, "active": float(run["active"])}


def released(name: str) -> pd.Series:
    """Return the row of a released model, or raise `ValueError` with the nearest names."""
    models = load_models().set_index("name")
    known = {key(one): one for one in models.index}
    if key(name) not in known:
        near = get_close_matches(key(name), known, n=3, cutoff=0.4)
        some = ", ".join(known[one] for one in near) or ", ".join(list(models.index)[:3])
        raise ValueError(f"--model must be a model of the table, such as {some}; got {name!r}")
    return models.loc[known[key(name)]]


def key(name: str) -> str:
    """Return a model's name with letters and digits alone."""
    return re.sub("[^a-z0-9]", "", name.lower())
