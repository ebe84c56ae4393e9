"""Columns whose cells nearly all differ: read by numpy, as far as it can."""

from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.words import Mask, Text


class Kernel(Protocol):
    def read(self, text: Text, missing: Mask | None) -> tuple["pa.Array", Mask]:
        """The values of the cells, null where `missing`; and where they are certain: false where
        `missing`, and wherever there could be any doubt."""


class HighCardinality:
    def __init__(self, kernel: Kernel, *, empty_is_null: bool) -> None:
        self._kernel: Final = kernel
        self._empty_is_null: Final = empty_is_null

    def clear(self, cells: Slices) -> Column:
        text = cells.text
        missing = None
        if self._empty_is_null:
            missing = text.lengths == 0
            if not missing.any():
                missing = None
        values, fine = self._kernel.read(text, missing)
        if missing is not None:
            fine |= missing
        return Column(values, None if fine.all() else fine)


def takes_any(kernel: Kernel, texts: list[str]) -> bool:
    """Whether the kernel would take one of these for a value."""
    cells = pa.array([text.encode() for text in texts], pa.binary())
    return bool(len(texts)) and bool(kernel.read(Text.of(cells), None)[1].any())


def fixed_width(kind: "pa.DataType", values: np.ndarray, missing: Mask | None) -> "pa.Array":
    """An array of those bytes, null where `missing`."""
    bitmap = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    count = len(values)
    return pa.Array.from_buffers(kind, count, [bitmap, pa.py_buffer(np.ascontiguousarray(values))])
