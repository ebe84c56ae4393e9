"""Clears string columns with an `enum`, in which the contract lists all texts."""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.missing import MissingValues

MAX_TEXTS: Final = 4096
"""The most texts. Arrow hashes them again for each block, which takes 0.1 ms for this many."""


class EnumKernel:
    """Looks each cell up among the texts that the rules accept. The column becomes a dictionary of
    these texts, however many of them occur in the file."""

    def __init__(self, texts: Iterable[str], reader: Cells) -> None:
        """`reader` is the rules' reader, which also knows the field's other constraints."""
        accepted = [text for text in texts if _accepts(reader, text)]
        self._texts: Final = pa.array([text.encode() for text in accepted], pa.binary())
        self._dictionary: Final = pa.array(accepted or [""], pa.string())
        self._missing: Final = None if reader.required else MissingValues(reader.missing)

    def clear(self, cells: Slices) -> Column:
        # The hash table has no key, but it contains the contract's texts only.
        found = pc.index_in(cells.binary, value_set=self._texts)
        if not found.null_count:
            return Column(self._values(found, None, len(cells)), None)
        cleared: Mask = found.is_valid().to_numpy(zero_copy_only=False)
        missing = self._missing.where(cells) if self._missing else None
        if missing is not None:
            cleared = cleared | missing
        values = self._values(found.fill_null(0), missing, len(cells))
        return Column(values, None if cleared.all() else cleared)

    def _values(self, indices: "pa.Array", missing: Mask | None, rows: int) -> "pa.Array":
        small = pa.array(indices.to_numpy().astype("int16"), mask=missing)
        if 2 * len(self._dictionary) > rows:
            return self._dictionary.take(small)
        return pa.DictionaryArray.from_arrays(small, self._dictionary, safe=False)


def _accepts(reader: Cells, text: str) -> bool:
    """Return whether the rules accept the text as its own value, not as a missing one."""
    try:
        return "\0" not in text and reader[text] == text
    except CellFault:
        return False
