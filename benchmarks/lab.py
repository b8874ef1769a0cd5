"""Time the lab: a comparison, a cue and a job, the executors beside each other, and a larger sweep.

The sweep is that of chapter 12, 80 runs. Every executor gets the same jobs and must return the same
losses; starting it is timed apart. The overhead of a job is what an executor adds to a job that has
next to nothing to do. From the measured cost of a run, time = a + b D + c N D, and from the memory
of a cue, a sweep ten times wider and ten times longer is planned.

    python benchmarks/lab.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

import numpy as np
from scipy.optimize import nnls

from analysis.lab import grid, sweep, train, train_pointer
from analysis.studies.lab import LENGTHS, WIDTHS

ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
WORKERS = 2
SMALL = grid([1], [1], seeds=range(500))
JOBS = grid(WIDTHS, LENGTHS)


def timed(work, repeats=3):
    """Return the result and the least of several times: other work on the machine only adds."""
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        result = work()
        times.append(perf_counter() - begin)
    return result, min(times)


def process_pool():
    pool = ProcessPoolExecutor(WORKERS)
    list(pool.map(abs, range(8 * WORKERS)))  # the workers are started by need
    return pool, pool.shutdown


def dask_cluster():
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
    client = Client(cluster)
    executor = client.get_executor()
    executor.submit(abs, 1).result()

    def close():
        client.close()
        cluster.close()

    return executor, close


def executors():
    print(f"\nthe sweep of {len(JOBS)} runs, and what a job costs that does nothing")
    print(f"  {'':<32}{'start':>10}{'sweep':>10}{'ratio':>8}{'a job':>12}")
    expected, serial = timed(lambda: sweep(JOBS))
    _, least = timed(lambda: sweep(SMALL))
    row("one process, no executor", 0.0, serial, serial, least)
    for label, start in (
        (f"ProcessPoolExecutor, {WORKERS}", process_pool),
        (f"dask.distributed, {WORKERS} workers", dask_cluster),
    ):
        try:
            (executor, close), starting = timed(start, repeats=1)
        except ImportError:
            print(f"  {label:<32}not installed (pip install dask[distributed])")
            continue
        # The first sweep brings the imports of the workers with it.
        found, seconds = timed(lambda ex=executor: sweep(JOBS, executor=ex))
        _, least = timed(lambda ex=executor: sweep(SMALL, executor=ex))
        close()
        assert found == expected, label
        row(label, starting, seconds, serial, least)


def row(label, start, seconds, serial, least):
    job = 1e3 * least / len(SMALL)
    print(f"  {label:<32}{start:>8.2f} s{seconds:>8.2f} s{seconds / serial:>7.2f}x{job:>9.2f} ms")


def costs():
    """Fit time = a + b D + c N D to single runs."""
    shapes = [(N, D) for N in (4, 24, 96, 400) for D in (20_000, 200_000, 2_000_000)]
    times = np.array([timed(lambda s=s: train(*s))[1] for s in shapes])
    columns = np.array([(1.0, D, N * D) for N, D in shapes])
    (a, b, c), _ = nnls(columns / times[:, None], np.ones(len(shapes)))
    print("\none run on one core: time = a + b D + c N D")
    print(f"  a {1e3 * a:.2f} ms, b {1e9 * b:.0f} ns a cue, c {1e9 * c:.3f} ns a comparison")
    off = np.abs(columns @ [a, b, c] / times - 1)
    print(
        f"  off by {np.median(off):.0%} for the median of the runs timed, {off.max():.0%} at most"
    )
    N, D = 24, 200_000
    _, counted = timed(lambda: train(N, D))
    _, learned = timed(lambda: train_pointer(N, D))
    print(f"  by gradients, N = {N} and D = {D}: {learned / counted:.1f}x")
    return a, b, c


MEMORY = """
import re, resource, sys
from pathlib import Path
from analysis.lab import train
train(int(sys.argv[1]), int(sys.argv[2]))
status = Path("/proc/self/status")
if status.is_file():  # there the peak that getrusage knows begins with that of the parent
    print(1024 * int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]))
else:
    unit = 1 if sys.platform == "darwin" else 1024
    print(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(N, D):
    """Return the peak memory in bytes of a process that makes one run."""
    command = [sys.executable, "-c", MEMORY, str(N), str(D)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def memory():
    base, largest, longer = peak(1, 1), peak(WIDTHS[-1], LENGTHS[-1]), peak(4, 4 * LENGTHS[-1])
    cue = (longer - base) / (4 * LENGTHS[-1])
    print("\npeak memory of a process")
    print(f"  nothing read {base / 1e6:.0f} MB, largest run of the sweep {largest / 1e6:.0f} MB")
    print(f"  {cue:.0f} bytes a cue, whatever the width")
    return base, cue


def plan(a, b, c, base, cue):
    """Plan a sweep a hundred times as large: ten times wider, ten times longer."""
    wide, long = [10 * N for N in WIDTHS], [10 * D for D in LENGTHS]
    for label, N, D in (("the sweep", WIDTHS, LENGTHS), ("a hundred times larger", wide, long)):
        N, D = np.meshgrid(N, D)
        hours = (a + b * D + c * N * D).sum() / 3600
        largest = (a + b * D + c * N * D).max()
        need = base + cue * D.max()
        print(
            f"  {label:<24}{N.size} runs, {(N * D).sum():.3g} comparisons, {hours:.4f} core hours, "
            f"largest run {largest:.1f} s, {need / 1e6:.0f} MB a worker"
        )


def main() -> None:
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        # The threads of a linear algebra library are settled when it is loaded: start afresh.
        command = [sys.executable, *sys.argv]
        sys.exit(subprocess.run(command, env=os.environ | ONE_CORE, check=False).returncode)
    executors()
    cost, size = costs(), memory()
    print("\non paper")
    plan(*cost, *size)


if __name__ == "__main__":
    main()
