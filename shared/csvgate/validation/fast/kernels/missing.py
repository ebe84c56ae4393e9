"""Finds the cells that are missing values."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Mask
from csvgate.validation.fast.cell_slices import Slices
from csvgate.validation.fast.words import WORD


class MissingValues:
    """Compares the cells of a column with the texts of `missingValues`, a word at a time."""

    def __init__(self, texts: Iterable[str]) -> None:
        # The rules reject a cell with NUL before they compare it with the missing values.
        cells = sorted(text.encode() for text in texts if "\0" not in text)
        self._has_empty: Final = b"" in cells
        self._words: Final = [
            (len(cell), [_word(cell[at : at + WORD]) for at in range(0, len(cell), WORD)])
            for cell in cells
            if cell
        ]

    def where(self, cells: Slices) -> Mask | None:
        """(n,) True for cells that are one of the texts; None if none are."""
        lengths = cells.lengths
        found = lengths == 0 if self._has_empty else None
        for length, words in self._words:
            rows = np.flatnonzero(lengths == length)
            for number, word in enumerate(words):
                if not len(rows):
                    break
                at = cells.text.starts.take(rows)
                at += WORD * number
                kept = np.uint64(256 ** min(length - WORD * number, WORD) - 1)
                rows = rows[cells.text.words_at(at) & kept == word]
            if len(rows):
                if found is None:
                    found = np.zeros(len(lengths), np.bool_)
                found[rows] = True
        return found if found is not None and found.any() else None


def _word(part: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(part, "little"))
