"""Foreign keys of several fields: which cleared rows have combinations that no reference has."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.validation.fast.kernels.column import Mask, plain
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.foreign_keys import GroupKey

Ints = npt.NDArray[np.int64]


class ForeignGroups:
    def __init__(self, groups: Sequence[GroupKey]) -> None:
        self._groups: Final = groups

    def absent(self, cleared: ValidatedColumns) -> Iterator[tuple[int, int]]:
        """The records of the block with clear cells in all fields of a key that does not hold, and
        their places among those that are cleared, in order."""
        if self._groups:
            found = [self._absent(group, cleared) for group in self._groups]
            places = np.unique(np.concatenate(found))
            yield from zip(cleared.rows[places].tolist(), places.tolist(), strict=True)

    def _absent(self, group: GroupKey, cleared: ValidatedColumns) -> Ints:
        where = cleared.where(group.fields)
        places = np.arange(len(cleared.rows)) if where is None else np.flatnonzero(where)
        return places[~_held(group, cleared.values(group.fields, where))]


def _held(group: GroupKey, columns: Sequence["pa.Array"]) -> Mask:
    """(n,) Whether the key holds; each combination is looked up once."""
    combined = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes, count = _codes(column)
        # Numbered afresh each time: products of many columns would not fit.
        combined = np.unique(combined * count + codes, return_inverse=True)[1]
    _, firsts, which = np.unique(combined, return_index=True, return_inverse=True)
    some = pa.array(firsts)
    keys = zip(*(column.take(some).to_pylist() for column in columns), strict=True)
    held = np.fromiter(map(group.has, keys), np.bool_, len(firsts))
    return held[which]


def _codes(column: "pa.Array") -> tuple[Ints, int]:
    """(n,) A number for each value, the same only for the same; and how many there can be."""
    coded = column if pa.types.is_dictionary(column.type) else plain(column).dictionary_encode()
    count = len(coded.dictionary)
    return coded.indices.cast(pa.int64()).fill_null(count).to_numpy(), count + 1
