"""Keys that are each above all before them: nobody else can have had those."""

from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.unique.run import Lines, Words

Mask = npt.NDArray[np.bool_]

_LEAST: Final = 16_384
"""Keys of a part, but for the last: many short ones would take long to look through."""


class Ascent:
    """Takes keys as they come, and keeps such as were the greatest so far, with their lines."""

    def __init__(self) -> None:
        self._greatest = np.zeros(1, np.uint64)
        self._parts: deque[tuple[Words, Lines]] = deque()
        """Each above the one before."""
        self.size = 0
        """Of the keys it keeps."""

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
        found = np.zeros(len(keys), np.int64)
        if not self.size or not len(keys):
            return found
        firsts = np.array([own[0] for own, _ in self._parts], np.uint64)
        which = np.searchsorted(firsts, keys, side="right") - 1
        for part in np.unique(which[which >= 0]).tolist():
            own, lines = self._parts[part]
            here = np.flatnonzero(which == part)
            at = np.searchsorted(own, keys[here])
            same = own.take(at, mode="clip") == keys[here]
            found[here[same]] = lines[at[same]]
        return found

    def pop(self) -> tuple[Words, Lines]:
        """Some of the least of what it keeps, no longer, and their lines; what comes must still be
        above them."""
        keys, lines = self._parts.popleft()
        self.size -= len(keys)
        return keys, lines

    def _append(self, keys: Words, lines: Lines) -> None:
        if not len(keys):
            return
        self.size += len(keys)
        if self._parts and len(self._parts[-1][0]) < _LEAST:
            last_keys, last_lines = self._parts.pop()
            keys, lines = np.concatenate((last_keys, keys)), np.concatenate((last_lines, lines))
        self._parts.append((keys, lines))
