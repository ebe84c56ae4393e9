"""Bugs in unique keys and foreign keys."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa

from csvgate.references import keys as reference_keys
from csvgate.unique import grouping, string_hash
from csvgate.unique.ascending import AscendingKeys
from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.compact_run import CompactRun
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.unique.keys import GrowingKeySet
from csvgate.unique.ordered_words import StringOrder
from csvgate.unique.packed import PackedIntegers
from csvgate.unique.run import Found
from csvgate.unique.runs import Runs
from csvgate.validation.fast import foreign_groups
from csvgate.validation.fast.kernels.column import as_column_type
from csvgate.validation.fast.kernels.learning import dictionary
from csvgate.validation.fast.kernels.learning.distinct import DistinctKernel
from csvgate.validation.fast.key_claims import BlockKeys
from csvgate.validation.foreign_keys import GroupKey
from mutation.mutant import Mutant
from simulate.world.swap import swapped
from unit.hostile import test_hashes
from unit.unique import test_index, test_keyed_hash, test_keys, test_runs
from unit.validation import test_foreign_keys
from unit.validation.fast import test_paths
from unit.validation.fast.kernels import test_encoded
from unit.validation.fast.keys import test_keys_of_blocks


def _filter_is_believed() -> AbstractContextManager[Any]:
    """A key that the Bloom filter may have seen is a duplicate of line 1."""
    original = Runs.find

    def find(self: Runs, first: Any, second: Any) -> Found:
        lines = np.ones(len(first), np.int64)
        rows, found = original(self, first, second)
        lines[rows] = found
        return Found(np.arange(len(first)), lines)

    return swapped(Runs, "find", find)


def _filter_is_believed_one_by_one() -> AbstractContextManager[Any]:
    original = Runs.find_one
    return swapped(Runs, "find_one", lambda self, first, second: original(self, first, second) or 1)


def _lines_of_compact_runs_lose_a_byte() -> AbstractContextManager[Any]:
    """The difference between a line and the first one has two bytes in a compact run."""
    original = PackedIntegers.put

    def put(self: PackedIntegers, start: int, values: Any) -> None:
        original(self, start, values)
        if [plane.itemsize for plane in self.planes] == [2, 1]:
            self.planes[0][:] &= 0xFF

    return swapped(PackedIntegers, "put", put)


def _buckets_are_not_in_the_key() -> AbstractContextManager[Any]:
    """Keys whose words differ in the bucket only are taken to be equal: each bucket has all."""
    original = CompactRun.__init__

    def init(self: CompactRun, runs: Any) -> None:
        original(self, runs)
        self._starts[:-1] = 0
        self._starts[1:] = self.size

    return swapped(CompactRun, "__init__", init)


def _index_is_emptied() -> AbstractContextManager[Any]:
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


def _ascent_starts_anew() -> AbstractContextManager[Any]:
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


@contextmanager
def _hash_ignores_the_last_byte() -> Iterator[None]:
    """The hashes of strings of 33 bytes ignore the last byte, one by one and by the column."""
    one, column = KeyedHash._bytes, string_hash.hash_bytes

    def hash_one(keyed: KeyedHash, value: bytes, kind: int) -> Any:
        return one(keyed, value[:32] + b"\0" if len(value) == 33 else value, kind)

    def hash_bytes(array: Any, kind: int, keyed: KeyedHash) -> Any:
        found = column(array, kind, keyed)
        for row, value in enumerate(array.cast(pa.binary()).to_pylist()):
            if value is not None and len(value) == 33:
                found[row] = hash_one(keyed, value, kind)
        return found

    with (
        swapped(KeyedHash, "_bytes", hash_one),
        swapped(string_hash, "hash_bytes", hash_bytes),
    ):
        yield


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

    def hashes(column: Any, keyed: KeyedHash) -> Any:
        values = as_column_type(column)
        return hash_column(values.fill_null(values.drop_null()[0]), keyed)

    return swapped(foreign_groups, "hash_column", hashes)


def _only_the_last_field_is_looked_up() -> AbstractContextManager[Any]:
    def combine(columns: Any, keyed: KeyedHash) -> Any:
        return combine_columns([columns[-1]] * len(columns), keyed)

    return swapped(foreign_groups, "combine_columns", combine)


def _empty_cells_of_references_are_keys() -> AbstractContextManager[Any]:
    def add(self: Any, cells: Sequence[str], line: int) -> None:
        values = [self._value(i, cells[at], line) for i, at in enumerate(self.indexes)]
        self.found.add(values[0] if len(values) == 1 else tuple(values))

    return swapped(reference_keys._KeyColumns, "add", add)


def _recent_cells_are_not_forgotten() -> AbstractContextManager[Any]:
    """Codes of cells outlive the values that they stand for."""
    original = DistinctKernel._forget

    def forget(self: DistinctKernel) -> None:
        recent = getattr(self, "_recent", {})
        original(self)
        self._recent = recent

    return swapped(DistinctKernel, "_forget", forget)


def _keys_of_uploads_are_ignored() -> AbstractContextManager[Any]:
    """All uploads are hashed under the same key."""
    original = KeyedHash.__init__

    def init(self: KeyedHash, key: bytes | None = None) -> None:
        original(self, bytes(32))

    return swapped(KeyedHash, "__init__", init)


def _cells_are_encoded_without_a_key() -> AbstractContextManager[Any]:
    """Arrow gets the first words of the cells themselves."""

    def words(cells: Any, keyed: KeyedHash) -> Any:
        return np.repeat(cells[:, :1], 2, axis=1)

    return swapped(dictionary, "hash_words", words)


def _second_words_are_not_compared() -> AbstractContextManager[Any]:
    """Cells with the same first word of their hashes are taken to be equal."""
    original = grouping._by_both_words
    return swapped(
        grouping,
        "_by_both_words",
        lambda hashes: original(np.zeros_like(hashes)),
    )


_VALUES: Final = (test_keys_of_blocks.test_a_repeated_value,)
_GROUPS: Final = (test_keys_of_blocks.test_a_repeated_combination,)
_FOREIGN: Final = (test_paths.test_every_combination_of_values_and_nulls_is_looked_up,)

KEYS: dict[str, Mutant] = {
    "a false positive of the filter is a duplicate": Mutant(_filter_is_believed, _GROUPS),
    "a false positive is a duplicate where keys come singly": Mutant(
        _filter_is_believed_one_by_one, (test_index.test_keys_that_share_their_first_word,)
    ),
    "a line in a compact run loses a byte": Mutant(
        _lines_of_compact_runs_lose_a_byte,
        (test_runs.test_lines_far_apart_and_words_that_are_alike,),
    ),
    "the bucket of a key does not count": Mutant(
        _buckets_are_not_in_the_key, (test_runs.test_lines_far_apart_and_words_that_are_alike,)
    ),
    "the index of keys is emptied after each block": Mutant(_index_is_emptied, _GROUPS),
    "ascending keys are found in the last part only": Mutant(
        _ascent_forgets_earlier_parts, _VALUES
    ),
    "ascending keys begin again in each block": Mutant(_ascent_starts_anew, _VALUES),
    "keys lose their lines when they move to the index": Mutant(
        _moved_keys_have_no_lines,
        (test_keys.test_keys_that_move_to_the_index_leave_the_dictionary,),
    ),
    "keys of 33 bytes are hashed without the last byte": Mutant(
        _hash_ignores_the_last_byte, (test_keyed_hash.test_every_byte_of_a_text_counts,)
    ),
    "the prefix of ordered keys is not compared": Mutant(_prefix_is_not_compared, _VALUES),
    "a foreign key with some nulls is not checked": Mutant(_some_nulls_are_not_checked, _FOREIGN),
    "a foreign key of nulls only is looked up": Mutant(_only_nulls_are_checked, _FOREIGN),
    "a null in a foreign key is the first value": Mutant(_null_is_the_first_value, _FOREIGN),
    "only the last field of a foreign key counts": Mutant(
        _only_the_last_field_is_looked_up, _FOREIGN
    ),
    "an empty cell of a reference is a key": Mutant(
        _empty_cells_of_references_are_keys, (test_foreign_keys.test_a_key_of_two_fields,)
    ),
    "every upload has the same hash key": Mutant(
        _keys_of_uploads_are_ignored,
        (test_hashes.test_every_hash_depends_on_the_whole_key,),
    ),
    "cells are encoded without a key": Mutant(
        _cells_are_encoded_without_a_key,
        (test_hashes.test_cells_that_collide_in_arrow_take_few_steps,),
    ),
    "cells with the same first word are equal": Mutant(
        _second_words_are_not_compared,
        (test_encoded.test_cells_whose_first_words_collide_are_distinguished,),
    ),
    "cells keep the codes of forgotten values": Mutant(
        _recent_cells_are_not_forgotten,
        (test_encoded.test_more_distinct_numbers_than_are_remembered,),
    ),
}
