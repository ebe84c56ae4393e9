"""Clears a column by its distinct cells, each read once by the rules' own reader.

It understands every type, format and constraint, because it understands none.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.engine.cellfault import CellFault
from csvgate.engine.cells import Cells
from csvgate.engine.vector.column import Column, as_text
from csvgate.engine.vector.encoded import Codes, Encoded, as_bytes, encoded
from csvgate.engine.vector.slices import Slices

_MOST: Final = 20_000
_MOST_CODED: Final = 4096
_CODED_SHARE: Final = 1 / 2
"""Of distinct texts, below which a column of them is a dictionary and codes: quicker to take rows
from, and to compress."""
_FAULTY: Final = -1
_NULL: Final = -2


class Distinct:
    def __init__(self, cells: Cells, kind: "pa.DataType") -> None:
        self._cells: Final = cells
        self._kind: Final = kind
        self._of_text: Final = kind == pa.string()
        self._codes: dict[bytes | int, int] = {}
        """Of each text, as bytes or as a word: which of the values is its."""
        self._values: list[object] = []
        self._as_they_are = True
        """Each value is the text of its cell."""
        self._dictionary: pa.Array | None = None
        """Of the values, unless there are more since."""

    def clear(self, cells: Slices) -> Column:
        return self._clear(cells, encoded(cells))

    def clear_few(self, cells: Slices, most: float) -> Column | None:
        """None when there is a greater share of distinct cells: then it does not look at them."""
        found = encoded(cells)
        return self._clear(cells, found) if found.share <= most else None

    def _clear(self, cells: Slices, found: Encoded) -> Column:
        codes = self._codes_of(found.keys)
        if codes.min(initial=0) >= 0:
            return Column(self._column(cells, codes, found, None), None)
        given = codes.take(found.indices)
        clear, null = given != _FAULTY, given == _NULL
        column = self._column(cells, codes, found, null if null.any() else None)
        return Column(column, None if clear.all() else clear)

    def _column(
        self, cells: Slices, codes: Codes, found: Encoded, missing: npt.NDArray[np.bool_] | None
    ) -> "pa.Array":
        if self._of_text and len(self._values) <= _MOST_CODED and found.share < _CODED_SHARE:
            # Whatever is not clear is anything: the first.
            coded = np.maximum(codes, 0).astype(np.int16).take(found.indices)
            if self._dictionary is None:
                self._dictionary = pa.array(self._values or [""], pa.string())
            return pa.DictionaryArray.from_arrays(
                pa.array(coded, mask=missing), self._dictionary, safe=False
            )
        if self._of_text and self._as_they_are:
            return as_text(cells.binary, missing)
        values = [self._values[code] if code >= 0 else None for code in codes.tolist()]
        return pa.array(values, self._kind).take(pa.array(found.indices))

    def _codes_of(self, keys: list[bytes | int]) -> Codes:
        if len(self._codes) > _MOST:
            # Values too: what has their codes has been handed out with its own dictionary.
            self._codes, self._values, self._as_they_are = {}, [], True
            self._dictionary = None
        known = self._codes
        codes = [known[key] if key in known else self._learn(key) for key in keys]
        return np.array(codes, np.int32)

    def _learn(self, key: bytes | int) -> int:
        self._codes[key] = code = self._code(as_bytes(key))
        return code

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
