"""The descent: damped Newton steps for all problems of a batch at once.

Each problem has its own damping, raised where a step failed and lowered where it did what its
quadratic model promised, and leaves the batch when it has converged. There are two phases. Far from
the minimum the curvature is that of iteratively reweighted least squares, and delta starts wide and
narrows: with an indefinite Hessian, or with kinks a thousandth apart, steps there lead nowhere.
Close to the minimum the Hessian is exact, and convergence quadratic.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from scipy import optimize, sparse

from analysis.fit.problems import Problems

Found: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
"""theta (p, P), value (P,) and whether it is a minimum (P,)."""
_MAX_STEPS = {False: 60, True: 200}


@dataclass
class _State:
    """The problems still in the batch; the last axis of every array counts them."""

    row: np.ndarray
    theta: np.ndarray
    delta: np.ndarray
    damping: np.ndarray
    value: np.ndarray
    gradient: np.ndarray
    curvature: np.ndarray

    def keep(self, mask: np.ndarray) -> _State:
        return _State(*(getattr(self, field.name)[..., mask] for field in fields(self)))


def minimise(
    problems: Problems, theta: np.ndarray, delta: float, first_delta: float = 0.1
) -> Found:
    """Minimise every problem from its own start.

    Parameters
    ----------
    problems : Problems
    theta : array, shape (p, P)
        The starts; what lies outside the box that the data allow is first moved to its wall.
    delta : float
        Residual at which Huber's loss turns from a square to a line.
    first_delta : float
        Where the descent starts to narrow delta from, if that is larger: near least squares, whose
        valleys are wide, from anywhere; delta itself from next to the minimum.

    Returns
    -------
    tuple of arrays
        theta, shape (p, P); the value of each, shape (P,); whether each converged, shape (P,).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        theta, *_ = _descend(problems, theta, max(first_delta, delta), delta, False)
        return _descend(problems, theta, delta, delta, True)


def least_absolute(
    problems: Problems, theta: np.ndarray, row: int = 0, max_steps: int = 50
) -> tuple[np.ndarray, float, bool]:
    """Carry one problem on to the least sum of absolute residuals, from a Huber fit next to it.

    Each step solves the linear programme in the linearised residuals, within a trust region: the
    minimum is a vertex, where as many residuals vanish as there are free parameters.

    Parameters
    ----------
    problems : Problems
    theta : array, shape (p,)
    row : int
        Which of the problems.

    Returns
    -------
    tuple of (array, float, bool)
        theta, shape (p,); the weighted sum of absolute residuals; whether it converged.
    """
    n, k = problems.x.size, problems.basis.shape[1]
    w = np.ones(n) if problems.weights is None else np.atleast_2d(problems.weights)[row]
    low, high = problems.bounds(*problems.wide)[:, :, 0]
    radius = 0.1
    residual, jacobian = problems.residual(theta)
    value = w @ np.abs(residual)
    cost = np.concatenate([np.zeros(k), w, w])
    for _ in range(max_steps):
        split = sparse.eye_array(n)
        answer = optimize.linprog(
            cost,
            A_eq=sparse.hstack([jacobian @ problems.basis, split, -split], format="csc"),
            b_eq=residual,
            bounds=[(-radius, radius)] * k + [(0, None)] * (2 * n),
        )
        if answer.status != 0 or value - answer.fun <= 1e-12 * value:
            return theta, value, answer.status == 0
        trial = np.clip(theta + problems.basis @ answer.x[:k], low, high)
        trial_residual, trial_jacobian = problems.residual(trial)
        trial_value = w @ np.abs(trial_residual)
        if trial_value < value:
            theta, value, residual, jacobian = trial, trial_value, trial_residual, trial_jacobian
        else:
            radius /= 4
    return theta, value, False


def _descend(
    problems: Problems, theta: np.ndarray, first_delta: float, delta: float, exact: bool
) -> Found:
    """One phase: reweighted least squares while delta narrows, or damped Newton at the last."""
    low, high = problems.bounds(*(problems.wide if exact else problems.narrow))
    theta = np.clip(theta, low, high)
    P = theta.shape[1]
    values, converged = np.empty(P), np.zeros(P, bool)
    row, deltas = np.arange(P), np.full(P, first_delta)
    state = _State(
        row, theta.copy(), deltas, np.full(P, 1e-3), *problems.sweep(theta, deltas, row, exact)
    )
    floor = 1e-24 * problems.x.size
    for _ in range(_MAX_STEPS[exact]):
        step, decrement, definite = _step(problems, state, low, high, exact)
        last = state.delta <= delta
        tolerance = (1e-12 if exact else 1e-2) * state.value + floor
        done = last & definite & (decrement <= tolerance)
        stop = done | (state.damping >= 1e8)
        if stop.any():
            out = state.row[stop]
            theta[:, out], values[out] = state.theta[:, stop], state.value[stop]
            converged[out] = done[stop]
            state, step, decrement, last = (
                state.keep(~stop),
                step[:, ~stop],
                decrement[~stop],
                last[~stop],
            )
            if not state.row.size:
                return theta, values, converged
        narrow = ~last & (decrement <= 0.8 * state.value)
        _advance(problems, state, np.clip(state.theta + step, low, high), narrow, delta, exact)
    theta[:, state.row], values[state.row] = state.theta, state.value
    return theta, values, converged


def _advance(
    problems: Problems,
    state: _State,
    trial: np.ndarray,
    narrow: np.ndarray,
    delta: float,
    exact: bool,
) -> None:
    """Move each problem to its trial point if that is better, and set its damping by how well."""
    deltas = np.where(narrow, np.maximum(state.delta / 5, delta), state.delta)
    value, gradient, curvature = problems.sweep(trial, deltas, state.row, exact)
    moved = trial - state.theta
    moved[problems.still] = 0.0
    predicted = -(state.gradient * moved).sum(0)
    predicted -= 0.5 * (moved * (state.curvature * moved).sum(1)).sum(0)
    gain = (state.value - value) / np.maximum(predicted, 1e-300)
    better = (value <= state.value * (1 + 1e-15)) | narrow
    factor = np.where(gain > 0.75, 0.1, np.where(gain < 0.25, 3.0, 1.0))
    factor[narrow] = 1.0
    damping = np.where(better, state.damping * factor, np.maximum(state.damping, 1e-4) * 4)
    state.damping = np.where(damping < 1e-7, 0.0, damping)
    state.delta = deltas
    for name, new in (
        ("theta", trial),
        ("value", value),
        ("gradient", gradient),
        ("curvature", curvature),
    ):
        setattr(state, name, new if better.all() else np.where(better, new, getattr(state, name)))


def _step(
    problems: Problems, state: _State, low: np.ndarray, high: np.ndarray, exact: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the damped step (p, P), twice its predicted decrease (P,), and where it is proper.

    A parameter at a wall that would move on through it is held there.
    """
    g, H = state.gradient, state.curvature
    if exact:
        held = ((state.theta <= low) & (g > 0)) | ((state.theta >= high) & (g < 0))
        if held.any():
            g = np.where(held, 0.0, g)
            H = np.where(held[:, None] | held, np.eye(len(g))[:, :, None], H)
    if problems.all_free:
        step, definite = _solve(H, -g, state.damping)
    else:
        basis = problems.basis
        free = np.tensordot(basis, np.tensordot(basis, H, (0, 0)), (0, 1))
        step, definite = _solve(free, -(basis.T @ g), state.damping)
        step = basis @ step
    if not np.isfinite(step).all():
        np.nan_to_num(step, copy=False)
    decrement = -(g * step).sum(0)
    longest = problems.longest_step[:, None]
    return np.clip(step, -longest, longest), decrement, definite


def _solve(H: np.ndarray, rhs: np.ndarray, damping: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve (H + damping diag|H|) z = rhs for every problem; replace pivots that are not positive.

    Elimination in place over all problems at once: H (k, k, P), rhs (k, P). Also returns where
    every pivot was positive.
    """
    k = len(rhs)
    scale = 1 / np.sqrt(np.maximum(np.abs(np.einsum("iip->ip", H)), 1e-300))
    H = H * scale * scale[:, None]
    diagonal = np.einsum("iip->ip", H)
    diagonal += damping
    z = rhs * scale
    definite = np.ones(rhs.shape[1], bool)
    for j in range(k):
        pivot = diagonal[j]
        bad = pivot < 1e-10
        if bad.any():
            definite &= ~bad
            pivot[bad] = np.maximum(np.abs(pivot[bad]), 1e-2)
        ratio = H[j, j + 1 :] / pivot
        H[j + 1 :, j + 1 :] -= ratio[:, None] * H[j, j + 1 :]
        z[j + 1 :] -= ratio * z[j]
    for j in range(k - 1, -1, -1):
        z[j] = (z[j] - (H[j, j + 1 :] * z[j + 1 :]).sum(0)) / diagonal[j]
    return z * scale, definite
