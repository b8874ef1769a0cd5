"""A small language whose next word can be predicted exactly as well as one has looked and learned.

A text is a row of ordinary words, each drawn evenly from a vocabulary of V. Between them stand cue
words, and after each cue word its answer: the ordinary word l(c) places back with probability
1 - epsilon, any word of the vocabulary otherwise. The reach l(c) belongs to the cue word c. There
are two classes of cue words:

- function words, a closed class of some F, all about equally likely, a share phi of all cues. They
  reach far: a share n**-alpha of them reaches beyond n places, exactly for every n to 128.
- content words, an open class with a long tail: a word's rank is r or more with probability
  (1 + r / Q)**-b, where b = beta / (1 - beta). They reach 1 to 4 places back.

Whoever knows the reach of the cue and sees that far has a loss of E nats; anybody else, log V. The
difference is the gain. Hence a reader who looks N places back and knows a word once it has seen it
answered by the rule has, after D cues, the loss (`theory`)

    L(N, D) = E + A N**-alpha + B D**-beta
    E = -h log h - (1 - h) log(epsilon / V),    h = 1 - epsilon + epsilon / V
    A = phi gain,    B = (1 - phi) gain Gamma(1 + beta) ((1 - phi) h b / Q)**-beta

The first term is function words out of sight, the second content words not yet learned: the chance
of never having seen a word of frequency p answered by the rule is exp(-p h D), and the integral of
p exp(-p h D) over the tail of the ranks is the Gamma function.

With `classes=1` there are content words only, and they reach as function words do. Then a word may
be both out of sight and not yet learned, and the loss has a product term: it is not additive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.internal.checks import FloatOrArray, as_given, plain, shown
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Kind, Positive, PositiveFloat, count
from analysis.laws import ParametricLaw

RAREST = 2**46
"""Words of this rank and beyond are all called by this rank: none is ever met twice."""
LONGEST = 2**32
"""The longest text, in words and in cues."""
NEAR, EXACT, FARTHEST = 4, 128, 2**46
"""How far content words reach at most; to where, and how far at most, function words do."""
STEPS = 2**12
"""Steps from 0 to 1 whose function word is kept: to search for each takes ten times as long."""
GOLDEN = np.uint64(round((5**0.5 - 1) / 2 * 2**64))
"""The golden ratio, in units of 2**-64."""


def _cues(name: str, value: Any) -> NDArray[np.int64]:
    array = as_given(name, value)
    if array.dtype.kind not in "iu" or array.min() < 0 or array.max() > RAREST + 2**20:
        raise ValueError(f"{name} must be the whole numbers of cue words, got {shown(value)}")
    return array.astype(np.int64)


Cues: TypeAlias = Annotated[Any, Kind("count from 0", _cues)]


@checked
@dataclass(frozen=True)
class Language(Shown):
    """The settings of a language; see the module.

    Attributes
    ----------
    V : int
        Words of the vocabulary, 2 to 65536.
    epsilon : float
        Chance that an answer is any word; between 0 and 1.
    phi : float
        Share of function words among the cues; between 0 and 1. Unused with one class.
    F : int
        Function words, about: a reach has whole words. Unused with one class.
    alpha : float
        Exponent of the reach; positive.
    beta : float
        Exponent of learning, between 0 and 1; the tail of the ranks has b = beta / (1 - beta).
    Q : float
        Rank at which the tail of the content words begins; positive.
    classes : int
        2, or 1 for the language that breaks additivity.

    Raises
    ------
    ValueError
        If there can be no such language.
    """

    V: Annotated[int, count(2, 65536)] = 65536
    epsilon: PositiveFloat = 0.119
    phi: PositiveFloat = 0.25
    F: Annotated[int, count(1, 2**20)] = 512
    alpha: PositiveFloat = 0.34
    beta: PositiveFloat = 0.28
    Q: PositiveFloat = 30.0
    classes: Annotated[int, count(1, 2)] = 2

    def __post_init__(self) -> None:
        for name in ("epsilon", "phi", "beta"):
            if getattr(self, name) >= 1:
                raise ValueError(f"{name} must be below 1, got {getattr(self, name)}")

    @property
    def hit(self) -> float:
        """h, the chance that an answer is the word that its cue points at."""
        return 1 - self.epsilon + self.epsilon / self.V

    @property
    def entropy(self) -> float:
        """E, the loss in nats of whoever knows the cue and sees the word that it points at."""
        return -self.hit * math.log(self.hit) - (1 - self.hit) * math.log(self.epsilon / self.V)

    @property
    def gain(self) -> float:
        """What knowing the word pointed at is worth, in nats: log V - E."""
        return math.log(self.V) - self.entropy

    @property
    def tail(self) -> float:
        """b, the exponent of the tail of the content words' ranks."""
        return self.beta / (1 - self.beta)

    @property
    def closed(self) -> int:
        """How many function words there are; content words are numbered from here."""
        return len(_function_words(self.F, self.alpha)[0]) if self.classes == 2 else 0

    @checked
    def cues(
        self, n: Annotated[int, count(1, LONGEST)], rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw n cue words: first come the function words, then r + `closed` is rank r."""
        u = 1 - rng.random(n)
        if self.classes == 1:
            return self._rank(u)
        [function] = np.nonzero(u <= self.phi)
        share = u[function] / self.phi
        u[function] = 1.0  # any will do
        cues = self._rank((u - self.phi) / (1 - self.phi)) + self.closed
        ends, first = _ends_of_shares(self.F, self.alpha)
        word = first[(share * STEPS).astype(np.intp)]
        while (beyond := ends[word] < share).any():
            word += beyond
        cues[function] = word
        return cues

    def _rank(self, u: NDArray[Any]) -> NDArray[np.int64]:
        """The rank that a share u of the content words has or exceeds."""
        rank: NDArray[np.float64] = self.Q * np.expm1(np.log(u) / -self.tail)
        return np.minimum(rank, RAREST, out=rank).astype(np.int64)

    @checked
    def frequency(self, cues: Cues) -> NDArray[np.float64]:
        """Return the probability of each cue word."""
        rank = cues.astype(float) - self.closed
        content = np.maximum(rank, 0) / self.Q
        # (1 + x)**-b - (1 + x + 1/Q)**-b, without cancelling in the tail.
        ratio = np.log1p(1 / (self.Q * (1 + content)))
        p: NDArray[np.float64] = (1 + content) ** -self.tail * -np.expm1(-self.tail * ratio)
        if self.classes == 1:
            return p
        share = _function_words(self.F, self.alpha)[1]
        closed = share[np.clip(cues, 0, len(share) - 1)]
        return np.where(rank >= 0, (1 - self.phi) * p, self.phi * closed)

    @checked
    def reach(self, cues: Cues) -> NDArray[np.int64]:
        """Return how many places back each cue word points, from 1."""
        if self.classes == 1:
            # Multiples of the golden ratio, less their whole part: even over any stretch of ranks.
            # The operator would warn of a single product that wraps around.
            bits = np.multiply((cues + 1).astype(np.uint64), GOLDEN) >> np.uint64(11)
            return _far((bits + 0.5) / 2**53, self.alpha)
        far = _function_words(self.F, self.alpha)[0]
        near = 1 + (cues - len(far)) % NEAR
        places: NDArray[np.int64] = np.where(cues < len(far), far.take(cues, mode="clip"), near)
        return places

    @checked
    def in_sight(self, N: Annotated[int, count(1, FARTHEST)]) -> float:
        """Return the share of the rare content words that reach no further than N places back."""
        return min(N, NEAR) / NEAR if self.classes == 2 else 1 - N**-self.alpha

    @checked
    def words(
        self, n: Annotated[int, count(1, LONGEST)], rng: np.random.Generator
    ) -> NDArray[np.uint16]:
        """Draw n ordinary words."""
        return rng.integers(self.V, size=n, dtype=np.uint16)


@cache
def _function_words(F: int, alpha: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The reach of each function word, and its share of them; about F, so that all are as likely.

    A reach to `EXACT` has one word or more, which divide its share; beyond, words of equal shares
    have the reach of their middle.
    """
    n = np.arange(1, EXACT + 1)
    exact = n[:-1] ** -alpha - n[1:] ** -alpha
    words = np.maximum(np.rint(F * exact), 1).astype(np.intp)
    beyond = EXACT**-alpha
    n_beyond = max(round(F * beyond), 1)
    middles = (np.arange(n_beyond) + 0.5) / n_beyond * beyond
    reach = np.concatenate([np.repeat(n[1:], words), _far(middles, alpha)])
    share = np.concatenate([np.repeat(exact / words, words), np.full(n_beyond, beyond / n_beyond)])
    return reach, share


@cache
def _ends_of_shares(F: int, alpha: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Where the share of each function word ends, and the word at each of `STEPS` steps to 1."""
    ends = np.cumsum(_function_words(F, alpha)[1])
    ends[-1] = 1.0
    return ends, np.searchsorted(ends, np.arange(STEPS + 1) / STEPS)


def _far(share: NDArray[Any], alpha: float) -> NDArray[np.int64]:
    """The reach that a given share of the words exceeds: l > n for a share of n**-alpha."""
    return np.ceil(np.minimum(share ** (-1 / alpha), FARTHEST)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Text(Shown):
    """A piece of text.

    Attributes
    ----------
    words : array of uint16, shape (history + n,)
        The ordinary words. Cue t comes after the words up to `history + t`, so that the word j
        places back is `words[history + t - j]`.
    cues : array of int64, shape (n,)
    answers : array of uint16, shape (n,)
    """

    words: NDArray[np.uint16]
    cues: NDArray[np.int64]
    answers: NDArray[np.uint16]


@checked
def write(
    n: Annotated[int, count(1, LONGEST)],
    history: Annotated[int, count(1, LONGEST)],
    language: Language,
    rng: np.random.Generator,
) -> Text:
    """Write a text of n cues with their answers, which begins with `history` ordinary words.

    A word further back than `history` places is drawn when it is called for: to a reader who sees
    no further, that is the same.
    """
    words, cues = language.words(history + n, rng), language.cues(n, rng)
    reach = language.reach(cues)
    answers = language.words(n, rng)
    told = (reach <= history) & (rng.random(n) >= language.epsilon)
    [place] = np.nonzero(told)
    answers[place] = words[history + place - reach[place]]
    return Text(words, cues, answers)


@checked
def theory(language: Language) -> ParametricLaw:
    """Return the law of the language, from its definition; to leading order with one class.

    Examples
    --------
    >>> law = theory(Language())
    >>> round(law.E, 4), round(law.A, 3), round(law.B, 2), law.alpha, round(law.beta, 3)
    (1.6847, 2.351, 24.09, 0.34, 0.28)
    """
    phi = language.phi if language.classes == 2 else 0.0
    met = (1 - phi) * language.hit * language.tail / language.Q
    A = (phi or 1.0) * language.gain
    B = (1 - phi) * language.gain * math.gamma(1 + language.beta) * met**-language.beta
    return ParametricLaw(language.entropy, A, B, language.alpha, language.beta)


@checked(finite=True)
def expected_loss(N: Positive, D: Positive, language: Language) -> FloatOrArray:
    """Return the loss in nats that theory expects; with one class, with its product term.

    With one class a cue is answered if it is in sight and learned, so that the loss is
    E + gain (x + y - x y) with x = N**-alpha and y = B D**-beta / gain.
    """
    law = theory(language)
    product = law.A * law.B / language.gain * N**-law.alpha * D**-law.beta
    both = product if language.classes == 1 else 0.0
    return plain(np.asarray(law.loss(N, D)) - both)
