"""What keeps the answer to a table of runs from being trusted, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtri

from analysis.advice.estimates import Estimate
from analysis.fit import LeftOutFits, Runs, RunTable
from analysis.fit.tables import SEVERAL_KINDS
from analysis.internal.counts import show_count
from analysis.internal.doors import behind
from analysis.internal.kinds import Doubles
from analysis.laws import Allocation
from analysis.tradeoff import compute_overhead

FEWEST_SPARE = 5
"""Runs, or groups, beyond the constants of a law from which on it has intervals."""
FEW_SPARE = 10
"""So many and the answer is said to rest on few runs."""
ENOUGH_RESAMPLES = 200
"""Below, the ends of an interval of 95 % rest on fewer than five resamples."""
TIED = 0.98
"""Size and data whose logarithms correlate so closely cannot be told apart."""
NARROW = 2.0
"""The same if tokens a parameter vary by less than this factor."""
SANE_RATIOS = (1e-2, 1e6)
"""Tokens a parameter beyond which D or N is something else."""
SMALLEST = {"N": 1e4, "D": 1e6}
"""Medians below which another unit may be meant."""
OUTLIER = 6.0
"""Residuals of so many times the spread of the others are named."""
LARGE, HIGH = 1e8, 6.0
"""Median size from which a median loss above so many nats may be a perplexity."""
STATUS = {
    "boundary": "a term or an exponent ran to the end of its range, so the runs do not tell it",
    "flat direction": "quite different laws fit equally well, so the runs do not determine one",
    "too few runs": "no more different runs than constants",
    "not converged": "the search was cut short",
}


def doubts(
    table: RunTable,
    fits: LeftOutFits,
    n_resamples: int,
    half: Estimate,
    others: Estimate,
    residuals: Doubles,
    optimum: Sequence[Allocation],
) -> list[str]:
    """Say in words what keeps the answer from being trusted.

    `half` is the overhead at half the size, and `others` that of other laboratories.
    """
    runs, fit = table.runs, fits.fit
    said = []
    if 0 < n_resamples < ENOUGH_RESAMPLES:
        said.append(
            f"{n_resamples} resamples: the ends of a 95 % interval need {ENOUGH_RESAMPLES} or more"
        )
    if fits.spare < FEW_SPARE:
        what, different = "runs", runs.n_different
        if table.groups is not None:
            what, different = "groups of runs", min(different, len(set(table.groups)))
        none = "" if fits.spare >= FEWEST_SPARE else ": too few to say how sure"
        said.append(
            f"few runs: {different} different {what} for {fit.n_parameters} constants{none}"
        )
    if fit.status != "converged":
        said.append(f"the fit: {STATUS.get(fit.status, fit.status)}")
    said += _units(table)
    if traded(runs):
        said.append(
            "size and data are exchanged at one budget in these runs: what either does alone is "
            "guessed; add runs of another budget"
        )
    elif np.ptp(runs.N) == 0 or np.ptp(runs.D) == 0:
        what, other = ("size", "sizes") if np.ptp(runs.N) == 0 else ("number of tokens", "lengths")
        said.append(f"all runs have one {what}: what it does is guessed; add runs of other {other}")
    elif tied(runs):
        said.append(
            "size and data grow together in these runs: what either does alone is guessed; "
            "add runs of one size with more and with less data"
        )
    if any(SEVERAL_KINDS in one for one in table.notes):
        said.append("runs of several kinds, such as training sets, seem to be in one table")
    if table.groups is None and _shared(fits, residuals, runs):
        said.append(
            "all runs of one size lie on one side of the law: if they share an error, as "
            "checkpoints of a run do, say so with --group"
        )
    if table.groups is not None and _checkpoints(table):
        said.append(
            "checkpoints of one run are rows: they share its errors, and its learning rate was "
            "planned for the last of them, so the earlier ones are worse than runs of that length"
        )
    for run in optimum:
        said += _outside(run, runs)
    if not others.low <= half.value <= others.high:
        said.append(
            f"half the size would cost {_per_cent(half.value)}: outside what a new laboratory "
            f"should expect from the public runs ({_per_cent(others.low)} to "
            f"{_per_cent(others.high)})"
        )
    return said + _influence(table, fits, half) + _outliers(table, residuals)


def tied(runs: Runs) -> bool:
    """Return whether size and data go together, so that neither's effect is told alone."""
    ratio = runs.D / runs.N
    return bool(ratio.max() / ratio.min() < NARROW or abs(_correlation(runs)) > TIED)


def traded(runs: Runs) -> bool:
    """Return whether data shrink as models grow, as at one budget."""
    return _correlation(runs) < -TIED


def _per_cent(value: float) -> str:
    if not np.isfinite(value):
        return "infinitely much"
    return f"{100 * value:.3g} %" if value < 10 else f"{100 * value:,.0f} %"


def _units(table: RunTable) -> list[str]:
    """Say which numbers are so far from usual that another unit may be meant."""
    N, D, loss = (float(np.median(getattr(table.runs, name))) for name in ("N", "D", "loss"))
    columns = {role: table.columns.get(role, role) for role in ("N", "D", "loss")}
    said = []
    if N < SMALLEST["N"]:
        said.append(
            f"models of about {show_count(N)} parameters: if they are in millions, say "
            f"--columns N={columns['N']}:M"
        )
    if D < SMALLEST["D"]:
        said.append(
            f"training sets of about {show_count(D)} tokens: if they are in billions, say "
            f"--columns D={columns['D']}:B"
        )
    if not said and not SANE_RATIOS[0] < D / N < SANE_RATIOS[1]:
        said.append(f"about {D / N:.3g} tokens a parameter: is D in FLOP, or N in another unit?")
    if N > LARGE and loss > HIGH:
        said.append(
            f"losses of about {loss:.3g} are high for models of this size: are they perplexities "
            "(--loss-unit perplexity)?"
        )
    return said


def _shared(fits: LeftOutFits, residuals: Doubles, runs: Runs) -> bool:
    """Whether the residuals of runs of one size go together more than chance would have them."""
    sizes, of = np.unique(runs.N, return_inverse=True)
    n, k = len(runs), len(sizes)
    spare = n - k - fits.fit.n_parameters
    if k < 3 or spare < FEWEST_SPARE:
        return False
    means = np.bincount(of, residuals) / np.bincount(of)
    between = float((np.bincount(of) * means**2).sum()) / k
    within = float(((residuals - means[of]) ** 2).sum()) / spare
    return between > within * float(fdtri(k, spare, 0.9999))


def _correlation(runs: Runs) -> float:
    x, y = np.log(runs.N), np.log(runs.D)
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) > 0 and np.ptp(y) > 0 else 1.0


def _checkpoints(table: RunTable) -> bool:
    """Whether a group holds several lengths of one size."""
    labels = np.asarray(table.groups)
    return any(
        len(set(table.runs.N[labels == one])) == 1 and len(set(table.runs.D[labels == one])) > 1
        for one in set(labels)
    )


def _outside(run: Allocation, runs: Runs) -> list[str]:
    said = []
    for what, value, seen in (("parameters", run.N, runs.N), ("tokens", run.D, runs.D)):
        if not seen.min() <= value <= seen.max():
            said.append(
                f"the optimum of {show_count(run.C)} FLOP has {show_count(value)} {what}; "
                f"the runs go from {show_count(seen.min())} to {show_count(seen.max())}"
            )
    return said


def _influence(table: RunTable, fits: LeftOutFits, half: Estimate) -> list[str]:
    """Name the run, or group, without which half the size costs something else altogether."""
    alpha, beta = fits.parameters[3:5]
    without = np.asarray(behind(compute_overhead)(0.5, alpha, beta))
    if not (np.isfinite(without).all() and 0 < half.value < np.inf):
        return []
    far = np.abs(np.log(without / half.value))
    worst = int(np.argmax(far))
    if not far[worst] > np.log(1.5) or len(far) != len(np.unique(fits.groups)):
        return []
    rows = table.rows[fits.groups == worst]
    name = f"row {rows[0]}" if len(rows) == 1 else f"rows {rows.min()} to {rows.max()}"
    return [
        f"one run decides: without {name} half the size costs {100 * without[worst]:.3g} %, "
        f"with it {100 * half.value:.3g} %"
    ]


def _outliers(table: RunTable, residuals: Doubles) -> list[str]:
    spread = 1.4826 * np.median(np.abs(residuals))
    far = np.flatnonzero(np.abs(residuals) > max(OUTLIER * spread, 1e-9))
    if not len(far) or len(far) > len(residuals) / 5:
        return []
    rows = ", ".join(str(row) for row in table.rows[far][:8])
    return [f"far from the law: row{'s' if len(far) > 1 else ''} {rows}"]
