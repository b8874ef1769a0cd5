"""The derivation of k_D in SymPy, step by step, and a certificate of every step."""

from analysis.derivation.certificates import CertificateError, certify, hold, is_zero
from analysis.derivation.printing import latex
from analysis.derivation.steps import (
    A,
    B,
    C,
    D_opt,
    Derivation,
    G,
    N_opt,
    T,
    alpha,
    beta,
    cancel_in_logs,
    derive,
    k_D,
    lagrange,
    log_of,
    m,
    x,
)

__all__ = [
    "A",
    "B",
    "C",
    "CertificateError",
    "D_opt",
    "Derivation",
    "G",
    "N_opt",
    "T",
    "alpha",
    "beta",
    "cancel_in_logs",
    "certify",
    "derive",
    "hold",
    "is_zero",
    "k_D",
    "lagrange",
    "latex",
    "log_of",
    "m",
    "x",
]
