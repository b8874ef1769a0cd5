"""A good call of every public function that takes numbers, laws or tables; the others, with why."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hostile import (
    COUNT,
    EXTENDED,
    FLAG,
    NON_NEGATIVE,
    ONE_NON_NEGATIVE,
    ONE_POSITIVE,
    POSITIVE,
    SEED,
    SHARE,
    THING,
    call,
    optional,
)

from analysis import bootstrap, laws, limits, overtraining, serving, tradeoff
from analysis.advice import answer as advice
from analysis.advice import models
from analysis.fit import parametric as fit
from analysis.internal import counts
from analysis.internal import display as shown_
from analysis.lab import experiments as lab_experiments
from analysis.lab import gradient as pointer
from analysis.lab import language
from analysis.lab import training as lab
from analysis.studies import chinchilla as uncertainty
from analysis.studies import lab as lab_studies
from analysis.studies import testbed as evidence_
from analysis import testbed
from analysis.testbed import extrapolation, isoloss, noise, recipes, runs
from analysis.theorem import known_laws
from analysis.theorem import numeric as microscope

POST = laws.PUBLISHED["de-vries-2023"].law
PAIR = laws.LawEnsemble([1.8, 1.7], [480, 400], [2000, 400], [0.35, 0.34], [0.37, 0.28])
OVER = overtraining.OvertrainingLaw(1.84, 212.0, 367.0, 0.136)
SMALL = language.Language(V=64, F=8)
N = np.geomspace(1e8, 1e10, 12)
D = np.tile([1e9, 1e10, 1e11], 4)
LOSS = np.asarray(POST.loss(N, D))
DRAWS = np.random.default_rng(3).integers(12, size=(3, 12))
COSTED = microscope.CostedLaw(known_laws.powers(POST), known_laws.PRODUCT)
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


INFINITY = {"infinity", "an infinity among numbers", "a small infinity", "beyond doubles"}


WRITTEN = EXTENDED - {"NaN", "a small NaN", "beyond doubles"}
LISTED = POSITIVE - {"a generator", "a set"}


def rng():
    return np.random.default_rng(1)


RUN = {"N": (1e9, POSITIVE), "D": (2e10, POSITIVE)}
EXPONENTS = {"alpha": (0.336, POSITIVE), "beta": (0.283, POSITIVE)}
LAW = {"law": (POST, THING)}
FITTED_TO = {"N": (N, POSITIVE), "D": (D, POSITIVE), "loss": (LOSS, POSITIVE)}
IN_THE_LAB = {"language": (SMALL, THING)}
JOB = {"N": (4, COUNT), "D": (200, COUNT), "seed": (0, SEED)}
VALIDATION = {"validation": ("c4_val", THING)}

CALLS = {
    # The law
    "laws.ParametricLaw": call(
        laws.ParametricLaw,
        E=(1.6, ONE_NON_NEGATIVE),
        A=(406.0, ONE_POSITIVE),
        B=(410.0, ONE_POSITIVE),
        alpha=(0.336, ONE_POSITIVE),
        beta=(0.283, ONE_POSITIVE),
    ),
    "laws.LawEnsemble": call(
        laws.LawEnsemble,
        E=([1.8, 1.7], NON_NEGATIVE),
        A=([480.0, 400.0], POSITIVE),
        B=([2000.0, 400.0], POSITIVE),
        alpha=([0.35, 0.34], POSITIVE),
        beta=([0.37, 0.28], POSITIVE),
    ),
    "laws.ParametricLaw.loss": call(POST.loss, **RUN),
    "laws.ParametricLaw.reducible_loss": call(POST.reducible_loss, **RUN),
    "laws.ParametricLaw.compute_optimal": call(POST.compute_optimal, C=(1e22, POSITIVE)),
    "laws.ParametricLaw.compute_optimal_for_loss": call(
        POST.compute_optimal_for_loss, L=(2.0, POSITIVE)
    ),
    "laws.ParametricLaw.compute_optimal_for_size": call(
        POST.compute_optimal_for_size, N=(1e9, POSITIVE)
    ),
    "laws.ParametricLaw.marginal_rate": call(POST.marginal_rate, **RUN),
    "laws.LawEnsemble.loss": call(PAIR.loss, **RUN),
    "laws.LawEnsemble.compute_optimal": call(PAIR.compute_optimal, C=(1e22, POSITIVE)),
    "laws.LawEnsemble.compute_optimal_for_loss": call(
        PAIR.compute_optimal_for_loss, L=(2.0, POSITIVE)
    ),
    "laws.LawEnsemble.marginal_rate": call(PAIR.marginal_rate, **RUN),
    # The trade-off
    "tradeoff.data_scaling_factor": call(
        tradeoff.data_scaling_factor, infinite=True, k_N=(0.5, POSITIVE), **EXPONENTS
    ),
    "tradeoff.compute_overhead": call(
        tradeoff.compute_overhead, infinite=True, k_N=(0.5, POSITIVE), **EXPONENTS
    ),
    "tradeoff.minimum_model_scale": call(tradeoff.minimum_model_scale, **EXPONENTS),
    "tradeoff.model_scale_for_overhead": call(
        tradeoff.model_scale_for_overhead, overhead=(0.2, NON_NEGATIVE), **EXPONENTS
    ),
    "tradeoff.scales_from_marginal_rate": call(
        tradeoff.scales_from_marginal_rate, infinite=True, m=(2.0, POSITIVE), **EXPONENTS
    ),
    "tradeoff.place": call(tradeoff.place, **LAW, **RUN),
    # Serving
    "serving.lifetime_compute": call(
        serving.lifetime_compute,
        **RUN,
        inference_tokens=(1e12, NON_NEGATIVE),
        inference_cost_ratio=(1.0, POSITIVE),
    ),
    "serving.lifetime_optimal": call(
        serving.lifetime_optimal,
        **LAW,
        loss=(2.0, POSITIVE),
        inference_tokens=(1e12, NON_NEGATIVE),
        inference_cost_ratio=(1.0, POSITIVE),
    ),
    "serving.lifetime_scales": call(
        serving.lifetime_scales, served=(1.0, NON_NEGATIVE), **EXPONENTS
    ),
    "serving.lifetime_saving": call(
        serving.lifetime_saving, served=(1.0, NON_NEGATIVE), **EXPONENTS
    ),
    "serving.lifetime_cost": call(
        serving.lifetime_cost,
        infinite=True,
        k_N=(0.5, POSITIVE),
        served=(1.0, NON_NEGATIVE),
        **EXPONENTS,
    ),
    "serving.implied_tokens": call(
        serving.implied_tokens, **LAW, **RUN, inference_cost_ratio=(1.0, POSITIVE)
    ),
    "serving.break_even": call(serving.break_even, infinite=True, k_N=(0.5, POSITIVE), **EXPONENTS),
    "serving.at_size": call(serving.at_size, **LAW, loss=(2.0, POSITIVE), N=(7e9, POSITIVE)),
    "serving.largest_model": call(
        serving.largest_model, memory=(16e9, POSITIVE), bytes_per_parameter=(2, POSITIVE)
    ),
    # Limits
    "limits.tokens_with_repetition": call(
        limits.tokens_with_repetition,
        infinite=True,
        fresh=(2.5, POSITIVE - INFINITY),
        unique=(1.0, POSITIVE),
        R=(15.0, POSITIVE),
    ),
    "limits.overhead_with_repetition": call(
        limits.overhead_with_repetition,
        infinite=True,
        k_N=(0.5, POSITIVE),
        **EXPONENTS,
        unique=(1.0, POSITIVE),
    ),
    "limits.wall_with_repetition": call(
        limits.wall_with_repetition, infinite=True, **EXPONENTS, unique=(1.0, POSITIVE)
    ),
    "limits.excess_loss": call(limits.excess_loss, **LAW, k_N=(0.5, POSITIVE), C=(1e22, POSITIVE)),
    # Over-training
    "overtraining.OvertrainingLaw": call(
        overtraining.OvertrainingLaw,
        E=(1.84, ONE_NON_NEGATIVE),
        a=(212.0, ONE_NON_NEGATIVE),
        b=(367.0, ONE_NON_NEGATIVE),
        eta=(0.136, ONE_POSITIVE),
    ),
    "overtraining.OvertrainingLaw.loss": call(OVER.loss, C=(1e21, POSITIVE), M=(20.0, POSITIVE)),
    "overtraining.OvertrainingLaw.parametric": call(OVER.parametric),
    "overtraining.OvertrainingLaw.from_parametric": call(
        overtraining.OvertrainingLaw.from_parametric, law=(OVER.parametric(), THING)
    ),
    "overtraining.DownstreamLaw": call(
        overtraining.DownstreamLaw,
        epsilon=(0.857, ONE_NON_NEGATIVE),
        k=(2.21, ONE_NON_NEGATIVE),
        gamma=(0.715, ONE_POSITIVE),
    ),
    "overtraining.DownstreamLaw.error": call(
        overtraining.DownstreamLaw(0.857, 2.21, 0.715).error, loss=(2.4, POSITIVE)
    ),
    "overtraining.fit_overtraining": call(
        overtraining.fit_overtraining,
        infinite=True,
        **FITTED_TO,
        weights=(np.ones(12), optional(NON_NEGATIVE)),
    ),
    "overtraining.fit_downstream": call(
        overtraining.fit_downstream,
        infinite=True,
        loss=(LOSS, POSITIVE),
        error=(0.857 - 2.21 * np.exp(-0.715 * LOSS), NON_NEGATIVE),
    ),
    # Fits
    "fit.parametric.fit_parametric": call(
        fit.fit_parametric,
        infinite=True,
        **FITTED_TO,
        delta=(1e-3, ONE_NON_NEGATIVE),
        starts=([[1.6, 400.0, 400.0, 0.3, 0.3]], optional(NON_NEGATIVE)),
        weights=(np.ones(12), optional(NON_NEGATIVE)),
        tie_exponents=(False, FLAG),
        E=(1.62, optional(ONE_NON_NEGATIVE)),
    ),
    "fit.parametric.parametric_objective": call(
        fit.parametric_objective,
        **LAW,
        **FITTED_TO,
        delta=(1e-3, ONE_POSITIVE),
        weights=(np.ones(12), optional(NON_NEGATIVE)),
    ),
    "fit.parametric.profile_exponents": call(
        fit.profile_exponents,
        **FITTED_TO,
        alpha=(0.3, POSITIVE),
        beta=(0.3, POSITIVE),
        delta=(1e-3, ONE_POSITIVE),
    ),
    "fit.parametric.seeded_starts": call(fit.seeded_starts, **FITTED_TO),
    "bootstrap.bootstrap_parametric": call(
        bootstrap.bootstrap_parametric,
        infinite=True,
        **FITTED_TO,
        n_resamples=(3, COUNT),
        rng=(rng(), THING),
        delta=(1e-3, ONE_NON_NEGATIVE),
        tie_exponents=(False, FLAG),
        E=(1.62, optional(ONE_NON_NEGATIVE)),
        executor=(None, optional(THING)),
    ),
    "bootstrap.bootstrap_parametric by indices": call(
        bootstrap.bootstrap_parametric,
        infinite=True,
        **FITTED_TO,
        untried=frozenset({"None"}),  # then it is rng that is missing
        indices=(DRAWS, optional(THING)),
    ),
    "bootstrap.percentile_interval": call(
        bootstrap.percentile_interval,
        infinite=True,
        values=([1.0, 2.0, 3.0], EXTENDED),
        level=(0.9, SHARE),
    ),
    "bootstrap.BootstrapResult.interval": call(
        BOOTED.interval,
        untried=frozenset({"a type"}),  # a function like another; what it raises is its own
        statistic=("alpha", THING - {"a function"}),
        level=(0.9, SHARE),
    ),
    # Advice and counts
    "advice.answer.advise": call(
        advice.advise,
        infinite=True,
        **LAW,
        N=(7e9, ONE_POSITIVE),
        D=(1e12, ONE_POSITIVE),
        loss=(None, optional(THING)),
        inference_tokens=(1e12, optional(ONE_NON_NEGATIVE)),
        inference_cost_ratio=(1.0, ONE_POSITIVE),
        ensemble=(PAIR, optional(THING)),
    ),
    "advice.advise on a loss": call(
        advice.advise,
        infinite=True,
        **LAW,
        N=(7e9, optional(ONE_POSITIVE)),
        loss=(2.0, ONE_POSITIVE),
    ),
    "advice.advise on a budget": call(
        advice.advise,
        infinite=True,
        **LAW,
        N=(7e9, optional(ONE_POSITIVE)),
        compute=(1e22, ONE_POSITIVE),
    ),
    "internal.counts.parse_count": call(
        counts.parse_count, text=("7B", THING - {"a number as text"}), name=("text", None)
    ),
    "internal.counts.show_count": call(counts.show_count, value=(7e9, WRITTEN), digits=(3, COUNT)),
    "internal.display.show_large": call(shown_.show_large, value=(7e9, WRITTEN)),
    "internal.display.show_percent": call(shown_.show_percent, fraction=(0.1, WRITTEN)),
    "internal.display.show_plain": call(shown_.show_plain, value=(0.1, WRITTEN)),
    # Laws under the microscope
    "theorem.numeric.sum_of_powers": call(
        lambda term: microscope.sum_of_powers(term, (1.0, 0, 1)), term=((6.0, 1, 1), THING)
    ),
    "theorem.numeric.optimum": call(
        microscope.optimum, law=(COSTED, THING), C=(1e22, ONE_POSITIVE)
    ),
    "theorem.numeric.solve_k_D": call(
        microscope.solve_k_D,
        infinite=True,
        law=(COSTED, THING),
        k_N=(0.5, POSITIVE),
        C=(1e22, ONE_POSITIVE),
    ),
    "theorem.numeric.examine": call(
        microscope.examine,
        infinite=True,
        laws=({"post": COSTED}, THING),
        budgets=([1e22], LISTED),
        k_N=(0.5, ONE_POSITIVE),
    ),
    "theorem.numeric.spread": call(
        microscope.spread, infinite=True, values=([2.0, 2.5], LISTED - INFINITY)
    ),
    "theorem.numeric.is_budget_free": call(
        microscope.is_budget_free, values=([2.0, 2.5], LISTED - {"an infinity among numbers"})
    ),
    "theorem.known_laws.powers": call(
        lambda law, term: known_laws.powers(law, term), **LAW, term=((1.0, -0.1, -0.1), THING)
    ),
    "theorem.known_laws.data_constrained": call(
        known_laws.data_constrained,
        **LAW,
        unique=(1e11, ONE_POSITIVE),
        R_D=(15.0, ONE_POSITIVE),
        R_N=(5.0, ONE_POSITIVE),
    ),
    "theorem.known_laws.non_embedding": call(
        known_laws.non_embedding, **LAW, omega=(4e4, ONE_POSITIVE)
    ),
    "theorem.known_laws.pole": call(known_laws.pole, **LAW, tau=(1.0, ONE_POSITIVE)),
    "theorem.known_laws.examine_known": call(
        known_laws.examine_known, budgets=([1e19, 1e21], LISTED), k_N=(0.5, ONE_POSITIVE)
    ),
    # The testbed
    "testbed.isoloss.tokens_for_same_loss": call(
        isoloss.tokens_for_same_loss, infinite=True, **LAW, **RUN, N_small=(5e8, POSITIVE)
    ),
    "testbed.isoloss.iso_loss_pairs": call(
        isoloss.iso_loss_pairs, infinite=True, runs=(RUNS, THING), **VALIDATION
    ),
    "testbed.isoloss.compare_pairs": call(
        isoloss.compare_pairs, infinite=True, pairs=(PAIRS, THING), laws=({"c4": POST}, THING)
    ),
    "testbed.isoloss.equal_exponents_test": call(
        isoloss.equal_exponents_test,
        infinite=True,
        runs=(RUNS, THING),
        train_set=("c4", THING),
        **VALIDATION,
    ),
    "testbed.runs.in_second_batch": call(runs.in_second_batch, runs=(RUNS, THING)),
    "testbed.runs.first_batch": call(runs.first_batch, runs=(RUNS, THING)),
    "testbed.noise.batch_residuals": call(noise.batch_residuals, runs=(RUNS, THING), **VALIDATION),
    "testbed.noise.batch_step": call(noise.batch_step, runs=(RUNS, THING), **VALIDATION),
    "testbed.noise.worse_with_more_tokens": call(
        noise.worse_with_more_tokens, runs=(RUNS, THING), **VALIDATION
    ),
    "testbed.noise.run_noise": call(noise.run_noise, runs=(RUNS, THING), **VALIDATION),
    "testbed.noise.luck": call(
        noise.luck,
        law=(OVER, THING),
        N=(N[:5], POSITIVE),
        D=(D[:5], POSITIVE),
        target=((7e9, 1.4e11), THING - {"a series", "masked but whole"}),
        noise=(0.01, ONE_NON_NEGATIVE),
        n_worlds=(2, COUNT),
        rng=(rng(), THING),
    ),
    "testbed.noise.Luck.share_within": call(
        noise.Luck(np.array([0.1, 0.2])).share_within, error=(0.1, ONE_NON_NEGATIVE)
    ),
    "testbed.recipes.SharedFit.interval": call(
        FITTED.interval, infinite=True, train_set=("c4", THING), **RUN, level=(0.9, SHARE)
    ),
    "testbed.recipes.fit_recipe": call(
        recipes.fit_recipe,
        runs=(RUNS, THING),
        recipe=(recipes.POOLED, THING),
        fit_runs=(runs.FIVE_RUNS, THING),
        **VALIDATION,
    ),
    "testbed.recipes.fit_shared": call(
        recipes.fit_shared,
        runs=({"c4": RUNS[RUNS["train_set"] == "c4"]}, THING),
        recipe=(recipes.POOLED, THING),
        **VALIDATION,
    ),
    "testbed.recipes.held_out": call(
        recipes.held_out,
        runs=(RUNS, THING),
        recipe=(recipes.POOLED, THING),
        fit_runs=(runs.FIVE_RUNS, THING),
        **VALIDATION,
        level=(0.9, SHARE),
    ),
    "testbed.extrapolation.extrapolate": call(
        extrapolation.extrapolate,
        infinite=True,
        runs=(RUNS, THING),
        train_set=("c4", THING),
        **VALIDATION,
        tasks=(("err17",), THING - {"nothing"}),
        loss_runs=(runs.FIVE_RUNS, THING),
        error_runs=(runs.SIX_RUNS, THING),
        targets=([runs.FIVE_RUNS[0]], optional(THING)),
    ),
    "testbed.runs.of_train_set": call(
        runs.of_train_set, runs=(RUNS, THING), train_set=("c4", THING)
    ),
    "testbed.runs.choose": call(
        runs.choose,
        runs=(RUNS[RUNS["train_set"] == "c4"], THING),
        wanted=(runs.FIVE_RUNS, THING),
    ),
    "testbed.runs.with_errors": call(
        runs.with_errors,
        runs=(RUNS, THING),
        downstream=(RUNS[["train_set", "model"]].assign(task=0.5), THING),
    ),
    "testbed.frontier.ladder": call(testbed.ladder, multipliers=((20, 320), THING)),
    "testbed.frontier.frontier": call(
        testbed.frontier,
        runs=(RUNS, THING),
        recipes=((recipes.POOLED,), THING),
        fit_sets=((runs.FIVE_RUNS,), THING),
        **VALIDATION,
    ),
    "testbed.frontier.summary": call(
        testbed.summary, table=(recipes.held_out(RUNS, recipes.POOLED), THING)
    ),
    "testbed.frontier.leave_one_out": call(
        testbed.leave_one_out,
        runs=(RUNS, THING),
        candidates=((recipes.POOLED,), THING),
        **VALIDATION,
    ),
    # Models
    "advice.models.place_models": call(
        models.place_models, models=(MODELS, THING), laws=({"post": POST}, THING)
    ),
    "advice.models.bands": call(
        models.bands, models=(MODELS, THING), ensemble=(PAIR, THING), level=(0.9, SHARE)
    ),
    "advice.models.disagreement": call(
        models.disagreement, placed=(models.place_models(MODELS, {"post": POST}), THING)
    ),
    "advice.models.beyond": call(
        models.beyond,
        models=(MODELS, THING),
        N=(1e10, ONE_POSITIVE),
        D=(1e12, ONE_POSITIVE),
        multiplier=(100.0, ONE_POSITIVE),
    ),
    "advice.models.tokens_at_overhead": call(
        models.tokens_at_overhead,
        **LAW,
        overhead=(0.2, NON_NEGATIVE),
        N=(7e9, POSITIVE),
        too_large=(False, FLAG),
    ),
    # The lab
    "lab.language.Language": call(
        language.Language,
        V=(64, COUNT),
        epsilon=(0.1, SHARE),
        phi=(0.25, SHARE),
        F=(8, COUNT),
        alpha=(0.34, ONE_POSITIVE),
        beta=(0.28, SHARE),
        Q=(30.0, ONE_POSITIVE),
        classes=(2, COUNT),
    ),
    "lab.language.Language.cues": call(SMALL.cues, n=(5, COUNT), rng=(rng(), THING)),
    "lab.language.Language.words": call(SMALL.words, n=(5, COUNT), rng=(rng(), THING)),
    "lab.language.Language.frequency": call(SMALL.frequency, cues=([1, 2], SEED)),
    "lab.language.Language.reach": call(SMALL.reach, cues=([1, 2], SEED)),
    "lab.language.Language.in_sight": call(SMALL.in_sight, N=(4, COUNT)),
    "lab.language.write": call(
        language.write, n=(5, COUNT), history=(4, COUNT), **IN_THE_LAB, rng=(rng(), THING)
    ),
    "lab.language.theory": call(language.theory, **IN_THE_LAB),
    "lab.language.expected_loss": call(language.expected_loss, **RUN, **IN_THE_LAB),
    "lab.training.Job": call(lab.Job, **JOB, **IN_THE_LAB),
    "lab.training.train": call(lab.train, **JOB, **IN_THE_LAB),
    "lab.training.learn": call(
        lab.learn, N=(4, COUNT), D=(200, COUNT), **IN_THE_LAB, rng=(rng(), THING)
    ),
    "lab.training.grid": call(
        lab.grid,
        N=([4], THING),
        D=([200], THING),
        seeds=([0], THING - {"integers beyond doubles"}),
        **IN_THE_LAB,
    ),
    "lab.training.sweep": call(
        lab.sweep,
        untried=frozenset({"text", "a number as text"}),  # names of files that would be made
        jobs=([lab.Job(4, 200, 0, SMALL)], THING - {"nothing"}),
        executor=(None, optional(THING)),
        checkpoint=(None, optional(THING) - {"text", "a number as text"}),
    ),
    "lab.training.Model.loss": call(lab.learn(4, 200, SMALL, rng()).loss, **IN_THE_LAB),
    "lab.gradient.train_pointer": call(
        pointer.train_pointer,
        **JOB,
        **IN_THE_LAB,
        batch=(
            64,
            COUNT - {"a huge integer", "an integer beyond doubles", "an integer beyond words"},
        ),
        rate=(3.0, ONE_POSITIVE),
    ),
    "lab.experiments.table": call(
        lab_experiments.table,
        jobs=([lab.Job(4, 200, 0, SMALL)], THING - {"nothing"}),
        executor=(None, optional(THING)),
    ),
    "lab.experiments.optimum": call(lab_experiments.optimum, **LAW, C=(1e7, POSITIVE)),
    "lab.experiments.sample": call(
        lab_experiments.sample, n=(3, COUNT), history=(3, COUNT), **IN_THE_LAB, seed=(0, SEED)
    ),
    "lab.experiments.isoflop": call(
        lab_experiments.isoflop,
        costly=True,
        budgets=([2e4], LISTED),
        seeds=([0], THING - {"integers beyond doubles"}),
        **IN_THE_LAB,
        executor=(None, optional(THING)),
    ),
    "lab.experiments.optimal_length": call(
        lab_experiments.optimal_length, N=(8, POSITIVE), **IN_THE_LAB
    ),
    "lab.experiments.true_factor": call(
        lab_experiments.true_factor,
        infinite=True,
        k_N=(0.5, POSITIVE),
        N=(8, POSITIVE),
        **IN_THE_LAB,
    ),
    "lab.experiments.measure_factor": call(
        lab_experiments.measure_factor,
        costly=True,
        infinite=True,
        sizes=([8], THING),
        fractions=([0.5], LISTED),
        seeds=([0], THING - {"integers beyond doubles"}),
        **IN_THE_LAB,
        executor=(None, optional(THING)),
    ),
    "lab.experiments.extrapolate": call(
        lab_experiments.extrapolate,
        infinite=True,
        runs=(
            pd.DataFrame({"N": N, "D": D, "C": np.geomspace(1e4, 1e8, 12), "loss": LOSS}),
            THING,
        ),
        cuts=([1e7], LISTED),
    ),
    "studies.lab.designs": call(lab_studies.designs, budget=(1e6, ONE_POSITIVE), **IN_THE_LAB),
    "studies.lab.one_design": call(
        lab_studies.one_design,
        costly=True,
        seed=(0, SEED),
        budget=(1e5, ONE_POSITIVE),
        **IN_THE_LAB,
    ),
    "studies.lab.one_sweep": call(
        lab_studies.one_sweep,
        costly=True,
        seed=(0, SEED),
        n_resamples=(2, COUNT),
        subsets=((8,), THING),
    ),
    "studies.lab.five_points": call(
        lab_studies.five_points, costly=True, seed=(0, SEED), **IN_THE_LAB
    ),
    "studies.lab.one_gradient": call(lab_studies.one_gradient, costly=True, seed=(0, SEED)),
    "studies.chinchilla.summarise": call(
        uncertainty.summarise, costly=True, n_resamples=(2, COUNT), seed=(0, SEED)
    ),
    "studies.testbed.summarise": call(
        evidence_.summarise,
        costly=True,
        n_resamples=(2, COUNT),
        n_worlds=(2, COUNT),
        seed=(0, SEED),
    ),
    "language.Language.cues of one class": call(
        language.Language(V=64, classes=1).cues, n=(5, COUNT), rng=(rng(), THING)
    ),
}
