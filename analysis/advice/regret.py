"""Which size to train when neither the law nor the use is known.

Over its life a model of N parameters costs, by a law, the training of the run that reaches the loss
of the compute-optimal run of C, and the serving of T tokens,

    cost(N, T) = 6 N D(N) + 2 r N T.

It is linear in T. So on average over T it is the cost of the average, and the size of least
expected cost is that of E[T]. It turns once in ln N (its slope is 6 N D (1 - m) + 2 r N T, where m
and D fall with N), at a size that falls as T grows. The regret of a size is what it costs more than
the best one, as a fraction of the best one's cost. By each law it falls up to the law's own size
and rises after it, and so does the largest of several: the size of least worst regret lies between
the smallest and the largest of their sizes. In T it is a linear function over a concave one: over a
range of T it is largest at an end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.advice.credible import CredibleLaws
from analysis.advice.readings import together
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, Factor, NonNegativeFloat, PositiveFloat
from analysis.internal.search import least
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, LawEnsemble
from analysis.serving import lifetime_compute, lifetime_cost, lifetime_saving, lifetime_scales
from analysis.tradeoff import data_scaling_factor

SPAN = 1.96
"""The worst regret is over so many standard deviations of ln T on either side, 95 %."""
N_NODES = 15


@dataclass(frozen=True, eq=False)
class Choice(Shown):
    """Sizes to train under laws and a use that are not known.

    Attributes
    ----------
    compute, inference_tokens, spread, inference_cost_ratio : float
        What was asked: C, the median T, the factor that is one standard deviation of ln T, and r.
    mean_tokens : float
        E[T].
    best : Mapping[str, Allocation]
        By each law, the cheapest run over its life at E[T].
    least_cost, least_regret, least_worst : float
        Parameters with the least expected cost, expected regret, and worst regret.
    expected, worst : Mapping[str, float]
        The expected and the worst regret of each of these three, by their names; fractions.
    prices : DataFrame
        What planning by one law (row) costs if another is true (column), as a fraction of the best;
        infinite where the size is too small to reach the loss.
    """

    compute: float
    inference_tokens: float
    spread: float
    inference_cost_ratio: float
    mean_tokens: float
    best: Mapping[str, Allocation]
    least_cost: float
    least_regret: float
    least_worst: float
    expected: Mapping[str, float]
    worst: Mapping[str, float]
    prices: pd.DataFrame


@checked(finite=False)
def choose_size(
    credible: CredibleLaws,
    compute: PositiveFloat,
    inference_tokens: NonNegativeFloat,
    *,
    spread: Factor = 1.0,
    inference_cost_ratio: PositiveFloat = 1.0,
    optimum: Allocation | None = None,
) -> Choice:
    """Choose a size that reaches the loss of the optimum of C, under laws that may all be true.

    Parameters
    ----------
    credible : CredibleLaws
    compute : float
        C, FLOP.
    inference_tokens, spread : float
        T: its median, a count, and the factor within which two thirds of the belief lie, up and
        down (ln T is normal with the standard deviation ln(spread)); 1 for a T that is known.
    inference_cost_ratio : float
        r, as in `analysis.serving.lifetime_compute`.
    optimum : Allocation, optional
        The compute-optimal run of C where that is known; then the laws say only how size trades for
        data. Otherwise each has its own.

    Raises
    ------
    ValueError
        If an argument is out of range, or an answer leaves double precision.

    Examples
    --------
    >>> from analysis.advice import credible_laws
    >>> found = choose_size(credible_laws(), 1e23, 5e12)
    >>> f"{found.least_worst:.3g} parameters, {found.worst['least_worst']:.3f} more at worst"
    '2.52e+10 parameters, 0.479 more at worst'
    """
    T, r = inference_tokens, inference_cost_ratio
    sigma = np.log(spread)
    mean = expected_tokens(T, spread)
    nodes, shares = np.polynomial.hermite_e.hermegauss(N_NODES)
    shares = (shares / shares.sum())[:, None, None]
    lives = partial(Lives, together(credible), compute, r, optimum)
    drawn, middle = lives(T * np.exp(sigma * nodes)), lives(np.array([mean]))
    ends = lives(T * np.exp(sigma * np.array([-SPAN, SPAN])))
    weights = np.array(list(credible.weights.values()))

    def cost(N: Doubles) -> Doubles:
        return np.asarray(weights @ middle.costs(N)[0])

    def expected(N: Doubles) -> Doubles:
        return np.asarray(weights @ sum(shares * drawn.regrets(N)))

    def worst(N: Doubles) -> Doubles:
        return np.asarray(ends.regrets(N).max(axis=(0, 1)))

    [own] = middle.best_sizes
    every = np.concatenate([ends.best_sizes, drawn.best_sizes, [own]])
    low, high = float(every.min()), float(every.max())
    aims = {"least_cost": cost, "least_regret": expected, "least_worst": worst}

    def size(aim: Callable[[Doubles], Doubles]) -> float:
        return float(np.exp(least(lambda x: aim(np.exp(x)), np.log(low), np.log(high))))

    sizes = {name: size(aim) for name, aim in aims.items()}
    at = np.array(list(sizes.values()))
    names = list(credible.laws)
    return Choice(
        float(compute),
        float(T),
        float(spread),
        float(r),
        float(mean),
        {name: middle.run(place, own[place]) for place, name in enumerate(names)},
        **sizes,
        expected=pd.Series(expected(at), list(sizes)).to_dict(),
        worst=pd.Series(worst(at), list(sizes)).to_dict(),
        prices=pd.DataFrame(middle.regrets(own)[0].T, index=names, columns=names),
    )


def expected_tokens(median: float, spread: float) -> float:
    """Return the mean of a use whose logarithm is normal, with standard deviation ln(spread)."""
    return float(median * np.exp(np.log(spread) ** 2 / 2))


class Lives:
    """What sizes cost over their lives under each of several laws, for each of several uses.

    Attributes
    ----------
    optimal : Allocation
        The compute-optimal run by each law.
    best_sizes : array, shape (uses, laws)
        The cheapest size.
    """

    def __init__(
        self, laws: LawEnsemble, compute: float, r: float, optimum: Allocation | None, uses: Doubles
    ) -> None:
        best = behind(laws.compute_optimal)(compute)
        if optimum is not None:
            everywhere = np.ones(len(laws))
            best = Allocation(everywhere * optimum.N, everywhere * optimum.D, optimum.C)
        self.laws, self.optimal, T = laws, best, uses[:, None]
        self._served = r * T / best.D
        self._own = np.asarray(behind(lifetime_compute)(best.N, best.D, T, inference_cost_ratio=r))
        scales = behind(lifetime_scales)(self._served, laws.alpha, laws.beta)
        self.best_sizes = np.asarray(best.N * scales[0])
        self._saved = np.asarray(behind(lifetime_saving)(self._served, laws.alpha, laws.beta))

    def costs(self, N: Doubles) -> Doubles:
        """Return the cost of each size, shape (uses, laws, sizes); infinite below a wall."""
        return np.asarray(self._own[:, :, None] * self._relative(N))

    def regrets(self, N: Doubles) -> Doubles:
        """Return what each size costs more than the best, shape (uses, laws, sizes)."""
        return np.asarray(self._relative(N) / (1 - self._saved)[:, :, None] - 1)

    def run(self, place: int, N: float) -> Allocation:
        """Return the run of N parameters by one of the laws."""
        laws, best = self.laws, self.optimal
        exponents = laws.alpha[place], laws.beta[place]
        D = behind(data_scaling_factor)(N / best.N[place], *exponents) * best.D[place]
        return Allocation(float(N), float(D), float(FLOP_PER_PARAMETER_TOKEN * N * D))

    def _relative(self, N: Doubles) -> Doubles:
        """The cost of each size over that of the compute-optimal one."""
        k_N = N / self.optimal.N[:, None]
        exponents = self.laws.alpha[:, None], self.laws.beta[:, None]
        return np.asarray(behind(lifetime_cost)(k_N, self._served[:, :, None], *exponents))
