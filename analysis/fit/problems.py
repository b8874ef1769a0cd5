"""Many robust fits of the parametric law to the same runs, advanced together.

A fit minimises, over theta = (e, a, b, alpha, beta),

    sum over runs of w Huber_delta(r),
    r = log L - log(exp(e) + exp(a - alpha x) + exp(b - beta y))

(Hoffmann et al. 2022, appendix D.3, eq. 3), where x and y are log N and log D less their means over
the runs: the objective is then the same in any unit of N and D, and far better conditioned. With p
the shares of the three terms in the predicted loss and u = (e, a - alpha x, b - beta y), the
predicted log loss has gradient p and Hessian diag(p) - p p^T in u. Every derivative in theta is
therefore a sum over runs of a product of shares times 1, x, x^2, y, y^2 or x y, and a sweep is a
few element-wise passes and four thin matrix products.

Axes: parameters first, problems last, runs in between only within a block that fits in cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

E, A, B, ALPHA, BETA = range(5)
_PAIRS = [(i, j) for i in range(5) for j in range(i + 1, 5)]
_BLOCK_VALUES = 2**14  # problems x runs of one block: its eleven work arrays fill 1.4 MB


class Problems:
    """Fits of one law to the same runs; each problem may weight the runs in its own way.

    Parameters
    ----------
    N, D, loss : array, shape (n,)
        Parameters, tokens, nats per token; positive.
    weights : array, shape (n,) or (problems, n), optional
        Weight of each run, for all problems or for each; one by default.
    basis : array, shape (5, k), optional
        The directions in theta that the fit may move in; the identity by default. A row of zeros
        fixes a parameter, two equal rows tie two parameters.
    """

    longest_step = np.array([2.0, 4.0, 4.0, 0.5, 0.5])
    """How far a step may go in each parameter."""
    narrow: tuple[Any, ...] = (np.exp(-5.0), (0.0, 2.0))
    wide: tuple[Any, ...] = (np.exp(-18.0), (1e-4, 10.0))
    """The least share of a term at the centre, and the range of the exponents."""
    summed = (2, 3, 3, 1)
    """How many of the work arrays are summed over runs alone, with powers of x, of y, of both."""

    def __init__(
        self,
        N: np.ndarray,
        D: np.ndarray,
        loss: np.ndarray,
        weights: np.ndarray | None = None,
        basis: np.ndarray | None = None,
    ) -> None:
        log_N, log_D = np.log(N), np.log(D)
        self.centre = log_N.mean(), log_D.mean()
        x, y = log_N - self.centre[0], log_D - self.centre[1]
        self.x, self.y, self.log_loss = x, y, np.log(loss)
        self.weights = weights
        whole = np.eye(len(self.longest_step))
        self.basis = whole if basis is None else basis
        self.all_free = np.array_equal(self.basis, whole)
        self.still = np.asarray(~self.basis.any(axis=1))
        one = np.ones_like(x)
        self._lines = np.stack([one, -x]), np.stack([one, -y])
        powers = [one], [one, x, x * x], [one, y, y * y], [one, x, y, x * y]
        self._moments = [
            (arrays, np.stack(columns, axis=1))
            for arrays, columns in zip(self.summed, powers, strict=True)
        ]
        self.block = max(1, _BLOCK_VALUES // x.size)
        self._work = np.empty((2 + sum(self.summed), self.block, x.size))

    def theta(self, parameters: ArrayLike) -> np.ndarray:
        """Return theta, shape (5, ...), of rows (E, A, B, alpha, beta), shape (5, ...)."""
        theta = np.array(parameters, dtype=float)
        with np.errstate(divide="ignore"):
            theta[:ALPHA] = np.log(theta[:ALPHA])
        theta[A] -= theta[ALPHA] * self.centre[0]
        theta[B] -= theta[BETA] * self.centre[1]
        return theta

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Return rows (E, A, B, alpha, beta), shape (5, ...), of theta."""
        parameters = np.array(theta, dtype=float)
        parameters[A] += theta[ALPHA] * self.centre[0]
        parameters[B] += theta[BETA] * self.centre[1]
        parameters[:ALPHA] = np.exp(parameters[:ALPHA])
        return parameters

    def from_plain_logs(self, theta: np.ndarray) -> np.ndarray:
        """Return the derivative of theta in (log E, log A, log B, alpha, beta), shape (5, 5)."""
        derivative = np.eye(5)
        derivative[A, ALPHA], derivative[B, BETA] = -self.centre[0], -self.centre[1]
        return derivative

    def bend(self, gradient: np.ndarray) -> np.ndarray:
        """Return what the bend of theta in these adds to the Hessian, shape (5, 5): nothing."""
        return np.zeros((len(gradient), len(gradient)))

    def bounds(self, lowest_share: float, exponents: tuple[float, float]) -> np.ndarray:
        """Return the lower and upper bounds of theta, each (5, 1); none where theta cannot move."""
        low, high = self.log_loss.min(), self.log_loss.max()
        bottom = low + np.log(lowest_share)
        bounds = np.array(
            [[bottom] * 3 + [exponents[0]] * 2, [low, high, high] + [exponents[1]] * 2]
        )
        bounds[0, self.still[:5]], bounds[1, self.still[:5]] = -np.inf, np.inf
        return bounds[:, :, None]

    def at_walls(self, theta: np.ndarray) -> np.ndarray:
        """Return which parameters of theta, shape (5,), lie at a wall of the wide box."""
        low, high = self.bounds(*self.wide)[:, :, 0]
        return np.asarray(~self.still & ((theta <= low) | (theta >= high)))

    def residual(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return r, shape (n,), and the derivatives of the predicted log loss, (n, 5), at theta."""
        u = theta[E] + 0 * self.x, theta[A] - theta[ALPHA] * self.x, theta[B] - theta[BETA] * self.y
        predicted = np.logaddexp.reduce(u)
        p = np.exp(u - predicted)
        return self.log_loss - predicted, np.stack([*p, -self.x * p[1], -self.y * p[2]], axis=1)

    def sweep(
        self, theta: np.ndarray, delta: np.ndarray, rows: np.ndarray | None, exact: bool = True
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return value (P,), gradient (5, P) and curvature (5, 5, P) at theta, shape (5, P).

        Parameters
        ----------
        theta : array, shape (5, P)
        delta : array, shape (P,)
            Residual at which Huber's loss turns from a square to a line.
        rows : array of int, shape (P,), or None
            The problem that each column of theta belongs to: whose weights it takes. Not looked at
            where all have the same.
        exact : bool
            The Hessian if true; otherwise the matrix of iteratively reweighted least squares,
            which is never indefinite and points the right way far from the minimum.
        """
        P = theta.shape[1]
        value = np.empty(P)
        sums = [np.empty((arrays, P, moments.shape[1])) for arrays, moments in self._moments]
        for first in range(0, P, self.block):
            part = slice(first, first + self.block)
            w = self.weights
            if w is not None and rows is not None and w.ndim == 2:
                w = w[rows[part]]
            out = [array[:, part] for array in sums]
            value[part] = self._sums(theta[:, part], delta[part], w, exact, out)
        return value, *self.assembled([array.transpose(0, 2, 1) for array in sums], exact)

    def assembled(self, sums: list[Any], exact: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradient and the curvature from the sums over runs."""
        return _assemble(sums, exact)

    def _sums(
        self,
        theta: np.ndarray,
        delta: np.ndarray,
        w: np.ndarray | None,
        exact: bool,
        sums: list[np.ndarray],
    ) -> np.ndarray:
        """Fill the sums over runs for one block of problems, and return the values."""
        work = self._work[:, : theta.shape[1]]
        p_A, p_B, c, s, c_A, c_AA, s_A, c_B, c_BB, s_B, c_AB = work
        r, total = c_BB, c_AB  # until these are needed: the less memory, the more fits in cache
        np.exp(np.matmul(theta[[A, ALPHA]].T, self._lines[0], out=p_A), out=p_A)
        np.exp(np.matmul(theta[[B, BETA]].T, self._lines[1], out=p_B), out=p_B)
        np.add(p_A, p_B, out=total)
        total += np.exp(theta[E])[:, None]
        np.subtract(self.log_loss, np.log(total, out=r), out=r)
        np.reciprocal(total, out=total)
        p_A *= total
        p_B *= total

        # s is the slope of Huber's loss; c starts as slope / residual, which is 1 on the square.
        delta = delta[:, None]
        np.maximum(np.abs(r, out=c), delta, out=c)
        np.divide(delta, c, out=c)
        np.multiply(c, r, out=s)
        np.multiply(s, -0.5, out=total)
        total += r
        if exact:
            np.equal(c, 1.0, out=c, casting="unsafe")
        if w is not None:
            c *= w
            s *= w
        value: np.ndarray = np.einsum("pn,pn->p", total, s)
        if exact:
            c += s

        np.multiply(c, p_A, out=c_A)
        np.multiply(c, p_B, out=c_B)
        np.multiply(s, p_A, out=s_A)
        np.multiply(s, p_B, out=s_B)
        np.multiply(c_A, p_A, out=c_AA)
        np.multiply(c_A, p_B, out=c_AB)
        np.multiply(c_B, p_B, out=c_BB)
        first = 2
        for (arrays, moments), out in zip(self._moments, sums, strict=True):
            np.matmul(work[first : first + arrays], moments, out=out)
            first += arrays
        return value


def _assemble(sums: list[Any], exact: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient (5, P) and the curvature (5, 5, P) from the sums over runs.

    Each sum carries its moments first: sA[1] is the sum of s p_A x. The share of E is one less the
    other two, so that its sums are differences of theirs.
    """
    (c, s), (cA, cAA, sA), (cB, cBB, sB), (cAB,) = sums
    g, H = np.empty((5, c.shape[-1])), np.empty((5, 5, c.shape[-1]))
    sE = s[0] - sA[0] - sB[0]
    g[E], g[A], g[B], g[ALPHA], g[BETA] = -sE, -sA[0], -sB[0], sA[1], sB[1]
    H[E, E] = c[0] - 2 * (cA[0] + cB[0] - cAB[0]) + cAA[0] + cBB[0]
    H[E, A], H[E, ALPHA] = cA[0] - cAA[0] - cAB[0], cAA[1] + cAB[1] - cA[1]
    H[E, B], H[E, BETA] = cB[0] - cBB[0] - cAB[0], cBB[1] + cAB[2] - cB[1]
    H[A, A], H[A, ALPHA], H[ALPHA, ALPHA] = cAA[0], -cAA[1], cAA[2]
    H[B, B], H[B, BETA], H[BETA, BETA] = cBB[0], -cBB[1], cBB[2]
    H[A, B], H[A, BETA], H[B, ALPHA], H[ALPHA, BETA] = cAB[0], -cAB[2], -cAB[1], cAB[3]
    if exact:
        H[E, E] -= sE
        H[A, A], H[A, ALPHA] = H[A, A] - sA[0], H[A, ALPHA] + sA[1]
        H[B, B], H[B, BETA] = H[B, B] - sB[0], H[B, BETA] + sB[1]
        H[ALPHA, ALPHA] -= sA[2]
        H[BETA, BETA] -= sB[2]
    for i, j in _PAIRS:
        H[j, i] = H[i, j]
    return g, H
