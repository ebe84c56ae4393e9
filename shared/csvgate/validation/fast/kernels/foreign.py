"""Clears columns whose values must be in a reference."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.contracts.constraints import Known
from csvgate.unique.column_hash import hash_column
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Kernel
from csvgate.validation.fast.reference_keys import ReferenceKeys, keys_of_values


class ForeignKernel:
    """Clears the cells that another kernel clears and whose values are null or in all references.
    The others are left to the rules."""

    def __init__(self, kernel: Kernel, keys: Sequence[ReferenceKeys], keyed: KeyedHash) -> None:
        self._kernel: Final = kernel
        self._keys: Final = keys
        self._keyed: Final = keyed

    def clear(self, cells: Slices) -> Column:
        column = self._kernel.clear(cells)
        values, cleared = column.values, column.cleared
        hashes = hash_column(values, self._keyed)
        present: Mask = np.ones(len(values), np.bool_)
        for keys in self._keys:
            present &= keys.have(hashes)
        if values.null_count:
            present |= values.is_null().to_numpy(zero_copy_only=False)
        if cleared is not None:
            present &= cleared
        return column._replace(cleared=None if present.all() else present)


def foreign_kernel(
    kernel: Kernel, foreign: Sequence[Known], kind: "pa.DataType", keyed: KeyedHash
) -> Kernel | None:
    """Return a kernel of a column of that Arrow type that checks its foreign keys too; None if the
    keys of a reference cannot be listed."""
    keys = [keys_of_values(known, kind, keyed) for known, _ in foreign]
    listed = [each for each in keys if each is not None]
    return ForeignKernel(kernel, listed, keyed) if len(listed) == len(keys) else None
