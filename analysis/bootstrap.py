"""Bootstrap of the parametric law: the same fit on resampled runs, thousands of times.

A resample of n runs with replacement is a weight on each run, how often it was drawn, so that all
resamples are fits of one law to the same runs and are solved together, a chunk at a time. Each
chunk has its own random stream, spawned from the caller's generator: the result depends on the seed
and on the number of runs and resamples, not on who computes which chunk, or when.

What it measures is the choice of runs. It is not what training the same models again would give.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from itertools import islice
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from tqdm import tqdm

from analysis.fit import (
    COEFFICIENTS,
    Delta,
    FitResult,
    Form,
    Indices,
    Power,
    Runs,
    check_indices,
    fit_runs,
    in_log,
    least_absolute,
    minimise,
)
from analysis.fit.runs import alike
from analysis.internal.checks import extended, shown
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import (
    Flag,
    Kind,
    NonNegativeFloat,
    Positive,
    Share,
    able_to,
    count,
    numbers,
)
from analysis.laws import LawEnsemble, OuterPowerEnsemble, OuterPowerLaw

__all__ = ["MOST", "BootstrapResult", "bootstrap_parametric", "percentile_interval"]

_CHUNK_VALUES, _CHUNK = 2**22, 1000  # at most this many weights, and resamples, at a time
MOST = 10**8
"""Resamples that fit into memory."""
MOST_FAILED = 0.1
"""The share of resamples that may fail before there is no interval."""
Sources: TypeAlias = Iterator[tuple[slice, np.random.Generator | np.ndarray]]
Chunk: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
_WAITING = 64  # chunks handed to an executor and not yet collected


@checked
def percentile_interval(
    values: Annotated[Any, numbers(extended)], level: Share = 0.95
) -> np.ndarray:
    """Return the ends of the middle `level` of the values, over their first axis.

    Infinite values are allowed: an end of the interval is always one of the values.

    Parameters
    ----------
    values : array-like, shape (n, ...)
        In any unit.
    level : float
        The share of the values between the ends, between 0 and 1.

    Returns
    -------
    array, shape (2, ...)
        The lower and the upper end, in the unit of the values.

    Raises
    ------
    ValueError
        If level is not between 0 and 1, or a value is NaN.

    Examples
    --------
    >>> percentile_interval([1.0, 2.0, 3.0, np.inf], level=0.5)
    array([ 1., inf])
    """
    if values.ndim == 0:
        raise ValueError(f"values must be an array, got {values}")
    tail = (1 - level) / 2
    ends: tuple[tuple[float, Literal["lower", "higher"]], ...]
    ends = ((tail, "lower"), (1 - tail, "higher"))
    return np.stack([np.quantile(values, share, axis=0, method=method) for share, method in ends])


def _labels(name: str, value: object) -> np.ndarray:
    """Return labels along one axis, texts or finite numbers, or raise `ValueError`."""
    try:
        labels = np.asarray(value)
        texts = labels.dtype.kind == "O" and all(isinstance(one, str) for one in labels.flat)
        labels = labels.astype(str) if texts else labels
        numbers_known = labels.dtype.kind in "iuf" and bool(np.isfinite(labels).all())
        known = labels.dtype.kind in "Ub" or numbers_known
    except Exception as error:
        raise ValueError(f"{name} must be labels, got {shown(value)}") from error
    masked = isinstance(value, np.ma.MaskedArray) and bool(np.ma.getmaskarray(value).any())
    if labels.ndim != 1 or not known or masked:
        raise ValueError(f"{name} must be an array of labels, none missing, got {shown(value)}")
    return labels


Labels: TypeAlias = Annotated[Any, Kind("labels", _labels)]


def generator(name: str, value: object) -> np.random.Generator:
    """Return a generator of NumPy's, or raise `ValueError`."""
    if not isinstance(value, np.random.Generator):
        raise ValueError(f"{name} must be a numpy.random.Generator, got {shown(value)}")
    return value


def _statistic(name: str, value: object) -> object:
    if not (callable(value) or isinstance(value, str)):
        raise ValueError(f"{name} must be a parameter's name or a function, got {shown(value)}")
    return value


@dataclass(frozen=True, eq=False)
class BootstrapResult(Shown):
    """The laws fitted to the resamples.

    Attributes
    ----------
    fit : FitResult
        The fit to the runs themselves.
    parameters : array, shape (n_resamples, 5)
        Columns E, A, B, alpha, beta, and kappa if there is an outer power; a row for every
        resample, in order, also where the fit failed (the best that it found).
    objectives : array, shape (n_resamples,)
        The objective of each (`analysis.fit`).
    failed : array of bool, shape (n_resamples,)
        Where the search did not converge, or the resample has no more different runs than the law
        has free parameters. These are left out of `draws`, and of what is computed from them.
    """

    fit: FitResult
    parameters: np.ndarray
    objectives: np.ndarray
    failed: np.ndarray

    @property
    def n_failed(self) -> int:
        """How many resamples failed, a count."""
        return int(self.failed.sum())

    @property
    def too_many_failed(self) -> bool:
        """Whether more than a tenth failed: those that did not are then no fair sample."""
        return self.n_failed > MOST_FAILED * self.failed.size

    @property
    def draws(self) -> LawEnsemble:
        """The parameters of the laws that were fitted, each of shape (n_resamples - n_failed,).

        Raises
        ------
        ValueError
            If all failed.
        """
        if self.failed.all():
            raise ValueError(f"all {self.failed.size} resamples failed")
        ensemble = OuterPowerEnsemble if isinstance(self.fit.law, OuterPowerLaw) else LawEnsemble
        return ensemble(*self.parameters[~self.failed].T)

    @property
    def standard_errors(self) -> dict[str, float]:
        """The standard deviation over the draws of each parameter, by name, in its unit.

        Those of the coefficients are of their logarithms, as in `FitResult.standard_errors`.

        Raises
        ------
        ValueError
            If all failed.
        """
        draws = self.draws
        values = {one.name: getattr(draws, one.name) for one in fields(draws)}
        return {
            in_log(name): float(np.std(np.log(value) if name in COEFFICIENTS else value))
            for name, value in values.items()
        }

    @checked
    def interval(self, statistic: Annotated[Any, _statistic], level: Share = 0.95) -> np.ndarray:
        """Return the percentile interval of a statistic.

        Parameters
        ----------
        statistic : str or callable
            The name of a parameter, or a function of a `LawEnsemble` that returns an array whose
            first axis runs over the draws, such as
            `lambda p: compute_overhead(0.5, p.alpha, p.beta)`. Infinite values are allowed: an end
            of the interval is always one of the values.
        level : float
            The share of the draws between the ends, between 0 and 1.

        Returns
        -------
        array, shape (2, ...)
            The lower and the upper end.

        Raises
        ------
        ValueError
            If statistic names no parameter, or gives NaN or not one value a draw; if level is not
            between 0 and 1; if more than a tenth of the resamples failed.
        """
        draws = self.draws
        if self.too_many_failed:
            raise ValueError(
                f"there is no interval: {self.n_failed} of {self.failed.size} resamples failed, "
                "more than a tenth"
            )
        names = tuple(one.name for one in fields(draws))
        if callable(statistic):
            (values,) = extended(statistic=statistic(draws))
        elif statistic in names:
            values = getattr(draws, statistic)
        else:
            raise ValueError(f"statistic must be one of {names}, got {shown(statistic)}")
        if values.ndim == 0 or len(values) != len(draws.E):
            raise ValueError(
                f"statistic must give a value for each of {len(draws.E)} draws, "
                f"got shape {values.shape}"
            )
        return behind(percentile_interval)(values, level)

    def __repr__(self) -> str:
        return f"BootstrapResult({self.failed.size} resamples, {self.n_failed} failed)"


@checked
def bootstrap_parametric(
    N: Positive,
    D: Positive,
    loss: Positive,
    *,
    n_resamples: Annotated[int, count(1, MOST)] = 4000,
    rng: Annotated[np.random.Generator, generator] | None = None,
    indices: Indices | None = None,
    groups: Labels | None = None,
    delta: Delta = 1e-3,
    tie_exponents: Flag = False,
    E: NonNegativeFloat | None = None,
    outer_power: Flag = False,
    kappa: Power | None = None,
    executor: Annotated[Executor, able_to("submit")] | None = None,
) -> BootstrapResult:
    """Fit the law to resampled runs, each fit starting from the fit to all runs.

    Parameters
    ----------
    N, D, loss : array-like, shape (n,)
        Parameters, training tokens, and loss in nats per token of each run.
    n_resamples : int
        How many resamples to draw.
    rng : numpy.random.Generator
        Where the resamples come from; streams are spawned from it.
    indices : array-like of int, shape (n_resamples, n), optional
        The resamples themselves, as positions in N, in place of n_resamples and rng.
    groups : array-like, shape (n,), optional
        A label for each run: its budget, its size, its model. Whole groups are drawn, as many as
        there are: right where runs of a group share what is wrong with them. Each run is a group
        by default.
    delta, tie_exponents, E, outer_power, kappa
        As for `fit_parametric`. Least absolute deviations, delta = 0, take some 20 ms a resample.
    executor : concurrent.futures.Executor, optional
        What computes the chunks: a pool, or a cluster by `dask.distributed`'s
        `Client.get_executor()`. The result is the same.

    Returns
    -------
    BootstrapResult
        The parameters of every resample, shape (n_resamples, 5), and which of the fits failed.

    Raises
    ------
    ValueError
        As `fit_parametric`; if neither rng nor indices are given; if indices are out of range.
    BrokenExecutor
        If a worker of the executor was killed; nothing is kept.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> N, D = np.geomspace(1e8, 1e10, 12), np.tile([1e9, 1e10, 1e11], 4)
    >>> rng = np.random.default_rng(1)
    >>> loss = PUBLISHED["besiroglu-2024"].law.loss(N, D) * rng.normal(1, 1e-3, 12)
    >>> result = bootstrap_parametric(N, D, loss, n_resamples=50, rng=rng)
    >>> result.parameters.shape, result.interval("alpha").shape
    ((50, 5), (2,))
    """
    runs = behind(Runs)(N, D, loss)
    of_run = _groups(groups, len(runs))
    form = Form(tie_exponents, E, outer_power, kappa)
    fit = fit_runs(runs, form, delta=delta)
    size = max(1, min(_CHUNK, _CHUNK_VALUES // len(runs)))
    if indices is None:
        streams = generator("rng", rng)
        sources: Sources = ((part, streams.spawn(1)[0]) for part in _parts(n_resamples, size))
    else:
        if groups is not None:
            raise ValueError("groups must not be given with indices, which say what is drawn")
        check_indices(indices, len(runs))
        n_resamples = len(indices)
        sources = ((part, indices[part]) for part in _parts(n_resamples, size))

    common = (runs, of_run, form, fit)
    parameters = np.empty((n_resamples, len(form.names)))
    objectives, failed = np.empty(n_resamples), np.empty(n_resamples, bool)
    with tqdm(total=n_resamples, desc="bootstrap", unit="fit", disable=None) as progress:
        for part, result in _computed(sources, common, executor):
            parameters[part], objectives[part], failed[part] = result
            progress.update(part.stop - part.start)
    return BootstrapResult(fit, parameters, objectives, failed)


def _groups(groups: np.ndarray | None, n: int) -> np.ndarray:
    """Return the group of each run, counted from 0; its own for each if there are none."""
    if groups is None:
        return np.arange(n)
    if groups.shape != (n,):
        raise ValueError(f"groups must hold one label for each of {n} runs, got {groups.shape}")
    labels, of_run = np.unique(groups, return_inverse=True)
    if len(labels) < 2:
        raise ValueError(f"groups must hold at least two different labels, got {labels[0]!r} alone")
    return of_run.reshape(-1)


def _parts(n_resamples: int, size: int) -> Iterator[slice]:
    for first in range(0, n_resamples, size):
        yield slice(first, min(first + size, n_resamples))


def _computed(
    sources: Sources, common: tuple[Any, ...], executor: Executor | None
) -> Iterator[tuple[slice, Chunk]]:
    """Yield each chunk's place and result, in order, with few chunks under way at a time."""
    if executor is None:
        for part, source in sources:
            yield part, _fit_chunk(source, part.stop - part.start, *common)
        return
    submitted = (
        (part, executor.submit(_fit_chunk, source, part.stop - part.start, *common))
        for part, source in sources
    )
    waiting = list(islice(submitted, _WAITING))
    try:
        while waiting:
            part, future = waiting[0]
            yield part, future.result()
            waiting.pop(0)
            waiting.extend(islice(submitted, 1))
    finally:
        for _, future in waiting:
            future.cancel()


def _fit_chunk(
    source: np.random.Generator | np.ndarray,
    count: int,
    runs: Runs,
    of_run: np.ndarray,
    form: Form,
    fit: FitResult,
) -> Chunk:
    """Return the parameters (count, p), objectives and failures of one chunk of resamples."""
    n_groups = of_run.max() + 1
    if isinstance(source, np.random.Generator):
        source = source.integers(n_groups, size=(count, n_groups))
    weights = _counts(source, n_groups)[:, of_run].astype(float)
    problems = form.problems(runs, weights)
    huber = fit.delta or 1e-4
    starts = np.repeat(problems.theta(form.row(fit.law))[:, None], count, axis=1)
    theta, objectives, converged = minimise(problems, starts, huber, first_delta=huber)
    if fit.delta == 0:
        for row in range(count):
            theta[:, row], objectives[row], converged[row] = least_absolute(
                problems, theta[:, row], row
            )
    runs_alike = alike(runs.N, runs.D)
    order = np.argsort(runs_alike, kind="stable")
    firsts = np.flatnonzero(np.diff(runs_alike[order], prepend=-1))
    n_different = np.count_nonzero(np.maximum.reduceat(weights[:, order], firsts, axis=1), axis=1)
    failed = ~converged | (n_different <= fit.n_parameters)
    return problems.parameters(theta).T, objectives, failed


def _counts(drawn: np.ndarray, n: int) -> np.ndarray:
    """Return how often each of 0 to n - 1 occurs in each row, shape (rows, n)."""
    offset = n * np.arange(len(drawn))[:, None]
    placed = (drawn + offset).astype(np.intp, copy=False).ravel()
    return np.bincount(placed, minlength=n * len(drawn)).reshape(-1, n)
