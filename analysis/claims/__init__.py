"""The ledger: what a source printed, what its own statement gives, and the verdict."""

from analysis.claims.readings import Kind
from analysis.claims.report import Verdict, to_html
from analysis.claims.statements import Claim, case_of
from analysis.claims.tables import entries_that_hold
from analysis.claims.verdicts import audit, load_claims

__all__ = [
    "Claim",
    "Kind",
    "Verdict",
    "audit",
    "case_of",
    "entries_that_hold",
    "load_claims",
    "to_html",
]
