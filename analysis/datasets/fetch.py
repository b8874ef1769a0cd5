"""A file of a data set, found or fetched and held against its hash: behind `analysis.datasets`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tqdm import TqdmWarning

from analysis.internal import files as _files
from analysis.internal.checks import shown
from analysis.internal.files import DamagedDataError

with warnings.catch_warnings():
    # In a notebook without ipywidgets, the progress bar of pooch says that it will be plain.
    warnings.simplefilter("ignore", TqdmWarning)
    import pooch

COMMAND = "make data"
"""What a reader types to get the data."""


class DataUnavailableError(FileNotFoundError):
    """A data set is in none of the places where it is looked for."""


class Registered(Protocol):
    """What is known of a data set: see `analysis.datasets.DataSet`."""

    @property
    def name(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def hashes(self) -> Mapping[str, str]: ...

    def verify(self, file: str, copy: Path) -> bool: ...


def file_hash(copy: Path) -> str:
    """Return the SHA-256 of a file as a registry has it."""
    return f"sha256:{pooch.file_hash(str(copy))}"


def verified_copy(dataset: Registered, file: str, folders: Sequence[Path], downloads: Path) -> Path:
    """Return a copy that has its hash, from the first of the folders or from the origin.

    What has another is refused; in `downloads` it is removed, and fetched anew.
    """
    if not isinstance(file, str) or file not in dataset.hashes:
        raise ValueError(f"file must be one of data set {dataset.name!r}, got {shown(file)}")
    tried: list[str] = []
    damage: DamagedDataError | None = None
    for folder in folders:
        copy = folder / dataset.name / file
        tried.append(str(folder))
        if not copy.is_file():
            continue
        if dataset.verify(file, copy):
            return copy
        damage = DamagedDataError(f"{copy} is damaged: its hash is not {dataset.hashes[file]}")
        if folder != downloads:
            raise damage
        _files.within(folder, copy).unlink()
    target = _files.within(downloads, downloads / dataset.name / file)
    try:
        return Path(_origin(dataset, downloads).fetch(file))
    except OSError as error:  # those of requests are among them
        if error.errno in _files.DISK:
            raise DataUnavailableError(f"{target} cannot be written: {error}") from error
        raise damage or DataUnavailableError(
            f"data set {dataset.name!r} ({dataset.source}): no {file} in "
            f"{', '.join(tried)}, and {dataset.base_url} cannot be reached "
            f"({type(error).__name__}). To get it: {COMMAND}"
        ) from error
    except ValueError as error:
        raise DamagedDataError(
            f"{dataset.base_url}{file} is damaged or has changed: its hash is not "
            f"{dataset.hashes[file]}"
        ) from error


def _origin(dataset: Registered, downloads: Path) -> pooch.Pooch:
    pooch.get_logger().setLevel("WARNING")
    folder = downloads / dataset.name
    return pooch.Pooch(folder, dataset.base_url, registry=dict(dataset.hashes))
