"""Time the fit and the bootstrap against what people use, on the 240 published runs.

All in one process on one core. Each row gives the best objective reached, the share of the problems
that reached the best known objective of that problem (within a millionth), the time, and the ratio
to ours. The rivals get every help that costs them nothing: centred logarithms, as few temporaries
as NumPy allows and, where they can use it, the exact gradient. A slow rival is timed on a part of
the problems, drawn at random, and its time scaled up; `--full` times all of them.

    python benchmarks/fit.py [--full]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from time import perf_counter

import numpy as np
from scipy.optimize import minimize, nnls

from analysis.atlas import ARMS, pool_exchange
from analysis.bootstrap import bootstrap_parametric
from analysis.datasets import load_chinchilla_runs
from analysis.fit import fit_parametric, hoffmann_grid

ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
DELTA = 1e-3
N_RESAMPLES = 4000
BEST = 1.018274018e-3


class Rival:
    """The objective as one would write it for SciPy: one start and one set of weights at a time."""

    def __init__(self, N, D, loss):
        log_N, log_D = np.log(N), np.log(D)
        self.centre = log_N.mean(), log_D.mean()
        self.x, self.y, self.log_loss = log_N - self.centre[0], log_D - self.centre[1], np.log(loss)

    def theta(self, rows):
        theta = np.array(rows, dtype=float)
        theta[:, :3] = np.log(theta[:, :3])
        theta[:, 1] -= theta[:, 3] * self.centre[0]
        theta[:, 2] -= theta[:, 4] * self.centre[1]
        return theta

    def value(self, theta, w=None):
        e, a, b, alpha, beta = theta
        r = self.log_loss - np.log(
            np.exp(e) + np.exp(a - alpha * self.x) + np.exp(b - beta * self.y)
        )
        psi = np.clip(r, -DELTA, DELTA)
        return psi @ (r - 0.5 * psi) if w is None else (w * psi) @ (r - 0.5 * psi)

    def value_and_gradient(self, theta, w=None):
        e, a, b, alpha, beta = theta
        E, A, B = np.exp(e), np.exp(a - alpha * self.x), np.exp(b - beta * self.y)
        total = E + A + B
        r = self.log_loss - np.log(total)
        psi = np.clip(r, -DELTA, DELTA)
        half = r - 0.5 * psi
        if w is not None:
            psi = psi * w
        s = psi / total
        A *= s
        B *= s
        return psi @ half, np.array([-E * s.sum(), -A.sum(), -B.sum(), A @ self.x, B @ self.y])


def timed(work, repeats=3):
    """Return the result and the least of several times: other work on the machine only adds."""
    times = []
    for _ in range(repeats):
        begin = perf_counter()
        result = work()
        times.append(perf_counter() - begin)
    return result, min(times)


def show(label, objective, reached, seconds, ours, note=""):
    reached = "" if reached is None else f"{reached:.1%}"
    result = f"{objective:<18.12g}{reached:>8}{seconds:>10.3f} s{seconds / ours:>9.1f}x"
    print(f"  {label:<44}{result}  {note}", flush=True)


def solve_each(function, starts, weights, method, jac):
    """Return the objective that SciPy reaches on each problem."""
    values = []
    for i, start in enumerate(starts):
        arguments = () if weights is None else (weights[i],)
        values.append(minimize(function, start, args=arguments, method=method, jac=jac).fun)
    return np.array(values)


def grid(runs, full):
    print("\n4500 starts of Hoffmann et al. 2022, one set of runs")
    starts = hoffmann_grid()
    fit_parametric(*runs)
    ours, seconds = timed(lambda: fit_parametric(*runs, starts=starts))
    show("analysis.fit", ours.objective, ours.n_starts_agreeing / 4500, seconds, seconds)
    rival = Rival(*runs)
    theta = np.random.default_rng(0).permutation(rival.theta(starts))
    best = ours.objective
    for label, function, method, jac, every in (
        ("L-BFGS-B, exact gradient", rival.value_and_gradient, "L-BFGS-B", True, 5),
        ("BFGS, exact gradient", rival.value_and_gradient, "BFGS", True, 10),
        ("L-BFGS-B, numerical gradient", rival.value, "L-BFGS-B", None, 25),
        ("BFGS, numerical gradient", rival.value, "BFGS", None, 50),
    ):
        every = 1 if full else every
        part = theta[: 4500 // every]
        values, time = timed(
            lambda f=function, p=part, m=method, j=jac: solve_each(f, p, None, m, j)
        )
        note = "" if every == 1 else f"timed on {len(part)}, scaled by {4500 / len(part):g}"
        reached = np.mean(values < BEST * (1 + 1e-6))
        show(label, values.min(), reached, time * 4500 / len(part), seconds, note)
        best = min(best, values.min())
    chinchilla_package(runs, seconds)
    print(f"  ours / best rival's objective - 1 = {ours.objective / best - 1:.1e}")


def chinchilla_package(runs, ours):
    """Time the `chinchilla` package on every other value of the grid, 243 starts."""
    try:
        from chinchilla import Chinchilla
    except ImportError:
        print("  chinchilla package: not installed (pip install chinchilla)")
        return
    import matplotlib

    matplotlib.use("agg")

    def log_huber(truth, predicted):
        r = np.log(truth) - np.log(predicted)
        return np.where(np.abs(r) < DELTA, r * r / 2, DELTA * (np.abs(r) - DELTA / 2))

    axes = {
        "e": [-1, 0, 1],
        "a": [0, 10, 20],
        "b": [0, 10, 20],
        "alpha": [0, 1, 2],
        "beta": [0, 1, 2],
    }
    with tempfile.TemporaryDirectory() as folder:
        package = Chinchilla(folder, param_grid=axes, loss_fn=log_huber, log_level=50)
        for N, D, loss in zip(*runs, strict=True):
            package.append(N=N, D=D, loss=loss)
        _, seconds = timed(lambda: package.fit(parallel=False), repeats=1)
        mean = np.mean(log_huber(runs[2], package.predict_loss(runs[0], runs[1])))
    show(
        "chinchilla package (BFGS, numerical)",
        mean * len(runs[0]),
        None,
        seconds * 4500 / 243,
        ours,
        "timed on 243, scaled",
    )


def bootstrap(runs, full):
    print(f"\n{N_RESAMPLES} resamples (NumPy legacy seed 42), each from the fit to all runs")
    n = len(runs[0])
    legacy = np.random.RandomState(42)
    indices = np.array([legacy.choice(n, size=n) for _ in range(N_RESAMPLES)])
    ours, seconds = timed(lambda: bootstrap_parametric(*runs, indices=indices))
    rival = Rival(*runs)
    weights = np.array([np.bincount(row, minlength=n) for row in indices], dtype=float)
    fitted = ours.fit.law
    start = rival.theta([[fitted.E, fitted.A, fitted.B, fitted.alpha, fitted.beta]])[0]
    every = 1 if full else 8
    part = weights[::every]
    best, rows = ours.objectives[::every].copy(), []
    for label, function, method, jac in (
        ("BFGS, exact gradient", rival.value_and_gradient, "BFGS", True),
        ("L-BFGS-B, exact gradient", rival.value_and_gradient, "L-BFGS-B", True),
        ("BFGS, numerical gradient", rival.value, "BFGS", None),
    ):
        values, time = timed(
            lambda f=function, m=method, j=jac: solve_each(f, [start] * len(part), part, m, j)
        )
        rows.append((label, values, time * N_RESAMPLES / len(part)))
        best = np.minimum(best, values)
    note = "" if every == 1 else f"timed on {len(part)}, scaled by {every}"
    rows.insert(0, ("analysis.bootstrap", ours.objectives[::every], seconds))
    for label, values, time in rows:
        reached = np.mean(values <= best * (1 + 1e-6))
        show(label, values.mean(), reached, time, seconds, note if values is not rows[0][1] else "")
    print("  (objective: mean over the resamples that all rivals were given)")
    worst = (rows[0][1] / best - 1).max()
    print(f"  ours over the best of all, worst resample: {worst:.1e}; failed: {ours.n_failed}")
    errors = ", ".join(f"{name} {error:.4g}" for name, error in ours.standard_errors.items())
    print(f"  standard errors: {errors}")


def single(runs):
    fit_parametric(*runs)
    times = [timed(lambda: fit_parametric(*runs), repeats=1)[1] for _ in range(20)]
    fit = fit_parametric(*runs)
    print(
        f"\none fit from 16 seeded starts: {1e3 * np.median(times):.1f} ms (median of 20), "
        f"objective {fit.objective:.12g}, {fit.n_starts_agreeing} of 16 starts agree"
    )


def floor(runs):
    """Time the exponentials and logarithms alone: two exp and one log a run and sweep."""
    n = len(runs[0])
    block = np.random.default_rng(0).random((68, n)) + 0.5
    out = np.empty_like(block)

    def sweep():
        for function in (np.exp, np.exp, np.log):
            function(block, out=out)

    sweep()
    seconds = timed(lambda: [sweep() for _ in range(100)], repeats=5)[1] / 100 / 68
    print(
        f"\nfloor: exp, exp and log over {n} runs take {1e6 * seconds:.2f} us a problem and sweep"
    )


def projected(runs):
    """Time variable projection: best E, A and B at every pair of exponents, to two digits.

    The method of vpnls (arXiv 2603.22339): of a grid of exponents the pair with the least sum of
    squares, whose terms are found by non-negative least squares. Both fit by least squares here,
    theirs of relative residuals, ours of logarithms; the objective is that of logarithms for both.
    """
    print(
        "\nleast squares, against variable projection on a grid of exponents, 0.05 to 0.95 by 0.01"
    )
    N, D, loss = runs
    x, y = N / np.exp(np.log(N).mean()), D / np.exp(np.log(D).mean())

    def grid_search():
        best = np.inf, None
        grid = np.arange(0.05, 0.951, 0.01)
        columns_D = y[:, None] ** -grid / loss[:, None]
        A = np.stack([1 / loss, np.empty_like(loss), np.empty_like(loss)], axis=1)
        for alpha in grid:
            A[:, 1] = x**-alpha / loss
            for place in range(len(grid)):
                A[:, 2] = columns_D[:, place]
                terms, residual = nnls(A, np.ones_like(loss))
                if residual < best[0]:
                    best = residual, A @ terms
        return best[1]

    ours, seconds = timed(lambda: fit_parametric(*runs, delta=1.0))
    show("analysis.fit", ours.objective, None, seconds, seconds)
    ratio, time = timed(grid_search, repeats=1)
    show("variable projection, 91 x 91", (np.log(ratio) ** 2).sum() / 2, None, time, seconds)


def outer_power(runs):
    print("\nwith an outer power, against the sum of two powers")
    fit, seconds = timed(lambda: fit_parametric(*runs), repeats=9)
    show("one fit, sum", fit.objective, None, seconds, seconds)
    fit, time = timed(lambda: fit_parametric(*runs, outer_power=True), repeats=9)
    show("one fit, outer power", fit.objective, None, time, seconds)
    times = []
    for label, free in (("sum", False), ("outer power", True)):
        found, time = timed(
            lambda f=free: bootstrap_parametric(
                *runs, n_resamples=N_RESAMPLES, rng=np.random.default_rng(0), outer_power=f
            )
        )
        times.append(time)
        mean = found.objectives.mean()
        show(f"{N_RESAMPLES} resamples, {label}", mean, None, time, times[0])
    pooled, time = timed(lambda: pool_exchange(list(ARMS), rng=np.random.default_rng(0)), repeats=1)
    half = pooled.predict(0.5)
    print(
        f"  the pooled answer, {len(pooled.fits)} arms, 400 resamples each: {time:.1f} s; half the "
        f"size costs {half.mean:.0%} [{half.low:.0%}, {half.high:.0%}]"
    )


def growth(runs):
    print("\nhow the cost grows")
    N, D, loss = runs
    starts = hoffmann_grid()
    for count in (1, 16, 256, 4500):
        part = starts[:: 4500 // count][:count]
        time = timed(lambda p=part: fit_parametric(N, D, loss, starts=p))[1]
        print(
            f"  {count:>8} starts     {1e3 * time:>10.1f} ms {1e6 * time / count:>10.0f} us a start"
        )
    rng = np.random.default_rng(0)
    for copies in (1, 10, 100):
        more = [np.tile(array, copies) for array in runs]
        more[2] = more[2] * np.exp(rng.normal(0, 1e-3, more[2].size))
        time = timed(lambda m=more: fit_parametric(*m))[1]
        print(
            f"  {more[2].size:>8} runs       {1e3 * time:>10.1f} ms "
            f"{1e6 * time / more[2].size:>10.2f} us a run (16 starts)"
        )
    for count in (100, 1000, 10_000, 100_000):
        time = timed(
            lambda c=count: bootstrap_parametric(*runs, n_resamples=c, rng=rng), repeats=1
        )[1]
        each = f"{1e6 * time / count:>10.1f} us a resample"
        print(f"  {count:>8} resamples  {1e3 * time:>10.1f} ms {each}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="time the slow rivals on every problem")
    full = parser.parse_args().full
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        # The threads of a linear algebra library are settled when it is loaded: start afresh.
        command = [sys.executable, *sys.argv]
        sys.exit(subprocess.run(command, env=os.environ | ONE_CORE, check=False).returncode)
    np.seterr(all="ignore")  # the rivals overflow on the way
    table = load_chinchilla_runs(exclude_highest=5)
    runs = [table[name].to_numpy() for name in ("N", "D", "loss")]
    print(f"  {'':<44}{'objective':<18}{'reached':>8}{'time':>12}{'ours':>10}")
    grid(runs, full)
    bootstrap(runs, full)
    single(runs)
    projected(runs)
    outer_power(runs)
    floor(runs)
    growth(runs)


if __name__ == "__main__":
    main()
