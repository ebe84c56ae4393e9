"""Ascending keys: a key greater than all before it cannot have occurred before."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.unique.blocks import Words
from csvgate.unique.run import Lines

Mask = npt.NDArray[np.bool_]

_SMALLEST_PART: Final = 131_072
"""Keys of a part, except for the last part: a search takes longer the more parts there are."""


class AscendingKeys:
    """Keeps each key that is greater than all earlier ones, with its line: 16 bytes a key."""

    def __init__(self) -> None:
        self._greatest = np.zeros(1, np.uint64)
        self._parts: list[tuple[Words, Lines]] = []
        """Sorted keys and their lines; the keys of each part are greater than the one before's."""

    def add(self, keys: Words, lines: Lines) -> Mask:
        """Return an array (n,) that is True for each key that is greater than all keys given before
        it. These are kept."""
        if not len(keys):
            return np.empty(0, np.bool_)
        greatest = np.maximum.accumulate(np.concatenate((self._greatest, keys)))
        new: Mask = keys > greatest[:-1]
        self._greatest = greatest[-1:].copy()
        self._append(keys[new], lines[new])
        return new

    def find(self, keys: Words) -> Lines:
        """Return an array (n,) with the line of each key, or 0."""
        found = np.zeros(len(keys), np.int64)
        if not self._parts or not len(keys):
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

    def drain(self) -> Iterator[tuple[Words, Lines]]:
        """Yield all kept keys and their lines, a part at a time, each forgotten as it is
        returned."""
        while self._parts:
            yield self._parts.pop(0)

    def _append(self, keys: Words, lines: Lines) -> None:
        if not len(keys):
            return
        if self._parts and len(self._parts[-1][0]) < _SMALLEST_PART:
            last_keys, last_lines = self._parts.pop()
            keys, lines = np.concatenate((last_keys, keys)), np.concatenate((last_lines, lines))
        self._parts.append((keys, lines))
