"""What more than one page says is one number: none contradicts another."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

RECORDED = json.loads(Path(__file__).parents[1].joinpath("numbers.json").read_text("utf-8"))

FACTS = {
    "half the size by the post's law, per cent": (
        *("price:half", "index:post_half", "one_page:half", "how_sure:half_post"),
        *("does_it_hold:half_post", "limits:half_post", "teachers:half_overhead"),
    ),
    "half the size by the refit, per cent": (
        *("how_sure:half_refit", "does_it_hold:half_refit", "limits:half_refit"),
    ),
    "half the size by the refit, where the interval ends": (
        *("how_sure:half_high", "does_it_hold:refit_high", "does_it_hold:here_half_high"),
    ),
    "half the size by the refit, where the interval begins": (
        *("how_sure:half_low", "does_it_hold:refit_low"),
    ),
    "half the size with a free outer power": (
        *("how_sure:free_half", "does_it_hold:free_hoffmann", "teachers:real_free"),
    ),
    "half the size on the testbed, where the interval begins": (
        *("does_it_hold:half_low", "limits:half_low"),
    ),
    "half the size on the testbed, where the interval ends": (
        *("does_it_hold:half_high", "limits:half_high"),
    ),
    "half the size in the second batch, where the interval begins": (
        *("does_it_hold:without_low", "limits:other_low"),
    ),
    "half the size in the second batch, where the interval ends": (
        *("does_it_hold:without_high", "limits:other_high"),
    ),
    "three quarters of the size by the post's law": (
        *("price:quarter_off", "one_page:three_quarters"),
    ),
    "a third of the size by the post's law": ("how_sure:third_post", "teachers:third_overhead"),
    "a quarter of the size by the post's law": ("index:post_quarter", "one_page:quarter"),
    "tokens at half the size by the post's law": (
        *("data_scaling_factor:half_data", "index:post_data", "one_page:k_D_half"),
        *("solutions:served_none", "teachers:half_tokens"),
    ),
    "the wall by the post's law, per cent of the size": (
        *("price:k_min_value", "index:post_wall", "how_sure:wall_post", "serving:wall_post"),
    ),
    "a third of the size by the refit, where the interval ends": (
        *("how_sure:third_high", "does_it_hold:here_third_high"),
    ),
    "the wall by the refit, where the interval ends": (
        *("how_sure:wall_high", "does_it_hold:here_wall_high"),
    ),
    "the wall by the refit": ("how_sure:wall_refit", "serving:wall_refit", "limits:wall_fresh"),
    "LLaMA-7B's overhead by the post's law": (
        *("price:llama_overhead", "number_by_number:llama_overhead", "how_sure:llama_post"),
    ),
    "SantaCoder's overhead by the post's law": (
        *("price:santacoder_overhead", "number_by_number:santacoder_overhead"),
        *("how_sure:santa_post", "solutions:rescue_place"),
    ),
    "the marginal rate of LLaMA-7B": ("price:llama_m", "solutions:m_llama"),
    "tokens per parameter at 1e25 FLOP": ("compute_optimal:ratio_25", "teachers:post_late"),
    "the noise of a run of the testbed, at most": ("over_training:measured_noise", "limits:noise"),
    "the best size when use is even, by the refit": ("serving:size_1", "solutions:k_even"),
    "the best size at ten served tokens, by the refit": ("serving:size_10", "solutions:k_dear"),
    "the worst regret of a sure planner": ("index:sure_worst", "serving:regret_worst"),
    "the worst regret of an unsure planner": (
        *("index:unsure_worst", "serving:unknown_worst", "decision:unknown_worst"),
    ),
    "compute forgone at half the size": ("serving:half_forgone", "decision:cap_half"),
    "the runs of the atlas": ("index:n_runs", "testbeds:n_runs"),
    **{f"the worst of planning at {n}": (f"serving:worst_{n}", f"decision:worst_{n}")
       for n in (1, 3, 10, 30, 100)},
    **{f"the size that bounds it at {n}": (f"serving:worst_k_{n}", f"decision:worst_k_{n}")
       for n in (1, 3, 10, 30, 100)},
    **{f"the size by all studies at {n}": (f"serving:all_{n}", f"decision:size_{n}")
       for n in (1, 10, 100)},
}  # fmt: skip
"""Each fact that pages name otherwise, and where it stands: the page, and the number's name."""


def said(place):
    page, name = place.split(":")
    return RECORDED[page][name]


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_one_number_wherever_it_is_said(fact):
    there = {place: said(place) for place in FACTS[fact]}
    assert len({place.split(":")[0] for place in there}) > 1
    assert all(value == pytest.approx(max(there.values()), rel=1e-6) for value in there.values())


def test_what_all_studies_say_is_the_same_on_every_page():
    there = defaultdict(dict)
    for page, numbers in RECORDED.items():
        for name, value in numbers.items():
            if name.startswith("all_"):
                there[name.removeprefix("all_")][page] = value
    shared = {name: pages for name, pages in there.items() if len(pages) > 1}
    assert len(shared) > 15
    for name, pages in shared.items():
        source = RECORDED["testbeds"].get(name, max(pages.values()))
        assert set(pages.values()) == {source}, (name, pages)
