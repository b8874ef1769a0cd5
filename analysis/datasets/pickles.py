"""A pickled table, read by an unpickler that makes NumPy's and pandas' own things and no others.

A pickle names functions and calls them: whoever wrote it may run what they like. So it is read only
after its hash was checked, and even then only the names below can be reached, whatever it asks for.
None of them runs code of the file's, opens a file, or reads another pickle.
"""

from __future__ import annotations

import lzma
import pickle
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.internal.files import DamagedDataError

ADMITTED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("builtins", "slice"): "builtins",
        ("numpy", "dtype"): "numpy",
        ("numpy", "ndarray"): "numpy",
        ("numpy.core.multiarray", "_reconstruct"): "numpy._core.multiarray",
        ("numpy.core.multiarray", "scalar"): "numpy._core.multiarray",
        ("numpy.core.numeric", "_frombuffer"): "numpy._core.numeric",
        ("pandas._libs.internals", "_unpickle_block"): "pandas._libs.internals",
        ("pandas.core.frame", "DataFrame"): "pandas",
        ("pandas.core.indexes.base", "Index"): "pandas",
        ("pandas.core.indexes.base", "_new_Index"): "pandas.core.indexes.base",
        ("pandas.core.indexes.range", "RangeIndex"): "pandas",
        ("pandas.core.internals.managers", "BlockManager"): "pandas.core.internals.managers",
        ("pandas.core.internals.managers", "SingleBlockManager"): "pandas.core.internals.managers",
        ("pandas.core.series", "Series"): "pandas",
    }
)
"""What a pickle may ask for, and the module that has it today."""


class TableUnpickler(pickle.Unpickler):
    """An unpickler that finds what `ADMITTED` names, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not admitted")
        return getattr(import_module(ADMITTED[module, name]), name)


def read_pickle(path: Path) -> pd.DataFrame:
    """Return the table in a pickle that is packed by xz.

    Raises
    ------
    DamagedDataError
        Naming the file: not xz, not a pickle, not a table, or one that asks for what is not
        admitted.
    """
    try:
        with lzma.open(path) as file:
            table = TableUnpickler(file).load()
    except (pickle.UnpicklingError, lzma.LZMAError, EOFError, LookupError) as error:
        raise DamagedDataError(f"{path.name} is refused: {error}") from None
    except (AttributeError, ArithmeticError, ImportError, TypeError, ValueError) as error:
        raise DamagedDataError(f"{path.name} is damaged: {error}") from None
    if not isinstance(table, pd.DataFrame):
        raise DamagedDataError(f"{path.name} is damaged: it holds no table")
    return table
