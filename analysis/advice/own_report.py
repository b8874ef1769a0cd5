"""How the answer to a table of runs is shown: to read, as JSON for a program, as CSV."""

from __future__ import annotations

import csv
import io
import json
import math
import textwrap
from typing import Any

import numpy as np

from analysis.advice.estimates import Estimate
from analysis.advice.own import OwnAnswer
from analysis.advice.plan import Plan
from analysis.internal.counts import show_count
from analysis.internal.doors import checked
from analysis.internal.files import each
from analysis.internal.terminal import aligned
from analysis.laws import FLOP_PER_PARAMETER_TOKEN, Allocation, OuterPowerLaw, ParametricLaw
from analysis.studies.atlas import SIZES

SIZE_NAMES = {0.75: "three quarters", 0.5: "half", 0.3: "0.3"}
WIDTH = 76
"""Letters of a line."""
NEAR = 0.005
"""So near to 1 an outer power is not told from it."""
MOST_LEFT_OUT = 8
"""Rows left out that a table names one by one."""


@checked
def own_as_json(answer: OwnAnswer, plan: Plan | None = None) -> str:
    """Return the answer as JSON; what is infinite is "inf", what is not known is null."""
    law, table, plain = answer.law, answer.table, answer.fits["sum"].fit.law
    content = {
        "runs": {
            "used": len(table.runs),
            "left_out": [{"row": one.row, "why": one.why} for one in table.left_out],
            "columns": dict(table.columns),
            "notes": list(table.notes),
            "groups": None if table.groups is None else len(set(table.groups)),
        },
        "law": {"form": answer.form, "status": answer.fit.status, **_constants(law)},
        "sum": _constants(plain),
        "outer_power": None if answer.kappa is None else _ends("kappa", answer.kappa),
        "exchange": {
            **{f"{k_N:g}": _ends("overhead", answer.exchange[k_N]) for k_N in SIZES},
            "wall": _ends("value", answer.wall),
        },
        "others": {f"{k_N:g}": _ends("overhead", answer.others[k_N]) for k_N in SIZES},
        "combined": {f"{k_N:g}": _ends("overhead", answer.combined[k_N]) for k_N in SIZES},
        "by_count": {name: _ends("overhead", one) for name, one in answer.by_count.items()},
        "optimum": [_run(run) for run in answer.optimum],
        "residuals": {
            "rms": rms(answer),
            "worst": [{"row": row, "residual": value} for row, value in answer.worst],
        },
        "trust": list(answer.trust),
        "next": [] if plan is None else [_run(run) for run in plan.runs],
    }
    if plan is not None:
        content["expected"] = {"now": plan.now, "then": plan.then, "naive": dict(plan.naive)}
    return json.dumps(each(content, _in_json), indent=2, allow_nan=False)


@checked
def own_as_csv(answer: OwnAnswer, plan: Plan | None = None) -> str:
    """Return the answer as rows of name, value, low and high, for a sheet."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("name", "value", "low", "high"))
    for name, value in _constants(answer.law).items():
        rows.writerow((name, value, "", ""))
    estimates = {f"overhead at {k_N:g}": answer.exchange[k_N] for k_N in SIZES}
    estimates |= {f"both together at {k_N:g}": answer.combined[k_N] for k_N in SIZES}
    estimates |= {f"overhead at 0.5, {name}": one for name, one in answer.by_count.items()}
    if answer.kappa is not None:
        estimates["outer power"] = answer.kappa
    for name, one in (estimates | {"wall": answer.wall}).items():
        rows.writerow((name, one.value, *((one.low, one.high) if one.known else ("", ""))))
    runs = [("optimum", run) for run in answer.optimum]
    runs += [("next", run) for run in (plan.runs if plan else ())]
    for name, run in runs:
        for what, value in _run(run).items():
            rows.writerow((f"{name} {what}", value, "", ""))
    said = [("trust", text) for text in answer.trust]
    said += [("left out", f"row {one.row}: {one.why}") for one in answer.table.left_out]
    said += [("note", text) for text in answer.table.notes]
    for pair in said:
        rows.writerow((*pair, "", ""))
    return out.getvalue().rstrip("\n")


@checked
def own_as_table(answer: OwnAnswer, plan: Plan | None = None) -> str:
    """Return the answer for a reader."""
    lines = [line for name, text in _head(answer) for line in _wrapped(f"{name:14} ", text)]
    lines += ["", "what a smaller model costs: more training compute for the same loss, %"]
    lines += _columns(answer)
    if answer.by_count:
        lines += [
            f"half the size, {name}: {_percent(one)} %" for name, one in answer.by_count.items()
        ]
    if answer.trust:
        lines += ["", "what to trust"]
        lines += [line for text in answer.trust for line in _wrapped("- ", text)]
    if plan is not None:
        lines += ["", "what to run next", *_plan(plan)]
    return "\n".join(lines)


def _wrapped(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=name, subsequent_indent=" " * len(name))


def rms(answer: OwnAnswer) -> float:
    """Return the root mean square of the residuals, of log loss."""
    return float(np.sqrt(np.mean(answer.residuals**2)))


def written(law: ParametricLaw) -> str:
    """Return a law as a formula."""
    A, B, alpha, beta = (f"{getattr(law, name):.4g}" for name in ("A", "B", "alpha", "beta"))
    inner = f"{A}/N^{alpha} + {B}/D^{beta}"
    if isinstance(law, OuterPowerLaw):
        return f"loss = {law.E:.4g} + ({inner})^{law.kappa:.3g}"
    return f"loss = {law.E:.4g} + {inner}"


def verdict(answer: OwnAnswer) -> str:
    """Say which form the runs support, and how sure that is."""
    kappa = answer.kappa
    if kappa is None:
        return "not fitted: too few different runs for six constants"
    said = f"{kappa.value:.3g}"
    if not kappa.known:
        return f"{said}, but the runs do not say how sure"
    said += f" [{kappa.low:.3g}, {kappa.high:.3g}]"
    if kappa.low <= 1 + NEAR and kappa.high >= 1 - NEAR:
        return f"{said}: it may well be 1, which is the sum of two powers"
    return f"{said}: the runs reject 1, which is the sum of two powers"


def _head(answer: OwnAnswer) -> list[tuple[str, str]]:
    table, runs = answer.table, answer.table.runs
    rows = len(runs) + len(table.left_out)
    where = ", ".join(f"{role} from {name!r}" for role, name in table.columns.items())
    head = [("runs", f"{len(runs)} of {rows} rows: {where}")]
    head += [("", note) for note in table.notes]
    head += [("left out", f"row {one.row}: {one.why}") for one in table.left_out[:MOST_LEFT_OUT]]
    if len(table.left_out) > MOST_LEFT_OUT:
        head.append(("", f"and {len(table.left_out) - MOST_LEFT_OUT} more (--format json)"))
    head.append(("law", written(answer.law)))
    if answer.form != "sum":
        head.append(("sum law", written(answer.fits["sum"].fit.law)))
    head.append(("outer power", verdict(answer)))
    worst = ", ".join(f"row {row} {100 * value:+.2g} %" for row, value in answer.worst)
    head.append(("residuals", f"{_digits(100 * rms(answer))} % (rms)"))
    head.append(("the worst", worst))
    asked = "" if answer.optimum else ", a budget in the middle of the runs"
    for run in answer.optimum or _middle(answer):
        head.append(
            (
                "optimal",
                f"{show_count(run.N)} parameters, {show_count(run.D)} tokens for "
                f"{show_count(run.C)} FLOP{asked}: {run.D / run.N:.3g} tokens a parameter",
            )
        )
    if answer.sure:
        drawn = "leaving out one run, or group, at a time"
        if answer.resampled is not None:
            drawn = f"{answer.resampled.drawn} resamples; that of the outer power by leaving out"
        head.append(("intervals", f"of 95 %, by {drawn}"))
    return head


def _middle(answer: OwnAnswer) -> tuple[Allocation, ...]:
    """The optimum of the budget in the middle of the runs, if the runs determine a law."""
    if answer.fit.status != "converged":
        return ()
    runs = answer.table.runs
    C = np.exp(np.log(FLOP_PER_PARAMETER_TOKEN * runs.N * runs.D).mean())
    return (answer.law.compute_optimal(float(C)),)


def _columns(answer: OwnAnswer) -> list[str]:
    rows = [("size", "these runs", "other laboratories", "both together")]
    for k_N in SIZES:
        found = (answer.exchange[k_N], answer.others[k_N], answer.combined[k_N])
        own, others, both = map(_percent, found)
        rows.append((SIZE_NAMES[k_N], own, others, both))
    rows.append(("wall, % of size", _percent(answer.wall), "", ""))
    return aligned(rows)


def _percent(one: Estimate) -> str:
    value, low, high = (_digits(100 * number) for number in (one.value, one.low, one.high))
    if one.value == math.inf:
        return "infinite"
    return f"{value} [{low}, {high}]" if one.low > 0 else f"{value} [not known]"


def _digits(value: float) -> str:
    return "infinite" if value == math.inf else f"{value:.2g}" if value < 99.5 else f"{value:,.0f}"


def _plan(plan: Plan) -> list[str]:
    lines = [
        f"- {show_count(run.N)} parameters, {show_count(run.D)} tokens: {show_count(run.C)} FLOP"
        for run in plan.runs
    ]
    lines.append(
        f"With these the overhead at half the size would be known to a factor of {plan.then:.3g}, "
        f"and by the same reckoning is now to {plan.now:.3g}."
    )
    lines += [f"The same budget, {name}: {value:.3g}." for name, value in plan.naive.items()]
    return [*lines, "This trusts the law that was fitted: run the cheapest first, and ask again."]


def _constants(law: ParametricLaw) -> dict[str, float]:
    names = ("E", "A", "B", "alpha", "beta")
    return {name: getattr(law, name) for name in names} | {"kappa": getattr(law, "kappa", 1.0)}


def _ends(name: str, one: Estimate) -> dict[str, float | None]:
    low, high = (one.low, one.high) if one.low > 0 else (None, None)
    return {name: one.value, "low": low, "high": high}


def _run(run: Allocation) -> dict[str, float]:
    return {"C": float(run.C), "N": float(run.N), "D": float(run.D)}


def _in_json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
