"""A good call of every public function; its annotations say what each argument must refuse."""

from __future__ import annotations

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
    by_name,
    call,
)
from matplotlib.figure import Figure
from tables import NINE, grid, written

from analysis import (
    advice,
    atlas,
    bootstrap,
    budgets,
    fit,
    laws,
    limits,
    overtraining,
    prices,
    serving,
    testbed,
    tradeoff,
)
from analysis.advice import (
    content,
    credible,
    models,
    own,
    own_report,
    plan,
    readings,
    regret,
    report,
)
from analysis.atlas import pool
from analysis.claims import verdicts
from analysis.datasets import athena, batches, epoch, gadre, kempner, porian, registry, shapes
from analysis.derivation import certificates, steps
from analysis.exercises import answers, checking
from analysis.figures import explorer, interactive, law, picture
from analysis.fit import law_files
from analysis.fit import tables as fit_tables
from analysis.internal import counts, display
from analysis.lab import experiments, gradient, language, training
from analysis.studies import atlas as atlas_study
from analysis.studies import chinchilla, planted, record
from analysis.studies import lab as lab_study
from analysis.studies import testbed as testbed_study
from analysis.testbed import extrapolation, isoloss, noise, recipes, runs
from analysis.theorem import certificates as certificates_of_theorem
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
MODELS = models.load_models().head(3)
FITTED = recipes.fit_recipe(RUNS, recipes.POOLED)["c4"]
BOOTED = bootstrap.bootstrap_parametric(N, D, LOSS, indices=DRAWS)
OWN = own.answer_runs(grid(POST))
LAW_FILE = written(
    Path(tempfile.mkdtemp()), '{"E": 1.7, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3}', "law.json"
)
NINE_RUNS = written(Path(tempfile.mkdtemp()), NINE)
BUDGETS = np.repeat(np.geomspace(1e18, 1e20, 4), 6)
SIZES = POST.compute_optimal(BUDGETS).N * np.tile(np.geomspace(0.4, 2.5, 6), 4)
CURVES = (SIZES, BUDGETS / (6 * SIZES), POST.loss(SIZES, BUDGETS / (6 * SIZES)), BUDGETS)
EXCHANGE = atlas.measure_exchange(*CURVES, rng=np.random.default_rng(2), n_resamples=20)
FREED = bootstrap.bootstrap_parametric(N, D, LOSS, indices=DRAWS, outer_power=True)
POOLED = pool.pool_fits(
    "N",
    {name: FREED for name in ("llama3", "hoffmann", "openeurollm", "gemstones")},
    {},
    np.random.default_rng(2),
)
PAIRS = pd.DataFrame(
    {
        "train_set": ["c4"],
        "N": [1e9],
        "D": [2e10],
        "loss": [3.0],
        "N_small": [5e8],
        "D_small": [5e10],
        "same_batch": [True],
        "k_N": [0.5],
        "multiplier": [2.5],
    }
)


STEP_N, STEP_D = steps.N, steps.D
DERIVED = steps.derive()
ADVICE = advice.advise(POST, N=7e9, D=1e12)
KNOWN = credible.CredibleLaws({"post": POST, "twin": POST}, {"post": 0.5, "twin": 0.5})
NUMBER = answers.Number(0.2, [answers.Mistake(20, "a fraction")])
SCRATCH = Path(tempfile.gettempdir())
TEXTS = ALL - TEXT
INFINITY = {"infinity", "an infinity among numbers", "a small infinity", "beyond doubles"}
FACTOR = ALL - {
    "a symbol",
    "a huge integer",
    "an integer beyond doubles",
    "an integer beyond words",
}
COMPLEX = frozenset({"complex", "complex without imaginary part", "complex array"})
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
EMPTY = frozenset(name for name in ODD if name.startswith("an empty")) - {"an empty mapping"}
ROWS = frozenset({"a generator", "a set", "a negative among numbers", "a zero among numbers"})
ROWS = ALL - ROWS - (ARRAYS.keys() - {"seven numbers as a column", "not to be written"})
ROWS -= {"integers beyond doubles", "truth values as objects"}


def rng():
    return np.random.default_rng(1)


def load_without_data(exclude_highest):
    """What is wrong is refused before a file is asked for."""
    with mock.patch.object(registry.DataSet, "path", side_effect=KeyError):
        return epoch.load_chinchilla_runs(exclude_highest=exclude_highest)


RUN = {"N": 1e9, "D": 2e10}
EXPONENTS = {"alpha": 0.336, "beta": 0.283}
LAW = {"law": POST}
FITTED_TO = {"N": N, "D": D, "loss": LOSS}
IN_THE_LAB = {"language": SMALL}
JOB = {"N": 4, "D": 200, "seed": 0}
VALIDATION = {"validation": "c4_val"}
EVALUATED = {"x": 0.5, "y": 0.7}

CALLS = by_name(
    call(laws.ParametricLaw, E=1.6, A=406.0, B=410.0, alpha=0.336, beta=0.283),
    call(
        laws.LawEnsemble,
        E=[1.8, 1.7],
        A=[480.0, 400.0],
        B=[2000.0, 400.0],
        alpha=[0.35, 0.34],
        beta=[0.37, 0.28],
    ),
    call(laws.OuterPowerLaw, E=1.6, A=90.0, B=500.0, alpha=0.4, beta=0.45, kappa=0.8),
    call(
        laws.OuterPowerEnsemble,
        E=[1.8, 1.7],
        A=[480.0, 400.0],
        B=[2000.0, 400.0],
        alpha=[0.35, 0.34],
        beta=[0.37, 0.28],
        kappa=[0.7, 0.9],
    ),
    call(POST.loss, **RUN),
    call(POST.reducible_loss, **RUN),
    call(POST.compute_optimal, C=1e22),
    call(POST.compute_optimal_for_loss, L=2.0),
    call(POST.compute_optimal_for_size, N=1e9),
    call(POST.compute_optimal_for_data, D=2e10),
    call(POST.marginal_rate, **RUN),
    call(PAIR.loss, **RUN),
    call(PAIR.compute_optimal, C=1e22),
    call(PAIR.compute_optimal_for_loss, L=2.0),
    call(PAIR.marginal_rate, **RUN),
    call(tradeoff.data_scaling_factor, k_N=0.5, **EXPONENTS, infinite=True),
    call(tradeoff.compute_overhead, k_N=0.5, **EXPONENTS, infinite=True),
    call(tradeoff.minimum_model_scale, **EXPONENTS),
    call(tradeoff.model_scale_for_overhead, overhead=0.2, **EXPONENTS),
    call(tradeoff.scales_from_marginal_rate, m=2.0, **EXPONENTS, infinite=True),
    call(tradeoff.place, **LAW, **RUN),
    call(serving.lifetime_compute, **RUN, inference_tokens=1e12, inference_cost_ratio=1.0),
    call(
        serving.lifetime_optimal, **LAW, loss=2.0, inference_tokens=1e12, inference_cost_ratio=1.0
    ),
    call(serving.lifetime_scales, served=1.0, **EXPONENTS),
    call(serving.lifetime_saving, served=1.0, **EXPONENTS),
    call(serving.lifetime_cost, k_N=0.5, served=1.0, **EXPONENTS, infinite=True),
    call(serving.implied_tokens, **LAW, **RUN, inference_cost_ratio=1.0),
    call(serving.break_even, k_N=0.5, **EXPONENTS, infinite=True),
    call(serving.at_size, **LAW, loss=2.0, N=7e9),
    call(serving.largest_model, memory=16e9, bytes_per_parameter=2),
    call(budgets.total_budget_scales, served=1.0, **EXPONENTS),
    call(
        budgets.total_budget_optimal, **LAW, C=1e22, inference_tokens=1e12, inference_cost_ratio=1.0
    ),
    call(budgets.compute_forgone, k_N=0.5, **EXPONENTS),
    call(prices.Rent, name="H100", price=2.0, refused={"name": ALL}),
    call(
        prices.price_ratio,
        training_utilisation=0.4,
        serving_utilisation=0.3,
        training_price=1.0,
        serving_price=1.0,
    ),
    call(prices.bill, flop=1e22, peak=1e15, utilisation=0.4, price=2.0),
    call(prices.width_of, N=7e9, aspect=128.0),
    call(prices.attention_share, N=7e9, context=4096, aspect=128.0),
    call(
        prices.cache_bytes, N=7e9, context=4096, bytes_per_number=2.0, shared_by=8.0, aspect=128.0
    ),
    call(
        prices.cheapest_life,
        **LAW,
        loss=2.0,
        serving=lambda N: 2e12 * N,
        untried={"a function", "a type"},
        refused={"serving": ALL},
    ),
    call(limits.fresh_tokens, trained=2.5, unique=1.0, R=15.0),
    call(
        limits.tokens_with_repetition,
        fresh=2.5,
        unique=1.0,
        R=15.0,
        infinite=True,
        refused={"fresh": POSITIVE - INFINITY},
    ),
    call(limits.overhead_with_repetition, k_N=0.5, **EXPONENTS, unique=1.0, infinite=True),
    call(limits.wall_with_repetition, **EXPONENTS, unique=1.0, infinite=True),
    call(limits.excess_loss, **LAW, k_N=0.5, C=1e22),
    call(overtraining.OvertrainingLaw, E=1.84, a=212.0, b=367.0, eta=0.136),
    call(OVER.loss, C=1e21, M=20.0),
    call(OVER.parametric),
    call(overtraining.OvertrainingLaw.from_parametric, law=OVER.parametric()),
    call(overtraining.DownstreamLaw, epsilon=0.857, k=2.21, gamma=0.715),
    call(overtraining.DownstreamLaw(0.857, 2.21, 0.715).error, loss=2.4),
    call(overtraining.fit_overtraining, **FITTED_TO, weights=np.ones(12), infinite=True),
    call(
        overtraining.fit_downstream,
        loss=LOSS,
        error=0.857 - 2.21 * np.exp(-0.715 * LOSS),
        infinite=True,
    ),
    call(
        fit.fit_parametric,
        **FITTED_TO,
        delta=1e-3,
        starts=[[1.6, 400.0, 400.0, 0.3, 0.3]],
        weights=np.ones(12),
        tie_exponents=False,
        E=1.62,
        outer_power=False,
        kappa=0.8,
        infinite=True,
        refused={"kappa": ONE_POSITIVE - {"None"}},
    ),
    call(fit.parametric_objective, **LAW, **FITTED_TO, delta=1e-3, weights=np.ones(12)),
    call(fit.profile_exponents, **FITTED_TO, alpha=0.3, beta=0.3, delta=1e-3),
    call(fit.seeded_starts, **FITTED_TO),
    call(fit.Runs, **FITTED_TO, weights=np.ones(12)),
    call(
        bootstrap.bootstrap_parametric,
        **FITTED_TO,
        n_resamples=3,
        rng=rng(),
        delta=1e-3,
        groups=np.arange(12) // 2,
        tie_exponents=False,
        E=1.62,
        outer_power=False,
        kappa=0.8,
        executor=None,
        infinite=True,
        refused={"rng": ALL, "kappa": ONE_POSITIVE - {"None"}},
    ),
    call(
        bootstrap.bootstrap_parametric, **FITTED_TO, indices=DRAWS, infinite=True, untried={"None"}
    ),
    call(
        atlas.measure_exchange,
        **dict(zip(("N", "D", "loss", "C"), CURVES, strict=True)),
        rng=rng(),
        n_resamples=2,
        costly=True,
    ),
    call(atlas.cross_validate, **FITTED_TO, budget=np.repeat([1e18, 1e19], 6), costly=True),
    call(atlas.overheads_by_form, **FITTED_TO, budgets=[1e19], k_N=0.5, costly=True),
    call(
        atlas_study.estimates,
        value=atlas_study.recorded_atlas(),
        which="N",
        costly=True,
    ),
    call(
        atlas_study.summarise,
        n_resamples=20,
        seed=1,
        arms=["llama3"],
        counts=["N"],
        costly=True,
    ),
    call(planted.summarise, n_sets=10, designs=["llama3"], costly=True),
    call(atlas_study.headline, which="N", infinite=True),
    call(atlas_study.halves_by_study, which="N"),
    call(valley.certify_valley, stated=valley.valley()),
    call(EXCHANGE.overhead, k_N=0.5),
    call(EXCHANGE.interval, k_N=0.5, level=0.9),
    call(EXCHANGE.third_interval, level=0.9),
    call(EXCHANGE.slope_interval, level=0.9),
    call(POOLED.predict, k_N=0.5, level=0.9, infinite=True),
    call(POOLED.wall, level=0.9),
    call(POOLED.without, study="llama3", rng=rng()),
    call(bootstrap.percentile_interval, values=[1.0, 2.0, 3.0], level=0.9, infinite=True),
    call(
        BOOTED.interval,
        statistic="alpha",
        level=0.9,
        untried={"a type"},
        refused={"statistic": ALL - {"a function"}},
    ),
    call(
        advice.advise,
        **LAW,
        N=7e9,
        D=1e12,
        loss=None,
        inference_tokens=1e12,
        inference_spread=2.0,
        inference_cost_ratio=1.0,
        largest=5e9,
        unique_tokens=1e12,
        context=4096,
        ensemble=PAIR,
        credible=KNOWN,
        infinite=True,
        refused={
            "N": ONE_POSITIVE - NONE.keys(),
            "D": ONE_POSITIVE - NONE.keys(),
            "loss": ALL - NONE.keys(),
        },
    ),
    *(
        call(
            advice.advise,
            **LAW,
            N=7e9,
            **{name: value},
            infinite=True,
            refused={name: ONE_POSITIVE - NONE.keys()},
        )
        for name, value in (("loss", 2.0), ("compute", 1e22))
    ),
    call(
        advice.advise,
        **LAW,
        N=7e9,
        active=1e9,
        D=1e12,
        infinite=True,
        refused={name: ONE_POSITIVE - NONE.keys() for name in ("N", "D")},
    ),
    call(
        counts.parse_count,
        text="7B",
        name="text",
        refused={"text": ALL - {"a number as text"}, "name": None},
    ),
    call(counts.show_count, value=7e9, digits=3),
    call(display.show_large, value=7e9),
    call(display.show_percent, fraction=0.1),
    call(display.show_plain, value=0.1),
    call(
        lambda term: numeric.sum_of_powers(term, (1.0, 0, 1)),
        term=(6.0, 1, 1),
        refused={"term": ALL},
        door=numeric.sum_of_powers,
    ),
    call(numeric.optimum, law=COSTED, C=1e22),
    call(numeric.solve_k_D, law=COSTED, k_N=0.5, C=1e22, infinite=True),
    call(numeric.examine, laws={"post": COSTED}, budgets=[1e22], k_N=0.5, infinite=True),
    call(numeric.spread, values=[2.0, 2.5], infinite=True, refused={"values": LISTED - INFINITY}),
    call(
        numeric.is_budget_free,
        values=[2.0, 2.5],
        refused={"values": LISTED - {"an infinity among numbers"}},
    ),
    call(
        lambda law, term: known_laws.powers(law, term),
        **LAW,
        term=(1.0, -0.1, -0.1),
        refused={"law": ALL, "term": ALL},
        door=known_laws.powers,
    ),
    call(known_laws.data_constrained, **LAW, unique=1e11, R_D=15.0, R_N=5.0),
    call(known_laws.non_embedding, **LAW, omega=4e4),
    call(known_laws.pole, **LAW, tau=1.0),
    call(known_laws.examine_known, budgets=[1e21], k_N=0.5),
    call(isoloss.tokens_for_same_loss, **LAW, **RUN, N_small=5e8, infinite=True),
    call(isoloss.iso_loss_pairs, runs=RUNS, **VALIDATION, infinite=True),
    call(isoloss.compare_pairs, pairs=PAIRS, laws={"c4": POST}, infinite=True),
    call(isoloss.equal_exponents_test, runs=RUNS, train_set="c4", **VALIDATION, infinite=True),
    call(batches.in_second_batch, runs=RUNS),
    call(batches.first_batch, runs=RUNS),
    call(noise.batch_residuals, runs=RUNS, **VALIDATION),
    call(noise.batch_step, runs=RUNS, **VALIDATION),
    call(noise.worse_with_more_tokens, runs=RUNS, **VALIDATION),
    call(noise.run_noise, runs=RUNS, **VALIDATION),
    call(
        noise.luck,
        law=OVER,
        N=N[:5],
        D=D[:5],
        target=(7e9, 1.4e11),
        noise=0.01,
        n_worlds=2,
        rng=rng(),
        refused={"target": ALL - {"a series", "masked but whole"}},
    ),
    call(noise.Luck(np.array([0.1, 0.2])).share_within, error=0.1),
    call(
        FITTED.interval, train_set="c4", **RUN, level=0.9, infinite=True, refused={"train_set": ALL}
    ),
    call(
        recipes.fit_recipe, runs=RUNS, recipe=recipes.POOLED, fit_runs=runs.FIVE_RUNS, **VALIDATION
    ),
    call(
        recipes.fit_shared,
        runs={"c4": RUNS[RUNS["train_set"] == "c4"]},
        recipe=recipes.POOLED,
        **VALIDATION,
        refused={"validation": ALL},
    ),
    call(
        recipes.held_out,
        runs=RUNS,
        recipe=recipes.POOLED,
        fit_runs=runs.FIVE_RUNS,
        **VALIDATION,
        level=0.9,
    ),
    call(
        extrapolation.extrapolate,
        runs=RUNS,
        train_set="c4",
        **VALIDATION,
        tasks=("err17",),
        loss_runs=runs.FIVE_RUNS,
        error_runs=runs.SIX_RUNS,
        targets=[runs.FIVE_RUNS[0]],
        infinite=True,
        refused={"tasks": ALL - {"nothing"}},
    ),
    call(runs.of_train_set, runs=RUNS, train_set="c4"),
    call(runs.choose, runs=RUNS[RUNS["train_set"] == "c4"], wanted=runs.FIVE_RUNS),
    call(runs.with_errors, runs=RUNS, downstream=RUNS[["train_set", "model"]].assign(task=0.5)),
    call(testbed.ladder, multipliers=(20, 320)),
    call(
        testbed.frontier,
        runs=RUNS,
        recipes=(recipes.POOLED,),
        fit_sets=(runs.FIVE_RUNS,),
        **VALIDATION,
    ),
    call(testbed.summary, table=recipes.held_out(RUNS, recipes.POOLED)),
    call(testbed.leave_one_out, runs=RUNS, candidates=(recipes.POOLED,), **VALIDATION),
    call(models.place_models, models=MODELS, laws={"post": POST}),
    call(models.bands, models=MODELS, ensemble=PAIR, level=0.9),
    call(models.disagreement, placed=models.place_models(MODELS, {"post": POST})),
    call(models.beyond, models=MODELS, N=1e10, D=1e12, multiplier=100.0),
    call(models.tokens_at_overhead, **LAW, overhead=0.2, N=7e9, too_large=False),
    call(
        language.Language,
        V=64,
        epsilon=0.1,
        phi=0.25,
        F=8,
        alpha=0.34,
        beta=0.28,
        Q=30.0,
        classes=2,
        refused={"epsilon": SHARE, "phi": SHARE, "beta": SHARE},
    ),
    call(SMALL.cues, n=5, rng=rng()),
    call(SMALL.words, n=5, rng=rng()),
    call(SMALL.frequency, cues=[1, 2]),
    call(SMALL.reach, cues=[1, 2]),
    call(SMALL.in_sight, N=4),
    call(language.write, n=5, history=4, **IN_THE_LAB, rng=rng()),
    call(language.theory, **IN_THE_LAB),
    call(language.expected_loss, **RUN, **IN_THE_LAB),
    call(training.Job, **JOB, **IN_THE_LAB),
    call(training.train, **JOB, **IN_THE_LAB),
    call(training.learn, N=4, D=200, **IN_THE_LAB, rng=rng()),
    call(training.grid, N=[4], D=[200], seeds=[0], **IN_THE_LAB),
    call(
        training.sweep,
        jobs=[training.Job(4, 200, 0, SMALL)],
        executor=None,
        checkpoint=None,
        untried={"text", "a number as text"},
        refused={
            "jobs": ALL - {"nothing"},
            "checkpoint": ALL - NONE.keys() - {"text", "a number as text"},
        },
    ),
    call(training.learn(4, 200, SMALL, rng()).loss, **IN_THE_LAB),
    call(
        gradient.train_pointer,
        **JOB,
        **IN_THE_LAB,
        batch=64,
        rate=3.0,
        refused={
            "batch": ALL
            - {"a huge integer", "an integer beyond doubles", "an integer beyond words"}
        },
    ),
    call(
        experiments.table,
        jobs=[training.Job(4, 200, 0, SMALL)],
        executor=None,
        refused={"jobs": ALL - {"nothing"}},
    ),
    call(experiments.optimum, **LAW, C=1e7),
    call(experiments.sample, n=3, history=3, **IN_THE_LAB, seed=0),
    call(experiments.isoflop, budgets=[2e4], seeds=[0], **IN_THE_LAB, executor=None, costly=True),
    call(experiments.optimal_length, N=8, **IN_THE_LAB),
    call(experiments.true_factor, k_N=0.5, N=8, **IN_THE_LAB, infinite=True),
    call(
        experiments.measure_factor,
        sizes=[8],
        fractions=[0.5],
        seeds=[0],
        **IN_THE_LAB,
        executor=None,
        costly=True,
        infinite=True,
    ),
    call(
        experiments.extrapolate,
        runs=pd.DataFrame({"N": N, "D": D, "C": np.geomspace(1e4, 1e8, 12), "loss": LOSS}),
        cuts=[1e7],
        infinite=True,
    ),
    call(lab_study.designs, budget=1e6, **IN_THE_LAB),
    call(lab_study.one_design, seed=0, budget=1e5, **IN_THE_LAB, costly=True),
    call(lab_study.one_sweep, seed=0, n_resamples=2, subsets=(8,), costly=True),
    call(lab_study.five_points, seed=0, **IN_THE_LAB, costly=True),
    call(lab_study.one_gradient, seed=0, costly=True),
    call(chinchilla.summarise, n_resamples=2, seed=0, costly=True),
    call(testbed_study.summarise, n_resamples=2, n_worlds=2, seed=0, costly=True),
    call(language.Language(V=64, classes=1).cues, n=5, rng=rng()),
    call(steps.cancel_in_logs, monomial=STEP_N * STEP_D),
    call(steps.log_of, expression=STEP_N * STEP_D),
    call(
        lambda factors: steps.as_written(3, factors),
        factors=STEP_N,
        refused={"factors": FACTOR},
        door=steps.as_written,
    ),
    call(steps.lagrange, positive=True),
    call(certificates.certify, derivation=DERIVED, costly=True),
    call(
        certificates.hold,
        certificates={"sure": lambda _: True},
        statements=1,
        refused={"statements": frozenset()},
    ),
    call(certificates.is_zero, expression=STEP_N - STEP_N),
    call(certificates_of_theorem.certify_theorem, statements=statements.state(), costly=True),
    call(statements.in_logs, expression=STEP_N * STEP_D),
    call(
        statements.slope_and_bend,
        loss=statements.x + statements.y**2,
        cost=statements.x + statements.y,
    ),
    call(numeric.CostedLaw, log_loss=known_laws.bent, log_cost=known_laws.PRODUCT),
    call(known_laws.bent, **EVALUATED, untried=COMPLEX),
    call(known_laws.effective, z=2.0, log_unique=1.0, R=15.0, untried=COMPLEX),
    call(explorer.interactive_curve, derivation=DERIVED, costly=True),
    call(
        explorer.Fitted,
        name="one",
        law=POST,
        band={"k_N": [0.5, 1.0], "low": [0.2, 0.0], "high": [np.inf, 0.0]},
        note="Grey: a band.",
        costly=True,
    ),
    call(
        explorer.explorer,
        derivation=DERIVED,
        laws={"de-vries-2023": laws.PUBLISHED["de-vries-2023"]},
        fitted=explorer.fitted_laws(),
        still=picture.Picture("<svg/>", "", "", ""),
        costly=True,
    ),
    call(interactive.interactive_bill, derivation=DERIVED, costly=True),
    call(interactive.interactive_decision, derivation=DERIVED, costly=True),
    call(
        interactive.interactive_cloud,
        derivation=DERIVED,
        law=POST,
        draws=laws.LawEnsemble([1.8] * 2, [480] * 2, [2000] * 2, [0.34, 0.35], [0.36, 0.37]),
        costly=True,
    ),
    call(interactive.interactive_models, derivation=DERIVED, models=MODELS, costly=True),
    call(interactive.interactive_plane, derivation=DERIVED, law=POST, costly=True),
    call(picture.seen_as, alt="a line"),
    call(
        lambda plot, **options: picture.show(plot, POST.alpha, POST.beta, **options),
        plot=law.plot_flatness,
        size=(4.8, 3.3),
        outlined=True,
        costly=True,
        refused={
            "plot": ALL,
            "size": ALL - {"masked but whole", "a series", "a generator", "a set"},
            "outlined": FLAG,
        },
        door=picture.show,
    ),
    call(picture.note, text="not here"),
    call(picture.tell_apart, axes=Figure().add_subplot()),
    call(picture.Downloads, tables={"all": "a,b"}),
    call(verdicts.load_claims, path=None, untried=TEXTS),
    call(
        verdicts.audit,
        claims=verdicts.load_claims()[:1],
        refused={"claims": ALL - {"nothing"} - EMPTY},
    ),
    call(models.load_models, path=None, untried=TEXTS),
    call(
        registry.DATASETS["gadre2024"].path,
        file="eval_metadata.csv",
        costly=True,
        refused={"file": ALL},
    ),
    call(
        registry.DATASETS["gadre2024"].verify,
        file="eval_metadata.csv",
        copy=SCRATCH / "no.csv",
        costly=True,
        refused={"file": None, "copy": TEXT},
    ),
    call(registry.DATASETS["gadre2024"].download, progress=False, costly=True),
    call(
        load_without_data,
        exclude_highest=5,
        costly=True,
        refused={"exclude_highest": SEED},
        door=epoch.load_chinchilla_runs,
    ),
    call(
        record.recall,
        name="chinchilla-refit",
        compute=lambda: 1.0,
        folder=SCRATCH,
        untried={"a function"},
        refused={"name": TEXT | {"no text"}, "compute": ALL},
    ),
    call(
        record.recorded, name="chinchilla-refit", folder=None, untried=TEXTS, refused={"name": TEXT}
    ),
    call(record.available, load=lambda: 1.0, untried={"a function"}, refused={"load": ALL}),
    call(
        record.record,
        name="nothing",
        value=1.0,
        datasets=("gadre2024",),
        command="make record",
        folder=SCRATCH / "nowhere",
        costly=True,
        refused={
            "name": TEXT | {"no text"},
            "value": ALL - IN_JSON,
            "datasets": ALL - EMPTY - {"nothing"},
        },
    ),
    call(fit_tables.read_table, source=NINE_RUNS, refused={"source": None}),
    call(fit_tables.read_runs, source=NINE_RUNS, refused={"source": None}),
    call(law_files.read_law, path=LAW_FILE, refused={"path": None}),
    call(
        own.answer_runs,
        table=OWN.table,
        compute=[1e20],
        infinite=True,
        refused={"compute": NANS},
    ),
    call(own.kappa_profile, answer=OWN),
    call(own_report.own_as_json, answer=OWN),
    call(own_report.own_as_csv, answer=OWN),
    call(own_report.own_as_table, answer=OWN),
    call(plan.narrowed_by, **LAW, N=N, D=D, more_N=[5e7], more_D=[1e12]),
    call(plan.next_runs, answer=OWN, n_runs=2, budget=1e20),
    call(credible.credible_laws, own=POST),
    call(credible.CredibleLaws, laws={"post": POST}, weights={"post": 1.0}),
    call(
        readings.read_budget,
        **LAW,
        compute=1e22,
        inference_tokens=1e12,
        inference_cost_ratio=1.0,
        credible=KNOWN,
    ),
    call(
        regret.choose_size,
        credible=KNOWN,
        compute=1e22,
        inference_tokens=1e12,
        spread=2.0,
        inference_cost_ratio=1.0,
        optimum=POST.compute_optimal(1e22),
        infinite=True,
    ),
    call(content.extrapolations, answer=ADVICE),
    call(content.as_json, answer=ADVICE, law="de-vries-2023", rent=prices.Rent("H100")),
    call(content.as_csv, answers={"it": ADVICE}, law="de-vries-2023"),
    call(report.as_table, answer=ADVICE, law="de-vries-2023", rent=prices.Rent("H100")),
    call(report.as_comparison, answers={"it": ADVICE}, law="de-vries-2023"),
    call(
        counts.as_float,
        name="value",
        value=0.5,
        infinite=True,
        untried=NANS,
        refused={"name": None},
    ),
    call(runs.pair, name="value", value=(7e9, 20), refused={"name": None}),
    call(recipes.Recipe, name="mine", pooled=True, relative=True, size_power=0.0),
    call(lab_study.columns, rows=[{"a": 1.0}, {"a": 2.0}], refused={"rows": ROWS}),
    call(checking.check, number="4.2", answer=0.1, refused={"number": ALL}),
    call(answers.same, left=STEP_N * STEP_D, right=STEP_D * STEP_N),
    call(NUMBER.advise, answer=0.2),
    call(answers.Numbers({"one": NUMBER, "two": NUMBER}).advise, answer=[0.2, 0.2]),
    call(answers.Formula(STEP_N * STEP_D, []).advise, answer=STEP_N),
    call(answers.Function(lambda x: 2 * x, [(1.0,)], []).advise, answer=abs),
    call(answers.Names({"N"}, []).advise, answer={"N"}),
    *(
        call(read, files=registry.DATASETS["gadre2024"], costly=True)
        for read in (gadre.read_testbed, gadre.read_downstream, gadre.read_tasks)
    ),
    *(
        call(read, files=registry.DATASETS[name], costly=True)
        for read, name in (
            (athena.read_llama3, "llama3"),
            (athena.read_marin, "marin2026"),
            (porian.read_porian, "porian2024"),
            (shapes.read_gemstones, "gemstones2025"),
            (shapes.read_ladder, "olmo-ladder2024"),
        )
    ),
    call(
        kempner.read_kempner,
        files=registry.DATASETS["kempner2024"],
        file="sweep.csv",
        costly=True,
    ),
    call(atlas.load_arm, name="openeurollm"),
)
