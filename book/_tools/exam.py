"""An exam that a seed draws, and its solutions: Markdown to edit, and pages to print.

    SEED=7 PYTHONPATH=book/_ext python book/_tools/exam.py _build/exam

The same seed writes the same bytes. Who knows the seed can draw the solutions too, so choose one
that nobody guesses, and keep it.
"""

import html
import os
import sys
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from analysis.internal.checks import shown
from analysis.internal.files import write_whole
from questions import Exam, draw_exam
from questions.kinds import marks
from report.browser import installed
from report.equations import STORE, Equations, mathjax, with_glyphs

MINUTES = 75
MOST_DIGITS = 18
GIVEN = (
    f"{MINUTES} minutes. No computer; a calculator is allowed.\n\n"
    r"Throughout, $L(N, D) = E + A/N^{\alpha} + B/D^{\beta}$ is the loss of a model of $N$ "
    "parameters on $D$ tokens, and training costs $C = 6ND$. $k_N$ is a size as a fraction of the "
    "compute-optimal one of the same loss, $k_D$ its tokens as a multiple of that one's, $k_{min}$ "
    "the fraction below which no data are enough, $m$ the marginal rate: the per cent of data that "
    "one per cent less size costs."
)
STYLE = """
body { font: 12pt/1.45 Georgia, serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 1.6em; break-after: avoid; }
p, li { break-inside: avoid; }
.glyphs { display: none; }
mjx-container > svg { overflow: visible; min-height: 1px; min-width: 1px; }
mjx-container[display="true"] { display: block; text-align: center; margin: 0.5em 0; }
mjx-assistive-mml { position: absolute !important; clip: rect(1px, 1px, 1px, 1px);
  width: 1px; height: 1px; overflow: hidden !important; }
@page { margin: 2cm; } @media print { body { margin: 0; max-width: none; } }
"""


class SeedError(ValueError):
    """What was given is no seed; the message names it and says what one is."""


def seed_of(text: str | None) -> int:
    """Return a seed from what was given for it.

    Raises
    ------
    SeedError
        If nothing was given, or no whole number of at most 18 digits.
    """
    if text is None or not text.strip():
        raise SeedError("make exam needs a SEED, a whole number: make exam SEED=7")
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        raise SeedError(
            f"SEED must be a whole number from 0 on, of at most {MOST_DIGITS} digits, "
            f"got {shown(text)}"
        )
    return int(digits)


def sheet(exam: Exam) -> str:
    """Return the questions as Markdown."""
    lines = [f"# Exam {exam.seed}", GIVEN]
    for number, one in enumerate(exam.questions, 1):
        lines += [f"## {number}. {one.title} ({marks(one.points)})", one.asked]
    return "\n\n".join([*lines, f"{exam.points} points in all."]) + "\n"


def solutions(exam: Exam) -> str:
    """Return the solutions as Markdown, with the points of each step."""
    lines = [f"# Exam {exam.seed}: solutions and points"]
    for number, one in enumerate(exam.questions, 1):
        where = f"chapter{'s' * (not one.chapter.isdigit())} {one.chapter}"
        lines.append(f"## {number}. {one.title} ({marks(one.points)}; {where})")
        lines += [f"{step.text} *({marks(step.points)})*" for step in one.steps]
    return "\n\n".join([*lines, f"{exam.points} points in all; half is a pass."]) + "\n"


def page(text: str, title: str, equations: Equations | None) -> str:
    """Return Markdown as a page that asks no host, its equations set or left to MathJax in it."""

    def equation(tex: str, options: dict[str, Any]) -> str:
        display = bool(options["display_mode"])
        if equations is not None:
            return equations.set(tex.strip(), display)
        return html.escape(rf"\[{tex}\]" if display else rf"\({tex}\)")

    reader = MarkdownIt().use(dollarmath_plugin, renderer=equation)
    head = f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
    if equations is None:
        head += f"<script>{mathjax().read_text(encoding='utf-8')}</script>"
    made = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{head}</head>\n'
        f"<body>\n{reader.render(text)}</body></html>\n"
    )
    return made if equations is None else with_glyphs(made, equations.glyphs)


def write_exam(exam: Exam, folder: Path) -> list[Path]:
    """Write an exam and its solutions into a folder, and return the files."""
    equations = None if installed() is None else Equations(STORE)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for kind, text in (("", sheet(exam)), ("-solutions", solutions(exam))):
        stem = f"exam-{exam.seed}{kind}"
        for path, content in (
            (folder / f"{stem}.md", text),
            (folder / f"{stem}.html", page(text, f"Exam {exam.seed}", equations)),
        ):
            write_whole(path, content.encode())
            made.append(path)
    if equations is not None:
        equations.close()
    return made


def main(folder: str, seed: str | None) -> int:
    """Write the exam of a seed, and say where it is or what is wrong with the seed."""
    try:
        exam = draw_exam(seed_of(seed))
    except SeedError as error:
        print(error, file=sys.stderr)
        return 1
    for path in write_exam(exam, Path(folder)):
        print(f"Exam: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ.get("SEED")))
