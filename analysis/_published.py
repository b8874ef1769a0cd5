"""Laws as their authors printed them: the numbers behind `analysis.laws.PUBLISHED`.

For each law its parameters (E in nats per token), the source, the place in it, and what a user
should know before relying on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from types import MappingProxyType

PRINTED: Mapping[str, tuple[dict[str, float], str, str, str]] = MappingProxyType(
    {
        "hoffmann-2022": (
            dict(E=1.69, A=406.4, B=410.7, alpha=0.34, beta=0.28),
            "Hoffmann et al. 2022, Training Compute-Optimal LLMs, arXiv:2203.15556",
            "appendix D.2 (approach 3), eq. 10",
            "Exponents printed to two digits, too few to reproduce the paper's own table A3.",
        ),
        "hoffmann-2022-unrounded": (
            dict(
                E=exp(0.5267228),
                A=exp(6.0073404),
                B=exp(6.0179186),
                alpha=0.33917084,
                beta=0.2849083,
            ),
            "Hoffmann et al. 2022, Training Compute-Optimal LLMs, arXiv:2203.15556",
            "comment after eq. 10 in the TeX source; ln E, ln A and ln B stand there",
            "The estimates before rounding, as Besiroglu et al. 2024 (v2 and its code) quote them.",
        ),
        "de-vries-2023": (
            dict(E=1.62, A=406.4, B=410.7, alpha=0.336, beta=0.283),
            "de Vries 2023, Go smol or go home",
            "section on training tokens",
            "The law behind every figure of the post. E cancels from all of them.",
        ),
        "besiroglu-2024": (
            dict(E=1.8172, A=482.01, B=2085.43, alpha=0.3478, beta=0.3658),
            "Besiroglu et al. 2024, Chinchilla Scaling: A replication attempt, arXiv:2404.10102",
            "abstract and table of estimates",
            "A refit to 240 runs read off figure 4 of Hoffmann et al. 2022.",
        ),
    }
)
