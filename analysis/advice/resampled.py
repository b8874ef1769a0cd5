"""The doubt of a reader's runs by resampling, instead of leaving out: long, and resumable.

Resamples are drawn a chunk at a time, each chunk from a stream of its own that the seed tells: who
computes it, or after which interruption, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from os import PathLike
from typing import Any

import numpy as np

from analysis.bootstrap import MOST_FAILED, bootstrap_parametric, percentile_interval
from analysis.fit import FitResult, RunTable
from analysis.internal.checkpoint import Checkpoint, Row
from analysis.internal.display import Shown
from analysis.internal.doors import behind
from analysis.internal.kinds import Doubles

CHUNK = 5000
"""Resamples that are done, and written to a checkpoint, together."""
COLUMNS = ("alpha", "beta", "failed")


@dataclass(frozen=True, eq=False)
class Resampled(Shown):
    """The exponents of the resamples that could be fitted, and how many were drawn."""

    fit: FitResult
    alpha: Doubles
    beta: Doubles
    drawn: int

    @property
    def too_many_failed(self) -> bool:
        """Whether more than a tenth failed: those that did not are then no fair sample."""
        return self.drawn - len(self.alpha) > MOST_FAILED * self.drawn

    def interval(self, quantity: Callable[..., Any]) -> tuple[float, float, float]:
        """Return a quantity of the exponents, and the ends of its percentile interval."""
        value = float(quantity(self.fit.law.alpha, self.fit.law.beta))
        if self.too_many_failed:
            return value, 0.0, float("inf")
        low, high = behind(percentile_interval)(np.asarray(quantity(self.alpha, self.beta)))
        return value, float(low), float(high)


def resample(
    table: RunTable,
    fit: FitResult,
    *,
    outer_power: bool,
    n_resamples: int,
    seed: int,
    executor: Executor | None,
    checkpoint: str | PathLike[str] | None,
) -> Resampled:
    """Fit resamples of the runs, or of their groups; those in the checkpoint are not done again."""
    settings = {
        "runs": sha256(np.stack([*vars(table.runs).values()][:3]).tobytes()).hexdigest(),
        "groups": None if table.groups is None else [str(one) for one in table.groups],
        "outer_power": outer_power,
        "delta": fit.delta,
        "seed": seed,
    }
    with _opened(checkpoint, settings) as kept:
        whole = len(kept.rows) - len(kept.rows) % CHUNK
        rows = list(kept.rows[: n_resamples if len(kept.rows) >= n_resamples else whole])
        while len(rows) < n_resamples:
            found = bootstrap_parametric(
                table.runs.N,
                table.runs.D,
                table.runs.loss,
                n_resamples=min(CHUNK, n_resamples - len(rows)),
                rng=np.random.default_rng([seed, len(rows)]),
                groups=table.groups,
                delta=fit.delta,
                outer_power=outer_power,
                executor=executor,
            )
            columns = (found.parameters[:, 3], found.parameters[:, 4], found.failed)
            new = [(*map(float, row),) for row in zip(*columns, strict=True)]
            for row in new[max(len(kept.rows) - len(rows), 0) :]:
                kept.append(row)
            rows += new
    alpha, beta, failed = np.array(rows).T
    return Resampled(fit, alpha[failed == 0], beta[failed == 0], n_resamples)


class _Nowhere:
    """A checkpoint that keeps nothing."""

    rows: tuple[Row, ...] = ()

    def append(self, row: Row) -> None:
        """Forget a row."""


@contextmanager
def _opened(
    checkpoint: str | PathLike[str] | None, settings: dict[str, Any]
) -> Iterator[Checkpoint | _Nowhere]:
    if checkpoint is None:
        yield _Nowhere()
    else:
        with Checkpoint(checkpoint, settings, COLUMNS) as file:
            yield file
