"""What the clearers know about a table: values, and where they are certain."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.kernels.column import Clearer, Column, Mask
from csvgate.validation.fast.table import Table

Ints = npt.NDArray[np.int64]


class Doubt(NamedTuple):
    """About a record."""

    place: int
    """Among those that are cleared."""
    fields: set[int]
    """Whose cells are not clear."""


class ValidatedColumns(NamedTuple):
    columns: list[Column]
    """By field of the contract; of m cells each."""
    rows: Ints
    """(m,) Which records of the block these are."""

    @staticmethod
    def of(table: Table, clearers: Sequence[Clearer]) -> "ValidatedColumns":
        pairs = zip(clearers, table.columns, strict=True)
        return ValidatedColumns([clearer.clear(cells) for clearer, cells in pairs], table.rows)

    def where(self, fields: Iterable[int]) -> Mask | None:
        """(m,) The rows in which the cells of all these fields are clear; None: all rows."""
        found: Mask | None = None
        for field in fields:
            clear = self.columns[field].clear
            if clear is not None:
                found = clear if found is None else found & clear
        return found

    def doubtful(self) -> dict[int, Doubt]:
        """Each record that is not clear, by its index in the block."""
        found: dict[int, Doubt] = {}
        for field, column in enumerate(self.columns):
            if column.clear is not None:
                places = np.flatnonzero(~column.clear)
                for row, place in zip(self.rows[places].tolist(), places.tolist(), strict=True):
                    if row in found:
                        found[row].fields.add(field)
                    else:
                        found[row] = Doubt(place, {field})
        return found

    def values(self, fields: Sequence[int], where: Mask | None) -> list["pa.Array"]:
        """The values of these fields in those rows."""
        arrays = [self.columns[field].values for field in fields]
        if where is None:
            return arrays
        mask = pa.array(where)
        return [array.filter(mask) for array in arrays]
