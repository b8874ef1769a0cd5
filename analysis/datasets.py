"""The public data sets: where they are, what they must hash to, and how to read them.

Nobody's files are kept in this repository, only their SHA-256 (`analysis/registry/`, one text file
a data set). A file is looked for in `ANALYSIS_DATA_DIR`, in the checkout's `data/`, in
`../shared/data` beside the checkout, and at its origin, and is checked against its hash wherever it
came from. What comes from the origin is kept in `data/`, which `python -m analysis.datasets` fills.

`analysis/recorded/` holds results of the project's own, for a reader without the data: `recall`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from tqdm import tqdm

from analysis import _files
from analysis._door import Kind, count, function, one_of, several, takes
from analysis._fetch import COMMAND, file_hash, verified_copy
from analysis._fetch import DataUnavailableError as DataUnavailableError
from analysis._files import DamagedDataError as DamagedDataError
from analysis._validate import flag, whole
from analysis.laws import FLOP_PER_PARAMETER_TOKEN
from analysis.shown import Shown
from analysis.testbed import read_downstream, read_tasks, read_testbed

PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class DataSet(Shown):
    """A public data set at a pinned commit.

    Attributes
    ----------
    name, source, licence : str
        Its folder, and the name of its registry; whose it is, and on what terms.
    base_url : str
        The pinned origin; a file's path in the registry is appended to it.
    registry : Path
        A text file with a line `path sha256:hash` for each file.
    """

    name: str
    base_url: str
    source: str
    licence: str
    registry: Path

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The SHA-256 (`sha256:...`) of each file, by its path below the data set's folder."""
        return MappingProxyType(_files.read_registry(self.registry))

    @property
    def digest(self) -> str:
        """One SHA-256 that stands for all files: that of the sorted lines `path hash`."""
        lines = "".join(f"{name} {value}\n" for name, value in sorted(self.hashes.items()))
        return f"sha256:{sha256(lines.encode()).hexdigest()}"

    def path(self, file: str) -> Path:
        """Return a verified copy of a file, a key of `hashes`, from the origin if nowhere else.

        Raises
        ------
        DataUnavailableError
            If no place has it; the message names the places and the command that gets it.
        DamagedDataError
            If a copy does not have its hash. In `data/` such a copy is removed and fetched anew.
            If the place in `data/` leads out of `data/`.
        ValueError
            If the data set has no such file.
        """
        return verified_copy(self, file, data_directories(), download_directory())

    @takes(copy=str | Path)
    def verify(self, file: str, copy: Path) -> bool:
        """Return whether the copy of a file, a path, has the hash of that file; True or False."""
        return file_hash(copy) == self.hashes[file]

    @takes(progress=flag)
    def download(self, progress: bool = True) -> Path:
        """Put a verified copy of every file into `data/`, and return the data set's folder.

        With `progress` a bar is shown. Errors are those of `path`.
        """
        target = download_directory() / self.name
        with ThreadPoolExecutor(8) as pool:
            copies = pool.map(self._place, self.hashes)
            hidden = None if progress else True
            try:
                list(tqdm(copies, self.name, len(self.hashes), unit="file", disable=hidden))
            finally:
                pool.shutdown(cancel_futures=True)  # of an interrupted download
        return target

    def _place(self, file: str) -> None:
        copy, target = self.path(file), download_directory() / self.name / file
        if copy != target:
            _files.write_whole(target, copy.read_bytes())


def _github(name: str, repository: str, commit: str, folder: str, **about: str) -> DataSet:
    url = f"https://raw.githubusercontent.com/{repository}/{commit}/{folder}/"
    return DataSet(name, url, registry=PACKAGE / "registry" / f"{name}.txt", **about)


DATASETS: Mapping[str, DataSet] = MappingProxyType(
    {
        "epoch2024": _github(
            "epoch2024",
            "epoch-research/analyzing-chinchilla",
            "92258837425e1b5f2851d624287f0120583a3d0e",
            "data",
            source="Besiroglu et al. 2024, arXiv:2404.10102",
            licence="none stated",
        ),
        "gadre2024": _github(
            "gadre2024",
            "mlfoundations/scaling",
            "a003c4913793ac2ae7ef87b28ecb562955d026d5",
            "exp_data",
            source="Gadre et al. 2024, arXiv:2403.08540",
            licence="MIT, Copyright (c) 2024 mlfoundations",
        ),
    }
)
"""The data sets, by name."""
RECORD: dict[str, Kind] = {"name": _files.plain_name, "folder": Path}


def download_directory() -> Path:
    """Return the folder that downloads go to: `data/` of the checkout, or of the working folder."""
    checkout = PACKAGE.parent
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "data"


def data_directories() -> list[Path]:
    """Return the folders that data sets are looked for in, first to last."""
    chosen = os.environ.get("ANALYSIS_DATA_DIR")
    places = [Path(chosen).expanduser()] if chosen else []
    return [*places, download_directory(), download_directory().parent.parent / "shared" / "data"]


@takes(exclude_highest=count(0))
def load_chinchilla_runs(*, exclude_highest: int = 0) -> pd.DataFrame:
    """Return the runs of Hoffmann et al. 2022, as Besiroglu et al. 2024 read them off figure 4.

    Parameters
    ----------
    exclude_highest : int
        Keep the runs whose loss is strictly below the loss of this rank from the top. The published
        refit uses 5, which keeps 240 of the 245 runs; 0 keeps all.

    Returns
    -------
    DataFrame
        Columns N (parameters), D (training tokens, C / (6 N)), C (training FLOP) and loss (nats per
        token), in the order of the file.

    Raises
    ------
    DataUnavailableError, DamagedDataError
        If the data cannot be had, or are not what they should be.
    ValueError
        If exclude_highest is not a whole number from 0 to the number of runs.
    """
    table = pd.read_csv(DATASETS["epoch2024"].path("svg_extracted_data.csv"))
    names = {"N": "Model Size", "C": "Training FLOP", "loss": "loss"}
    runs = pd.DataFrame({name: table[theirs] for name, theirs in names.items()})
    runs.insert(1, "D", runs["C"] / (FLOP_PER_PARAMETER_TOKEN * runs["N"]))
    if whole("exclude_highest", exclude_highest, 0, len(runs)):
        runs = runs[runs["loss"] < runs["loss"].nlargest(exclude_highest).iloc[-1]]
    return runs.reset_index(drop=True)


def load_testbed() -> pd.DataFrame:
    """Return the 104 runs of Gadre et al. 2024 (arXiv:2403.08540).

    Returns
    -------
    DataFrame
        train_set, model, N (parameters), D (tokens), C (FLOP), token_multiplier (D / N), the loss
        on each validation set (nats per token) and the columns that `testbed.read_testbed` adds.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        If the data cannot be had, are not what they should be, or cannot be read.
    """
    return read_testbed(DATASETS["gadre2024"])


def load_downstream() -> pd.DataFrame:
    """Return the errors of these runs on 46 tasks.

    Returns
    -------
    DataFrame
        train_set, model, and for each task the fraction of its questions answered wrongly.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_testbed`.
    """
    return read_downstream(DATASETS["gadre2024"])


def load_tasks() -> pd.DataFrame:
    """Return the 46 tasks.

    Returns
    -------
    DataFrame
        task, category, type, shots and questions (counts), chance and margin (fractions), in_split;
        see `testbed.read_tasks`.

    Raises
    ------
    DataUnavailableError, DamagedDataError, ValueError
        As `load_testbed`.
    """
    return read_tasks(DATASETS["gadre2024"])


@dataclass(frozen=True)
class Recalled(Shown):
    """A result, and a sentence to show beside it, empty if it was computed here and now."""

    value: Any
    note: str


@takes(**RECORD, compute=function)
def recall(name: str, compute: Callable[[], Any], *, folder: Path | None = None) -> Recalled:
    """Compute a result, or fall back on its record if the data are unavailable.

    `compute` takes nothing; the record is `name`.json in `folder`, or in `analysis/recorded/`.

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


@takes(**RECORD)
def recorded(name: str, *, folder: Path | None = None) -> dict[str, Any]:
    """Return what `record` wrote, "command", "data" and "value", or raise `DamagedDataError`."""
    return _files.read_record(_record_path(name, folder), "command", "data", "value")


@takes(load=function)
def available(load: Callable[[], Any]) -> Recalled:
    """Load data that no record can stand in for; the value is None if they are unavailable.

    With STRICT=1 the error is raised instead. A damaged file is always an error.
    """
    try:
        return Recalled(load(), "")
    except DataUnavailableError:
        if os.environ.get("STRICT") == "1":
            raise
        return Recalled(None, f"The data for this are not here. To get them: `{COMMAND}`.")


@takes(**RECORD, value=_files.in_json, datasets=several(one_of(*DATASETS), least=0), command=str)
def record(
    name: str, value: Any, *, datasets: tuple[str, ...], command: str, folder: Path | None = None
) -> Path:
    """Write a result to `analysis/recorded/`, with its data's hashes and what remakes it."""
    content = {
        "command": command,
        "data": {dataset: DATASETS[dataset].digest for dataset in datasets},
        "value": value,
    }
    return _files.write_record(_record_path(name, folder), content)


def _record_path(name: str, folder: Path | None) -> Path:
    return (folder or PACKAGE / "recorded") / f"{name}.json"


def main() -> int:
    """Fill `data/` with every data set; return 0 if all are there."""
    failures = 0
    for dataset in DATASETS.values():
        try:
            folder = dataset.download()
            print(f"{dataset.name}: {len(dataset.hashes)} files verified in {folder}")
        except (ValueError, OSError) as error:
            print(error, file=sys.stderr)
            failures += 1
        except KeyboardInterrupt:
            print(f"interrupted; what is whole stays. To go on: {COMMAND}", file=sys.stderr)
            return 130
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
