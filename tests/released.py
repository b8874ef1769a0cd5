"""A release in a folder: what the readers of `analysis.datasets` need of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest


class Folder:
    """Files of a release, with no hash that they must have."""

    def __init__(self, root: Path):
        self.root = root

    @property
    def hashes(self) -> dict[str, str]:
        return {path.name: "" for path in self.root.iterdir()}

    def path(self, file: str) -> Path:
        return self.root / file

    def put(self, file: str, *rows: dict[str, Any]) -> None:
        pd.DataFrame(list(rows)).to_csv(self.path(file), index=False)

    def change(self, file: str, line: int, column: str, value: Any) -> None:
        """Change one entry of a CSV file, or a column's name if the line is 1."""
        table = pd.read_csv(self.path(file), dtype=str)
        if line == 1:
            table = table.rename(columns={column: value})
        else:
            table.loc[line - 2, column] = value
        table.to_csv(self.path(file), index=False)


def loaded(load):
    """What a loader returns; without the data the test is skipped."""
    from analysis.datasets import DataUnavailableError

    try:
        return load()
    except DataUnavailableError as error:
        pytest.skip(str(error))
