"""Tables of runs as people keep them, and the course project whose nine runs tell little."""

import numpy as np

from analysis.fit import Runs, RunTable, read_table

NINE = """\
params,tokens,val_loss
1238144,2e6,13.0910
1238144,2e7,5.6135
1238144,2e8,3.8355
8886784,2e6,11.0249
8886784,2e7,4.8317
8886784,2e8,2.7508
97457664,2e6,9.6038
97457664,2e7,4.3903
97457664,2e8,2.2254
"""


def written(folder, text, name="runs.csv"):
    """A file of text, or of bytes."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder, text, **how):
    return read_table(written(folder, text), **how)


def table_of(N, D, loss, groups=None):
    """Runs as a table would give them."""
    rows = np.arange(1, len(N) + 1)
    columns = {"N": "params", "D": "tokens", "loss": "loss"}
    return RunTable(Runs(N, D, loss), rows, groups, columns, (), (), {})


def grid(law, sizes=6, lengths=5, noise=2e-3, seed=0):
    """A table of runs of a law on a grid of sizes and lengths."""
    N, D = np.meshgrid(np.geomspace(3e7, 3e9, sizes), np.geomspace(1e9, 2e11, lengths))
    N, D = N.ravel(), D.ravel()
    errors = noise * np.random.default_rng(seed).standard_normal(len(N))
    return table_of(N, D, law.loss(N, D) * np.exp(errors))
