"""The command on a table of runs, as it is typed."""

import json
import subprocess
import sys

import numpy as np
import pytest
from tables import NINE, written

from analysis.__main__ import main
from analysis.datasets import DATASETS, DataUnavailableError
from analysis.derivation import derive
from analysis.figures.explorer import interactive_curve
from analysis.fit import read_law
from analysis.laws import OuterPowerLaw

LAW = OuterPowerLaw(E=1.7, A=3000.0, B=12000.0, alpha=0.45, beta=0.42, kappa=0.7)


@pytest.fixture
def runs(tmp_path):
    rows = [
        f"{N},{D},{LAW.loss(N, D) * (1 + 1e-3 * ((-1) ** i))}"
        for i, (N, D) in enumerate(
            (N, D) for N in (5e7, 2e8, 8e8, 3e9) for D in (1e9, 8e9, 5e10, 3e11)
        )
    ]
    return written(tmp_path, "\n".join(["params,tokens,loss", *rows]))


def answer(capsys, *arguments):
    assert main(["fit", *map(str, arguments), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    assert main(["fit", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("analysis fit: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.slow
def test_it_runs_as_a_module_and_reads_standard_input():
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "fit", "-"],
        input=NINE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("runs           9 of 9 rows: N from 'params'")
    assert "too few to say how sure" in done.stdout
    assert done.stderr == ""


def test_the_answer_has_the_planted_exchange(capsys, runs):
    found = answer(capsys, runs, "--compute", "1e21", "--compute", "1e22")
    half = found["exchange"]["0.5"]
    assert half["low"] < 0.351 < half["high"]
    assert [one["C"] for one in found["optimum"]] == [1e21, 1e22]


def test_next_runs_stay_within_the_budget(capsys, runs):
    found = answer(capsys, runs, "--next", 3, "--budget", "1e20")
    assert len(found["next"]) == 3
    assert sum(one["C"] for one in found["next"]) <= 1e20
    assert found["expected"]["then"] < found["expected"]["now"]


def test_every_option_reaches_the_table(capsys, tmp_path):
    rows = [
        f"{kind};{N / 1e6};{6e-9 * N * D};{LAW.loss(N, D) / 0.6931471805599453 / 4};{lr};{N}"
        for kind in ("a", "b")
        for N in (5e7, 2e8, 8e8)
        for D in (1e9, 8e9, 5e10)
        for lr in (1, 2)
    ]
    path = written(tmp_path, "\n".join(["kind;millions;gigaflop;bpb;lr;run", *rows]))
    found = answer(
        capsys,
        *(path, "--where", "kind=b", "--columns", "N=millions:M", "C=gigaflop:B"),
        *("loss=bpb", "--loss-unit", "bits", "--bytes-per-token", "4", "--group", "run"),
        *("--best-of", "lr", "--keep", "repeats", "--flop-per-token", "6"),
        *("--vocabulary", "1K", "--width", "512"),
    )
    assert found["runs"]["used"] == 18
    assert found["runs"]["columns"]["group"] == "run"
    assert found["by_count"].keys() == {"without embeddings"}
    assert found["law"]["E"] == pytest.approx(1.7, abs=0.6)


@pytest.mark.slow
def test_the_law_is_written_and_the_other_command_takes_it(capsys, runs, tmp_path):
    law = tmp_path / "my.json"
    assert main(["fit", str(runs), "--law-out", str(law)]) == 0
    capsys.readouterr()
    assert main(["--N", "1B", "--D", "1T", "--law", str(law), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"]["kappa"] == pytest.approx(0.7, abs=0.3)
    assert any("tokens beyond the 300B" in line for line in found["extrapolates"])
    assert main(["--N", "1B", "--D", "100B", "--law", str(law)]) == 0
    assert ")^0." in capsys.readouterr().out
    read = read_law(law)
    assert set(read.ranges) == {"N", "D", "multiplier"}
    place = read.band["k_N"].index(0.5)
    assert read.band["low"][place] < 0.351 < read.band["high"][place]
    html = interactive_curve(derive(), law=law).html
    assert '<option value="own">Your own runs' in html
    assert html.index('value="own"') < html.index('value="all"')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "lacks E"),
        ('{"E": 1.7, "A": 400, "B": 2000, "alpha": 0.3}', "lacks beta"),
        ('{"E": 1.7, "A": -4, "B": 2000, "alpha": 0.3, "beta": 0.3}', "A must be positive"),
        ('{"E": 1, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3, "kappa": 0}', "kappa must be posi"),
        ('{"E": 1, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3, "runs": 3}', "runs must be the ends"),
        ('{"E": 1, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3, "band": 3}', "band must be numbers"),
        (
            '{"E": 1, "A": 4, "B": 2, "alpha": 0.3, "beta": 0.3,'
            ' "band": {"k_N": [1], "low": [], "high": []}}',
            "band must have as many",
        ),
    ],
)
def test_a_bad_law_is_refused_by_name(capsys, tmp_path, text, message):
    path = written(tmp_path, text, "my.json")
    assert main(["--N", "1B", "--D", "1T", "--law", str(path)]) == 2
    assert message in (said := capsys.readouterr().err)
    assert "my.json" in said
    assert main(["--N", "1B", "--D", "1T", "--law", str(tmp_path / "none.json")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.slow
def test_the_page_stands_alone(capsys, runs, tmp_path):
    page = tmp_path / "report.html"
    assert main(["fit", str(runs), "--report", str(page), "--next", "2", "--budget", "1e20"]) == 0
    text = page.read_text("utf-8")
    assert text.count("<svg") == 4
    assert "default-src 'none'" in text
    assert "src=" not in text.replace("img-src", "")
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert "<script" not in text
    assert "what to run next" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--columns", "N"],
            "--columns takes pairs such as N=params, and RUNS goes before it; got 'N'",
        ),
        (["--columns", "N=params", "N=tokens"], "--columns gives N twice"),
        (["--where", "=b"], "--where takes pairs"),
        (["--columns", "N=size"], "there is no column 'size'"),
        (["--next", "3"], "--next and --budget go together"),
        (["--budget", "1e20"], "--next and --budget go together"),
        (["--next", "0", "--budget", "1e20"], "n_runs must be"),
        (["--next", "2", "--budget", "1"], "budget must pay"),
        (["--compute", "lots"], "compute must be a number such as"),
        (["--vocabulary", "32K"], "--vocabulary and --width go together"),
        (["--bytes-per-token", "none"], "bytes-per-token must be a number"),
        (["--report", "."], ". is a folder; name a file in it"),
        (["--report", "a", "--law-out", "./a"], "./a is written to, and is RUNS or another output"),
        (["--law-out", "law.txt"], "--law-out must be a file .json, got 'law.txt'"),
    ],
)
def test_what_is_wrong_is_one_line(capsys, runs, arguments, message):
    assert message in refused(capsys, runs, *arguments)


def test_a_file_that_is_not_there_is_one_line(capsys, tmp_path):
    assert "no such file" in refused(capsys, tmp_path / "runs.csv")
    assert not list(tmp_path.iterdir())


def test_the_table_of_somebody_else_is_read_as_it_is(capsys):
    """FineWeb of Brandfonbrener et al., whose N counts both embeddings."""
    try:
        sweep = DATASETS["kempner2024"].path("sweep.csv")
    except DataUnavailableError as error:
        pytest.skip(str(error))
    found = answer(capsys, sweep, "--where", "data=fineweb-100b")
    assert found["runs"]["used"] == 90
    assert found["runs"]["columns"] == {"N": "params", "D": "tokens", "loss": "val_loss"}
    half = found["exchange"]["0.5"]
    assert half["low"] < 0.42 < half["high"]
    assert found["law"]["form"] == "outer_power"
    assert found["trust"] == []


def test_the_runs_are_never_written_over(capsys, runs):
    before = runs.read_bytes()
    for option in ("--report", "--law-out", "--checkpoint"):
        assert "is RUNS or another" in refused(capsys, runs, option, runs, "--resamples", "100")
    assert runs.read_bytes() == before


def test_what_rises_is_no_loss(capsys, tmp_path):
    rows = [f"{N},{D},{1e-10 * N + 1e-12 * D + 0.1}" for N in (1e8, 3e8, 1e9) for D in (2e9, 8e9)]
    path = written(tmp_path, "\n".join(["params,tokens,acc", *rows]))
    assert "is 'acc' one?" in refused(capsys, path, "--columns", "loss=acc")


@pytest.mark.slow
def test_runs_that_determine_no_law_are_not_planned_from(capsys, tmp_path):
    rows = [f"{N},{20 * N},{LAW.loss(N, 20 * N)}" for N in (1e8, 2e8, 4e8, 8e8, 1e9, 2e9, 3e9)]
    path = written(tmp_path, "\n".join(["params,tokens,loss", *rows]))
    assert "grow together" in " ".join(answer(capsys, path)["trust"])
    said = refused(capsys, path, "--next", "2", "--budget", "1e20")
    assert "the runs do not determine a law" in said
    law = tmp_path / "law.json"
    answer(capsys, path, "--law-out", law)
    status = json.loads(law.read_text())["status"]
    assert status != "converged"
    assert main(["--compute", "1e21", "--law", str(law)]) == 0
    assert "its fit: the search was cut short" in capsys.readouterr().err


@pytest.mark.slow
def test_one_budget_is_no_loss_that_rises(capsys, tmp_path):
    N = np.geomspace(1e8, 5e9, 14)
    D = 1e20 / (6 * N)
    rows = [f"{n:.4g},{d:.4g},{y:.4f}" for n, d, y in zip(N, D, LAW.loss(N, D), strict=True)]
    path = written(tmp_path, "\n".join(["params,tokens,loss", *rows]))
    assert "another budget" in " ".join(answer(capsys, path)["trust"])


def test_the_sheet_keeps_the_warnings(capsys, tmp_path):
    path = written(tmp_path, f"{NINE}1e9,,3.1\n")
    assert main(["fit", str(path), "--format", "csv"]) == 0
    out = capsys.readouterr().out
    assert "trust,few runs" in out.replace('"', "")
    assert "left out,row 10: 'tokens' has no number" in out.replace('"', "")
