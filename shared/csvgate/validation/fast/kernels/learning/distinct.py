"""Clears a column by reading each distinct cell once with the rules' own reader.

This works for every type, format and constraint, because the reader does all the checking.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from csvgate.csv.work import WORK
from csvgate.types.common.field_type import CellFault
from csvgate.unique.keyed_hash import KeyedHash
from csvgate.validation.cells import Cells
from csvgate.validation.fast.arrays import Ints, Ints32, Mask, as_string
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column
from csvgate.validation.fast.kernels.learning.dictionary import CellWords, Encoded, encode
from csvgate.validation.fast.kernels.learning.recent import MAX_BITS, UNSEEN, Recent

_MAX_KNOWN: Final = 20_000
"""Distinct cells that are remembered; with more, everything is forgotten."""
_MAX_DICTIONARY: Final = 4096
_MAX_DICTIONARY_SHARE: Final = 1 / 2
"""Distinct strings, and their share of the rows, up to which a string column becomes a dictionary:
rows are then taken from it faster, and it compresses better."""
_PLACES: Final = 1 << 20
"""Places for recent cells in all columns together: about 20 MB."""
_FAULTY: Final = -1
"""The code of a cell that is not cleared."""
_NULL: Final = -2
"""The code of a cell without a value."""


class Lookup(NamedTuple):
    """What is known about the n cells of a column from earlier blocks."""

    codes: Ints32
    """(n,) The codes of the cells that are known."""
    unseen: Ints
    """The indexes of the others."""
    encoded: Encoded
    """The others."""


class DistinctKernel:
    """Gives each distinct cell a code, which is the index of its value in `_values`, _FAULTY or
    _NULL. Codes are remembered from block to block: all of them by the cell, and recent ones in a
    table that numpy looks up."""

    def __init__(
        self, cells: Cells, kind: "pa.DataType", keyed: KeyedHash, columns: int = 1
    ) -> None:
        """`cells` is the rules' reader. The file's `columns` share the memory for recent cells."""
        self._keyed: Final = keyed
        self._cells: Final = cells
        self._bits: Final = max(0, min(MAX_BITS, (_PLACES // columns).bit_length() - 1))
        self._kind: Final = kind
        self._is_string: Final = kind == pa.string()
        self._placeholder: Final = [""] if self._is_string else [None]
        self._rows = 0
        """The number of cells so far."""
        self._values_are_texts = True
        """True while each value is the text of its cell."""
        self._forget()

    def _forget(self) -> None:
        # Dictionaries that were handed out keep their own values.
        self._codes: dict[bytes, int] = {}
        """The code of each distinct cell."""
        self._values: list[object] = []
        self._dictionary: pa.Array | None = None
        """The values as an array; None if values were added since."""
        self._recent: dict[int, Recent] = {}
        """The words of the cells seen last, by their number."""

    def clear(self, cells: Slices, lookup: Lookup | None = None) -> Column:
        """`lookup` is what `look_up` returned for these cells."""
        codes = self._codes_of(cells, lookup or self.look_up(cells))
        if codes.min(initial=0) >= 0:
            return Column(self._column(cells, codes, None), None)
        cleared, null = codes != _FAULTY, codes == _NULL
        values = self._column(cells, codes, null if null.any() else None)
        return Column(values, None if cleared.all() else cleared)

    def _column(self, cells: Slices, codes: Ints32, null: Mask | None) -> "pa.Array":
        self._rows += len(cells)
        few = len(self._values) <= min(_MAX_DICTIONARY, self._rows * _MAX_DICTIONARY_SHARE)
        if self._is_string and self._values_are_texts and not few:
            return as_string(cells.binary, null)
        if self._dictionary is None:
            self._dictionary = pa.array(self._values or self._placeholder, self._kind)
        # Cells that are not cleared may have any value: here, the first.
        codes = np.maximum(codes, 0)
        if self._is_string and few:
            indices = pa.array(codes.astype(np.int16), mask=null)
            return pa.DictionaryArray.from_arrays(indices, self._dictionary, safe=False)
        return self._dictionary.take(pa.array(codes, mask=null))

    def look_up(self, cells: Slices) -> Lookup:
        """Find out which cells are known, without reading the others."""
        if len(self._codes) > _MAX_KNOWN:
            self._forget()
        known = CellWords.of(cells, self._keyed)
        count = known.words.shape[1]
        if count not in self._recent:
            self._recent[count] = Recent(count, self._bits)
        codes = self._recent[count].codes(known.words)
        unseen = np.flatnonzero(codes == UNSEEN)
        return Lookup(codes, unseen, encode(known, unseen, self._keyed))

    def _codes_of(self, cells: Slices, lookup: Lookup) -> Ints32:
        codes, unseen, encoded = lookup
        if len(encoded.rows):
            new_codes = self._assign_codes(encoded.keys(cells), cells)
            codes[unseen] = new_codes.take(encoded.indices)
            self._recent[encoded.distinct.shape[1]].add(encoded.distinct, new_codes)
        return codes

    def _assign_codes(self, keys: list[bytes], cells: Slices) -> Ints32:
        """Return the codes of distinct cells, in which quotes may still be doubled."""
        if len(cells.doubled):
            keys = [cells.unescape(key) for key in keys]
        WORK.judged += len(keys)
        known = self._codes
        for key in keys:
            if key not in known:
                known[key] = self._new_code(key)
        return np.array([known[key] for key in keys], np.int32)

    def _new_code(self, cell: bytes) -> int:
        try:
            text = cell.decode("utf-8")
            value = self._cells[text]
        except (UnicodeDecodeError, CellFault):
            return _FAULTY
        if "\0" in text:
            return _FAULTY
        if value is None:
            return _NULL
        self._values_are_texts &= value == text
        self._values.append(value)
        self._dictionary = None
        return len(self._values) - 1
