"""Keys to the exercises on the numbers: chapters 5 to 7.

As in `keys_derivation`. The refit is the recorded one, so that no key needs the data.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp
from scipy.optimize import brentq

from analysis.advice import load_models
from analysis.exercises.answers import (
    INVERSE,
    OVERHEAD,
    PERCENT,
    SWAPPED_EXPONENTS,
    Formula,
    Key,
    Mistake,
    Names,
    Number,
    Numbers,
)
from analysis.laws import PUBLISHED, ParametricLaw
from analysis.serving import lifetime_cost, lifetime_saving, lifetime_scales
from analysis.studies.chinchilla import recorded_refit
from analysis.tradeoff import compute_overhead, minimum_model_scale, model_scale_for_overhead, place

LAW = PUBLISHED["de-vries-2023"].law
EXPONENTS = LAW.alpha, LAW.beta


def _refit() -> ParametricLaw:
    return recorded_refit()[0]


def same_statement() -> Names:
    """5.1: the sentences that say what an overhead of a fifth and a bit says."""
    right = {"amber", "birch", "damson", "ginkgo"}
    tokens = "One of your sentences speaks of tokens. How many does half the size need?"
    share = "One is missing: a share of the larger bill is a smaller number than one of the other."
    return Names(
        right,
        [
            Mistake(right | {"cedar"}, "One of yours takes a fraction for a percentage."),
            Mistake(right | {"elder"}, tokens),
            Mistake(right | {"fir"}, "A percentage of something is not a percentage more than it."),
            Mistake(right - {"damson"}, share),
        ],
    )


def not_saved() -> Numbers:
    """5.3: the overheads of all sizes that round to 0.46, and the size that has 24 %."""
    low, at, high = (compute_overhead(k_N, *EXPONENTS) for k_N in (0.465, 0.46, 0.455))
    wide = "Which is the first number that no longer rounds to the printed digits?"
    u = np.sqrt(2 * np.log(1.24) / sum(EXPONENTS))
    return Numbers(
        {
            "low": Number(
                low,
                [
                    Mistake(compute_overhead(0.47, *EXPONENTS), wide),
                    Mistake(at, "This is at the printed size itself. The ends are asked."),
                    Mistake(high, "Does the overhead rise or fall with the size?"),
                    Mistake(1 + low, OVERHEAD),
                ],
            ),
            "high": Number(high, [Mistake(compute_overhead(0.45, *EXPONENTS), wide)]),
            "k_N": Number(
                model_scale_for_overhead(0.24, *EXPONENTS),
                [
                    Mistake(model_scale_for_overhead(24, *EXPONENTS), PERCENT),
                    Mistake(float(np.exp(-u)), "This is the parabola's answer: not exact here."),
                    Mistake(place(LAW, 1.1e9, 236e9).k_N, "This is where the run stands."),
                ],
            ),
        }
    )


def parallel_lines() -> Formula:
    """6.1: the slope of the lines of equal overhead."""
    alpha, beta = sp.symbols("alpha beta", positive=True)
    budget = "This is a slope in the budget. The slope of ln D in ln N is asked."
    iso = "With this sign the best data would shrink as the best size grows. Do they?"
    return Formula(
        alpha / beta,
        [
            Mistake(beta / alpha, SWAPPED_EXPONENTS),
            Mistake(-alpha / beta, iso),
            Mistake(alpha / (alpha + beta), budget),
            Mistake(beta / (alpha + beta), budget),
            Mistake(sp.Integer(1), "One only if the exponents are equal."),
        ],
    )


def chinchilla() -> Numbers:
    """6.2: the size that Chinchilla's compute should have bought, by three laws."""
    N, D = 70e9, 1.4e12
    laws = {
        "printed": PUBLISHED["hoffmann-2022"].law,
        "unrounded": PUBLISHED["hoffmann-2022-unrounded"].law,
        "refit": _refit(),
    }
    loss = "This is the cheapest run of the same loss. The same compute is asked."
    six = "What does training cost for each parameter and token?"
    tokens = "These are the tokens. The size is asked."
    off = ("printed", "unrounded")  # by the refit Chinchilla is optimal: the two are the same
    return Numbers(
        {
            name: Number(
                law.compute_optimal(6 * N * D).N,
                [
                    Mistake(law.compute_optimal(N * D).N, six),
                    Mistake(law.compute_optimal(6 * N * D).D, tokens),
                    *([Mistake(place(law, N, D).optimal.N, loss)] if name in off else ()),
                ],
                digits=2,
            )
            for name, law in laws.items()
        }
    )


def family() -> Number:
    """6.3: the ratio of the marginal rates of two sizes on the same tokens, by the refit."""
    models = load_models().set_index("name")
    ratio = models.loc["Qwen3-32B", "N"] / models.loc["Qwen3-0.6B", "N"]
    refit = _refit()
    lines = "This is the ratio along the optimum, where the tokens grow with the size."
    return Number(
        ratio**refit.alpha,
        [
            Mistake(ratio**refit.beta, SWAPPED_EXPONENTS),
            Mistake(ratio**-refit.alpha, INVERSE),
            Mistake(ratio, "The sizes stand in this ratio. Which power do the rates go with?"),
            Mistake(ratio ** (refit.alpha / refit.beta), lines),
            Mistake(ratio**LAW.alpha, "Which law is asked for?"),
        ],
    )


def embeddings() -> Numbers:
    """6.5: what another count and another law do to the compute multiple of a small model."""
    model = load_models().set_index("name").loc["Qwen3-0.6B"]
    N, D, refit = model["N"], model["D"], _refit()
    counted, fewer, post = (
        place(law, size, D) for law, size in ((refit, N), (refit, 0.44e9), (LAW, N))
    )
    multiple = {p: 1 + p.overhead for p in (counted, fewer, post)}
    overheads = "The ratio of the multiples k_N k_D is asked, not that of the overheads."
    other = "Which of the two stays the same in this ratio, and which changes?"
    count, law = multiple[fewer] / multiple[counted], multiple[counted] / multiple[post]
    return Numbers(
        {
            "count": Number(
                count,
                [
                    Mistake(fewer.overhead / counted.overhead, overheads),
                    Mistake(1 / count, INVERSE),
                    Mistake(1 + place(LAW, 0.44e9, D).overhead, "Divide by the other count."),
                    Mistake(fewer.k_D / counted.k_D, "These are the tokens alone."),
                ],
            ),
            "law": Number(
                law,
                [
                    Mistake(counted.overhead / post.overhead, overheads),
                    Mistake(1 / law, INVERSE),
                    Mistake(multiple[fewer] / multiple[post], other),
                ],
            ),
        }
    )


def first_token() -> Numbers:
    """7.1: share of serving and saving where as many tokens are served as trained on."""
    refit = _refit()
    exponents = refit.alpha, refit.beta
    k_N, k_D = lifetime_scales(1, *exponents)
    saving = lifetime_saving(1, *exponents)
    whole = "A share of the whole life: training and serving together."
    return Numbers(
        {
            "share": Number(
                0.25,
                [
                    Mistake(1 / 3, whole),
                    Mistake(0.5, "The tokens are equal. Is their price?"),
                    Mistake(0.75, "This is the share of training."),
                ],
            ),
            "saving": Number(
                saving,
                [
                    Mistake(lifetime_saving(1, *EXPONENTS), "Which law is asked for?"),
                    Mistake((1 - k_N) / 4, "The smaller model's training costs more."),
                    Mistake(1 - k_N, "This is by how much it is smaller."),
                    Mistake(1 - k_N * (k_D + 1) / 2, "A token served costs less than one trained."),
                ],
                digits=2,
            ),
        }
    )


def dear_serving() -> Number:
    """7.2: the cheapest size where a FLOP of serving is ten times as dear."""
    refit = _refit()
    exponents = refit.alpha, refit.beta
    k_N, k_D = lifetime_scales(10, *exponents)
    return Number(
        k_N,
        [
            Mistake(lifetime_scales(0.1, *exponents)[0], "Is a badly used machine dear or cheap?"),
            Mistake(lifetime_scales(1, *exponents)[0], "The price of serving has not entered."),
            Mistake(k_D, "These are the tokens. The size is asked."),
            Mistake(lifetime_scales(10, *EXPONENTS)[0], "Which law is asked for?"),
        ],
        digits=2,
    )


def one_size() -> Numbers:
    """7.6: the size of least worst regret under the refit and the post's law, and that regret."""
    laws, served = (_refit(), LAW), 10.0
    sizes = [float(lifetime_scales(served, law.alpha, law.beta)[0]) for law in laws]

    def regret(k_N: float, law: ParametricLaw) -> float:
        least = 1 - float(lifetime_saving(served, law.alpha, law.beta))
        return float(lifetime_cost(k_N, served, law.alpha, law.beta)) / least - 1

    k_N = float(brentq(lambda k: regret(k, laws[0]) - regret(k, laws[1]), *sorted(sizes)))
    own = "This is the size that one of the laws would choose. What does it cost by the other?"
    return Numbers(
        {
            "k_N": Number(
                k_N,
                [*(Mistake(size, own) for size in sizes), Mistake(1 / k_N, INVERSE)],
                tolerance=1e-3,
            ),
            "regret": Number(
                regret(k_N, laws[0]),
                [Mistake(100 * regret(k_N, laws[0]), PERCENT)],
                tolerance=0.05,
            ),
        }
    )


def laptop() -> Numbers:
    """7.5: the compute-optimal size whose quality sixteen gigabytes reach at twice the compute."""
    bytes_each = "How many parameters fit at one byte each?"
    return Numbers(
        {
            name: Number(
                16e9 / model_scale_for_overhead(1, law.alpha, law.beta),
                [
                    Mistake(
                        16e9 * model_scale_for_overhead(1, law.alpha, law.beta),
                        "Is the model that fits the larger or the smaller of the two?",
                    ),
                    Mistake(8e9 / model_scale_for_overhead(1, law.alpha, law.beta), bytes_each),
                    Mistake(16e9 / model_scale_for_overhead(100, law.alpha, law.beta), PERCENT),
                    Mistake(
                        16e9 / minimum_model_scale(law.alpha, law.beta),
                        "At the wall the overhead is without bound.",
                    ),
                ],
                digits=2,
            )
            for name, law in (("post", LAW), ("refit", _refit()))
        }
    )


KEYS: dict[str, Callable[[], Key]] = {
    "5.1": same_statement,
    "5.3": not_saved,
    "6.1": parallel_lines,
    "6.2": chinchilla,
    "6.3": family,
    "6.5": embeddings,
    "7.1": first_token,
    "7.2": dear_serving,
    "7.5": laptop,
    "7.6": one_size,
}
