"""Codes of cells that were there in the blocks before."""

from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.validation.fast.words import Words

Codes = npt.NDArray[np.int32]

UNSEEN: Final = -3
MOST_BITS: Final = 14
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd, its bits at random."""


class Recent:
    """A table of cells of one word or two, in memory that does not grow: of those that fall on one
    place the last has it."""

    def __init__(self, count: int, bits: int = MOST_BITS) -> None:
        """`count`: of words; `bits`: of the number of places."""
        self._shift: Final = np.uint64(64 - bits)
        self._words: Final[Words] = np.zeros((1 << bits, count), np.uint64)
        self._codes: Final[Codes] = np.full(1 << bits, UNSEEN, np.int32)

    def codes(self, words: Words) -> Codes:
        """(n,) For cells (n, count): the code of each, or UNSEEN."""
        places = self._places(words)
        codes = self._codes.take(places)
        known = self._words.take(places, axis=0)
        for column in range(words.shape[1]):
            codes[known[:, column] != words[:, column]] = UNSEEN
        return codes

    def add(self, words: Words, codes: Codes) -> None:
        """For cells (k, count), each another."""
        # Each place once, so that the word and the code there are those of one cell.
        places, which = np.unique(self._places(words)[::-1], return_index=True)
        which = len(words) - 1 - which
        self._words[places], self._codes[places] = words[which], codes[which]

    def _places(self, words: Words) -> npt.NDArray[np.int64]:
        found = mixed(words) * _FACTOR
        found >>= self._shift
        return found.view(np.int64)


def mixed(words: Words) -> Words:
    """(n,) One word of the one or two of each cell (n, 1 or 2)."""
    return words[:, 0] if words.shape[1] == 1 else words[:, 0] ^ words[:, 1] * _FACTOR
