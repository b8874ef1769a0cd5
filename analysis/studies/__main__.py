"""Remake what is recorded: all of it, or the studies that are named.

python -m analysis.studies [NAME ...]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType, ModuleType

from analysis.internal.terminal import Parser
from analysis.studies import atlas, chinchilla, gadre, lab, planted, tasks, testbed
from analysis.studies.record import record

STUDIES: Mapping[str, ModuleType] = MappingProxyType(
    {
        "chinchilla": chinchilla,
        "gadre": gadre,
        "testbed": testbed,
        "atlas": atlas,
        "planted": planted,
        "tasks": tasks,
        "lab": lab,
    }
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the named studies, or all, and write their records; return the exit status."""
    parser = Parser("studies", prog="python -m analysis.studies", description="Remake records.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(STUDIES)}; all of them"
    )
    names = parser.parse_args(arguments).names or list(STUDIES)
    for name in names:
        if name not in STUDIES:
            parser.error(f"NAME must be one of {', '.join(STUDIES)}, got {name!r}")
    for name in names:
        study = STUDIES[name]
        command = f"python -m analysis.studies {name}"
        print(record(study.NAME, study.summarise(), datasets=study.DATASETS, command=command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
