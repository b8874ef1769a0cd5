"""The practitioner's question: where a run stands, how small it could be, what others chose."""

from analysis.advice.answer import Advice, Option, advise
from analysis.advice.content import as_csv, as_json, extrapolations
from analysis.advice.credible import CredibleLaws, credible_laws
from analysis.advice.estimates import Estimate
from analysis.advice.models import (
    bands,
    beyond,
    disagreement,
    load_models,
    place_models,
    tokens_at_overhead,
)
from analysis.advice.own import OwnAnswer, answer_runs, kappa_profile
from analysis.advice.own_report import own_as_csv, own_as_json, own_as_table
from analysis.advice.plan import Plan, narrowed_by, next_runs
from analysis.advice.readings import Reading, Readings, read_budget
from analysis.advice.regret import Choice, choose_size
from analysis.advice.report import as_comparison, as_table
from analysis.advice.resampled import Resampled
from analysis.internal.counts import parse_count, parse_size, show_count

__all__ = [
    "Advice",
    "Choice",
    "CredibleLaws",
    "Estimate",
    "Option",
    "OwnAnswer",
    "Plan",
    "Reading",
    "Readings",
    "Resampled",
    "advise",
    "answer_runs",
    "as_comparison",
    "as_csv",
    "as_json",
    "as_table",
    "bands",
    "beyond",
    "choose_size",
    "credible_laws",
    "disagreement",
    "extrapolations",
    "kappa_profile",
    "load_models",
    "narrowed_by",
    "next_runs",
    "own_as_csv",
    "own_as_json",
    "own_as_table",
    "parse_count",
    "parse_size",
    "place_models",
    "read_budget",
    "show_count",
    "tokens_at_overhead",
]
