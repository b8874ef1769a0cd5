"""What a table of runs says: the law, the exchange of size for data, how sure, beside the others.

Both forms are fitted, the sum of two powers and the same with an outer power. In front stands the
one with the outer power, whose exchange does not hang on how the loss falls; of too few runs for
it, the sum. Every interval is of 95 % and comes from leaving runs out, or groups of runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from os import PathLike
from typing import Annotated, Any

import numpy as np
from scipy.special import fdtri

from analysis.advice.resampled import Resampled, resample
from analysis.fit import FitResult, Form, Runs, RunTable, fit_runs
from analysis.fit.jackknife import LeftOutFits, fit_adaptive, leave_out, log_residuals
from analysis.internal.checks import positive
from analysis.internal.counts import show_count
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, NonNegativeInt, able_to, one, several
from analysis.laws import Allocation, ParametricLaw
from analysis.studies.atlas import recorded_atlas
from analysis.tradeoff import compute_overhead, minimum_model_scale

SIZES = (0.75, 0.5, 0.3)
"""The sizes k_N at which the exchange is said."""
POWERS = tuple(np.round(np.geomspace(0.2, 2.0, 61), 4).tolist())
"""Outer powers at which the profile is computed."""
SEED = 17
FEWEST_SPARE = 5
"""Runs, or groups, beyond the constants of a law from which on it has intervals."""
FEW_SPARE = 10
"""So many and the answer is said to rest on few runs."""
N_WORST = 5
TIED = 0.98
"""Size and data whose logarithms correlate so closely cannot be told apart."""
NARROW = 2.0
"""The same if tokens a parameter vary by less than this factor."""
SANE_RATIOS = (1e-2, 1e6)
"""Tokens a parameter beyond which D or N is something else."""
SMALLEST = {"N": 1e4, "D": 1e6}
"""Medians below which another unit may be meant."""
LARGE, HIGH = 1e8, 6.0
"""Median size from which a median loss above so many nats may be a perplexity."""
OUTLIER = 6.0
"""Residuals of so many times the spread of the others are named."""


@dataclass(frozen=True)
class Estimate(Shown):
    """A number and the ends of its 95 % interval; 0 and infinity where it is not known at all."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return 0 < self.low <= self.high < np.inf


@dataclass(frozen=True, eq=False)
class OwnAnswer(Shown):
    """What a table of runs says.

    Attributes
    ----------
    table : RunTable
    form : str
        "outer_power" or "sum": the law in front.
    fits : Mapping[str, LeftOutFits]
        The fits by form, with those that leave a group out.
    sure : bool
        Whether the runs can say how sure they are: enough of them, a law that they determine, size
        and data that do not go together. Otherwise there is no interval.
    resampled : Resampled or None
        The fits of resamples, from which the intervals then are.
    kappa : Estimate or None
        The outer power, if it was fitted.
    exchange : Mapping[float, Estimate]
        The overhead, a fraction, at each of `SIZES`.
    wall : Estimate
        The smallest size that reaches the loss, of the optimal size.
    others : Mapping[float, Estimate]
        What a new laboratory should expect, by `analysis.atlas`.
    combined : Mapping[float, Estimate]
        Both together: the runs, with the others for a prior.
    residuals : array, shape (n,)
        Log measured less log predicted loss.
    optimum : tuple of Allocation
        The compute-optimal run of each budget that was asked for.
    by_count : Mapping[str, Estimate]
        The overhead at half the size by other counts of the parameters.
    trust : tuple of str
        What keeps the answer from being trusted, in words.
    """

    table: RunTable
    form: str
    fits: Mapping[str, LeftOutFits]
    sure: bool
    resampled: Resampled | None
    kappa: Estimate | None
    exchange: Mapping[float, Estimate]
    wall: Estimate
    others: Mapping[float, Estimate]
    combined: Mapping[float, Estimate]
    residuals: Doubles
    optimum: tuple[Allocation, ...]
    by_count: Mapping[str, Estimate]
    trust: tuple[str, ...]

    @property
    def fit(self) -> FitResult:
        """The fit in front."""
        return self.fits[self.form].fit

    @property
    def law(self) -> ParametricLaw:
        """The law in front."""
        law: ParametricLaw = self.fit.law
        return law

    def at(self, k_N: float) -> Estimate:
        """Return the overhead at k_N times the optimal size, a fraction, with its interval."""
        return _overhead(self.resampled or self.fits[self.form], k_N, self.sure)

    @property
    def worst(self) -> list[tuple[int, float]]:
        """The rows of the largest residuals, and these."""
        order = np.argsort(-np.abs(self.residuals))[:N_WORST]
        return [(int(self.table.rows[i]), float(self.residuals[i])) for i in order]


@checked
def answer_runs(
    table: RunTable,
    *,
    compute: Annotated[Sequence[float], several(one(positive), least=0)] = (),
    seed: NonNegativeInt = SEED,
    n_resamples: NonNegativeInt = 0,
    executor: Annotated[Executor, able_to("submit")] | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> OwnAnswer:
    r"""Fit a table of runs and say what it tells of the exchange, and what to trust.

    Parameters
    ----------
    table : RunTable
        As `analysis.fit.read_table` returns it.
    compute : sequence of float
        Budgets, FLOP, whose compute-optimal runs are wanted.
    seed : int
        Which of more than a hundred groups are left out together, and the resamples.
    n_resamples : int
        If not 0, intervals are those of so many resamples of the runs, or of their groups: right
        for tables of many runs whose errors are far from normal, and too narrow for few.
    executor : concurrent.futures.Executor, optional
        What fits the resamples.
    checkpoint : path, optional
        A file that keeps the resamples; a second call goes on where the first was cut short.

    Raises
    ------
    ValueError
        If there are too few different runs for any law.

    Examples
    --------
    >>> from analysis.fit import read_table
    >>> from tempfile import TemporaryDirectory
    >>> law = OuterPowerLaw(1.7, 3000.0, 12000.0, 0.45, 0.42, 0.8)
    >>> N, D = (grid.ravel() for grid in np.meshgrid([1e8, 3e8, 1e9, 3e9], [2e9, 1e10, 5e10, 2e11]))
    >>> rows = [f"{n},{d},{law.loss(n, d)}" for n, d in zip(N, D)]
    >>> with TemporaryDirectory() as folder:
    ...     with open(folder + "/runs.csv", "w") as file:
    ...         _ = file.write("\n".join(["params,tokens,loss", *rows]))
    ...     answer = answer_runs(read_table(folder + "/runs.csv"))
    >>> answer.form, round(answer.exchange[0.5].value, 3)
    ('outer_power', 0.351)
    """
    rng = np.random.default_rng(seed)
    runs, groups = table.runs, table.groups
    different = runs.n_different if groups is None else min(runs.n_different, len(set(groups)))
    if rises(runs):
        raise ValueError(
            f"the loss rises with size and with data: is {table.columns.get('loss', 'loss')!r} one?"
        )
    fits = {}
    for name, form in (("sum", Form()), ("outer_power", Form(outer_power=True))):
        if runs.n_different > len(form.names):
            fits[name] = leave_out(runs, form, fit_adaptive(runs, form), groups, rng)
    if not fits:
        where = ", ".join(f"{role} from {name!r}" for role, name in table.columns.items())
        raise ValueError(
            f"{runs.n_different} different runs do not determine a law of five constants ({where})"
        )
    enough = "outer_power" in fits and fits["outer_power"].spare >= FEWEST_SPARE
    form_name = "outer_power" if enough else "sum"
    front = fits[form_name]
    sure, resampled = can_say(front, runs), None
    if n_resamples:
        resampled = resample(
            table,
            front.fit,
            outer_power=enough,
            n_resamples=n_resamples,
            seed=seed,
            executor=executor,
            checkpoint=checkpoint,
        )
    doubt = resampled or front
    exchange = {k_N: _overhead(doubt, k_N, sure) for k_N in SIZES}
    others = of_others()
    residuals = log_residuals(front.fit, runs)
    optimum = tuple(_optimum(front.fit.law, C) for C in compute)
    return OwnAnswer(
        table,
        form_name,
        fits,
        sure,
        resampled,
        _kappa(fits["outer_power"], sure and enough) if "outer_power" in fits else None,
        exchange,
        _wall(doubt, sure),
        others,
        {k_N: combined(exchange[k_N], others[k_N]) for k_N in SIZES},
        residuals,
        optimum,
        _by_count(table, form_name, rng),
        tuple(doubts(table, front, exchange, residuals, optimum, different)),
    )


@checked
def kappa_profile(answer: OwnAnswer) -> dict[str, list[float]]:
    """Return the objective with the outer power held at each of some values: "kappa", "objective".

    A deep valley is a power that the runs tell; a flat one is one that they do not.
    """
    runs, delta = answer.table.runs, answer.fit.delta
    held = [fit_runs(runs, Form(kappa=kappa), delta=delta).objective for kappa in POWERS]
    return {"kappa": list(POWERS), "objective": held}


def rises(runs: Runs) -> bool:
    """Return whether the loss goes up with size and with data, as an accuracy would."""
    logs = np.stack([np.ones(len(runs)), np.log(runs.N), np.log(runs.D)], axis=1)
    slopes = np.linalg.lstsq(logs, np.log(runs.loss), rcond=None)[0][1:]
    return bool((slopes > 0).all())


def of_others() -> dict[float, Estimate]:
    """Return what a new laboratory should expect, from the record of the atlas."""
    pooled = recorded_atlas()["pooled"]["N"]["outer power"]
    found = {k_N: pooled[f"{k_N:g}"] for k_N in SIZES}
    return {k: Estimate(one["mean"], one["new_low"], one["new_high"]) for k, one in found.items()}


def combined(own: Estimate, others: Estimate) -> Estimate:
    """Return both together: in the logarithm normal, each weighted by its precision.

    The others are a prior for a laboratory that is one of theirs. Without an interval of its own an
    estimate adds nothing.
    """
    if not own.known:
        return others
    if not others.known:
        return own
    middle = np.log([own.value, others.value])
    width = np.log([own.high / own.low, others.high / others.low])
    precision = np.maximum(width, 1e-9) ** -2
    value = np.exp((precision * middle).sum() / precision.sum())
    factor = np.exp(precision.sum() ** -0.5 / 2)
    return Estimate(float(value), float(value / factor), float(value * factor))


def _optimum(law: ParametricLaw, compute: float) -> Allocation:
    try:
        return law.compute_optimal(compute)
    except ValueError as error:
        raise ValueError(f"compute: {error}") from None


def can_say(fits: LeftOutFits, runs: Runs) -> bool:
    """Return whether runs can say how sure the law is that was fitted to them."""
    return fits.spare >= FEWEST_SPARE and fits.fit.status == "converged" and not tied(runs)


def tied(runs: Runs) -> bool:
    """Return whether size and data go together, so that neither's effect is told alone."""
    ratio = runs.D / runs.N
    return bool(ratio.max() / ratio.min() < NARROW or abs(_correlation(runs)) > TIED)


def _overhead(fits: LeftOutFits | Resampled, k_N: float, sure: bool) -> Estimate:
    return _estimate(fits, lambda alpha, beta: behind(compute_overhead)(k_N, alpha, beta), sure)


def _estimate(fits: LeftOutFits | Resampled, quantity: Any, sure: bool) -> Estimate:
    value, low, high = fits.interval(quantity)
    return Estimate(value, low, high) if sure else Estimate(value, 0.0, float("inf"))


def _wall(fits: LeftOutFits | Resampled, sure: bool) -> Estimate:
    found = _estimate(fits, minimum_model_scale, sure)
    return Estimate(found.value, found.low, min(found.high, 1.0) if found.known else found.high)


def _kappa(fits: LeftOutFits, sure: bool) -> Estimate:
    value, width = fits.fit.law.kappa, fits.half_width(np.log(fits.parameters[5]))
    factor = np.exp(min(width, 700.0)) if sure else np.inf
    return Estimate(value, float(value / factor), float(value * factor))


def _by_count(table: RunTable, name: str, rng: np.random.Generator) -> dict[str, Estimate]:
    form = Form(outer_power=name == "outer_power")
    found = {}
    for count, N in table.counts.items():
        runs = behind(Runs)(N, table.runs.D, table.runs.loss)
        fits = leave_out(runs, form, fit_adaptive(runs, form), table.groups, rng)
        found[count] = _overhead(fits, 0.5, can_say(fits, runs))
    return found


def doubts(
    table: RunTable,
    fits: LeftOutFits,
    exchange: Mapping[float, Estimate],
    residuals: Doubles,
    optimum: Sequence[Allocation],
    different: int,
) -> list[str]:
    """Say in words what keeps the answer from being trusted."""
    runs, fit = table.runs, fits.fit
    said = []
    if fits.spare < FEW_SPARE:
        what = "runs" if table.groups is None else "groups of runs"
        none = "" if fits.spare >= FEWEST_SPARE else ": too few to say how sure"
        said.append(
            f"few runs: {different} different {what} for {fit.n_parameters} constants{none}"
        )
    if fit.status != "converged":
        said.append(f"the fit: {STATUS.get(fit.status, fit.status)}")
    said += _units(table)
    if tied(runs):
        said.append(
            "size and data grow together in these runs: what either does alone is guessed; "
            "add runs of one size with more and with less data"
        )
    if any("several kinds" in one for one in table.notes):
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
    half, others = exchange[0.5], of_others()[0.5]
    if not others.low <= half.value <= others.high:
        said.append(
            f"half the size would cost {_per_cent(half.value)}: outside what a new laboratory "
            f"should expect from the public runs ({_per_cent(others.low)} to "
            f"{_per_cent(others.high)})"
        )
    return said + _influence(table, fits, half) + _outliers(table, residuals)


STATUS = {
    "boundary": "a term or an exponent ran to the end of its range, so the runs do not tell it",
    "flat direction": "quite different laws fit equally well, so the runs do not determine one",
    "too few runs": "no more different runs than constants",
    "not converged": "the search was cut short",
}


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
