"""Bugs in unique keys and foreign keys."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pyarrow as pa

from csvgate.references import keys as reference_keys
from csvgate.unique import string_hash, value_hash
from csvgate.unique.ascending import AscendingKeys
from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.index import KeyIndex
from csvgate.unique.keys import GrowingKeySet
from csvgate.unique.ordered_words import StringOrder
from csvgate.validation.fast import foreign_groups, key_claims
from csvgate.validation.fast.kernels.column import as_column_type
from csvgate.validation.fast.kernels.distinct import DistinctKernel
from csvgate.validation.fast.key_claims import BlockKeys
from csvgate.validation.foreign_keys import GroupKey
from simulate.world.swap import swapped

Patch = Callable[[], AbstractContextManager[Any]]


def _filter_is_believed() -> AbstractContextManager[Any]:
    """A key that the Bloom filter may have seen is a duplicate of line 1."""
    original = KeyIndex._find

    def find(self: KeyIndex, first: Any, second: Any) -> Any:
        found = original(self, first, second)
        return np.where(found == 0, 1, found)

    return swapped(KeyIndex, "_find", find)


def _filter_is_believed_one_by_one() -> AbstractContextManager[Any]:
    original = KeyIndex._find_one
    return swapped(
        KeyIndex, "_find_one", lambda self, first, second: original(self, first, second) or 1
    )


def _filter_forgets_single_keys() -> AbstractContextManager[Any]:
    return swapped(KeyFilter, "add_one", lambda self, first: None)


def _groups_are_unique_in_a_block() -> AbstractContextManager[Any]:
    original = BlockKeys.start_block

    def start(self: BlockKeys) -> None:
        original(self)
        self._index.__init__()  # type: ignore[misc]

    return swapped(BlockKeys, "start_block", start)


def _ascent_forgets_earlier_parts() -> AbstractContextManager[Any]:
    original = AscendingKeys.find

    def find(self: AscendingKeys, keys: Any) -> Any:
        parts = self._parts
        self._parts = parts[-1:]
        try:
            return original(self, keys)
        finally:
            self._parts = parts

    return swapped(AscendingKeys, "find", find)


def _ascent_starts_anew_in_each_block() -> AbstractContextManager[Any]:
    original = AscendingKeys.add

    def add(self: AscendingKeys, keys: Any, lines: Any) -> Any:
        self._greatest = np.zeros(1, np.uint64)
        return original(self, keys, lines)

    return swapped(AscendingKeys, "add", add)


def _moved_keys_have_no_lines() -> AbstractContextManager[Any]:
    """Keys that move from the dictionary to the index get consecutive lines from 1."""
    original = GrowingKeySet._move_to_index

    def move(self: GrowingKeySet) -> None:
        self._dictionary = {key: n for n, key in enumerate(self._dictionary, 1)}
        original(self)

    return swapped(GrowingKeySet, "_move_to_index", move)


def _hash_ignores_the_last_byte() -> AbstractContextManager[Any]:
    """Of strings of 33 bytes, in both hashes: one by one and by the column."""
    one, column = value_hash._hash_bytes, string_hash._absorbed

    def hash_bytes(value: bytes, kind: int) -> Any:
        return one(value[:32] + b"\0" if len(value) == 33 else value, kind)

    def absorbed(data: Any, starts: Any, lengths: Any, kind: int) -> Any:
        found = column(data, starts, lengths, kind)
        for row in np.flatnonzero(lengths == 33).tolist():
            start = int(starts[row])
            found[row] = hash_bytes(data[start : start + 33].tobytes(), kind)
        return found

    class Both:
        def __enter__(self) -> None:
            self._one = swapped(value_hash, "_hash_bytes", hash_bytes)
            self._column = swapped(string_hash, "_absorbed", absorbed)
            self._one.__enter__()
            self._column.__enter__()

        def __exit__(self, *args: Any) -> None:
            self._column.__exit__(*args)
            self._one.__exit__(*args)

    return Both()  # type: ignore[return-value]


def _prefix_is_not_compared() -> AbstractContextManager[Any]:
    return swapped(StringOrder, "_have_prefix", lambda self, memory, start, count: None)


def _some_nulls_are_not_checked() -> AbstractContextManager[Any]:
    def has(self: GroupKey, key: tuple[object, ...]) -> bool:
        return key in self.known or any(value is None for value in key)

    return swapped(GroupKey, "has", has)


def _only_nulls_are_checked() -> AbstractContextManager[Any]:
    return swapped(GroupKey, "has", lambda self, key: key in self.known)


def _null_is_the_first_value() -> AbstractContextManager[Any]:
    """Foreign keys of several fields: a null is taken for the first value of its column."""

    def codes(column: Any) -> tuple[Any, int]:
        is_encoded = pa.types.is_dictionary(column.type)
        encoded = column if is_encoded else as_column_type(column).dictionary_encode()
        found = encoded.indices.cast(pa.int64()).fill_null(0).to_numpy()
        return found, len(encoded.dictionary) + 1

    return swapped(foreign_groups, "_codes", codes)


def _codes_are_combined_without_the_count() -> AbstractContextManager[Any]:
    original = foreign_groups._codes
    return swapped(
        foreign_groups, "_codes", lambda column: (original(column)[0], original(column)[1] - 1)
    )


def _empty_cells_of_references_are_keys() -> AbstractContextManager[Any]:
    def add(self: Any, cells: Sequence[str], line: int) -> None:
        values = [self._value(i, cells[at], line) for i, at in enumerate(self.indexes)]
        self.found.add(values[0] if len(values) == 1 else tuple(values))

    return swapped(reference_keys._KeyColumns, "add", add)


def _nulls_of_a_group_are_equal_to_zero() -> AbstractContextManager[Any]:
    """In keys of several fields a null is taken for an empty text or zero."""
    original = key_claims.hash_column

    def hash_column(column: Any) -> Any:
        values = as_column_type(column)
        if pa.types.is_string(values.type):
            return original(values.fill_null(""))
        return original(values.fill_null(0)) if values.type == pa.int64() else original(values)

    return swapped(key_claims, "hash_column", hash_column)


def _recent_cells_are_not_forgotten() -> AbstractContextManager[Any]:
    """Codes of cells outlive the values that they stand for."""
    original = DistinctKernel._forget

    def forget(self: DistinctKernel) -> None:
        recent = getattr(self, "_recent", {})
        original(self)
        self._recent = recent

    return swapped(DistinctKernel, "_forget", forget)


KEYS: dict[str, Patch] = {
    "a false positive of the filter is a duplicate": _filter_is_believed,
    "a false positive is a duplicate where keys come singly": _filter_is_believed_one_by_one,
    "the filter does not see keys that come singly": _filter_forgets_single_keys,
    "the index of keys is emptied after each block": _groups_are_unique_in_a_block,
    "ascending keys are found in the last part only": _ascent_forgets_earlier_parts,
    "ascending keys begin again in each block": _ascent_starts_anew_in_each_block,
    "keys lose their lines when they move to the index": _moved_keys_have_no_lines,
    "keys of 33 bytes are hashed without the last byte": _hash_ignores_the_last_byte,
    "the prefix of ordered keys is not compared": _prefix_is_not_compared,
    "a foreign key with some nulls is not checked": _some_nulls_are_not_checked,
    "a foreign key of nulls only is looked up": _only_nulls_are_checked,
    "a null in a foreign key is the first value": _null_is_the_first_value,
    "two foreign keys share a code": _codes_are_combined_without_the_count,
    "an empty cell of a reference is a key": _empty_cells_of_references_are_keys,
    "a null in a unique key is an empty text": _nulls_of_a_group_are_equal_to_zero,
    "cells keep the codes of forgotten values": _recent_cells_are_not_forgotten,
}
