"""A law in a file of JSON, written by `python -m analysis fit --law-out` or by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from analysis.fit import FitResult, Runs
from analysis.internal.checks import shown
from analysis.internal.display import Shown
from analysis.internal.files import write_whole
from analysis.laws import OuterPowerLaw, ParametricLaw

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
CONSTANTS = ("E", "A", "B", "alpha", "beta")


@dataclass(frozen=True)
class LawOfRuns(Shown):
    """A law, and the least and the most "N", "D" and "multiplier" of its runs, if known."""

    law: ParametricLaw
    ranges: Ranges


def write_law(path: str | PathLike[str], fit: FitResult, runs: Runs) -> None:
    """Write a law with the ranges of its runs; the file is whole or as it was."""
    ranges = {"N": runs.N, "D": runs.D, "multiplier": runs.D / runs.N}
    seen = {name: [float(values.min()), float(values.max())] for name, values in ranges.items()}
    text = json.dumps({**asdict(fit.law), "status": fit.status, "runs": seen}, indent=1) + "\n"
    write_whole(Path(path), text.encode())


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
        raise ValueError(f"law: {path}: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"law: {path} is not JSON ({error})") from None
    missing = [name for name in CONSTANTS if not isinstance(content, dict) or name not in content]
    if missing:
        raise ValueError(f"law: {path} lacks {missing[0]}; it holds {', '.join(CONSTANTS)}, kappa")
    try:
        constants = {name: content[name] for name in CONSTANTS}
        law = ParametricLaw(**constants)
        if "kappa" in content:
            law = OuterPowerLaw(**constants, kappa=content["kappa"])
        return LawOfRuns(law, _ranges(content.get("runs", {})))
    except ValueError as error:
        raise ValueError(f"law: {path}: {error}") from None


def _ranges(value: Any) -> Ranges:
    try:
        return {str(name): (float(low), float(high)) for name, (low, high) in value.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"runs must be the ends of each range, got {shown(value)}") from None
