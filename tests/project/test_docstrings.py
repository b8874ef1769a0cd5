"""The public names answer in the notebook: what goes in, what comes out, what is refused."""

import inspect
import re

import pytest
from IPython.core.oinspect import Inspector

from analysis import atlas, bootstrap, claims, datasets, fit, laws, overtraining, serving, tradeoff

FUNCTIONS = [
    laws.ParametricLaw.loss,
    laws.ParametricLaw.reducible_loss,
    laws.ParametricLaw.compute_optimal,
    laws.ParametricLaw.compute_optimal_for_loss,
    laws.ParametricLaw.compute_optimal_for_size,
    laws.ParametricLaw.compute_optimal_for_data,
    laws.ParametricLaw.marginal_rate,
    tradeoff.data_scaling_factor,
    tradeoff.compute_overhead,
    tradeoff.minimum_model_scale,
    tradeoff.model_scale_for_overhead,
    tradeoff.scales_from_marginal_rate,
    tradeoff.place,
    claims.load_claims,
    claims.audit,
    datasets.load_chinchilla_runs,
    datasets.load_testbed,
    datasets.load_downstream,
    datasets.load_tasks,
    datasets.load_gemstone_runs,
    datasets.load_kempner_extrapolation,
    datasets.load_kempner_runs,
    datasets.load_ladder_runs,
    datasets.load_llama3_runs,
    datasets.load_marin_runs,
    datasets.load_porian_runs,
    atlas.load_arm,
    fit.fit_parametric,
    bootstrap.bootstrap_parametric,
    bootstrap.BootstrapResult.interval,
    overtraining.OvertrainingLaw.loss,
    overtraining.OvertrainingLaw.parametric,
    overtraining.DownstreamLaw.error,
    overtraining.fit_overtraining,
    overtraining.fit_downstream,
    serving.lifetime_optimal,
]
LAWS = [laws.ParametricLaw, overtraining.OvertrainingLaw, overtraining.DownstreamLaw]
RECORDS = [
    *LAWS,
    laws.Allocation,
    laws.PublishedLaw,
    tradeoff.Placement,
    claims.Claim,
    claims.Verdict,
    fit.FitResult,
    bootstrap.BootstrapResult,
    atlas.Arm,
]


def sections(text: str) -> dict[str, str]:
    """What stands under each underlined heading of a docstring."""
    parts = re.split(r"^([A-Z][a-z]+)\n-+\n", inspect.cleandoc(text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> set[str]:
    """The names that a section of parameters or attributes is about."""
    heads = re.findall(r"^(\w[\w, ]*?)(?: :.*)?$", section, flags=re.MULTILINE)
    return {name for head in heads for name in re.split(r",\s*", head)}


def lacking(item) -> list[str]:
    """What the docstring of a function or of a class does not say."""
    text, is_class = inspect.getdoc(item) or "", inspect.isclass(item)
    found = sections(text)
    names = {name for name in inspect.signature(item).parameters if name != "self"}
    wanted = ["Attributes"] if is_class else ["Returns", "Raises"]
    if names and not is_class:
        wanted.append("Parameters")
    if item in LAWS:
        wanted.append("Raises")
    missing = [name for name in wanted if not found.get(name, "").strip()]
    described = entries(found.get("Attributes" if is_class else "Parameters", ""))
    return missing + sorted(names - described)


@pytest.mark.parametrize("item", [*FUNCTIONS, *RECORDS], ids=lambda item: item.__qualname__)
def test_a_public_name_says_what_it_takes_gives_and_refuses(item):
    assert lacking(item) == []


@pytest.mark.parametrize("item", [*FUNCTIONS, *RECORDS], ids=lambda item: item.__qualname__)
def test_the_notebook_shows_it(item):
    shown = Inspector(theme_name="nocolor").info(item, item.__name__)
    assert sections(shown["docstring"]) == sections(inspect.getdoc(item))


@pytest.mark.parametrize("item", [*FUNCTIONS, *RECORDS], ids=lambda item: item.__qualname__)
def test_a_section_or_a_name_that_is_taken_away_is_missed(item, monkeypatch):
    text = inspect.getdoc(item)
    for title, section in sections(text).items():
        if title in ("Examples", "Notes") or (
            title == "Raises" and item not in [*FUNCTIONS, *LAWS]
        ):
            continue
        monkeypatch.setattr(item, "__doc__", text.replace(section, "", 1))
        assert lacking(item), title
        if title in ("Parameters", "Attributes"):
            for name in entries(section) & set(inspect.signature(item).parameters):
                monkeypatch.setattr(
                    item, "__doc__", text.replace(section, re.sub(rf"\b{name}\b", "x_", section))
                )
                assert lacking(item) == [name]


def test_every_method_of_a_law_is_asked():
    for law in LAWS:
        methods = {item for name, item in vars(law).items() if name[0] != "_"}
        assert {item for item in methods if inspect.isfunction(item)} <= set(FUNCTIONS)
