"""Good arguments of every public function; its annotations say what each of them must refuse.

A function with a door is called by itself: an argument has the value that is usual for its name,
in its room or anywhere, or else its default. What differs from that is listed here.
"""

from __future__ import annotations

import inspect
import pkgutil
import tempfile
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from hostile import (
    ALL,
    ARRAYS,
    FLAG,
    LISTED,
    NONE,
    ODD,
    ONE_POSITIVE,
    POSITIVE,
    SEED,
    SHARE,
    SINGLE,
    TEXT,
    Call,
    by_name,
    call,
    doors,
)
from matplotlib.figure import Figure
from tables import NINE, grid, written

from analysis import advice, atlas, bootstrap, laws, overtraining, prices
from analysis.advice import credible, models, own
from analysis.atlas import pool
from analysis.claims import verdicts
from analysis.datasets import epoch, registry
from analysis.derivation import steps
from analysis.exercises import answers
from analysis.figures import explorer, law, picture
from analysis.lab import language, training
from analysis.studies import atlas as atlas_study
from analysis.testbed import noise, recipes, runs
from analysis.theorem import known_laws, numeric, statements, valley

POST = laws.PUBLISHED["de-vries-2023"].law
PAIR = laws.LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
OVER = overtraining.OvertrainingLaw(1.84, 212.0, 367.0, 0.136)
SMALL = language.Language(V=64, F=8)
N = np.geomspace(1e8, 1e10, 12)
D = np.tile([1e9, 1e10, 1e11], 4)
LOSS = np.asarray(POST.loss(N, D))
DRAWS = np.random.default_rng(3).integers(12, size=(3, 12))
COSTED = numeric.CostedLaw(known_laws.powers(POST), known_laws.PRODUCT)
RUNS = pd.DataFrame(
    {"train_set": train_set, "N": float(size), "token_multiplier": float(M)}
    for train_set in ("c4", "redpajama", "refinedweb")
    for size in (*runs.SMALL_SIZES, *runs.LARGE_SIZES)
    for M in (20, 40, 80, 160, 320)
)
RUNS["D"] = RUNS["N"] * RUNS["token_multiplier"]
RUNS["C"] = 6 * RUNS["N"] * RUNS["D"]
RUNS["c4_val"] = OVER.loss(RUNS["C"], RUNS["token_multiplier"])
RUNS["c4_val"] *= 1 + 0.001 * np.sin(np.arange(len(RUNS)))
RUNS["err17"] = 0.857 - 2.21 * np.exp(-0.715 * RUNS["c4_val"])
RUNS["model"] = [f"run {place}" for place in range(len(RUNS))]
RUNS["created"] = np.where(RUNS.index % 7, "2023-12-20", "2024-01-20")
RUNS["created"] = pd.to_datetime(RUNS["created"])
RUNS["arguments_agree"] = True
OF_C4 = RUNS[RUNS["train_set"] == "c4"]
MODELS = models.load_models().head(3)
BOOTED = bootstrap.bootstrap_parametric(N, D, LOSS, indices=DRAWS)
FREED = bootstrap.bootstrap_parametric(N, D, LOSS, indices=DRAWS, outer_power=True)
BUDGETS = np.repeat(np.geomspace(1e18, 1e20, 4), 6)
SIZES = POST.compute_optimal(BUDGETS).N * np.tile(np.geomspace(0.4, 2.5, 6), 4)
CURVES = (SIZES, BUDGETS / (6 * SIZES), POST.loss(SIZES, BUDGETS / (6 * SIZES)), BUDGETS)
PAIRS = {"train_set": ["c4"], "N": [1e9], "D": [2e10], "loss": [3.0], "N_small": [5e8]}
PAIRS |= {"D_small": [5e10], "same_batch": [True], "k_N": [0.5], "multiplier": [2.5]}
STEP_N, STEP_D = steps.N, steps.D
ADVICE = advice.advise(POST, N=7e9, D=1e12)
OWN = own.answer_runs(grid(POST))
NUMBER = answers.Number(0.2, [answers.Mistake(20, "a fraction")])
SCRATCH = Path(tempfile.gettempdir())
FOLDER = Path(tempfile.mkdtemp())
LAW_FILE = written(FOLDER, '{"E": 1.7, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3}', "law.json")
NINE_RUNS = written(FOLDER, NINE)
JOBS = [training.Job(4, 200, 0, SMALL)]


def rng():
    return np.random.default_rng(1)


def load_without_data(exclude_highest):
    """What is wrong is refused before a file is asked for."""
    with mock.patch.object(registry.DataSet, "path", side_effect=KeyError):
        return epoch.load_chinchilla_runs(exclude_highest=exclude_highest)


MADE = {
    "laws.ParametricLaw": POST,
    "overtraining.OvertrainingLaw": OVER,
    "overtraining.DownstreamLaw": overtraining.DownstreamLaw(0.857, 2.21, 0.715),
    "bootstrap.BootstrapResult": BOOTED,
    "atlas.exchange.Exchange": atlas.measure_exchange(
        *CURVES, rng=np.random.default_rng(2), n_resamples=20
    ),
    "atlas.pool.PooledExchange": pool.pool_fits(
        "N",
        {name: FREED for name in ("llama3", "hoffmann", "openeurollm", "gemstones")},
        {},
        np.random.default_rng(2),
    ),
    "testbed.noise.Luck": noise.Luck(np.array([0.1, 0.2])),
    "testbed.recipes.SharedFit": recipes.fit_recipe(RUNS, recipes.POOLED)["c4"],
    "lab.language.Language": SMALL,
    "lab.training.Model": training.learn(4, 200, SMALL, rng()),
    "datasets.registry.DataSet": registry.DATASETS["gadre2024"],
    "exercises.answers.Number": NUMBER,
    "exercises.answers.Numbers": answers.Numbers({"one": NUMBER, "two": NUMBER}),
    "exercises.answers.Formula": answers.Formula(STEP_N * STEP_D, []),
    "exercises.answers.Function": answers.Function(lambda x: 2 * x, [(1.0,)], []),
    "exercises.answers.Names": answers.Names({"N"}, []),
}
"""An object of each class that has a method with a door."""

FITTED_TO = {"N": N, "D": D, "loss": LOSS, "weights": np.ones(12), "delta": 1e-3, "E": 1.62}
USUAL = {
    "": {"E": 1.6, "A": 406.0, "B": 410.0, "alpha": 0.336, "beta": 0.283, "kappa": 0.8}
    | {"N": 1e9, "D": 2e10, "C": 1e22, "L": 2.0, "loss": 2.0, "k_N": 0.5, "m": 2.0, "served": 1.0}
    | {"unique": 1.0, "R": 15.0, "overhead": 0.2, "inference_tokens": 1e12, "price": 2.0}
    | {"law": POST, "laws": {"post": POST}, "ensemble": PAIR, "models": MODELS, "runs": RUNS}
    | {"train_set": "c4", "validation": "c4_val", "recipe": recipes.POOLED, "level": 0.9}
    | {"fit_runs": runs.FIVE_RUNS, "language": SMALL, "seed": 0, "n": 5, "which": "N"}
    | {"rng": rng(), "n_resamples": 2, "context": 4096, "derivation": steps.derive()}
    | {"credible": credible.CredibleLaws({"post": POST, "twin": POST}, {"post": 0.5, "twin": 0.5})}
    | {"path": None, "expression": STEP_N * STEP_D},
    "advice": {"answer": ADVICE, "compute": 1e22},
    "atlas": FITTED_TO,
    "fit": FITTED_TO,
    "datasets": {"files": registry.DATASETS["gadre2024"], "progress": False},
    "internal": {"name": "value", "value": 7e9, "fraction": 0.1},
    "lab": {"N": 4, "D": 200, "seeds": [0], "jobs": JOBS},
    "studies": {"budget": 1e5, "name": "chinchilla-refit"},
    "theorem": {"law": COSTED, "laws": {"post": COSTED}, "budgets": [1e22]},
}
"""A value that an argument of a name may well have: in any room, or in one."""

LISTS = {"E": [1.8, 1.7], "A": [480.0, 400.0], "B": [2e3, 400.0]}
LISTS |= {"alpha": [0.35, 0.34], "beta": [0.37, 0.28]}
OWN_ANSWER = {"answer": OWN}
ASKED = {"N": 7e9, "D": None, "loss": None, "compute": None}
SPECIAL = {
    "laws.LawEnsemble": LISTS,
    "laws.OuterPowerEnsemble": LISTS | {"kappa": [0.7, 0.9]},
    "serving.at_size": {"N": 7e9},
    "serving.largest_model": {"memory": 16e9, "bytes_per_parameter": 2},
    "prices.Rent": {"name": "H100"},
    "prices.price_ratio": {"training_price": 1.0, "serving_price": 1.0}
    | {"training_utilisation": 0.4, "serving_utilisation": 0.3},
    "prices.bill": {"flop": 1e22, "peak": 1e15, "utilisation": 0.4},
    "prices.cheapest_life": {"serving": lambda N: 2e12 * N},
    "limits.fresh_tokens": {"trained": 2.5},
    "limits.tokens_with_repetition": {"fresh": 2.5},
    "overtraining.OvertrainingLaw": {"E": 1.84, "a": 212.0, "b": 367.0, "eta": 0.136},
    "overtraining.OvertrainingLaw.loss": {"M": 20.0},
    "overtraining.OvertrainingLaw.from_parametric": {"law": OVER.parametric()},
    "overtraining.DownstreamLaw": {"epsilon": 0.857, "k": 2.21, "gamma": 0.715},
    "overtraining.fit_overtraining": {**FITTED_TO},
    "overtraining.fit_downstream": {"loss": LOSS, "error": 0.857 - 2.21 * np.exp(-0.715 * LOSS)},
    "fit.parametric.fit_parametric": {"starts": [[1.6, 400.0, 400.0, 0.3, 0.3]]},
    "fit.tables.read_table": {"source": NINE_RUNS},
    "fit.tables.read_runs": {"source": NINE_RUNS},
    "fit.law_files.read_law": {"path": LAW_FILE},
    "bootstrap.bootstrap_parametric": FITTED_TO | {"n_resamples": 3, "groups": np.arange(12) // 2},
    "bootstrap.percentile_interval": {"values": [1.0, 2.0, 3.0]},
    "bootstrap.BootstrapResult.interval": {"statistic": "alpha"},
    "atlas.exchange.measure_exchange": dict(zip(["N", "D", "loss", "C"], CURVES, strict=True)),
    "atlas.validation.cross_validate": {"budget": np.repeat([1e18, 1e19], 6)},
    "atlas.validation.overheads_by_form": {"budgets": [1e19]},
    "atlas.pool.PooledExchange.without": {"study": "llama3"},
    "atlas.arms.load_arm": {"name": "openeurollm"},
    "studies.atlas.estimates": {"value": atlas_study.recorded_atlas()},
    "studies.atlas.summarise": {"n_resamples": 20, "arms": ["llama3"], "counts": ["N"]},
    "studies.planted.summarise": {"n_sets": 10, "designs": ["llama3"]},
    "studies.lab.designs": {"budget": 1e6},
    "studies.lab.one_sweep": {"subsets": (8,)},
    "studies.lab.columns": {"rows": [{"a": 1.0}, {"a": 2.0}]},
    "studies.testbed.summarise": {"n_worlds": 2},
    "studies.record.recall": {"compute": lambda: 1.0, "folder": SCRATCH},
    "studies.record.available": {"load": lambda: 1.0},
    "studies.record.record": {"name": "nothing", "value": 1.0, "datasets": ("gadre2024",)}
    | {"command": "make record", "folder": SCRATCH / "nowhere"},
    "advice.answer.advise": ASKED
    | {"D": 1e12, "inference_spread": 2.0, "largest": 5e9}
    | {"unique_tokens": 1e12},
    "advice.own.answer_runs": {"table": OWN.table, "compute": [1e20], "n_resamples": 0},
    "advice.own.kappa_profile": OWN_ANSWER,
    "advice.own_report.own_as_json": OWN_ANSWER,
    "advice.own_report.own_as_csv": OWN_ANSWER,
    "advice.own_report.own_as_table": OWN_ANSWER,
    "advice.plan.narrowed_by": {"N": N, "D": D, "more_N": [5e7], "more_D": [1e12]},
    "advice.plan.next_runs": OWN_ANSWER | {"n_runs": 2, "budget": 1e20},
    "advice.credible.credible_laws": {"own": POST},
    "advice.credible.CredibleLaws": {"weights": {"post": 1.0}},
    "advice.regret.choose_size": {"spread": 2.0, "optimum": POST.compute_optimal(1e22)},
    "advice.content.as_json": {"law": "de-vries-2023", "rent": prices.Rent("H100")},
    "advice.content.as_csv": {"answers": {"it": ADVICE}, "law": "de-vries-2023"},
    "advice.report.as_table": {"law": "de-vries-2023", "rent": prices.Rent("H100")},
    "advice.report.as_comparison": {"answers": {"it": ADVICE}, "law": "de-vries-2023"},
    "advice.models.disagreement": {"placed": models.place_models(MODELS, {"post": POST})},
    "advice.models.beyond": {"N": 1e10, "D": 1e12, "multiplier": 100.0},
    "theorem.numeric.CostedLaw": {"log_loss": known_laws.bent, "log_cost": known_laws.PRODUCT},
    "theorem.numeric.spread": {"values": [2.0, 2.5]},
    "theorem.numeric.is_budget_free": {"values": [2.0, 2.5]},
    "theorem.known_laws.bent": {"x": 0.5, "y": 0.7},
    "theorem.known_laws.effective": {"z": 2.0, "log_unique": 1.0},
    "theorem.known_laws.powers": {"law": POST},
    "theorem.known_laws.data_constrained": {"law": POST, "unique": 1e11, "R_D": 15.0, "R_N": 5.0},
    "theorem.known_laws.non_embedding": {"law": POST, "omega": 4e4},
    "theorem.known_laws.examine_known": {"budgets": [1e21]},
    "theorem.known_laws.pole": {"law": POST, "tau": 1.0},
    "theorem.valley.certify_valley": {"stated": valley.valley()},
    "theorem.certificates.certify_theorem": {"statements": statements.state()},
    "theorem.statements.slope_and_bend": {"loss": statements.x + statements.y**2}
    | {"cost": statements.x + statements.y},
    "testbed.isoloss.tokens_for_same_loss": {"N_small": 5e8},
    "testbed.isoloss.compare_pairs": {"pairs": pd.DataFrame(PAIRS), "laws": {"c4": POST}},
    "testbed.noise.luck": {"law": OVER, "N": N[:5], "D": D[:5], "target": (7e9, 1.4e11)}
    | {"noise": 0.01, "n_worlds": 2},
    "testbed.noise.Luck.share_within": {"error": 0.1},
    "testbed.recipes.Recipe": {"name": "mine", "pooled": True, "relative": True, "size_power": 0.0},
    "testbed.recipes.fit_shared": {"runs": {"c4": OF_C4}},
    "testbed.extrapolation.extrapolate": {"tasks": ("err17",), "loss_runs": runs.FIVE_RUNS}
    | {"error_runs": runs.SIX_RUNS, "targets": [runs.FIVE_RUNS[0]]},
    "testbed.runs.choose": {"runs": OF_C4, "wanted": runs.FIVE_RUNS},
    "testbed.runs.with_errors": {"downstream": RUNS[["train_set", "model"]].assign(task=0.5)},
    "testbed.frontier.ladder": {"multipliers": (20, 320)},
    "testbed.frontier.frontier": {"recipes": (recipes.POOLED,), "fit_sets": (runs.FIVE_RUNS,)},
    "testbed.frontier.summary": {"table": recipes.held_out(RUNS, recipes.POOLED)},
    "testbed.frontier.leave_one_out": {"candidates": (recipes.POOLED,)},
    "lab.language.Language": {"V": 64, "epsilon": 0.1, "phi": 0.25, "F": 8, "alpha": 0.34}
    | {"beta": 0.28, "Q": 30.0, "classes": 2},
    "lab.language.Language.frequency": {"cues": [1, 2]},
    "lab.language.Language.reach": {"cues": [1, 2]},
    "lab.language.write": {"history": 4},
    "lab.training.grid": {"N": [4], "D": [200]},
    "lab.experiments.optimum": {"C": 1e7},
    "lab.experiments.sample": {"history": 3},
    "lab.experiments.isoflop": {"budgets": [2e4]},
    "lab.experiments.optimal_length": {"N": 8},
    "lab.experiments.true_factor": {"N": 8},
    "lab.experiments.measure_factor": {"sizes": [8], "fractions": [0.5]},
    "lab.experiments.extrapolate": {"cuts": [1e7]}
    | {"runs": pd.DataFrame({"N": N, "D": D, "C": np.geomspace(1e4, 1e8, 12), "loss": LOSS})},
    "derivation.steps.lagrange": {"positive": True},
    "derivation.steps.cancel_in_logs": {"monomial": STEP_N * STEP_D},
    "derivation.certificates.hold": {"certificates": {"sure": lambda _: True}, "statements": 1},
    "derivation.certificates.is_zero": {"expression": STEP_N - STEP_N},
    "figures.explorer.Fitted": {"name": "one", "note": "Grey: a band."}
    | {"band": {"k_N": [0.5, 1.0], "low": [0.2, 0.0], "high": [np.inf, 0.0]}},
    "figures.explorer.explorer": {"laws": {"de-vries-2023": laws.PUBLISHED["de-vries-2023"]}}
    | {"fitted": explorer.fitted_laws(), "still": picture.Picture("<svg/>", "", "", "")},
    "figures.interactive.cloud.interactive_cloud": {
        "draws": laws.LawEnsemble([1.8] * 2, [480] * 2, [2000] * 2, [0.34, 0.35], [0.36, 0.37])
    },
    "figures.picture.seen_as": {"alt": "a line"},
    "figures.picture.note": {"text": "not here"},
    "figures.picture.tell_apart": {"axes": Figure().add_subplot()},
    "figures.picture.Downloads": {"tables": {"all": "a,b"}},
    "claims.verdicts.audit": {"claims": verdicts.load_claims()[:1]},
    "datasets.registry.DataSet.verify": {"file": "eval_metadata.csv", "copy": SCRATCH / "no.csv"},
    "datasets.kempner.read_kempner": {"file": "sweep.csv"},
    "exercises.answers.same": {"left": STEP_N * STEP_D, "right": STEP_D * STEP_N},
}
"""What differs from the usual, by the function."""
TEXTS = ALL - TEXT
NANS = frozenset(name for name in ODD if "NaN" in name)
EMPTY = frozenset(name for name in ODD if name.startswith("an empty")) - {"an empty mapping"}
IN_WORDS = {"a huge integer", "an integer beyond doubles", "an integer beyond words"}
COMPLEX = frozenset({"complex", "complex without imaginary part", "complex array"})
PAIRED = {"masked but whole", "a series"}
IN_JSON = TEXTS | {"Nones", "a mapping", "an empty mapping", "nothing", "ragged", "true", "false"}
IN_JSON |= {"integers beyond doubles", "an integer beyond doubles", "None", "minus one"}
IN_JSON |= {"below zero by a hair", "far below zero", "a huge negative integer", "minus zero"}
IN_JSON |= {"a negative among numbers", "zero", "zero as a float", "a zero among numbers"}
IN_JSON |= SINGLE.keys() - {"a fraction", "half precision", "extended precision"}
IN_JSON -= {"an array of no axis"}
"""What JSON can hold."""
ROWS = ALL - {"a generator", "a set", "a negative among numbers", "a zero among numbers"}
ROWS -= ARRAYS.keys() - {"seven numbers as a column", "not to be written"}
ROWS -= {"integers beyond doubles", "truth values as objects"}
INFINITY = {"infinity", "an infinity among numbers", "a small infinity", "beyond doubles"}
GIVEN = ONE_POSITIVE - NONE.keys()
"""What a number that may be left out must refuse, where it may not."""
RANGED = {"ranges": ALL - {"an empty mapping"} - NONE.keys()}
REFUSED = {
    "prices.Rent": {"name": ALL},
    "prices.cheapest_life": {"serving": ALL},
    "limits.tokens_with_repetition": {"fresh": POSITIVE - INFINITY},
    "fit.parametric.fit_parametric": {"kappa": GIVEN},
    "advice.content.extrapolations": RANGED,
    "advice.content.as_json": RANGED,
    "advice.report.as_table": RANGED,
    "advice.report.as_comparison": RANGED,
    "fit.tables.read_table": {"source": None, "keep": ALL - EMPTY - {"nothing"}},
    "internal.counts.parse_count": {"text": ALL - {"a number as text"}, "name": None, "zero": None},
    "internal.counts.as_float": {"name": None},
    "testbed.runs.pair": {"name": None},
    "lab.experiments.table": {"jobs": ALL - {"nothing"}},
    "exercises.checking.check": {"number": ALL},
    "datasets.registry.DataSet.path": {"file": ALL},
    "fit.tables.read_runs": {"source": None},
    "fit.law_files.read_law": {"path": None},
    "bootstrap.bootstrap_parametric": {"rng": ALL, "kappa": GIVEN},
    "bootstrap.BootstrapResult.interval": {"statistic": ALL - {"a function"}},
    "advice.answer.advise": {"N": GIVEN, "D": GIVEN, "loss": ALL - NONE.keys()},
    "advice.own.answer_runs": {"compute": NANS, "checkpoint": TEXT - NONE.keys()},
    "theorem.numeric.spread": {"values": LISTED - INFINITY},
    "theorem.numeric.is_budget_free": {"values": LISTED - {"an infinity among numbers"}},
    "testbed.noise.luck": {"target": ALL - PAIRED},
    "testbed.recipes.SharedFit.interval": {"train_set": ALL},
    "testbed.recipes.fit_shared": {"validation": ALL},
    "testbed.extrapolation.extrapolate": {"tasks": ALL - {"nothing"}},
    "lab.language.Language": {"epsilon": SHARE, "phi": SHARE, "beta": SHARE},
    "lab.training.sweep": {
        "jobs": ALL - {"nothing"},
        "checkpoint": ALL - NONE.keys() - {"text", "a number as text"},
    },
    "lab.gradient.train_pointer": {"batch": ALL - IN_WORDS},
    "derivation.certificates.hold": {"statements": frozenset()},
    "claims.verdicts.audit": {"claims": ALL - {"nothing"} - EMPTY},
    "datasets.registry.DataSet.verify": {"file": None, "copy": TEXT},
    "studies.record.recall": {"name": TEXT | {"no text"}, "compute": ALL},
    "studies.record.recorded": {"name": TEXT},
    "studies.record.available": {"load": ALL},
    "studies.record.record": {
        "name": TEXT | {"no text"},
        "value": ALL - IN_JSON,
        "datasets": ALL - EMPTY - {"nothing"},
    },
    "studies.lab.columns": {"rows": ROWS},
}
"""What the annotation of an argument cannot say; None: nothing is tried in its place."""
UNTRIED = {
    "internal.counts.as_float": NANS,
    "prices.cheapest_life": {"a function", "a type"},
    "bootstrap.BootstrapResult.interval": {"a type"},
    "lab.training.sweep": {"text", "a number as text"},
    "theorem.known_laws.bent": COMPLEX,
    "theorem.known_laws.effective": COMPLEX,
    "claims.verdicts.load_claims": TEXTS,
    "advice.models.load_models": TEXTS,
    "studies.record.recall": {"a function"},
    "studies.record.recorded": TEXTS,
    "studies.record.available": {"a function"},
}
"""Values that are not for the function to judge."""
INFINITE = """
internal.counts.as_float tradeoff.data_scaling_factor tradeoff.compute_overhead
tradeoff.scales_from_marginal_rate serving.lifetime_cost serving.break_even
limits.tokens_with_repetition limits.overhead_with_repetition limits.wall_with_repetition
overtraining.fit_overtraining overtraining.fit_downstream fit.parametric.fit_parametric
bootstrap.bootstrap_parametric bootstrap.percentile_interval studies.atlas.headline
atlas.pool.PooledExchange.predict advice.answer.advise advice.own.answer_runs
advice.regret.choose_size theorem.numeric.solve_k_D theorem.numeric.examine theorem.numeric.spread
testbed.isoloss.tokens_for_same_loss testbed.isoloss.iso_loss_pairs testbed.isoloss.compare_pairs
testbed.isoloss.equal_exponents_test testbed.recipes.SharedFit.interval
testbed.extrapolation.extrapolate lab.experiments.true_factor lab.experiments.measure_factor
lab.experiments.extrapolate
"""
"""Functions whose answer may be infinite."""
COSTLY = """
atlas.exchange.measure_exchange atlas.validation studies.atlas.estimates studies.atlas.summarise
studies.planted studies.lab.one studies.lab.five_points studies.chinchilla studies.testbed
studies.record.record lab.experiments.isoflop lab.experiments.measure_factor
derivation.certificates.certify theorem.certificates figures.explorer figures.interactive
figures.picture.show datasets.epoch datasets.registry datasets.gadre datasets.athena
datasets.porian datasets.shapes datasets.kempner
"""
"""How the names begin of what takes long, or writes: it is called with bad values only."""


def called(
    name: str, function=None, /, on=None, refused=None, untried=(), **special
) -> Call | None:
    """Make the call of a function; None where an argument has no value.

    `function` stands in for it, and is given the special arguments alone; a method is called on
    the object `on`, or that of its class in `MADE`.
    """
    room, owner, method = name.partition(".")[0], *name.rpartition(".")[::2]
    on = MADE.get(owner) if on is None else on
    door = pkgutil.resolve_name(f"analysis.{name}") if on is None else getattr(on, method)
    known = USUAL[""] | USUAL.get(room, {}) | SPECIAL.get(name, {}) | special
    wanted = {
        one.name: known.get(one.name, one.default)
        for one in inspect.signature(door).parameters.values()
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    }
    arguments = special if function else wanted
    if any(value is inspect.Parameter.empty for value in arguments.values()):
        return None
    return call(
        function or door,
        door=door,
        infinite=name in INFINITE.split(),
        costly=name.startswith(tuple(COSTLY.split())),
        untried={*UNTRIED.get(name, ()), *untried},
        refused=REFUSED.get(name, {}) | (refused or {}),
        **arguments,
    )


SIZE = {"size": ALL - PAIRED - {"a generator", "a set"}, "plot": ALL, "outlined": FLAG}
ADVISED, RESAMPLED = "advice.answer.advise", "bootstrap.bootstrap_parametric"
CALLS = by_name(
    *filter(None, (called(name) for name, _ in doors())),
    *(
        called(f"laws.ParametricLaw.{method}", on=PAIR)
        for method in ("loss", "compute_optimal", "compute_optimal_for_loss", "marginal_rate")
    ),
    called("lab.language.Language.cues", on=language.Language(V=64, classes=1)),
    called(
        RESAMPLED,
        bootstrap.bootstrap_parametric,
        N=N,
        D=D,
        loss=LOSS,
        indices=DRAWS,
        untried={"None"},
    ),
    called(ADVISED, advice.advise, law=POST, N=7e9, loss=2.0, refused={"loss": GIVEN}),
    called(ADVISED, advice.advise, law=POST, N=7e9, compute=1e22, refused={"compute": GIVEN}),
    called(ADVISED, advice.advise, law=POST, N=7e9, D=1e12, active=1e9),
    *(called(f"internal.display.show_{what}") for what in ("large", "percent", "plain")),
    called("internal.counts.show_count"),
    called("internal.counts.parse_count", text="7B", name="text"),
    called("internal.counts.as_float", value=0.5),
    called("testbed.runs.pair", name="value", value=(7e9, 20)),
    called("lab.experiments.table"),
    called("exercises.checking.check", number="4.2", answer=0.1),
    *(
        called(f"exercises.answers.{kind}.advise", answer=answer)
        for kind, answer in (
            ("Number", 0.2),
            ("Numbers", [0.2, 0.2]),
            ("Formula", STEP_N),
            ("Function", abs),
            ("Names", {"N"}),
        )
    ),
    called("datasets.registry.DataSet.path", file="eval_metadata.csv"),
    called(
        "theorem.numeric.sum_of_powers",
        lambda term: numeric.sum_of_powers(term, (1.0, 0, 1)),
        refused={"term": ALL},
        term=(6.0, 1, 1),
    ),
    called(
        "theorem.known_laws.powers",
        lambda law, term: known_laws.powers(law, term),
        refused={"law": ALL, "term": ALL},
        law=POST,
        term=(1.0, -0.1, -0.1),
    ),
    called(
        "derivation.steps.as_written",
        lambda factors: steps.as_written(3, factors),
        refused={"factors": ALL - {"a symbol"} - IN_WORDS},
        factors=STEP_N,
    ),
    called(
        "figures.picture.show",
        lambda plot, **options: picture.show(plot, POST.alpha, POST.beta, **options),
        refused=SIZE,
        plot=law.plot_flatness,
        size=(4.8, 3.3),
        outlined=True,
    ),
    called(
        "datasets.epoch.load_chinchilla_runs",
        load_without_data,
        refused={"exclude_highest": SEED},
        exclude_highest=5,
    ),
)
"""Every call that is tried, by the name of the function."""
