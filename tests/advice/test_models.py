import re
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.advice.models import (
    COLUMNS,
    SCALES,
    bands,
    beyond,
    disagreement,
    load_models,
    place_models,
    tokens_at_overhead,
)
from analysis.laws import PUBLISHED, LawEnsemble, ParametricLaw
from analysis.studies.record import recorded
from analysis.tradeoff import place

POST = PUBLISHED["de-vries-2023"].law
RECORD = recorded("chinchilla-refit")["value"]
REFIT = ParametricLaw(**RECORD["laws"]["refit"])
LAWS = {name: published.law for name, published in PUBLISHED.items()} | {"refit": REFIT}
LARGEST = {name: most for name, (_, most) in RECORD["ranges"].items()}
MODELS = load_models()
BY_NAME = MODELS.set_index("name")
ROW = "Tiny,2023,1000000000,,20000000000,no,A report,table 1,\n"
HEADER = ",".join(COLUMNS) + "\n"


def test_the_table_holds_enough_models_each_with_its_source():
    assert len(MODELS) >= 30
    assert MODELS["name"].is_unique
    assert list(MODELS.columns) == list(COLUMNS)
    assert MODELS["year"].is_monotonic_increasing
    for column in ("source", "locator"):
        assert (MODELS[column].str.len() > 5).all()
    cited = MODELS["source"].str.contains(r"arXiv:\d{4}\.\d{5}|model card|README", regex=True)
    assert cited.all()


def test_the_units_are_counts():
    assert MODELS["N"].between(1e8, 1.1e12).all()
    assert MODELS["D"].between(1e9, 1e14).all()
    assert (MODELS["D"] / MODELS["N"]).between(0.3, 1e5).all()
    assert MODELS["year"].between(2020, 2025).all()


def test_a_size_in_a_name_is_the_size():
    dense = MODELS.loc[MODELS["active"] == MODELS["N"], "name"]
    sized = dense.str.extract(r"-([\d.]+)([MB])(?:-|$)").dropna()
    assert len(sized) > 50
    units = sized[1].map({"M": 1e6, "B": 1e9})
    nominal = sized[0].astype(float) * units
    ratio = MODELS.loc[sized.index, "N"] / nominal
    assert ratio.drop(MODELS.index[BY_NAME.index == "Gemma-2-2B"]).between(0.9, 1.26).all()


@pytest.mark.parametrize(
    ("name", "N", "D"),
    [
        ("GPT-3", 175e9, 300e9),
        ("Chinchilla-70B", 70e9, 1.4e12),
        ("LLaMA-7B", 6.7e9, 1e12),
        ("SantaCoder-1.1B", 1.1e9, 236e9),
        ("Llama-3-8B", 8.03e9, 15e12),
        ("Qwen3-0.6B", 0.596e9, 36e12),
        ("DeepSeek-V3", 671e9, 14.8e12),
    ],
)
def test_what_is_known_by_heart(name, N, D):
    assert [BY_NAME.loc[name, "N"], BY_NAME.loc[name, "D"]] == pytest.approx([N, D], rel=1e-3)


def test_distilled_models_are_marked():
    distilled = set(MODELS["name"][MODELS["distilled"]])
    gemma = {name for name in BY_NAME.index if name.startswith("Gemma-3")}
    llama = {"Llama-4-Scout", "Llama-4-Maverick"}
    assert distilled == gemma | llama | {"Gemma-2-2B", "Gemma-2-9B"}
    assert BY_NAME.loc[sorted(distilled), "note"].str.contains("distilled").all()


@pytest.mark.parametrize(
    ("name", "active"),
    [("DeepSeek-V3", 37e9), ("Kimi-K2", 32e9), ("Qwen3-235B-A22B", 22e9), ("DBRX", 36e9)],
)
def test_a_mixture_of_experts_says_what_is_active(name, active):
    assert BY_NAME.loc[name, "active"] == active
    mixtures = MODELS[MODELS["active"] < MODELS["N"]]
    assert (mixtures["active"] < mixtures["N"] / 2).all()


def test_models_of_a_family_that_share_their_data_share_a_count():
    for family in ("Pythia", "Qwen2.5", "Qwen3", "Llama-2"):
        named = BY_NAME.index.str.match(rf"{re.escape(family)}-[\d]")
        counts = BY_NAME.loc[named, "D"]
        assert len(counts) > 2
        assert counts.nunique() == 1


def test_a_table_of_ones_own_is_read(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(HEADER + ROW, encoding="utf-8")
    mine = load_models(path)
    assert mine.loc[0, ["year", "N", "D", "distilled"]].tolist() == [2023, 1e9, 2e10, False]
    old = (HEADER + ROW).replace("active,", "").replace(",,", ",")
    path.write_text(old, encoding="utf-8")
    assert load_models(path).equals(mine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,N\n", r"mine\.csv: missing column year, D"),
        (HEADER + ROW + ROW, "line 3: name 'Tiny' is given twice"),
        (HEADER + ROW.replace("Tiny", " "), "line 2: name is empty"),
        (HEADER + ROW.replace("A report", ""), "line 2: source is empty"),
        (HEADER + ROW.replace("table 1", ""), "line 2: locator is empty"),
        (HEADER + ROW.replace(",no,", ",,"), "line 2: distilled must be yes or no, got ''"),
        (HEADER + ROW.replace("2023", "23"), "line 2: year must lie between 2018 and 2030, got 23"),
        (HEADER + ROW.replace("1000000000,", "7,"), "line 2: N must lie between .* got 7"),
        (HEADER + ROW.replace("20000000000", "20"), "line 2: D must lie between .* got 20"),
        (HEADER + ROW.replace("20000000000", "2e10"), "line 2: D must be a whole .* got '2e10'"),
        (HEADER + ROW.replace("20000000000", "nan"), "line 2: D must be a whole .* got 'nan'"),
        (HEADER + ROW.replace("00,,", "00,2000000000,"), "line 2: active must lie between"),
        (HEADER + "Tiny,2023\n", "line 2: not 9 fields"),
        (HEADER + ROW.strip() + ",more\n", "line 2: not 9 fields"),
    ],
)
def test_a_bad_table_names_the_line_and_the_column(tmp_path, text, message):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_models(path)


def test_every_model_is_placed_under_every_law_at_its_own_loss():
    placed = place_models(MODELS, LAWS)
    assert len(placed) == len(MODELS) * len(LAWS)
    for name, law in LAWS.items():
        rows = placed[placed["law"] == name].set_index("name")
        loss = law.loss(BY_NAME["N"], BY_NAME["D"])
        np.testing.assert_allclose(law.loss(rows["N_opt"], rows["D_opt"]), loss, rtol=1e-12)
        np.testing.assert_allclose(rows["k_N"] * rows["N_opt"], BY_NAME["N"], rtol=1e-12)
        np.testing.assert_allclose(rows["k_N"] * rows["k_D"], rows["compute"], rtol=1e-12)
        np.testing.assert_allclose(rows["compute"] - 1, rows["overhead"], atol=1e-12)
        np.testing.assert_allclose(law.marginal_rate(rows["N_opt"], rows["D_opt"]), 1, rtol=1e-12)


def test_bands_are_the_percentiles_of_each_model_and_hold_the_refit():
    ensemble = LawEnsemble(**RECORD["draws"])
    band = bands(MODELS, ensemble)
    assert list(band.index) == list(MODELS["name"])
    one = place(ensemble, *BY_NAME.loc["Llama-3-8B", ["N", "D"]])
    share_below = np.mean(one.k_N < band.loc["Llama-3-8B", ("k_N", "low")])
    share_above = np.mean(one.k_N > band.loc["Llama-3-8B", ("k_N", "high")])
    assert 0.02 < share_below < 0.03
    assert 0.02 < share_above < 0.03
    refit = place_models(MODELS, {"refit": REFIT}).set_index("name")
    # An optimal model costs no law less than its own optimum: there the band lies on one side.
    refit = refit.drop(refit.index[refit["compute"] < 1.01])
    for scale in SCALES:
        assert (band.loc[refit.index, (scale, "low")] <= refit[scale]).all()
        assert (refit[scale] <= band.loc[refit.index, (scale, "high")]).all()


def test_two_equal_laws_do_not_disagree_and_others_by_the_largest_factor():
    same = disagreement(place_models(MODELS, {"one": POST, "two": POST}))
    np.testing.assert_array_equal(same, 1.0)
    factors = disagreement(place_models(MODELS, {"post": POST, "refit": REFIT}))
    assert list(factors.index) == list(MODELS["name"])
    ours, theirs = (place(law, 70e9, 1.4e12).k_N for law in (REFIT, POST))
    assert factors.loc["Chinchilla-70B", "k_N"] == pytest.approx(theirs / ours)


def test_beyond_looks_at_size_data_and_their_ratio():
    out = dict(zip(MODELS["name"], beyond(MODELS, **LARGEST), strict=True))
    assert out["GPT-3"]  # by size alone
    assert out["Pythia-410M"]  # by its ratio alone
    assert out["GPT-J-6B"]  # by its data alone
    assert not out["Pythia-6.9B"]
    assert not out["Cerebras-GPT-13B"]


def test_before_chinchilla_too_large_and_ever_smaller_since():
    """What the chapter says of the years, under every law."""
    own = MODELS[~MODELS["distilled"]]
    for law in LAWS.values():
        placed = place_models(own, {"law": law}).set_index("name")
        k_N = placed["k_N"].groupby(own.set_index("name")["year"]).median()
        assert (placed.loc[["GPT-3", "Gopher-280B", "Jurassic-1", "MT-NLG-530B"], "k_N"] > 3).all()
        assert k_N[2023] > k_N[2024] > k_N[2025]


def test_today_the_laws_disagree_by_factors():
    factors = disagreement(place_models(MODELS, LAWS))
    out = beyond(MODELS, **LARGEST)
    assert factors["k_D"][out].median() > 2 > factors["k_D"][~out].median()


@pytest.mark.slow
@given(
    overhead=st.floats(1e-3, 20),
    N=st.floats(1e7, 1e13),
    name=st.sampled_from(sorted(LAWS)),
    too_large=st.booleans(),
)
def test_the_tokens_at_an_overhead_have_it(overhead, N, name, too_large):
    law = LAWS[name]
    run = place(law, N, tokens_at_overhead(law, overhead, N, too_large=too_large))
    assert run.overhead == pytest.approx(overhead, rel=1e-6)
    assert (run.k_N > 1) is too_large


def test_no_overhead_is_the_optimum():
    best = POST.compute_optimal(1e23)
    assert tokens_at_overhead(POST, 0.0, best.N) == pytest.approx(best.D)


def test_the_table_is_part_of_the_package():
    assert files("analysis.advice").joinpath("models.csv").is_file()
