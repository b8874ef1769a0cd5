import itertools
import math
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from analysis.lab import training as lab
from analysis.lab.language import Language, theory
from analysis.lab.training import WORDS, Job, Model, grid, learn, sweep, train

JOBS = grid([4, 9], [3000, 70_001], seeds=[0, 5])


@pytest.fixture(scope="module")
def runs():
    return sweep(JOBS)


def test_a_run_depends_on_its_job_alone(runs):
    assert [train(job.N, job.D, language=WORDS, seed=job.seed) for job in JOBS] == runs
    assert len({run.loss for run in runs}) == len(runs)
    assert [(run.N, run.D, run.seed, run.C) for run in runs] == [
        (job.N, job.D, job.seed, job.N * job.D) for job in JOBS
    ]


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_a_pool_does_not_change_the_losses(runs, pool):
    with pool(2) as executor:
        assert sweep(JOBS, executor=executor) == runs


def test_a_cluster_does_not_change_the_losses(runs):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert sweep(JOBS, executor=client.get_executor()) == runs


class Now(Executor):
    """Does at once what it is given, and remembers it."""

    def __init__(self):
        self.jobs = []

    def submit(self, function, job):
        self.jobs.append(job)
        future = Future()
        future.set_result(function(job))
        return future


def test_the_largest_jobs_come_first_and_none_twice(runs):
    executor = Now()
    assert sweep([*JOBS, *JOBS], executor=executor) == [*runs, *runs]
    sizes = [job.N * job.D for job in executor.jobs]
    assert sizes == sorted(sizes, reverse=True)
    assert len(executor.jobs) == len(JOBS)


def test_no_jobs_make_no_runs(tmp_path):
    assert sweep([]) == []
    assert sweep([], checkpoint=tmp_path / "none.csv") == []


def test_a_failing_job_ends_the_sweep():
    class Broken(Now):
        def submit(self, function, job):
            self.jobs.append(Future())
            self.jobs[-1].set_exception(RuntimeError("no power"))
            return self.jobs[-1]

    with pytest.raises(RuntimeError, match="no power"):
        sweep(JOBS, executor=Broken())


def test_the_loss_is_that_of_brute_force_on_a_tiny_vocabulary():
    language = Language(V=3, epsilon=0.3, phi=0.4, F=3, alpha=1.0)
    cues = np.array([0, 1, 4, 5, *(language.closed + np.array([0, 1, 2, 3, 90]))])
    reach, frequency = language.reach(cues), language.frequency(cues)
    places = np.array([reach[0], 1, reach[2], 3, 1, 1, 3, 2, 3])
    assert 1 < (places == reach).sum() < len(cues) - 1
    depth = int(max(reach.max(), places.max()))
    total = (1 - frequency.sum()) * math.log(3)
    for p, far, place in zip(frequency, reach, places, strict=True):
        for window in itertools.product(range(3), repeat=depth):
            for answer in range(3):
                chance = 0.1 + 0.7 * (answer == window[far - 1])
                believed = 0.1 + 0.7 * (answer == window[place - 1])
                total -= p * chance * math.log(believed) / 3**depth
    assert Model(cues, places).loss(language) == pytest.approx(total, rel=1e-12)


def test_the_counts_are_those_of_a_plain_loop():
    language = Language(V=16, F=8, Q=2.0)
    for N, D, seed in ((3, 400, 0), (6, 150, 1)):
        model = learn(N, D, language, np.random.default_rng(seed))
        text = lab.write(D, N, language, np.random.default_rng(seed))
        seen, matches = {}, {}
        for t, cue in enumerate(text.cues.tolist()):
            seen[cue] = seen.get(cue, 0) + 1
            row = matches.setdefault(cue, [0] * N)
            for j in range(1, N + 1):
                row[j - 1] += text.words[N + t - j] == text.answers[t]
        expected = {}
        for cue, row in matches.items():
            k = max(row)
            likelier = k * math.log(16 * language.hit) + (seen[cue] - k) * math.log(0.119)
            if k and likelier > 0:
                expected[cue] = row.index(k) + 1
        assert dict(zip(model.cues.tolist(), model.places.tolist(), strict=True)) == expected
        assert len(expected) > 20


def test_a_model_learns_the_rules_and_not_what_is_out_of_sight():
    model = learn(8, 200_000, WORDS, np.random.default_rng(0))
    right = WORDS.reach(model.cues) == model.places
    assert right.mean() > 0.99
    known = set(model.cues.tolist())
    in_sight = np.flatnonzero(WORDS.reach(np.arange(WORDS.closed)) <= 8)
    assert known.issuperset(in_sight.tolist())
    assert len([cue for cue in known if cue < WORDS.closed]) == len(in_sight)


def test_the_losses_are_those_of_theory():
    # The noise of a run falls with D; at these sizes it is some 0.1 %.
    for N, D in ((4, 2_000_000), (24, 500_000), (96, 2_000_000)):
        assert train(N, D).loss == pytest.approx(theory(WORDS).loss(N, D), rel=4e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"N": 0, "D": 10}, "N must be a whole number, from 1 to 65536, got 0"),
        ({"N": 10**6, "D": 10}, "N must be a whole number"),
        ({"N": 4, "D": 0}, "D must be a whole number, from 1 to 4294967296, got 0"),
        ({"N": 4.0, "D": 10}, "N must be a whole number, from 1 to 65536, got 4.0"),
        ({"N": 4, "D": 1e4}, "D must be a whole number, from 1 to 4294967296, got 10000.0"),
        ({"N": 4, "D": True}, "D must be a whole number"),
        ({"N": 4, "D": 10, "seed": -1}, "seed must be a whole number, 0 or more, got -1"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        train(**arguments)
    with pytest.raises(ValueError, match=message):
        Job(**arguments)


def test_a_finished_sweep_is_read_and_not_made_again(runs, tmp_path, monkeypatch):
    path = tmp_path / "sweep.csv"
    assert sweep(JOBS[:5], checkpoint=path) == runs[:5]
    made = []
    monkeypatch.setattr(
        lab, "train", lambda N, D, **rest: made.append(N * D) or train(N, D, **rest)
    )
    assert sweep(JOBS, checkpoint=path) == runs
    assert len(made) == len(JOBS) - 5
    assert sweep(JOBS, checkpoint=path) == runs
    assert len(made) == len(JOBS) - 5


def test_a_checkpoint_is_of_one_language(runs, tmp_path):
    path, other = tmp_path / "sweep.csv", Language(epsilon=0.2)
    sweep(JOBS[:1], checkpoint=path)
    before = path.read_text()
    with pytest.raises(ValueError, match="written under other settings"):
        sweep([Job(4, 3000, 0, other)], checkpoint=path)
    assert path.read_text() == before
    with pytest.raises(ValueError, match="a checkpoint holds one language, got jobs of 2"):
        sweep([JOBS[0], Job(4, 3000, 0, other)], checkpoint=tmp_path / "two.csv")


SCRIPT = """
import sys
from analysis.lab import grid, sweep
jobs = grid([4, 9, 20, 33], [60_000, 250_000, 400_000], seeds=range(8))
sweep(jobs, checkpoint=sys.argv[1])
"""


@pytest.mark.slow
def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path):
    path = tmp_path / "sweep.csv"
    command = [sys.executable, "-c", SCRIPT, str(path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        while not path.is_file() or path.read_bytes().count(b"\n") < 8:
            assert child.poll() is None
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    kept = path.read_bytes()
    n_kept = kept.count(b"\n") - 2
    jobs = grid([4, 9, 20, 33], [60_000, 250_000, 400_000], seeds=range(8))
    assert 6 <= n_kept < len(jobs)
    with path.open("ab") as file:
        file.write(b"20,60000,12")  # as if it had been killed in the middle of a line
    resumed = sweep(jobs, checkpoint=path)
    assert path.read_bytes().startswith(kept[: kept.rindex(b"\n") + 1])
    assert path.read_bytes().count(b"\n") == len(jobs) + 2
    assert resumed == sweep(jobs)
