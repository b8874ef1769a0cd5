"""The lab's model once more, trained as neural networks are: by gradients, in small steps.

Each cue word has N + 1 numbers, theta_0 to theta_N, and w = softmax(theta) are its beliefs: w_j
that the answer stands j places back, w_0 that it may be any word. An answer y has the probability

    p = sum_j w_j [y = word j places back] + w_0 / V

and the loss -log p falls along theta_j by g_j = w_j ([y = word j] / p - 1) for j > 0 and
g_0 = w_0 (1 / (V p) - 1). The text is read once, in batches; Adagrad divides every step by the root
of the squared gradients so far. At the start theta_0 = log V, so that a word that was never seen is
answered by almost any word. In the limit of much data the best beliefs, 1 - epsilon at the right
place, are those of the language; what is missing at the end is what optimisation costs.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from analysis.internal.doors import checked
from analysis.internal.kinds import NonNegativeInt, PositiveFloat, count
from analysis.lab.language import LONGEST, Language, write
from analysis.lab.training import WIDEST, WORDS, Run

FASTEST = 1e6
"""A step beyond which no number of single precision is left to learn."""


@checked
def train_pointer(
    N: Annotated[int, count(1, WIDEST)],
    D: Annotated[int, count(1, LONGEST)],
    *,
    language: Language = WORDS,
    seed: NonNegativeInt = 0,
    batch: Annotated[int, count(1, LONGEST)] = 256,
    rate: PositiveFloat = 3.0,
) -> Run:
    """Train a pointer of width N on D cues by Adagrad, and test it on the true distribution.

    Parameters
    ----------
    N, D, language, seed
        As for `lab.train`; the text is the same whatever the batch and the rate.
    batch : int
        Cues a step.
    rate : float
        Adagrad's step; positive, at most `FASTEST`.

    Raises
    ------
    ValueError
        As `Job`; if batch is no whole number from 1, or rate out of range.

    Examples
    --------
    >>> run = train_pointer(8, 20_000)
    >>> run.C, round(run.loss)
    (160000, 5)
    """
    if rate > FASTEST:
        raise ValueError(f"rate must not be above {FASTEST:g}, got {rate}")
    text = write(D, N, language, np.random.default_rng([seed, N, D]))
    # All function words have a row, so that a word without one is a content word.
    cues, rows = np.unique(
        np.concatenate([np.arange(language.closed), text.cues]), return_inverse=True
    )
    rows = rows[language.closed :]
    windows = np.lib.stride_tricks.sliding_window_view(text.words, N)
    theta = np.zeros((len(cues), N + 1), dtype=np.float32)
    theta[:, 0] = np.log(language.V)
    squares = np.zeros_like(theta)
    for first in range(0, D, batch):
        part = slice(first, first + batch)
        row = rows[part]
        # Place j is word j back: the window before a cue, read from its end.
        match = windows[part][: len(row), ::-1] == text.answers[part, None]
        step = _gradient(theta[row], match, language.V)
        order = np.argsort(row, kind="stable")
        own, starts = np.unique(row[order], return_index=True)
        step = np.add.reduceat(step[order], starts, axis=0)
        squares[own] += step**2
        theta[own] += rate * step / np.sqrt(squares[own] + 1e-12)
    return Run(N, D, N * D, seed, _loss(cues, theta, language))


def _gradient(theta: NDArray[Any], match: NDArray[Any], V: int) -> NDArray[Any]:
    """How theta should move for one cue a row, shape (n, N + 1): minus the slope of the loss."""
    w = _softmax(theta)
    p = (w[:, 1:] * match).sum(1) + w[:, 0] / V
    gradient = -w
    gradient[:, 1:] += w[:, 1:] * match / p[:, None]
    gradient[:, 0] += w[:, 0] / (V * p)
    return gradient


def _softmax(theta: NDArray[Any]) -> NDArray[Any]:
    w = np.exp(theta - theta.max(1, keepdims=True))
    return np.asarray(w / w.sum(1, keepdims=True))


def _loss(cues: NDArray[Any], theta: NDArray[Any], language: Language) -> float:
    """The loss over all cue words, exact but for windows in which a word stands twice."""
    V, N = language.V, theta.shape[1] - 1
    met = language.frequency(cues)
    start = np.zeros((2, N + 1))
    start[:, 0] = np.log(V)
    seen, unseen = _row_losses(start, np.array([1, N + 1]), language)
    share = language.in_sight(N)
    others = (1 - met.sum()) * (share * seen + (1 - share) * unseen)
    return float(met @ _row_losses(theta, language.reach(cues), language) + others)


def _row_losses(theta: NDArray[Any], reach: NDArray[Any], language: Language) -> NDArray[Any]:
    """The expected loss at each cue word, given its reach."""
    V, N = language.V, theta.shape[1] - 1
    w = _softmax(theta.astype(np.float64))
    some = w[:, 0] / V
    log_p = np.log(w[:, 1:] + some[:, None])
    by_chance = (log_p.sum(1) + (V - N) * np.log(some)) / V
    seen = reach <= N
    place = np.minimum(reach, N) - 1
    pointed = np.take_along_axis(log_p, place[:, None], axis=1)[:, 0]
    told = (1 - language.epsilon) * seen
    return np.asarray(-(told * pointed + (1 - told) * by_chance))
