"""Checks foreign keys of several fields by column: which cleared rows are not in the reference."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.grouping import group_equal
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints, Mask
from csvgate.validation.fast.kernels.column import as_column_type
from csvgate.validation.fast.kernels.validated_columns import ValidatedColumns
from csvgate.validation.fast.reference_keys import ReferenceKeys, keys_of_tuples
from csvgate.validation.foreign_keys import GroupKey


class ForeignGroups:
    def __init__(self, groups: Sequence[GroupKey], keyed: KeyedHash) -> None:
        self._keyed: Final = keyed
        self._groups: Final = groups
        self._keys: Final = dict[int, ReferenceKeys | None]()

    def absent(self, validated: ValidatedColumns) -> Iterator[tuple[int, int]]:
        """Yield the rows whose cells are cleared in all fields of a key that is not in its
        reference: their indexes in the block and in the columns, in order."""
        if self._groups:
            found = [self._absent(*each, validated) for each in enumerate(self._groups)]
            indexes = np.unique(np.concatenate(found))
            yield from zip(validated.rows[indexes].tolist(), indexes.tolist(), strict=True)

    def _absent(self, number: int, group: GroupKey, validated: ValidatedColumns) -> Ints:
        cleared = validated.cleared_rows(group.fields)
        indexes = np.arange(len(validated.rows)) if cleared is None else np.flatnonzero(cleared)
        columns = validated.values(group.fields, cleared)
        if number not in self._keys:
            kinds = [as_column_type(column.slice(0, 0)).type for column in columns]
            self._keys[number] = keys_of_tuples(group.known, kinds, self._keyed)
        keys = self._keys[number]
        if keys is None:
            present = _are_present(group, columns, self._keyed)
        else:
            hashes = [hash_column(column, self._keyed) for column in columns]
            present = keys.have(combine_columns(hashes, self._keyed)) | _are_null(columns)
        return indexes[~present]


def _are_null(columns: Sequence["pa.Array"]) -> Mask:
    """(n,) Whether the values of each row are all null, so that its key is not checked."""
    found = np.ones(len(columns[0]), np.bool_)
    for column in columns:
        found &= column.is_null().to_numpy(zero_copy_only=False)
    return found


def _are_present(group: GroupKey, columns: Sequence["pa.Array"], keyed: KeyedHash) -> Mask:
    """(n,) Whether the key of each row is in a reference whose keys cannot be listed. Each
    combination is looked up once."""
    hashes = combine_columns([hash_column(column, keyed) for column in columns], keyed)
    groups = group_equal(hashes)
    some = pa.array(groups.firsts)
    keys = zip(*(column.take(some).to_pylist() for column in columns), strict=True)
    present = np.fromiter(map(group.has, keys), np.bool_, len(groups.firsts))
    return present[groups.indices]
