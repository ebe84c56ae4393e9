"""Clears a column by its distinct cells, each read once by the rules' own reader.

It understands every type, format and constraint, because it understands none.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from csvgate.engine.cellfault import CellFault
from csvgate.engine.cells import Cells
from csvgate.engine.vector.column import Column, Mask, as_text
from csvgate.engine.vector.slices import Slices

_MOST: Final = 20_000
_FAULTY: Final = object()
_AS_IT_IS: Final = object()
"""The value of a cell that is its own text: no object for each of them."""


class Distinct:
    def __init__(self, cells: Cells, kind: "pa.DataType") -> None:
        self._cells: Final = cells
        self._kind: Final = kind
        self._of_text: Final = kind == pa.string()
        self._known: dict[bytes, object] = {}
        self.share = 0.0
        """Of distinct cells among the last column's."""

    def clear(self, slices: Slices) -> Column:
        cells = slices.binary
        encoded = cells.dictionary_encode()
        texts: list[bytes] = encoded.dictionary.to_pylist()
        self.share = len(texts) / max(1, len(cells))
        values = self._values(texts)
        different = set(map(id, values)) if self._of_text else set()
        if different == {id(_AS_IT_IS)}:
            return Column(as_text(cells), None)
        indices = encoded.indices.to_numpy()
        faulty = _chosen(values, _FAULTY, indices)
        clear = None if faulty is None else ~faulty
        if self._of_text and different <= {id(_AS_IT_IS), id(_FAULTY), id(None)}:
            missing = _chosen(values, None, indices)
            return Column(as_text(cells, missing), clear)
        plain = [
            text.decode() if value is _AS_IT_IS else None if value is _FAULTY else value
            for text, value in zip(texts, values, strict=True)
        ]
        column = pa.array(plain, self._kind).take(encoded.indices)
        return Column(column, clear)

    def _values(self, texts: list[bytes]) -> list[object]:
        if len(self._known) > _MOST:
            self._known.clear()
        known = self._known
        return [known[text] if text in known else self._learn(text) for text in texts]

    def _learn(self, cell: bytes) -> object:
        try:
            text = cell.decode("utf-8")
            value = _FAULTY if "\0" in text else self._cells[text]
        except (UnicodeDecodeError, CellFault):
            value = _FAULTY
        else:
            if self._of_text and value == text:
                value = _AS_IT_IS
        self._known[cell] = value
        return value


def _chosen(values: list[object], wanted: object, indices: npt.NDArray[np.int32]) -> Mask | None:
    """Where the value is that object; None: nowhere."""
    found = np.array([value is wanted for value in values], np.bool_)
    return found[indices] if found.any() else None
