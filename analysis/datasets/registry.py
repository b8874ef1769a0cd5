"""The public data sets: where they are, what they must hash to, and how to get them.

Nobody's files are kept in this repository, only their SHA-256 (`analysis/datasets/hashes/`, one
text file a data set). A file is looked for in `ANALYSIS_DATA_DIR`, in the checkout's `data/`, in
`../shared/data` beside the checkout, and at its origin, and is checked against its hash wherever it
came from. What comes from the origin is kept in `data/`, which `python -m analysis.datasets` fills.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from tqdm import tqdm

from analysis.datasets.fetch import file_hash, verified_copy
from analysis.internal import files as _files
from analysis.internal.display import Shown
from analysis.internal.doors import checked
from analysis.internal.kinds import Flag

HASHES = Path(__file__).resolve().parent / "hashes"


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

    @checked
    def verify(self, file: str, copy: str | Path) -> bool:
        """Return whether the copy of a file, a path, has the hash of that file; True or False."""
        return file_hash(Path(copy)) == self.hashes[file]

    @checked
    def download(self, progress: Flag = True) -> Path:
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
    return DataSet(name, url, registry=HASHES / f"{name}.txt", **about)


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
        "kempner2024": _github(
            "kempner2024",
            "KempnerInstitute/loss-to-loss-notebooks",
            "457ce81a019019bc3981937c20a70c52f5fad436",
            "data",
            source="Brandfonbrener et al. 2024, arXiv:2411.12925",
            licence="none stated",
        ),
        "marin2026": _github(
            "marin2026",
            "Open-Athena/scaling-law-analysis",
            "3e0656ee3dce1a2c89aa67691920f5eb9d30f0fc",
            "data/isoflops/extract/marin_202603/raw",
            source="Marin 2026, gathered by Czech et al. 2026, arXiv:2603.22339",
            licence="none stated (Marin's own repository: Apache-2.0)",
        ),
        "llama3": _github(
            "llama3",
            "Open-Athena/scaling-law-analysis",
            "3e0656ee3dce1a2c89aa67691920f5eb9d30f0fc",
            "data/isoflops/extract/llama_3",
            source="figure 2 of arXiv:2407.21783, read off by Czech et al. 2026, arXiv:2603.22339",
            licence="none stated",
        ),
        "gemstones2025": _github(
            "gemstones2025",
            "mcleish7/gemstone-scaling-laws",
            "5f420478f6057b0cbb4d13405fb10ca64675bccb",
            "wandb_dfs",
            source="McLeish et al. 2025, arXiv:2502.06857",
            licence="MIT",
        ),
        "olmo-ladder2024": _github(
            "olmo-ladder2024",
            "allenai/OLMo-ladder",
            "67a3f440f787d020da35e3ca8eeae475fae754f5",
            "src/scripts/paper/data/ladder-runs",
            source="Bhagia et al. 2024, arXiv:2412.04403",
            licence="Apache-2.0",
        ),
        "porian2024": _github(
            "porian2024",
            "formll/resolving-scaling-law-discrepancies",
            "0dc60d91b8a525858a3067fc9e4a46ff5374cc6f",
            "data",
            source="Porian et al. 2024, arXiv:2406.19146",
            licence="MIT",
        ),
    }
)
"""The data sets, by name."""


def download_directory() -> Path:
    """Return the folder that downloads go to: `data/` of the checkout, or of the working folder."""
    checkout = HASHES.parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "data"


def data_directories() -> list[Path]:
    """Return the folders that data sets are looked for in, first to last."""
    chosen = os.environ.get("ANALYSIS_DATA_DIR")
    places = [Path(chosen).expanduser()] if chosen else []
    return [*places, download_directory(), download_directory().parent.parent / "shared" / "data"]
