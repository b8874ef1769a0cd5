"""A laboratory: models that train in a fraction of a second, on a language whose law is known.

The model has a row of N counters for each cue word of a `Language`, one for each place back that it
looks. It reads D cues with their answers, once: at each it compares the answer with the N words
before the cue and counts the places that match. So training costs exactly

    C = N D                                          [comparisons]

without the factor 6 of the laws of language models. N is the width of the window, parameters a
word. Where a cue word was seen n times and its best place matched k times, the model points there
if the matches are likelier so than by chance, (V h)**k epsilon**(n - k) > 1, and gives the word
found there the probability h; otherwise it holds all words equally likely.

The test loss is exact: the sum over all cue words of the language, weighted with their frequency,
of the expected loss given the model. No test text is drawn, so that the noise of a run is the
training's alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, astuple, dataclass, fields
from itertools import product
from os import PathLike
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.internal.checkpoint import Checkpoint
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import NonNegativeInt, able_to, count, passed, several
from analysis.lab.language import LONGEST, Language, Text, theory, write

__all__ = ["Job", "Language", "Model", "Run", "grid", "learn", "sweep", "theory", "train"]
BLOCK = 2**16
"""Cues that are read at a time: their answers and words stay in a core's cache."""
WIDEST = 2**16
"""The widest window."""
VERSION = 1
"""Of what a run depends on besides its job: runs of another version are not resumed from."""
WORDS = Language()
"""The language of the book: two classes of words."""


@dataclass(frozen=True)
class Run(Shown):
    """A training run.

    Attributes
    ----------
    N, D : int
        Width of the window, cues read.
    C : int
        Comparisons made, N D.
    seed : int
    loss : float
        Test loss in nats, under the true distribution.
    """

    N: int
    D: int
    C: int
    seed: int
    loss: float


@checked
@dataclass(frozen=True)
class Job(Shown):
    """A run to be made.

    Attributes
    ----------
    N, D, seed : int
    language : Language

    Raises
    ------
    ValueError
        If N, D or seed is not a whole number, N is not from 1 to 65536, D not from 1 to 2**32 or
        seed below 0; if language is no `Language`.
    """

    N: Annotated[int, count(1, WIDEST)]
    D: Annotated[int, count(1, LONGEST)]
    seed: NonNegativeInt = 0
    language: Language = WORDS


@dataclass(frozen=True, eq=False)
class Model(Shown):
    """What a model has learned.

    Attributes
    ----------
    cues : array of int64, shape (n,)
        The cue words that it can answer, in ascending order.
    places : array of int64, shape (n,)
        How many places back it looks for the answer of each.
    """

    cues: NDArray[np.int64]
    places: NDArray[np.int64]

    @checked
    def loss(self, language: Language) -> float:
        """Return the test loss in nats under the true distribution."""
        p = language.frequency(self.cues)
        right = language.reach(self.cues) == self.places
        # A word elsewhere is the answer with probability 1 / V: log V + wrong is the loss.
        V, h = language.V, language.hit
        wrong = -math.log(h) / V - (1 - 1 / V) * math.log(language.epsilon / V) - math.log(V)
        return float(math.log(V) - language.gain * p[right].sum() + wrong * p[~right].sum())


@checked
def train(
    N: Annotated[int, count(1, WIDEST)],
    D: Annotated[int, count(1, LONGEST)],
    *,
    language: Language = WORDS,
    seed: NonNegativeInt = 0,
) -> Run:
    """Train a model of width N on D cues, from the random stream of (seed, N, D), and test it.

    Raises
    ------
    ValueError
        As `Job`.

    Examples
    --------
    >>> run = train(8, 200_000)
    >>> run.C, round(run.loss, 2), round(theory(WORDS).loss(8, 200_000), 2)
    (1600000, 3.63, 3.63)
    """
    model = behind(learn)(N, D, language, np.random.default_rng([seed, N, D]))
    return Run(N, D, N * D, seed, behind(model.loss)(language))


@checked
def learn(
    N: Annotated[int, count(1, WIDEST)],
    D: Annotated[int, count(1, LONGEST)],
    language: Language,
    rng: np.random.Generator,
) -> Model:
    """Read D cues of a text once, count, and return what can be answered from the counts."""
    blocks = (min(BLOCK, D - first) for first in range(0, D, BLOCK))
    keys = np.concatenate([_keys(write(n, N, language, rng), N) for n in blocks])
    keys, counts = np.unique(keys, return_counts=True)
    cue, place = np.divmod(keys, N + 1)
    # The keys of a cue stand together: place 0, how often it was seen; then the matches.
    starts = np.flatnonzero(place == 0)
    seen = counts[starts]
    best = np.maximum.reduceat(np.where(place > 0, counts * (N + 1) + N - place, 0), starts)
    matched, place = best // (N + 1), N - best % (N + 1)
    points = matched > seen * _threshold(language)
    return Model(cue[starts][points], place[points])


@checked
def grid(
    N: Annotated[Iterable[int], several(count())],
    D: Annotated[Iterable[int], several(count())],
    *,
    seeds: Annotated[Iterable[int], several(count(0))] = (0,),
    language: Language = WORDS,
) -> list[Job]:
    """Return a job for every width, number of cues and seed."""
    return [Job(*one, language) for one in product(N, D, seeds)]


def _jobs(name: str, value: Any) -> list[Job]:
    if isinstance(value, list | tuple) and not value:
        return []
    return list(passed(name, value, several(Job)))


@checked
def sweep(
    jobs: Annotated[Any, _jobs],
    *,
    executor: Annotated[Executor, able_to("submit")] | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> list[Run]:
    """Train every job, the largest first; return the runs in the order of the jobs.

    A run depends on its job alone, so that the losses are the same to the last digit whoever makes
    it. A progress bar counts comparisons where there is a terminal to show it.

    Parameters
    ----------
    jobs : iterable of Job
    executor : concurrent.futures.Executor, optional
        What trains them: a pool, or a cluster by `dask.distributed`'s `Client.get_executor()`.
    checkpoint : path, optional
        A file to append each finished run to. Runs that it already holds are not made again. All
        jobs must then be of one language.

    Raises
    ------
    ValueError
        As `train`; if the file belongs to another language, or the jobs to several; if the file is
        damaged.
    BrokenExecutor
        If a worker of the executor was killed. The runs that were finished stand in the checkpoint.
    """
    missing = sorted(dict.fromkeys(jobs), key=lambda job: (-job.N * job.D, job.N, job.seed))
    with ExitStack() as stack:
        file, done = None, {}
        if checkpoint is not None and jobs:
            file = stack.enter_context(_open(checkpoint, jobs))
            done = dict(_kept(file, jobs[0].language))
        missing = [job for job in missing if job not in done]
        total = sum(job.N * job.D for job in missing)
        bar = tqdm(total=total, desc="sweep", unit="comparison", unit_scale=True, disable=None)
        with bar as progress:
            for job, run in _trained(missing, executor):
                done[job] = run
                if file is not None:
                    file.append(astuple(run))
                progress.update(run.C)
    return [done[job] for job in jobs]


def _trained(jobs: list[Job], executor: Executor | None) -> Iterator[tuple[Job, Run]]:
    """Yield each job with its run, as they are finished."""
    if executor is None:
        yield from ((job, _train(job)) for job in jobs)
        return
    futures = {executor.submit(_train, job): job for job in jobs}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _kept(file: Checkpoint, language: Language) -> Iterator[tuple[Job, Run]]:
    """Yield the runs of a file that an interrupted sweep left, each with its job."""
    for number, row in enumerate(file.rows, start=3):
        try:
            run = Run(*row)  # type: ignore[arg-type]  # Job checks that they are whole
            job = Job(run.N, run.D, run.seed, language)
        except ValueError as error:
            raise ValueError(f"line {number} of {file.path} is damaged: {error}") from None
        if run.C != run.N * run.D or not 0 < run.loss < 2 * math.log(language.V) + 10:
            raise ValueError(f"line {number} of {file.path} is damaged: no run has {row}")
        yield job, run


def _train(job: Job) -> Run:
    return train(job.N, job.D, language=job.language, seed=job.seed)


def _open(path: str | PathLike[str], jobs: list[Job]) -> Checkpoint:
    languages = {job.language for job in jobs}
    if len(languages) > 1:
        raise ValueError(f"a checkpoint holds one language, got jobs of {len(languages)}")
    settings = {"lab": VERSION, "language": asdict(languages.pop())}
    return Checkpoint(path, settings, [field.name for field in fields(Run)])


def _keys(text: Text, N: int) -> NDArray[np.int64]:
    """Return cue * (N + 1) for each cue read, and cue * (N + 1) + j for each match j places back.

    Words of the rarest rank share a key; their frequency is nil, and so is what they are worth.
    """
    rows = text.cues * (N + 1)
    keys = [rows]
    for j in range(1, N + 1):
        [match] = np.nonzero(text.answers == text.words[N - j : N - j + len(rows)])
        keys.append(rows[match] + j)
    return np.concatenate(keys)


def _threshold(language: Language) -> float:
    """The share of matches above which a rule is likelier than chance."""
    match, miss = math.log(language.V * language.hit), math.log(language.epsilon)
    return -miss / (match - miss)
