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

from typing import TypeAlias

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
        theta = np.array(parameters, dtype=float)
        with np.errstate(divide="ignore"):
            theta[:ALPHA] = np.log(theta[:ALPHA])
        theta[A:K] *= theta[K]
        theta[A] -= theta[ALPHA] * self.centre[0]
        theta[B] -= theta[BETA] * self.centre[1]
        return theta

    def parameters(self, theta: np.ndarray) -> np.ndarray:
        """Return rows (E, A, B, alpha, beta, kappa), shape (6, ...), of theta."""
        parameters = np.array(theta, dtype=float)
        parameters[A] += theta[ALPHA] * self.centre[0]
        parameters[B] += theta[BETA] * self.centre[1]
        parameters[A:K] /= theta[K]
        parameters[:ALPHA] = np.exp(parameters[:ALPHA])
        return parameters

    def from_plain_logs(self, theta: np.ndarray) -> np.ndarray:
        """Return the derivative of theta in (log E, log A, log B, alpha, beta, kappa), (6, 6)."""
        kappa = theta[K]
        derivative = np.diag([1.0, *[kappa] * 4, 1.0])
        derivative[A, ALPHA], derivative[B, BETA] = (-kappa * centre for centre in self.centre)
        derivative[A:K, K] = theta[A:K] / kappa
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
        outer = powers if self.basis[K].any() else EVERY
        inner = Problems.bounds(self, lowest_share, exponents)
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

    def _assembled(self, sums: list[np.ndarray], exact: bool) -> tuple[np.ndarray, np.ndarray]:
        (c, s, cK, KK, sK), (cA, AA, sA, AK), (cB, BB, sB, BK), (AB,) = sums
        g, H = np.empty((6, c.shape[-1])), np.empty((6, 6, c.shape[-1]))
        g[E], g[A], g[B] = -(s[0] - sA[0] - sB[0]), -sA[0], -sB[0]
        g[ALPHA], g[BETA], g[K] = sA[1], sB[1], -sK[0]
        H[E, E] = c[0] - 2 * (cA[0] + cB[0] - AB[0]) + AA[0] + BB[0]
        H[E, A], H[E, ALPHA] = cA[0] - AA[0] - AB[0], AA[1] + AB[1] - cA[1]
        H[E, B], H[E, BETA] = cB[0] - BB[0] - AB[0], BB[1] + AB[2] - cB[1]
        H[A, A], H[A, ALPHA], H[ALPHA, ALPHA] = AA[0], -AA[1], AA[2]
        H[B, B], H[B, BETA], H[BETA, BETA] = BB[0], -BB[1], BB[2]
        H[A, B], H[A, BETA], H[B, ALPHA], H[ALPHA, BETA] = AB[0], -AB[2], -AB[1], AB[3]
        H[E, K], H[K, K] = cK[0] - AK[0] - BK[0], KK[0]
        H[A, K], H[ALPHA, K], H[B, K], H[BETA, K] = AK[0], -AK[1], BK[0], -BK[1]
        for i in range(6):
            for j in range(i):
                H[i, j] = H[j, i]
        return g, H


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
