"""Codes of cells that were there in the blocks before."""

from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.engine.vector.words import Words

Codes = npt.NDArray[np.int32]

UNSEEN: Final = -3
_BITS: Final = 14
_SHIFT: Final = np.uint64(64 - _BITS)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
"""Odd, its bits at random."""


class Recent:
    """A table of cells of one word or two; of those that fall on one place the last has it."""

    def __init__(self, count: int) -> None:
        """`count`: of words."""
        self._places: Final = np.zeros(1 << _BITS, np.int32)
        self._words: Words = np.zeros((1, count), np.uint64)
        self._codes: Codes = np.full(1, UNSEEN, np.int32)

    def codes(self, words: Words) -> Codes:
        """(n,) For cells (n, count): the code of each, or UNSEEN."""
        at = self._places.take(_places(words))
        codes = self._codes.take(at)
        for column, known in zip(words.T, self._words.T, strict=True):
            codes[known.take(at) != column] = UNSEEN
        return codes

    def add(self, words: Words, codes: Codes) -> None:
        """For cells (k, count), each another."""
        start = len(self._words)
        self._words = np.concatenate((self._words, words))
        self._codes = np.concatenate((self._codes, codes))
        self._places[_places(words)] = np.arange(start, start + len(words))


def mixed(words: Words) -> Words:
    """(n,) One word of the one or two of each cell (n, 1 or 2)."""
    return words[:, 0] if words.shape[1] == 1 else words[:, 0] ^ words[:, 1] * _FACTOR


def _places(words: Words) -> npt.NDArray[np.int64]:
    found = mixed(words) * _FACTOR
    found >>= _SHIFT
    return found.view(np.int64)
