"""The practitioner's question: where a run stands, how small it could be, what others chose."""

from analysis.advice.answer import Advice, Option, advise
from analysis.advice.models import (
    bands,
    beyond,
    disagreement,
    load_models,
    place_models,
    tokens_at_overhead,
)
from analysis.advice.report import as_json, as_table, extrapolations
from analysis.internal.counts import parse_count, show_count

__all__ = [
    "Advice",
    "Option",
    "advise",
    "as_json",
    "as_table",
    "bands",
    "beyond",
    "disagreement",
    "extrapolations",
    "load_models",
    "parse_count",
    "place_models",
    "show_count",
    "tokens_at_overhead",
]
