"""Remembers the codes of cells that occurred in earlier blocks."""

from typing import Final

import numpy as np

from csvgate.validation.fast.arrays import Ints, Ints32, Words

UNSEEN: Final = -3
"""The code of a cell that is not in the table."""
MAX_BITS: Final = 14
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number with random-looking bits, for multiplicative hashing. It needs no key: cells that
replace each other are encoded in each block, which takes little longer."""


class Recent:
    """A hash table of cells of one or two words whose size is fixed: a cell replaces the one that
    had its place."""

    def __init__(self, count: int, bits: int = MAX_BITS) -> None:
        """The table has 2**`bits` places for cells of `count` words."""
        self._shift: Final = np.uint64(64 - bits)
        self._words: Final[Words] = np.zeros((1 << bits, count), np.uint64)
        self._codes: Final[Ints32] = np.full(1 << bits, UNSEEN, np.int32)

    def codes(self, words: Words) -> Ints32:
        """(n,) The code of each of the cells (n, count), or UNSEEN."""
        places = self._places(words)
        codes = self._codes.take(places)
        known = self._words.take(places, axis=0)
        for column in range(words.shape[1]):
            codes[known[:, column] != words[:, column]] = UNSEEN
        return codes

    def add(self, words: Words, codes: Ints32) -> None:
        """Remember the codes of the distinct cells (k, count)."""
        # Write each place once, so that its words and its code belong to the same cell.
        places, which = np.unique(self._places(words)[::-1], return_index=True)
        which = len(words) - 1 - which
        self._words[places], self._codes[places] = words[which], codes[which]

    def _places(self, words: Words) -> Ints:
        mixed = words[:, 0] if words.shape[1] == 1 else words[:, 0] ^ words[:, 1] * _FACTOR
        found = mixed * _FACTOR
        found >>= self._shift
        return found.view(np.int64)
