"""Runs made by a law."""

import numpy as np


def made_by(law, n=80, noise=0.0, seed=0):
    """N, D and loss of runs here and there, with noise in the logarithm of the loss."""
    rng = np.random.default_rng(seed)
    N, D = np.exp(rng.uniform(np.log(5e7), np.log(1e10), n)), np.exp(rng.uniform(19, 27, n))
    return N, D, law.loss(N, D) * np.exp(noise * rng.standard_normal(n))
