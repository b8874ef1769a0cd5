"""The practitioner's question: where a run stands, how small it could be, what others chose."""

from analysis.advice.answer import Advice, Option, advise
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
from analysis.advice.report import as_json, as_table, extrapolations
from analysis.advice.resampled import Resampled
from analysis.internal.counts import parse_count, show_count

__all__ = [
    "Advice",
    "Estimate",
    "Option",
    "OwnAnswer",
    "Plan",
    "Resampled",
    "advise",
    "answer_runs",
    "as_json",
    "as_table",
    "bands",
    "beyond",
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
    "place_models",
    "show_count",
    "tokens_at_overhead",
]
