"""A law in a file of JSON, written by `python -m analysis fit --law-out` or by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from analysis.fit.parametric import FitResult
from analysis.fit.runs import Runs
from analysis.internal.checks import shown
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.files import write_whole
from analysis.laws import OuterPowerLaw, ParametricLaw

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
Band: TypeAlias = Mapping[str, list[float]]
CONSTANTS = ("E", "A", "B", "alpha", "beta")
ENDS = ("k_N", "low", "high")


@dataclass(frozen=True)
class LawOfRuns(Shown):
    """A law, and what is known of the runs behind it.

    Attributes
    ----------
    law : ParametricLaw
    ranges : Mapping[str, (float, float)]
        The least and the most "N", "D" and "multiplier" of its runs; empty if they are not known.
    band : Mapping[str, list of float]
        Sizes "k_N", and the ends "low" and "high" of the 95 % interval of the overhead at each,
        fractions; empty if it is not known.
    status : str
        How the fit ended, as `FitResult.status`; empty if it is not known.
    """

    law: ParametricLaw
    ranges: Ranges
    band: Band
    status: str = ""


def write_law(
    path: str | PathLike[str], fit: FitResult, runs: Runs, band: Mapping[str, Sequence[float]]
) -> None:
    """Write a law with the ranges of its runs and its band; the file is whole or as it was."""
    ranges = {"N": runs.N, "D": runs.D, "multiplier": runs.D / runs.N}
    seen = {name: [float(values.min()), float(values.max())] for name, values in ranges.items()}
    shown_band = {name: [float(f"{x:.6g}") for x in values] for name, values in band.items()}
    content = {**asdict(fit.law), "status": fit.status, "runs": seen, "band": shown_band}
    write_whole(Path(path), (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())


@checked
def read_law(path: str | PathLike[str]) -> LawOfRuns:
    """Read a law: E, A, B, alpha, beta, and kappa if it has an outer power.

    Raises
    ------
    ValueError
        Naming the file, and what is missing or wrong in it.
    """
    try:
        content = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"path: {path}: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"path: {path} is not JSON ({error})") from None
    missing = [name for name in CONSTANTS if not isinstance(content, dict) or name not in content]
    if missing:
        raise ValueError(f"path: {path} lacks {missing[0]}; it holds {', '.join(CONSTANTS)}, kappa")
    try:
        constants = {name: content[name] for name in CONSTANTS}
        law = ParametricLaw(**constants)
        if "kappa" in content:
            law = OuterPowerLaw(**constants, kappa=content["kappa"])
        ranges, band = _ranges(content.get("runs", {})), _band(content.get("band", {}))
        return LawOfRuns(law, ranges, band, str(content.get("status", "")))
    except ValueError as error:
        raise ValueError(f"path: {path}: {error}") from None


def _ranges(value: Any) -> Ranges:
    try:
        return {str(name): (float(low), float(high)) for name, (low, high) in value.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"runs must be the ends of each range, got {shown(value)}") from None


def _band(value: Any) -> Band:
    try:
        band = {name: [float(one) for one in value[name]] for name in ENDS} if value else {}
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"band must be numbers {', '.join(ENDS)}, got {shown(value)}") from None
    if len({len(values) for values in band.values()}) > 1:
        raise ValueError("band must have as many k_N as low and high")
    return band
