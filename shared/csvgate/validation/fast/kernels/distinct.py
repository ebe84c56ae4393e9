"""Clears a column by its distinct cells, each read once by the rules' own reader.

It understands every type, format and constraint, because it understands none.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.types.common.field_type import CellFault
from csvgate.validation.cells import Cells
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.kernels.column import Column, Mask, as_text
from csvgate.validation.fast.kernels.dictionary import Encoded, EncodedWords, encoded, encoded_words
from csvgate.validation.fast.kernels.recent import MOST_BITS, UNSEEN, Codes, Recent

_MOST: Final = 20_000
_MOST_CODED: Final = 4096
_CODED_SHARE: Final = 1 / 2
"""Distinct texts, and their share of all, up to which a column of them is a dictionary and codes:
quicker to take rows from, and to compress."""
_SAMPLE: Final = 2048
_MOST_OF_SAMPLE: Final = 0.95
"""Distinct ones among the first cells: then there are about 20,000 in all, or more."""
_PLACES: Final = 1 << 20
"""Of recent cells, in all columns together: about 20 MB."""
_FAULTY: Final = -1
_NULL: Final = -2


class _Looked(NamedTuple):
    codes: Codes
    """(n,) Of the cells of a column, those that were there before."""
    unseen: npt.NDArray[np.int64] | slice
    """Which cells were not."""
    found: Encoded | EncodedWords
    """These."""


class Distinct:
    def __init__(self, cells: Cells, kind: "pa.DataType", columns: int = 1) -> None:
        """`columns`: how many the file has, which share the memory for what is recent."""
        self._cells: Final = cells
        self._bits: Final = max(0, min(MOST_BITS, (_PLACES // columns).bit_length() - 1))
        self._kind: Final = kind
        self._of_text: Final = kind == pa.string()
        self._none: Final = [""] if self._of_text else [None]
        self._rows = 0
        """All that it has seen."""
        self._as_they_are = True
        """Each value is the text of its cell."""
        self._forget()

    def _forget(self) -> None:
        # What has codes of the values has been handed out with its own dictionary.
        self._codes: dict[bytes, int] = {}
        """Of each text: which of the values is its."""
        self._values: list[object] = []
        self._dictionary: pa.Array | None = None
        """Of the values, unless there are more since."""
        self._recent: dict[int, Recent] = {}
        """By the number of words."""

    def clear(self, cells: Slices) -> Column:
        return self._clear(cells, self._look(cells))

    def clear_few(self, cells: Slices, most: float) -> Column | None:
        """None when a greater share of the cells is distinct and was not there before: then it does
        not read them."""
        if not self._codes and len(cells) > _SAMPLE:
            sample = self._look(cells.first(_SAMPLE)).found
            if len(sample.distinct) > _MOST_OF_SAMPLE * _SAMPLE:
                return None
        looked = self._look(cells)
        few = len(looked.found.distinct) <= most * len(cells)
        return self._clear(cells, looked) if few else None

    def _clear(self, cells: Slices, looked: _Looked) -> Column:
        codes = self._codes_of(cells, looked)
        if codes.min(initial=0) >= 0:
            return Column(self._column(cells, codes, None), None)
        clear, null = codes != _FAULTY, codes == _NULL
        column = self._column(cells, codes, null if null.any() else None)
        return Column(column, None if clear.all() else clear)

    def _column(self, cells: Slices, codes: Codes, null: Mask | None) -> "pa.Array":
        self._rows += len(cells)
        few = len(self._values) <= min(_MOST_CODED, self._rows * _CODED_SHARE)
        if self._of_text and self._as_they_are and not few:
            return as_text(cells.binary, null)
        if self._dictionary is None:
            self._dictionary = pa.array(self._values or self._none, self._kind)
        # Whatever is not clear is anything: the first.
        codes = np.maximum(codes, 0)
        if self._of_text and few:
            coded = pa.array(codes.astype(np.int16), mask=null)
            return pa.DictionaryArray.from_arrays(coded, self._dictionary, safe=False)
        return self._dictionary.take(pa.array(codes, mask=null))

    def _look(self, cells: Slices) -> _Looked:
        if len(self._codes) > _MOST:
            self._forget()
        words = cells.written_words
        if words is not None:
            count = words.shape[1]
            if count not in self._recent:
                self._recent[count] = Recent(count, self._bits)
            codes = self._recent[count].codes(words)
            unseen = np.flatnonzero(codes == UNSEEN)
            found = encoded_words(words.take(unseen, axis=0))
            if found is not None:
                return _Looked(codes, unseen, found)
        return _Looked(np.empty(len(cells), np.int32), slice(None), encoded(cells.written))

    def _codes_of(self, cells: Slices, looked: _Looked) -> Codes:
        codes, unseen, found = looked
        if len(found.distinct):
            learnt = self._learn(found.keys(), cells)
            codes[unseen] = learnt.take(found.indices)
            if isinstance(found, EncodedWords):
                self._recent[found.distinct.shape[1]].add(found.distinct, learnt)
        return codes

    def _learn(self, keys: list[bytes], cells: Slices) -> Codes:
        """Of texts as they are written."""
        if len(cells.doubled):
            keys = [cells.plain(key) for key in keys]
        known = self._codes
        for key in keys:
            if key not in known:
                known[key] = self._code(key)
        return np.array([known[key] for key in keys], np.int32)

    def _code(self, cell: bytes) -> int:
        try:
            text = cell.decode("utf-8")
            value = self._cells[text]
        except (UnicodeDecodeError, CellFault):
            return _FAULTY
        if "\0" in text:
            return _FAULTY
        if value is None:
            return _NULL
        self._as_they_are &= value == text
        self._values.append(value)
        self._dictionary = None
        return len(self._values) - 1
