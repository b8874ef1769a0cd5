"""A good call of the public functions that take objects, names, paths, text and files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

from hostile import (
    ARRAYS,
    EXTENDED,
    FLAG,
    ODD,
    ONE_POSITIVE,
    REAL,
    SEED,
    SINGLE,
    THING,
    call,
    optional,
)
from matplotlib.figure import Figure

from analysis.advice import answer as advice
from analysis.advice import models
from analysis.advice import report as advice_shown
from analysis.claims import verdicts as claims
from analysis.datasets import gadre as testbed
from analysis.datasets import epoch
from analysis.datasets import registry as datasets
from analysis.derivation import certificates
from analysis.derivation import steps as derivation
from analysis.exercises import answers, checking
from analysis.figures import explorer, picture
from analysis.figures import explorer as curve
from analysis.figures import law as figures
from analysis.internal import counts
from analysis.laws import PUBLISHED
from analysis.studies import lab as lab_studies
from analysis.studies import record
from analysis.studies.chinchilla import recorded_band
from analysis.testbed import recipes, runs
from analysis.theorem import certificates as theorem_certificates
from analysis.theorem import known_laws
from analysis.theorem import numeric as microscope
from analysis.theorem import statements as theorem
from analysis.theorem import statements as theorem_lemmas

PUBLISHED_LAW = PUBLISHED["de-vries-2023"]
POST = PUBLISHED_LAW.law
N, D = derivation.N, derivation.D
DERIVED = derivation.derive()
ADVICE = advice.advise(POST, N=7e9, D=1e12)
NUMBER = answers.Number(0.2, [answers.Mistake(20, "a fraction")])
SCRATCH = Path(tempfile.gettempdir())

TEXTS = frozenset({"text", "a number as text", "no text"})
TEXT = THING - TEXTS
FUNCTION = THING - {"a function"}
SYMBOLIC = THING - {"a symbol"}
FACTOR = SYMBOLIC - {"a huge integer", "an integer beyond doubles", "an integer beyond words"}
COMPLEX = frozenset({"complex", "complex without imaginary part", "complex array"})
ANYTHING = frozenset[str]()
"""Nothing is refused: every value gets an answer."""
IN_JSON = TEXTS | {
    "Nones",
    "a mapping",
    "an empty mapping",
    "integers beyond doubles",
    "an integer beyond doubles",
    "nothing",
    "ragged",
    "true",
    "false",
    "None",
    "minus one",
    "below zero by a hair",
    "far below zero",
    "a huge negative integer",
    "a negative among numbers",
    "zero",
    "zero as a float",
    "minus zero",
    "a zero among numbers",
    *(SINGLE.keys() - {"a fraction", "half precision", "extended precision"}),
} - {"an array of no axis"}
"""What JSON can hold."""
NANS = frozenset(name for name in ODD if "NaN" in name)
WRITTEN = EXTENDED - NANS - {"beyond doubles"}
EMPTY = frozenset(name for name in ODD if name.startswith("an empty")) - {"an empty mapping"}
ROWS = frozenset({"a generator", "a set", "a negative among numbers", "a zero among numbers"})
ROWS = THING - ROWS - (ARRAYS.keys() - {"seven numbers as a column", "not to be written"})
ROWS -= {"integers beyond doubles", "truth values as objects"}
EVALUATED = {"x": (0.5, REAL), "y": (0.7, REAL)}


def load_without_data(exclude_highest):
    """What is wrong is refused before a file is asked for."""
    with mock.patch.object(datasets.DataSet, "path", side_effect=KeyError):
        return epoch.load_chinchilla_runs(exclude_highest=exclude_highest)


OBJECTS = {
    # The derivation and the theorem
    "derivation.steps.cancel_in_logs": call(derivation.cancel_in_logs, monomial=(N * D, SYMBOLIC)),
    "derivation.steps.log_of": call(derivation.log_of, expression=(N * D, SYMBOLIC)),
    "derivation.steps.as_written": call(
        lambda factors: derivation.as_written(3, factors), factors=(N, FACTOR)
    ),
    "derivation.steps.lagrange": call(derivation.lagrange, positive=(True, optional(FLAG))),
    "derivation.certificates.certify": call(
        certificates.certify, costly=True, derivation=(DERIVED, THING)
    ),
    "derivation.certificates.hold": call(
        certificates.hold, certificates=({"sure": lambda _: True}, THING), statements=(1, ANYTHING)
    ),
    "derivation.certificates.is_zero": call(certificates.is_zero, expression=(N - N, SYMBOLIC)),
    "theorem.certificates.certify_theorem": call(
        theorem_certificates.certify_theorem, costly=True, statements=(theorem.state(), THING)
    ),
    "theorem.statements.in_logs": call(theorem_lemmas.in_logs, expression=(N * D, SYMBOLIC)),
    "theorem.statements.slope_and_bend": call(
        theorem_lemmas.slope_and_bend,
        loss=(theorem_lemmas.x + theorem_lemmas.y**2, SYMBOLIC),
        cost=(theorem_lemmas.x + theorem_lemmas.y, SYMBOLIC),
    ),
    "theorem.numeric.CostedLaw": call(
        microscope.CostedLaw,
        log_loss=(known_laws.bent, FUNCTION),
        log_cost=(known_laws.PRODUCT, FUNCTION),
    ),
    "theorem.known_laws.bent": call(known_laws.bent, untried=COMPLEX, **EVALUATED),
    "theorem.known_laws.effective": call(
        known_laws.effective,
        untried=COMPLEX,
        z=(2.0, REAL),
        log_unique=(1.0, REAL),
        R=(15.0, ONE_POSITIVE),
    ),
    # The interactive curve and the pictures
    "figures.explorer.interactive_curve": call(
        curve.interactive_curve, costly=True, derivation=(DERIVED, THING)
    ),
    "figures.explorer.explorer": call(
        explorer.explorer,
        costly=True,
        derivation=(DERIVED, THING),
        laws=({"de-vries-2023": PUBLISHED_LAW}, THING),
        refit=(POST, THING),
        band=(recorded_band(), THING),
        still=(picture.Picture("<svg/>", "", "", ""), THING),
    ),
    "figures.picture.seen_as": call(picture.seen_as, alt=("a line", TEXT)),
    "figures.picture.show": call(
        lambda plot, **options: picture.show(plot, POST.alpha, POST.beta, **options),
        costly=True,
        plot=(figures.plot_flatness, THING),
        size=((4.8, 3.3), THING - {"masked but whole", "a series", "a generator", "a set"}),
        outlined=(True, FLAG),
    ),
    "figures.picture.note": call(picture.note, text=("not here", TEXT)),
    "figures.picture.tell_apart": call(picture.tell_apart, axes=(Figure().add_subplot(), THING)),
    "figures.picture.Downloads": call(picture.Downloads, tables=({"all": "a,b"}, THING)),
    # Files and records
    "claims.verdicts.load_claims": call(
        claims.load_claims, untried=TEXTS, path=(None, optional(THING))
    ),
    "claims.verdicts.audit": call(
        claims.audit, claims=(claims.load_claims()[:1], THING - {"nothing"} - EMPTY)
    ),
    "advice.models.load_models": call(
        models.load_models, untried=TEXTS, path=(None, optional(THING))
    ),
    "datasets.registry.DataSet.path": call(
        datasets.DATASETS["gadre2024"].path, costly=True, file=("eval_metadata.csv", THING)
    ),
    "datasets.registry.DataSet.verify": call(
        datasets.DATASETS["gadre2024"].verify,
        costly=True,
        file=("eval_metadata.csv", None),
        copy=(SCRATCH / "no.csv", TEXT),
    ),
    "datasets.registry.DataSet.download": call(
        datasets.DATASETS["gadre2024"].download, costly=True, progress=(False, FLAG)
    ),
    "datasets.epoch.load_chinchilla_runs": call(
        load_without_data, costly=True, exclude_highest=(5, SEED)
    ),
    "studies.record.recall": call(
        record.recall,
        untried=frozenset({"a function"}),  # what it raises when it is called is its own
        name=("chinchilla-refit", TEXT | {"no text"}),
        compute=(lambda: 1.0, THING),
        folder=(SCRATCH, optional(THING)),
    ),
    "studies.record.recorded": call(
        record.recorded,
        untried=TEXTS,
        name=("chinchilla-refit", TEXT),
        folder=(None, optional(THING)),
    ),
    "studies.record.available": call(
        record.available, untried=frozenset({"a function"}), load=(lambda: 1.0, THING)
    ),
    "studies.record.record": call(
        record.record,
        costly=True,
        name=("nothing", TEXT | {"no text"}),
        value=(1.0, THING - IN_JSON),
        datasets=(("gadre2024",), THING - EMPTY - {"nothing"}),
        command=("make record", TEXT),
        folder=(SCRATCH / "nowhere", optional(THING)),
    ),
    **{
        f"testbed.{name}": call(
            getattr(testbed, name), costly=True, files=(datasets.DATASETS["gadre2024"], THING)
        )
        for name in ("read_testbed", "read_downstream", "read_tasks")
    },
    # Answers, and how they are shown
    "advice.report.beyond": call(advice_shown.extrapolations, answer=(ADVICE, THING)),
    "advice.report.as_json": call(
        advice_shown.as_json, answer=(ADVICE, THING), law=("de-vries-2023", TEXT)
    ),
    "advice.report.as_table": call(
        advice_shown.as_table, answer=(ADVICE, THING), law=("de-vries-2023", TEXT)
    ),
    "internal.counts.as_float": call(
        counts.as_float, infinite=True, untried=NANS, name=("value", None), value=(0.5, WRITTEN)
    ),
    "testbed.runs.pair": call(runs.pair, name=("value", None), value=((7e9, 20), THING)),
    "testbed.recipes.Recipe": call(
        recipes.Recipe,
        name=("mine", TEXT),
        pooled=(True, FLAG),
        relative=(True, FLAG),
        size_power=(0.0, REAL | frozenset(ARRAYS)),
    ),
    "studies.lab.columns": call(lab_studies.columns, rows=([{"a": 1.0}, {"a": 2.0}], ROWS)),
    "exercises.checking.check": call(checking.check, number=("4.2", THING), answer=(0.1, ANYTHING)),
    "exercises.answers.same": call(answers.same, left=(N * D, SYMBOLIC), right=(D * N, SYMBOLIC)),
    "exercises.answers.Number.advise": call(NUMBER.advise, answer=(0.2, ANYTHING)),
    "exercises.answers.Numbers.advise": call(
        answers.Numbers({"one": NUMBER, "two": NUMBER}).advise, answer=([0.2, 0.2], ANYTHING)
    ),
    "exercises.answers.Formula.advise": call(
        answers.Formula(N * D, []).advise, answer=(N, ANYTHING)
    ),
    "exercises.answers.Function.advise": call(
        answers.Function(lambda x: 2 * x, [(1.0,)], []).advise, answer=(abs, ANYTHING)
    ),
    "exercises.answers.Names.advise": call(
        answers.Names({"N"}, []).advise, answer=({"N"}, ANYTHING)
    ),
}
