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

from analysis.advice.doubts import FEWEST_SPARE, doubts, tied, traded
from analysis.advice.estimates import Estimate, combined, of_others
from analysis.advice.resampled import Resampled, resample
from analysis.bootstrap import MOST
from analysis.fit import FitResult, Form, Runs, RunTable, fit_runs
from analysis.fit.jackknife import LeftOutFits, fit_adaptive, leave_out, log_residuals
from analysis.internal.checks import positive
from analysis.internal.display import Shown
from analysis.internal.doors import behind, checked
from analysis.internal.kinds import Doubles, NonNegativeInt, able_to, count, one, several
from analysis.laws import Allocation, ParametricLaw
from analysis.studies.atlas import SIZES
from analysis.tradeoff import compute_overhead, minimum_model_scale

BAND_SIZES = tuple(np.round(np.linspace(0.1, 0.98, 45), 3).tolist())
"""Sizes k_N at which a law that is written has its interval."""
POWERS = tuple(np.round(np.geomspace(0.2, 2.0, 61), 4).tolist())
"""Outer powers at which the profile is computed."""
SEED = 17
N_WORST = 5


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

    def band(self) -> dict[str, list[float]]:
        """Return sizes "k_N", and the ends "low" and "high" at each; empty if there are none."""
        found = ((k_N, self.at(k_N)) for k_N in BAND_SIZES)
        known = [(k_N, one.low, one.high) for k_N, one in found if one.known]
        columns = zip(*known, strict=True)
        return dict(zip(("k_N", "low", "high"), map(list, columns), strict=False))

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
    n_resamples: Annotated[int, count(0, MOST)] = 0,
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
    >>> from analysis.laws import OuterPowerLaw
    >>> from tempfile import TemporaryDirectory
    >>> law = OuterPowerLaw(1.7, 3000.0, 12000.0, 0.45, 0.42, 0.8)
    >>> N, D = (grid.ravel() for grid in np.meshgrid([1e8, 3e8, 1e9, 3e9], [2e9, 1e10, 5e10, 2e11]))
    >>> rows = [f"{n},{d},{law.loss(n, d)}" for n, d in zip(N, D)]
    >>> with TemporaryDirectory() as folder:
    ...     with open(folder + "/runs.csv", "w") as file:
    ...         _ = file.write("\n".join(["params,tokens,loss", *rows]))
    ...     answer = answer_runs(read_table(folder + "/runs.csv"))
    >>> answer.form, round(answer.exchange[0.5].value, 3)
    ('outer_power', 0.353)
    """
    rng = np.random.default_rng(seed)
    runs, groups = table.runs, table.groups
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
        tuple(doubts(table, front, n_resamples, exchange[0.5], others[0.5], residuals, optimum)),
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
    """Return whether the loss goes up with size and with data, as an accuracy would.

    At one budget the one goes down as the other goes up, and neither's effect is told alone.
    """
    if traded(runs):
        return False
    logs = np.stack([np.ones(len(runs)), np.log(runs.N), np.log(runs.D)], axis=1)
    slopes = np.linalg.lstsq(logs, np.log(runs.loss), rcond=None)[0][1:]
    return bool((slopes > 0).all())


def _optimum(law: ParametricLaw, compute: float) -> Allocation:
    try:
        return law.compute_optimal(compute)
    except ValueError as error:
        raise ValueError(f"compute: {error}") from None


def can_say(fits: LeftOutFits, runs: Runs) -> bool:
    """Return whether runs can say how sure the law is that was fitted to them."""
    return fits.spare >= FEWEST_SPARE and fits.fit.status == "converged" and not tied(runs)


def _overhead(fits: LeftOutFits | Resampled, k_N: float, sure: bool) -> Estimate:
    return _estimate(fits, lambda alpha, beta: behind(compute_overhead)(k_N, alpha, beta), sure)


def _estimate(fits: LeftOutFits | Resampled, quantity: Any, sure: bool) -> Estimate:
    value, low, high = fits.interval(quantity)
    return Estimate(value, low, high) if sure else Estimate(value, 0.0, float("inf"))


def _wall(fits: LeftOutFits | Resampled, sure: bool) -> Estimate:
    found = _estimate(fits, minimum_model_scale, sure)
    return Estimate(found.value, found.low, min(found.high, 1.0) if found.known else found.high)


def _kappa(fits: LeftOutFits, sure: bool) -> Estimate:
    value, low, high = fits.about(fits.fit.law.kappa, fits.parameters[5])
    return Estimate(value, low, high) if sure else Estimate(value, 0.0, float("inf"))


def _by_count(table: RunTable, name: str, rng: np.random.Generator) -> dict[str, Estimate]:
    form = Form(outer_power=name == "outer_power")
    found = {}
    for counted, N in table.counts.items():
        runs = behind(Runs)(N, table.runs.D, table.runs.loss)
        fits = leave_out(runs, form, fit_adaptive(runs, form), table.groups, rng)
        found[counted] = _overhead(fits, 0.5, can_say(fits, runs))
    return found
