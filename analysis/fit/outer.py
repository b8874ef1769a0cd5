"""The same fits with an outer power: L = E + (A / N**alpha + B / D**beta)**kappa.

With u = kappa log(A / N**alpha) and v = kappa log(B / D**beta), what either term would leave alone,
the loss above E is the power mean

    R = (exp(u / kappa) + exp(v / kappa))**kappa

so that theta = (e, a, b, kappa alpha, kappa beta, kappa), with u = a - kappa alpha x and
v = b - kappa beta y, keeps its meaning as kappa moves: its exponents are those of the loss.
With q the share of the first term in the sum and z = (u - v) / kappa, log R has the gradient
(q, 1 - q, H) in (u, v, kappa), H the entropy of (q, 1 - q), and the Hessian
q (1 - q) / kappa m m^T, m = (1, -1, -z). All else is as in `analysis.fit.problems`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from analysis.fit.problems import ALPHA, BETA, A, B, E, Problems

K = 5
Range: TypeAlias = tuple[float, float]
EVERY: Range = (-np.inf, np.inf)


class OuterProblems(Problems):
    """Fits of one law with an outer power to the same runs; see `Problems`."""

    longest_step = np.array([2.0, 4.0, 4.0, 0.5, 0.5, 0.3])
    narrow = (np.exp(-5.0), (0.0, 2.0), (0.15, 5.0))
    wide = (np.exp(-18.0), (1e-4, 2.5), (0.1, 10.0))
    summed = (5, 4, 4, 1)

    def theta(self, parameters: ArrayLike) -> np.ndarray:
        """Return theta, shape (6, ...), of rows (E, A, B, alpha, beta, kappa)."""
        theta = super().theta(parameters)
        theta[A:K] *= theta[K]
        return theta

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Return rows (E, A, B, alpha, beta, kappa), shape (6, ...), of theta."""
        inner = np.array(theta, dtype=float)
        inner[A:K] /= theta[K]
        return super().parameters(inner)

    def from_plain_logs(self, theta: np.ndarray) -> np.ndarray:
        """Return the derivative of theta in (log E, log A, log B, alpha, beta, kappa), (6, 6)."""
        derivative = np.eye(6)
        derivative[:K, :K] = super().from_plain_logs(theta)
        derivative[A:K] *= theta[K]
        derivative[A:K, K] = theta[A:K] / theta[K]
        return derivative

    def bend(self, gradient: np.ndarray) -> np.ndarray:
        """Return what the bend of theta in these adds to the Hessian, shape (6, 6)."""
        added = np.zeros((6, 6))
        added[A:K, K] = gradient[A:K]
        added[ALPHA, K] -= self.centre[0] * gradient[A]
        added[BETA, K] -= self.centre[1] * gradient[B]
        return np.asarray(added + added.T)

    def bounds(self, lowest_share: float, exponents: Range, powers: Range = EVERY) -> np.ndarray:
        """Return the lower and upper bounds of theta, each (6, 1); none where it cannot move."""
        outer = EVERY if self.still[K] else powers
        inner = super().bounds(lowest_share, exponents)
        return np.concatenate([inner, np.array(outer)[:, None, None]], axis=1)

    def residual(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return r, shape (n,), and the derivatives of the predicted log loss, (n, 6), at theta."""
        u, v = theta[A] - theta[ALPHA] * self.x, theta[B] - theta[BETA] * self.y
        log_R, q, entropy, _ = power_mean(u, v, theta[K])
        predicted = np.logaddexp(theta[E], log_R)
        p = np.exp(log_R - predicted)
        shares = p * q, p * (1 - q)
        slopes = [1 - p, *shares, -self.x * shares[0], -self.y * shares[1], p * entropy]
        return self.log_loss - predicted, np.stack(slopes, axis=1)

    def _sums(
        self,
        theta: np.ndarray,
        delta: np.ndarray,
        w: np.ndarray | None,
        exact: bool,
        sums: list[np.ndarray],
    ) -> np.ndarray:
        kappa = theta[K][:, None]
        u, v = theta[[A, ALPHA]].T @ self._lines[0], theta[[B, BETA]].T @ self._lines[1]
        log_R, q, entropy, z = power_mean(u, v, kappa)
        p = np.exp(log_R)
        total = p + np.exp(theta[E])[:, None]
        r = self.log_loss - np.log(total)
        p /= total

        # s is the slope of Huber's loss, c its curvature, or slope / residual.
        delta = delta[:, None]
        c = delta / np.maximum(np.abs(r), delta)
        s = c * r
        lost = r - 0.5 * s
        if exact:
            c = (c == 1.0).astype(float)
        if w is not None:
            c, s = c * w, s * w
        value: np.ndarray = np.einsum("pn,pn->p", lost, s)

        q_B = 1 - q
        f_A, f_K = p * q, p * entropy
        f_B = p - f_A
        bent = c + s if exact else c
        AA, BB, AB, AK, BK, KK = (
            bent * left * right
            for left, right in (
                (f_A, f_A),
                (f_B, f_B),
                (f_A, f_B),
                (f_A, f_K),
                (f_B, f_K),
                (f_K, f_K),
            )
        )
        if exact:
            sp = s * p
            t = q * q_B / kappa
            tz = t * z
            AA -= sp * (q * q + t)
            BB -= sp * (q_B * q_B + t)
            AB -= sp * (q * q_B - t)
            AK -= sp * (q * entropy - tz)
            BK -= sp * (q_B * entropy + tz)
            KK -= sp * (entropy * entropy + tz * z)
        groups = (
            (c, s, c * f_K, KK, s * f_K),
            (c * f_A, AA, s * f_A, AK),
            (c * f_B, BB, s * f_B, BK),
            (AB,),
        )
        for group, (_, moments), out in zip(groups, self._moments, sums, strict=True):
            np.matmul(np.stack(group), moments, out=out)
        return value

    def assembled(self, sums: list[Any], exact: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradient (6, P) and the curvature (6, 6, P) from the sums over runs.

        The second derivatives are in the sums already, so the five are as in least squares.
        """
        (c, s, cK, KK, sK), (cA, AA, sA, AK), (cB, BB, sB, BK), AB = sums
        inner, curved = super().assembled([(c, s), (cA, AA, sA), (cB, BB, sB), AB], exact=False)
        H = np.empty((6, 6, c.shape[-1]))
        H[:K, :K] = curved
        H[:K, K] = H[K, :K] = cK[0] - AK[0] - BK[0], AK[0], BK[0], -AK[1], -BK[1]
        H[K, K] = KK[0]
        return np.concatenate([inner, -sK[:1]]), H


def power_mean(
    u: np.ndarray, v: np.ndarray, kappa: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return log R, the share q of the first term, the entropy of (q, 1 - q), and z."""
    z = (u - v) / kappa
    far = np.abs(z)
    small = np.exp(-far)
    soft = np.log1p(small)
    less = small / (1 + small)
    q = np.where(z >= 0, 1 - less, less)
    return np.maximum(u, v) + kappa * soft, q, soft + far * less, z
