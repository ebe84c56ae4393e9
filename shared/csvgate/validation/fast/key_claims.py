"""Keys of a block's rows, claimed in the file's order, whoever has cleared the row."""

from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.index import KeyIndex
from csvgate.unique.value_hash import hash_value
from csvgate.validation.fast.kernels.ordered import OrderedKeys, Taken

Ints = npt.NDArray[np.int64]


class BlockKeys:
    """What `Rules` takes for its keys of a field or of a group of fields. It notes the claims of
    rows that are checked one by one, and answers once all of the block are settled."""

    def __init__(self) -> None:
        self._index: Final = KeyIndex()
        self._ordered: Final = OrderedKeys(self._index)
        self._noted: dict[int, Hashable] = {}
        self._taken: dict[int, int] = {}

    def claim(self, key: Hashable, line: int) -> int | None:
        self._noted[line] = key
        return self._taken.get(line)

    def begin(self) -> None:
        """A new block: all lines are larger from here on."""
        self._noted = {}
        self._taken = {}

    def settle(self, columns: Sequence["pa.Array"], lines: Ints) -> Ints:
        """Claims the keys of cleared rows and those noted; gives the lines, in order, of the rows
        whose keys are taken. `columns` are the values of the cleared rows' fields (one, or those of
        a group), `lines` their lines."""
        taken = (
            self._of_one(columns[0], lines) if len(columns) == 1 else self._of_group(columns, lines)
        )
        self._taken = dict(zip(taken.lines.tolist(), taken.owners.tolist(), strict=True))
        return taken.lines

    def _of_one(self, values: "pa.Array", lines: Ints) -> Taken:
        if values.null_count:
            given = values.is_valid()
            values, lines = values.filter(given), lines[given.to_numpy(zero_copy_only=False)]
        return self._ordered.claim(values, lines, self._noted)

    def _of_group(self, columns: Sequence["pa.Array"], lines: Ints) -> Taken:
        keys = combine_columns([hash_column(column) for column in columns])
        if self._noted:
            noted = np.array([hash_value(key) for key in self._noted.values()], np.uint64)
            lines = np.concatenate((lines, np.fromiter(self._noted, np.int64)))
            order = np.argsort(lines, kind="stable")
            keys, lines = np.concatenate((keys, noted))[order], lines[order]
        owners = self._index.claim(keys, lines)
        late = np.flatnonzero(owners)
        return Taken(lines[late], owners[late])
