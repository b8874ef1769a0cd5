"""Print the ledger: `python -m analysis.claims [FILE] [--format table|json|csv|markdown]`.

Exit status: 0 if every claim has a verdict, 1 if one has none, 2 if the claims cannot be read or
computed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields

from analysis.claims.report import FORMATS
from analysis.claims.statements import Claim
from analysis.claims.verdicts import audit, load_claims
from analysis.internal.terminal import Parser, say

HELP = """\
Judge claims: figures as a source prints them, each with what it follows from. Every figure is
computed again, and the verdict says whether and how the printed digits follow."""
STATUS = """\
exit status: 0 if every claim has a verdict; 1 if one has none, because nobody has stated what its
quantity is; 2 if the claims cannot be read or computed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ledger; return the exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command; what it was called with by default.

    Returns
    -------
    int
        0, 1 or 2: see the module. It raises nothing but argparse's `SystemExit`.
    """
    parser = Parser(
        "claims",
        prog="python -m analysis.claims",
        description=HELP,
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        nargs="?",
        help="a CSV file of claims with the columns "
        + ", ".join(field.name for field in fields(Claim))
        + " (default: the project's own)",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="how to print (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    try:
        claims = load_claims(options.file)
        verdicts = audit(claims)
    except (OSError, ValueError) as error:
        print(f"claims: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    say(FORMATS[options.format](verdicts))
    judged = {verdict.claim.id for verdict in verdicts}
    missing = [claim.id for claim in claims if claim.id not in judged]
    if missing:
        print(f"claims: no verdict for {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
