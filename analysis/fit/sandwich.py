"""How far a robust fit is determined: its sandwich covariance and its condition number."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from analysis.fit.problems import Problems

LARGEST_CONDITION = 1e12
"""Condition number above which the runs are said not to determine the law."""


def sandwich(problems: Problems, theta: np.ndarray, delta: float) -> tuple[np.ndarray, float]:
    """Return the sandwich covariance of the parameters and the condition number.

    The meat is the sum of psi^2 J J^T, with psi the residual clipped at delta. The bread is the sum
    of psi' J J^T, with psi' averaged over a Gaussian kernel, since for small delta few residuals
    lie where psi' is not zero; the term in psi itself, whose mean is zero, is left out. As many
    residuals as there are free parameters vanish at the minimum and say nothing about the noise:
    the width of the kernel is that of the others, and the meat is larger by n / (n - p). Parameters
    at a wall are taken as infinitely uncertain, and the others as if these were known.
    """
    residual, jacobian = problems.residual(theta)
    unknown = np.full((len(theta), len(theta)), np.inf)
    w = np.ones_like(residual) if problems.weights is None else problems.weights
    free = jacobian @ problems.basis
    information = (free.T * w) @ free
    scale = np.sqrt(np.diag(information))
    if not (scale > 1e-12 * np.sqrt(w.sum())).all():
        return unknown, np.inf
    condition = float(np.linalg.cond(information / np.outer(scale, scale)))
    held = problems.at_walls(theta)
    if condition > LARGEST_CONDITION or held.all():
        return unknown, condition

    moving = problems.basis[:, ~(problems.basis.T @ held > 0)]
    n, p = np.count_nonzero(w), moving.shape[1]
    if n <= p:
        return unknown, condition
    width = max(_bandwidth(residual, w, p), 1e-12)
    clip = delta or 1e-6 * width
    slope = ndtr((clip - residual) / width) - ndtr((-clip - residual) / width)
    free = jacobian @ moving
    bread = np.linalg.pinv((free.T * (w * slope)) @ free)
    meat = (free.T * (w * np.clip(residual, -clip, clip)) ** 2) @ free * (n / (n - p))
    scales = np.ones(len(theta))
    scales[:3] = problems.parameters(theta)[:3]
    out = scales[:, None] * np.linalg.solve(problems.from_plain_logs(theta), moving)
    covariance = out @ bread @ meat @ bread @ out.T
    covariance[held, :] = covariance[:, held] = np.inf
    return covariance, condition


def _bandwidth(residual: np.ndarray, w: np.ndarray, p: int) -> float:
    """Return the width of a Gaussian kernel for the density of residuals (Silverman's rule).

    The noise is told by the median of what is left when p residuals are made to vanish.
    """
    order = np.argsort(np.abs(residual))
    order = order[w[order] > 0][p:]
    total = np.cumsum(w[order])
    median = np.abs(residual)[order][np.searchsorted(total, total[-1] / 2)]
    return float(0.9 * 1.4826 * median * np.count_nonzero(w) ** -0.2)
