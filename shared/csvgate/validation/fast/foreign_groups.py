"""Checks foreign keys of several fields by column: which cleared rows are not in the reference."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.unique.column_hash import hash_column
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.foreign_keys import GroupKey


class ForeignGroups:
    def __init__(self, groups: Sequence[GroupKey], keyed: KeyedHash) -> None:
        self._keyed: Final = keyed
        self._groups: Final = groups

    def absent(self, validated: ValidatedColumns) -> Iterator[tuple[int, int]]:
        """Yield the rows whose cells are cleared in all fields of a key that is not in its
        reference: their indexes in the block and in the columns, in order."""
        if self._groups:
            found = [self._absent(group, validated) for group in self._groups]
            indexes = np.unique(np.concatenate(found))
            yield from zip(validated.rows[indexes].tolist(), indexes.tolist(), strict=True)

    def _absent(self, group: GroupKey, validated: ValidatedColumns) -> Ints:
        cleared = validated.cleared_rows(group.fields)
        indexes = np.arange(len(validated.rows)) if cleared is None else np.flatnonzero(cleared)
        return indexes[~_is_present(group, validated.values(group.fields, cleared), self._keyed)]


def _is_present(group: GroupKey, columns: Sequence["pa.Array"], keyed: KeyedHash) -> Mask:
    """(n,) Whether the key of each row is in the reference. Each combination is looked up once."""
    combined = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes, count = _codes(column, keyed)
        # Renumbered for each column, because products of many columns would overflow.
        combined = np.unique(combined * count + codes, return_inverse=True)[1]
    _, firsts, which = np.unique(combined, return_index=True, return_inverse=True)
    some = pa.array(firsts)
    keys = zip(*(column.take(some).to_pylist() for column in columns), strict=True)
    present = np.fromiter(map(group.has, keys), np.bool_, len(firsts))
    return present[which]


def _codes(column: "pa.Array", keyed: KeyedHash) -> tuple[Ints, int]:
    """(n,) A number for each value, equal only for equal values; and how many numbers there are."""
    if pa.types.is_dictionary(column.type):
        count = len(column.dictionary)
        return column.indices.cast(pa.int64()).fill_null(count).to_numpy(), count + 1
    groups = group_equal(hash_column(column, keyed))
    return groups.indices.astype(np.int64), len(groups.firsts)
