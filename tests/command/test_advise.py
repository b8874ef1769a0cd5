"""The command line, as it is typed."""

import csv
import io
import json
import subprocess
import sys

import pytest
from commands import refusal

from analysis.__main__ import main
from analysis.advice import load_models
from analysis.budgets import total_budget_optimal
from analysis.laws import PUBLISHED
from analysis.serving import lifetime_optimal
from analysis.studies.atlas import pooled_law
from analysis.tradeoff import place

POST = PUBLISHED["de-vries-2023"].law


def run(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "analysis", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def answer(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_it_runs_as_a_module():
    done = run("--N", "7B", "--D", "1.4T")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("law            refit")


def test_the_table_says_what_is_asked(capsys):
    assert main(["--N", "6.9B", "--D", "1T", "--law", "de-vries-2023", "--serve", "10T"]) == 0
    out = capsys.readouterr().out
    assert "6.9B parameters, 1T tokens, 4.14e22 FLOP, 145 tokens a parameter, loss 1.986" in out
    assert "overhead       12 %" in out
    assert "k_N            0.58" in out
    assert "right for      1.34T served tokens" in out
    assert "tokens beyond the 318B of the fitted runs: " in out
    assert "cheapest over its life" in out
    assert "in brackets: 95 %" not in out
    assert "saved over its life" in out


def test_the_table_can_be_read_without_the_book(capsys):
    assert main(["--N", "7B", "--D", "1T", "--serve", "10T", "--price", "0.3"]) == 0
    out = capsys.readouterr().out
    assert "use            10T served tokens, a FLOP of serving costs 0.3 times a FLOP of tr" in out
    for gloss in ("of the optimal parameters", "times the optimal tokens", "no smaller model"):
        assert out.count(gloss) == 1
    assert "pays off after: served tokens" in out
    assert "saved over its life: share" in out


def test_a_compute_optimal_run_is_called_so_and_has_no_band_of_no_width(capsys):
    assert main(["--compute", "4e22"]) == 0
    out = capsys.readouterr().out
    assert "your run" not in out
    assert out.count("\ncompute-optimal ") == 1
    assert "right for      no use at all" in out
    assert "[0 %, 0 %]" not in out
    assert "[1, 1]" not in out


def test_numbers_that_nobody_can_read_are_shortened(capsys):
    assert main(["--N", "6.91B", "--loss", "2"]) == 0
    out = capsys.readouterr().out
    assert "16.1T tokens a parameter" in out
    assert "overhead       1.9T %" in out


def test_json_says_which_use_was_asked_about(capsys):
    found = answer(capsys, "--N", "7B", "--D", "1T", "--serve", "10T", "--price", "2")
    assert (found["inference_tokens"], found["inference_cost_ratio"]) == (1e13, 2)
    assert answer(capsys, "--N", "7B", "--D", "1T")["inference_tokens"] is None


def test_the_refit_has_bands(capsys):
    assert main(["--N", "6.9B", "--D", "1T"]) == 0
    out = capsys.readouterr().out
    assert "[in brackets: 95 % of the resampled refits]" in out
    assert out.count("[") > 10
    assert "saved over its life" not in out


def test_json_holds_the_numbers_of_the_package(capsys):
    found = answer(capsys, "--N", "6.9B", "--D", "1T", "--law", "de-vries-2023")
    placed = place(POST, 6.9e9, 1e12)
    for name in ("k_N", "k_D", "overhead", "marginal_rate"):
        assert found[name] == getattr(placed, name)
    assert found["optimal"] == vars(placed.optimal)
    assert found["bands_95"] == {}
    said = {line.partition(" of the fitted")[0]: line for line in found["extrapolates"]}
    assert "your run (1T)" in said["tokens beyond the 318B"]
    assert "parameters beyond the 16.2B" not in said
    assert {option["name"] for option in found["options"]} >= {"your run", "compute-optimal"}


@pytest.mark.parametrize(
    ("typed", "N"), [("7B", 7e9), ("7b", 7e9), ("7000M", 7e9), ("7e9", 7e9), ("7_000_000_000", 7e9)]
)
def test_suffixes(capsys, typed, N):
    assert answer(capsys, "--N", typed, "--D", "1T")["run"]["N"] == pytest.approx(N, rel=1e-12)


def test_a_dearer_flop(capsys):
    cheap = answer(capsys, "--compute", "4e22", "--serve", "10T")
    dear = answer(capsys, "--compute", "4e22", "--serve", "10T", "--price", "5")
    sizes = [
        next(option["N"] for option in found["options"] if option["name"].startswith("cheapest"))
        for found in (cheap, dear)
    ]
    assert sizes[1] < sizes[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give N and D"),
        (["--N", "7X", "--D", "1T"], "N must be a number such as 7B, 1.4T or 4e22, got '7X'"),
        (["--N", "-7B", "--D", "1T"], "--N"),
        (["--N", "0", "--D", "1T"], "N must be positive and finite, got '0'"),
        (["--loss", "1.5"], "loss L must be above E = 1.81722, got 1.5"),
        (["--loss", "2", "--N", "3B"], "N must be above 6.909B, the smallest size"),
        (["--compute", "4e22", "--serve", "many"], "serve must be a number"),
        (["--law", "nobody"], "--law"),
        (["--format", "xml"], "--format"),
        (["--M", "7B"], "unrecognized arguments"),
        (["7B"], "unrecognized arguments"),
    ],
)
def test_bad_input_is_one_line_and_status_two(arguments, message, capsys):
    said = refusal(capsys, main, arguments)
    assert said.startswith("analysis: ")
    assert message in said


@pytest.mark.slow
def test_a_refusal_is_the_status_of_the_module():
    done = run("--N", "0", "--D", "1T")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "analysis: N must be positive and finite, got '0'\n"


@pytest.mark.slow
def test_help_says_how_numbers_are_written():
    done = run("--help")
    assert done.returncode == 0
    assert "7B, 1.4T, 4e22" in " ".join(done.stdout.split())
    assert "besiroglu-2024" in done.stdout
    assert "Chinchilla Scaling: A replication attempt" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.slow
def test_a_reader_that_stops_early_is_no_error():
    command = f"{sys.executable} -m analysis --N 7B --D 1T | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_numbers_are_read_as_people_write_them(capsys):
    written = answer(capsys, "--N", "7 billion params", "--D", "1,400,000,000,000 tokens")
    assert written["run"] == answer(capsys, "--N", "7B", "--D", "1.4T")["run"]
    assert answer(capsys, "--compute", "460 PF-days")["run"]["C"] == pytest.approx(3.9744e22)


def test_one_number_alone_gives_its_compute_optimal_partner(capsys):
    """Hoffmann as printed: 4.677e11 tokens for 7B."""
    found = answer(capsys, "--N", "7B", "--law", "hoffmann-2022")
    assert found["run"]["D"] == pytest.approx(4.677e11, rel=1e-3)
    assert answer(capsys, "--D", "300B")["k_N"] == 1
    low, high = answer(capsys, "--N", "7B")["bands_95"]["optimal D"]
    assert low < answer(capsys, "--N", "7B")["run"]["D"] < high
    assert answer(capsys, "--D", "300B", "--compute", "1e22")["run"]["N"] == pytest.approx(
        1e22 / 1.8e12
    )


def test_nothing_served_is_an_answer(capsys):
    found = answer(capsys, "--compute", "1e22", "--serve", "0")
    assert found["inference_tokens"] == 0


def test_a_law_may_be_typed_and_knows_of_no_runs(capsys):
    found = answer(capsys, "--N", "7B", "--D", "9T", "--law", "1.9,400,811.17,0.34,0.34")
    assert found["parameters"]["B"] == 811.17
    assert found["extrapolates"] == []
    assert answer(capsys, "--N", "7B", "--D", "9T", "--law", "1.9,400,811,.34,.34,.8")
    for wrong in ("1,2,3", "1,2,3,4,x", "1,2,-3,4,5"):
        assert main(["--N", "7B", "--D", "9T", "--law", wrong]) == 2
    assert "B must be" in capsys.readouterr().err.splitlines()[-1]


def test_a_released_model_is_placed_by_its_name(capsys):
    found = answer(capsys, "--model", "llama 2-7b")
    row = load_models().set_index("name").loc["Llama-2-7B"]
    assert (found["run"]["N"], found["run"]["D"]) == pytest.approx((row["N"], row["D"]))
    assert main(["--model", "llama 9 7b"]) == 2
    assert "Llama-2-7B" in capsys.readouterr().err
    assert main(["--model", "llama 2-7b", "--N", "7B"]) == 2
    assert "--model gives the run: leave out --N" in capsys.readouterr().err


def test_the_three_readings_are_those_of_the_package(capsys):
    found = answer(capsys, "--compute", "1e23", "--serve", "5T", "--law", "pooled")
    law = pooled_law()
    best = law.compute_optimal(1e23)
    cheapest = lifetime_optimal(law, law.loss(best.N, best.D), 5e12).run
    readings = found["readings"]
    assert readings["same_loss"]["N"] == pytest.approx(cheapest.N)
    bought = total_budget_optimal(law, 1e23, 5e12).run
    assert readings["total_budget"]["N"] == pytest.approx(bought.N)
    paid = readings["total_budget"]["training_flop"] + readings["total_budget"]["serving_flop"]
    assert paid == pytest.approx(1e23)
    assert readings["training_cap"]["training_flop"] == 1e23
    for one in (readings["same_loss"], readings["total_budget"], readings["training_cap"]):
        assert one["low"] < one["N"] < one["high"]
        assert one["serving_flop"] == pytest.approx(2 * one["N"] * 5e12)
    assert found["regret"]["N"] > found["regret"]["at_optimum"]["N"]
    assert 0 < found["regret"]["at_optimum"]["worst"] < found["regret"]["worst"] < 1
    assert answer(capsys, "--compute", "1e23")["readings"] is None


def test_a_mixture_is_placed_by_its_active_parameters_and_says_so(capsys):
    found = answer(capsys, "--N", "671B-A37B", "--D", "14.8T")
    assert found["run"]["C"] == pytest.approx(6 * 37e9 * 14.8e12)
    assert found["overhead"] == pytest.approx(1.31, abs=0.01)
    assert found["active"]["if_all_were_active"]["overhead"] == pytest.approx(0.010, abs=0.001)
    for same in (("--N", "671B", "--active", "37B", "--D", "14.8T"), ("--model", "DeepSeek-V3")):
        assert answer(capsys, *same)["k_N"] == found["k_N"]
    assert main(["--model", "DeepSeek-V3"]) == 0
    assert "the law is one of dense models" in " ".join(capsys.readouterr().out.split())


def test_several_models_stand_beside_each_other(capsys):
    assert main(["--model", "DeepSeek-V3", "Qwen3-8B"]) == 0
    out = capsys.readouterr().out
    assert "671B, 37B active" in out
    assert "Qwen3-8B" in out
    found = answer(capsys, "--model", "DeepSeek-V3", "Qwen3-8B")
    assert list(found) == ["DeepSeek-V3", "Qwen3-8B"]


def test_csv_has_a_row_for_each_run(capsys):
    assert main(["--model", "Llama-2-7B", "Qwen3-8B", "--serve", "1T", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["question"] for row in rows} == {"Llama-2-7B", "Qwen3-8B"}
    asked = [row for row in rows if row["run"] == "your run"]
    assert [float(row["N"]) for row in asked] == pytest.approx([6.738e9, 8.19e9], rel=1e-2)


def test_memory_context_repeats_and_money(capsys):
    use = ("--compute", "1e23", "--serve", "5T", "--memory", "24 GB", "--context", "32768")
    found = answer(capsys, *use, "--unique-tokens", "300B", "--gpu", "H100", "--hour", "3")
    assert found["largest_parameters"] == 12e9
    by_name = {option["name"]: option for option in found["options"]}
    assert by_name["the largest that fits"]["N"] == pytest.approx(12e9)
    assert found["context"]["N"] < by_name["cheapest over its life"]["N"]
    half = by_name["0.5 of the optimum"]
    assert half["tokens_with_repetition"] > half["D"] > 3e11
    bills = found["bills"]["runs"]["compute-optimal"]
    optimum = by_name["compute-optimal"]
    flop = 1e23 * optimum["tokens_with_repetition"] / optimum["D"]
    assert 1e23 < flop < 1.02e23
    assert bills["training"]["hours"] == pytest.approx(flop / (0.4 * 989.4e12 * 3600))
    assert bills["training"]["money"] == pytest.approx(3 * bills["training"]["hours"])
    assert main([*use, "--gpu", "H100"]) == 0
    out = capsys.readouterr().out
    assert "on rented H100s, 2 an hour" in out
    assert "12B parameters fit" in out


def test_what_does_not_fit_a_memory_is_named(capsys):
    for question, said in (
        (["--N", "100B", "--D", "1T", "--memory", "150 GB"], "your run (100B)"),
        (["--model", "DeepSeek-V3", "--memory", "80 GB"], "your run (671B)"),
        (["--compute", "1e23", "--serve", "5T", "--memory", "24 GB"], "least worst regret (25.2B)"),
    ):
        assert main(question) == 0
        out = " ".join(capsys.readouterr().out.split())
        assert said in out.partition("parameters fit")[2]
        assert "no limit here" not in out
    assert main(["--N", "7B", "--D", "1T", "--memory", "24 GB"]) == 0
    assert "12B parameters fit: no limit here" in capsys.readouterr().out


def test_repeats_are_trained_on_and_paid_for(capsys):
    limit = ("--unique-tokens", "1T", "--serve", "3T", "--gpu", "H100")
    found = answer(capsys, "--N", "7B", "--D", "10T", *limit)
    assert found["run"]["D"] == pytest.approx(1e13)
    assert found["run"]["C"] == pytest.approx(4.2e23)
    assert found["readings"]["compute"] == pytest.approx(4.2e23)
    hours = found["bills"]["runs"]["your run"]["training"]["hours"]
    assert hours == pytest.approx(4.2e23 / (0.4 * 989.4e12 * 3600))
    few = answer(capsys, "--compute", "1e23", "--unique-tokens", "10B", "--gpu", "H100")
    assert few["bills"]["runs"] == {}
    assert main(["--compute", "1e23", "--unique-tokens", "10B", "--gpu", "H100"]) == 0
    assert "never enough" in capsys.readouterr().out


def test_several_models_are_told_with_what_is_not_known_of_them(capsys):
    question = ["--model", "DeepSeek-V3", "Gemma-2-2B", "--unique-tokens", "5T", "--serve", "1T"]
    assert main(question) == 0
    said = capsys.readouterr()
    assert "Gemma-2-2B was distilled" in said.err
    for words in (
        "outside the runs that the law was fitted to: DeepSeek-V3, Gemma-2-2B",
        "of the tokens 5T are distinct",
        "one model at a time, or as JSON",
        "14.8T",
        "[in brackets",
    ):
        assert words in said.out
    assert main([*question, "--format", "csv"]) == 0
    own = [line for line in capsys.readouterr().out.splitlines() if "your run" in line]
    assert all(line.split(",")[9] and line.split(",")[10] for line in own)


def test_repeated_tokens_are_worth_less(capsys):
    fresh = answer(capsys, "--N", "7B", "--D", "1T")
    repeated = answer(capsys, "--N", "7B", "--D", "1T", "--unique-tokens", "100B")
    assert repeated["loss"] > fresh["loss"]
    asked = next(one for one in repeated["options"] if one["name"] == "your run")
    assert asked["tokens_with_repetition"] == pytest.approx(1e12)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--N", "37B-A671B", "--D", "1T"], "N must not have more active parameters than all"),
        (["--N", "671B-A37B", "--active", "1B", "--D", "1T"], "leave out --active"),
        (["--active", "1B", "--D", "1T"], "active must be a part of N"),
        (["--N", "671B-A37B"], "give D or compute beside N"),
        (["--compute", "1e300"], "compute 1e+300 is beyond any loss"),
        (["--compute", "1e23", "--memory", "24G"], "such as 24 GB"),
        (["--compute", "1e23", "--serve", "1T", "--spread", "0.5"], "spread must be a factor"),
        (
            ["--compute", "1e23", "--memory", "24 XB"],
            "memory must be bytes such as 24 GB or",
        ),
        (["--model", "DeepSeek-V3", "--active", "1B"], "leave out --active"),
        (["--compute", "1e23", "--context", "32K"], "--context says nothing without --serve"),
        (["--compute", "1e23", "--spread", "3"], "--spread says nothing without --serve"),
        (["--compute", "1e23", "--hour", "3"], "--hour says nothing without --gpu"),
        (["--compute", "1e23", "--bytes", "1"], "--bytes says nothing without --memory"),
    ],
)
def test_what_cannot_be_meant_is_said(capsys, arguments, said):
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_what_lies_below_the_runs_is_said_too(capsys):
    found = answer(capsys, "--N", "1M", "--D", "20M")
    assert any(line.startswith("parameters below the 57.3M") for line in found["extrapolates"])
    assert any("tokens below the 819M" in line for line in found["extrapolates"])
