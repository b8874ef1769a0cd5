"""What is computed once, written down and recalled where the data are not at hand.

A record is a JSON file in `analysis/studies/recorded/`: the value, the command that remakes it, the
hashes of the data behind it, and its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from analysis.datasets import COMMAND, DATASETS, DataUnavailableError
from analysis.internal import files as _files
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import function, one_of, several

FOLDER = Path(__file__).resolve().parent / "recorded"
RecordName: TypeAlias = Annotated[str, _files.plain_name]


@dataclass(frozen=True)
class Recalled(Shown):
    """A result, and a sentence to show beside it, empty if it was computed here and now."""

    value: Any
    note: str


@checked
def recall(
    name: RecordName, compute: Annotated[Callable[[], Any], function], *, folder: Path | None = None
) -> Recalled:
    """Compute a result, or fall back on its record if the data are unavailable.

    `compute` takes nothing; the record is `name`.json in `folder`, or in `FOLDER`.

    Raises
    ------
    DataUnavailableError, DamagedDataError
        If there is no record, or STRICT=1 is in the environment; if a file is damaged.
    """
    try:
        return Recalled(compute(), "")
    except DataUnavailableError:
        if os.environ.get("STRICT") == "1" or not _record_path(name, folder).is_file():
            raise
        content = recorded(name, folder=folder)
        note = f"The data are not here ({COMMAND} gets them): this is the recorded result of "
        return Recalled(content["value"], f"{note}`{content['command']}`.")


@checked
def recorded(name: RecordName, *, folder: Path | None = None) -> dict[str, Any]:
    """Return what `record` wrote, "command", "data" and "value", or raise `DamagedDataError`."""
    return _files.read_record(_record_path(name, folder), "command", "data", "value")


@checked
def available(load: Annotated[Callable[[], Any], function]) -> Recalled:
    """Load data that no record can stand in for; the value is None if they are unavailable.

    With STRICT=1 the error is raised instead. A damaged file is always an error.
    """
    try:
        return Recalled(load(), "")
    except DataUnavailableError:
        if os.environ.get("STRICT") == "1":
            raise
        return Recalled(None, f"The data for this are not here. To get them: `{COMMAND}`.")


@checked
def record(
    name: RecordName,
    value: Annotated[Any, _files.in_json],
    *,
    datasets: Annotated[tuple[str, ...], several(one_of(*DATASETS), least=0)],
    command: str,
    folder: Path | None = None,
) -> Path:
    """Write a result, with its data's hashes and what remakes it."""
    content = {
        "command": command,
        "data": {dataset: DATASETS[dataset].digest for dataset in datasets},
        "value": value,
    }
    return _files.write_record(_record_path(name, folder), content)


def _record_path(name: str, folder: Path | None) -> Path:
    return (folder or FOLDER) / f"{name}.json"
