"""Released models, and where the laws place them.

`models.csv`, beside this file, holds the size and the training tokens of released models as their
makers print them, each with its source. A law turns such a pair (N, D) into its place: the cheapest
run of the same loss, and k_N, k_D, overhead and marginal rate against it. The loss itself is never
compared between models, since each has its own tokens and its own data.

On the plane of size and tokens the models of one overhead lie on a power of N, as the optimum does:
a point with scales (k_N, k_D) lies at (k_N N_opt, k_D D_opt).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd

from analysis.bootstrap import percentile_interval
from analysis.internal.checks import FloatOrArray, plain
from analysis.internal.doors import behind, checked
from analysis.internal.files import read_rows
from analysis.internal.kinds import (
    Flag,
    NonNegative,
    Positive,
    PositiveFloat,
    Share,
    named,
    table_with,
)
from analysis.laws import LawEnsemble, ParametricLaw
from analysis.tradeoff import Placement, model_scale_for_overhead, place

COLUMNS = ("name", "year", "N", "active", "D", "distilled", "source", "locator", "note")
"""Of the table: parameters N in all and, in a mixture of experts, active for a token; training
tokens D seen; year of the first release. A table without "active" is one of dense models."""
YEARS, SIZES, TOKENS = (2018, 2030), (1e7, 1e13), (1e8, 1e15)
"""What a row may say. Outside of it a unit has been mistaken."""
SCALES = ("k_N", "k_D", "compute", "marginal_rate")
"""What a law says of a model. "compute" is k_N k_D, one more than the overhead."""


@checked
def load_models(path: str | Path | None = None) -> pd.DataFrame:
    """Read a table of models, by default the project's own, in the order of the file.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`: N, active (N for a dense model) and D as counts, `distilled` as a
        truth value, the rest as text.

    Raises
    ------
    ValueError
        Naming the file, the line and the column: a column is missing, a name is empty or given
        twice, a year, size or token count is no number or out of range, more parameters are active
        than there are, `distilled` is neither yes nor no, a source or its place is empty.

    Examples
    --------
    >>> models = load_models().set_index("name")
    >>> float(models.loc["Chinchilla-70B", "D"] / models.loc["Chinchilla-70B", "N"])
    20.0
    """
    own = files("analysis.advice").joinpath("models.csv")
    table = own if path is None else Path(path)
    rows: list[dict[str, Any]] = []
    names: set[str] = set()
    for line, row in read_rows(table, COLUMNS, optional=("active",)):
        try:
            rows.append(_checked(row, names))
        except ValueError as error:
            raise ValueError(f"{table.name}, line {line}: {error}") from None
        names.add(row["name"])
    return pd.DataFrame(rows, columns=COLUMNS)


@checked
def place_models(
    models: Annotated[pd.DataFrame, table_with("name", "N", "D")],
    laws: Annotated[Mapping[str, ParametricLaw], named(ParametricLaw)],
) -> pd.DataFrame:
    """Place every model by its N and D under every law: one row for each pair.

    A mixture of experts is placed by all its parameters; `models.assign(N=models["active"])` places
    it by those that are active, as `python -m analysis --model` does.

    Returns
    -------
    DataFrame
        Columns name, law, k_N, k_D, compute (k_N k_D), overhead, marginal_rate, and the
        compute-optimal run of the same loss, N_opt and D_opt.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> law = {"post": PUBLISHED["de-vries-2023"].law}
    >>> placed = place_models(load_models(), law).set_index("name")
    >>> placed.loc[["GPT-3", "LLaMA-7B"], "k_N"].round(2).tolist()
    [8.12, 0.57]
    """
    N, D = (models[name].to_numpy(dtype=float) for name in ("N", "D"))
    tables = []
    for name, law in laws.items():
        placed = place(law, N, D)
        table = pd.DataFrame({"name": models["name"].to_numpy(), "law": name, **_scales(placed)})
        table["overhead"] = placed.overhead
        tables.append(table.assign(N_opt=placed.optimal.N, D_opt=placed.optimal.D))
    return pd.concat(tables, ignore_index=True)


@checked
def bands(
    models: Annotated[pd.DataFrame, table_with("name", "N", "D")],
    ensemble: LawEnsemble,
    level: Share = 0.95,
) -> pd.DataFrame:
    """Return the percentile interval of every model's place over an ensemble of laws.

    Returns
    -------
    DataFrame
        One row a model, named by the index; columns (scale, end) for each of `SCALES` and the ends
        "low" and "high".
    """
    N, D = (models[name].to_numpy(dtype=float)[:, None] for name in ("N", "D"))
    ends = {}
    for scale, values in _scales(place(ensemble, N, D)).items():
        ends[scale, "low"], ends[scale, "high"] = percentile_interval(values.T, level)
    return pd.DataFrame(ends, index=pd.Index(models["name"], name="name"))


@checked
def disagreement(placed: Annotated[pd.DataFrame, table_with("name", *SCALES)]) -> pd.DataFrame:
    """Return by which factor the laws differ on each model: the largest by the smallest answer.

    Parameters
    ----------
    placed : DataFrame
        As from `place_models`, of two laws or more.

    Returns
    -------
    DataFrame
        One row a model, in their order, named by the index; a column for each of `SCALES`.
    """
    by_model = placed.groupby("name", sort=False)[list(SCALES)]
    return by_model.max() / by_model.min()


@checked
def beyond(
    models: Annotated[pd.DataFrame, table_with("N", "D")],
    N: PositiveFloat,
    D: PositiveFloat,
    multiplier: PositiveFloat,
) -> np.ndarray:
    """Say which models lie beyond the runs that a law was fitted to, in size, data or D/N.

    Parameters
    ----------
    models : DataFrame
        As from `load_models`.
    N, D, multiplier : float
        The largest size, the most tokens and the most tokens a parameter among the runs.
    """
    size, tokens = (models[name].to_numpy(dtype=float) for name in ("N", "D"))
    return np.asarray((size > N) | (tokens > D) | (tokens / size > multiplier))


@checked(finite=True)
def tokens_at_overhead(
    law: ParametricLaw, overhead: NonNegative, N: Positive, *, too_large: Flag = False
) -> FloatOrArray:
    """Return the tokens at which models of N parameters have a compute overhead, a fraction.

    There are two: on many tokens N is smaller than optimal, on few it is `too_large`. The exchange
    of size and data stays the same when k_N and alpha change places with k_D and beta, so the
    second comes from the first.

    Examples
    --------
    >>> from analysis.laws import PUBLISHED
    >>> law = PUBLISHED["de-vries-2023"].law
    >>> D = tokens_at_overhead(law, 0.2, 7e9)
    >>> round(place(law, 7e9, D).overhead, 6)
    0.2
    """
    if too_large:
        k_D = behind(model_scale_for_overhead)(overhead, law.beta, law.alpha)
        k_N = (1 + overhead) / k_D
    else:
        k_N = behind(model_scale_for_overhead)(overhead, law.alpha, law.beta)
        k_D = (1 + overhead) / k_N
    return plain(k_D * np.asarray(behind(law.compute_optimal_for_size)(N / k_N).D))


def _scales(placed: Placement) -> dict[str, np.ndarray]:
    values = (placed.k_N, placed.k_D, 1 + placed.overhead, placed.marginal_rate)
    return dict(zip(SCALES, values, strict=True))


def _checked(row: dict[str, str], names: set[str]) -> dict[str, Any]:
    for column in ("name", "source", "locator"):
        if not row[column].strip():
            raise ValueError(f"{column} is empty")
    if row["name"] in names:
        raise ValueError(f"name {row['name']!r} is given twice")
    if row["distilled"] not in ("yes", "no"):
        raise ValueError(f"distilled must be yes or no, got {row['distilled']!r}")
    N = _number(row, "N", *SIZES)
    active = _number(row, "active", SIZES[0], N) if row["active"] else N
    return {
        **row,
        "year": int(_number(row, "year", *YEARS)),
        "N": N,
        "active": active,
        "D": _number(row, "D", *TOKENS),
        "distilled": row["distilled"] == "yes",
    }


def _number(row: dict[str, str], column: str, low: float, high: float) -> float:
    text = row[column]
    if not text.isdecimal():
        raise ValueError(f"{column} must be a whole number in digits, got {text!r}")
    if not low <= int(text) <= high:
        raise ValueError(f"{column} must lie between {low:g} and {high:g}, got {text}")
    return float(text)
