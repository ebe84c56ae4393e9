"""Claims the unique keys of a block's rows in the file's order, cleared by column or not."""

from collections.abc import Hashable, Sequence
from typing import Final

import pyarrow as pa

from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.index import KeyIndex
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.fast.arrays import Ints
from csvgate.validation.fast.ordered_keys import OrderedKeys, RepeatedKeys


class BlockKeys:
    """The keys of a field or of a group of fields, in the form that `Rules` needs.

    Rows that the rules check one by one claim their keys with `claim`, which only records them.
    `resolve` then claims all keys of the block in the order of their lines, and from then on
    `claim` gives the true answer for these rows.
    """

    def __init__(self, keyed: KeyedHash) -> None:
        self._keyed: Final = keyed
        self._index: Final = KeyIndex()
        self._ordered: Final = OrderedKeys(self._index, keyed)
        self._recorded: dict[int, Hashable] = {}
        """The keys of rows checked one by one, by line."""
        self._owners: dict[int, int] = {}
        """For each line whose key is repeated, the line of the first occurrence."""

    def claim(self, key: Hashable, line: int) -> int | None:
        self._recorded[line] = key
        return self._owners.get(line)

    def start_block(self) -> None:
        """Begin a new block, whose lines all follow those of the blocks before."""
        self._recorded = {}
        self._owners = {}

    def resolve(self, columns: Sequence["pa.Array"], lines: Ints) -> Ints:
        """Claim the keys of cleared rows and the recorded ones; return the lines, in order, of rows
        that repeat a key.

        `columns` are the values of the cleared rows in the fields of the key, `lines` their lines.
        """
        repeated = (
            self._resolve_single(columns[0], lines)
            if len(columns) == 1
            else self._resolve_group(columns, lines)
        )
        self._owners = dict(zip(repeated.lines.tolist(), repeated.owners.tolist(), strict=True))
        return repeated.lines

    def _resolve_single(self, values: "pa.Array", lines: Ints) -> RepeatedKeys:
        if values.null_count:
            given = values.is_valid()
            values, lines = values.filter(given), lines[given.to_numpy(zero_copy_only=False)]
        return self._ordered.claim(values, lines, self._recorded)

    def _resolve_group(self, columns: Sequence["pa.Array"], lines: Ints) -> RepeatedKeys:
        hashes = [hash_column(column, self._keyed) for column in columns]
        keys = combine_columns(hashes, self._keyed)
        return self._ordered.claim_hashes(keys, lines, self._recorded)
