"""How small should my model be, and what do my own runs say? Answered on the command line.

    python -m analysis --N 7B --D 1.4T
    python -m analysis --compute 4e22 --serve 10T
    python -m analysis fit runs.csv --next 3 --budget 1e20

Exit status: 0 with an answer, 2 if there is none, with one line on standard error that says why.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence

from analysis.command import advise, fit


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the answer; return the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    return fit.main(given[1:]) if given[:1] == ["fit"] else advise.main(given)


if __name__ == "__main__":
    # With the answer given, to look for garbage takes a sixth of the time.
    atexit.register(gc.freeze)
    sys.exit(main())
