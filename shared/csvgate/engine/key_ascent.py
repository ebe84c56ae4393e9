"""Keys that are each above all before them: nobody else can have had those."""

from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.engine.key_run import Lines, Words

Mask = npt.NDArray[np.bool_]

_LEAST: Final = 65_536


class Ascent:
    """Takes keys as they come, and keeps such as were the greatest so far, with their lines."""

    def __init__(self) -> None:
        self._greatest = np.zeros(1, np.uint64)
        self._keys: Words = np.empty(0, np.uint64)
        self._lines: Lines = np.empty(0, np.int64)
        self._start = self._end = 0

    @property
    def size(self) -> int:
        """Of the keys it keeps."""
        return self._end - self._start

    def add(self, keys: Words, lines: Lines) -> Mask:
        """(n,) Where a key is above all that it was ever given before; it keeps these."""
        if not len(keys):
            return np.empty(0, np.bool_)
        above = np.maximum.accumulate(np.concatenate((self._greatest, keys)))
        new: Mask = keys > above[:-1]
        self._greatest = above[-1:].copy()
        self._append(keys[new], lines[new])
        return new

    def find(self, keys: Words) -> Lines:
        """(n,): the line of each key, or 0."""
        if not self.size:
            return np.zeros(len(keys), np.int64)
        own, lines = self._keys[self._start : self._end], self._lines[self._start : self._end]
        at = np.searchsorted(own, keys)
        return np.where(own.take(at, mode="clip") == keys, lines.take(at, mode="clip"), 0)

    def first(self, count: int) -> tuple[Words, Lines]:
        """The least of what it keeps, and their lines."""
        end = min(self._end, self._start + count)
        return self._keys[self._start : end], self._lines[self._start : end]

    def drop(self, count: int) -> None:
        """Keeps so many of the least no longer; what comes must still be above them."""
        self._start = min(self._end, self._start + count)

    def _append(self, keys: Words, lines: Lines) -> None:
        if self._end + len(keys) > len(self._keys):
            old_keys, old_lines = self.first(self.size)
            room = max(_LEAST, 2 * (self.size + len(keys)))
            self._keys, self._lines = np.empty(room, np.uint64), np.empty(room, np.int64)
            self._start, self._end = 0, len(old_keys)
            self._keys[: self._end], self._lines[: self._end] = old_keys, old_lines
        start, self._end = self._end, self._end + len(keys)
        self._keys[start : self._end], self._lines[start : self._end] = keys, lines
