"""Fill `data/` with every public data set: what `make data` runs.

python -m analysis.datasets
"""

from __future__ import annotations

import sys

from analysis.datasets.fetch import COMMAND
from analysis.datasets.registry import DATASETS


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
