"""Ascending keys: a key greater than all before it cannot have occurred before."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.unique.blocks import Words
from csvgate.unique.packed import PackedIntegers, kept
from csvgate.unique.run import Lines

Mask = npt.NDArray[np.bool_]

_SMALLEST_PART: Final = 131_072
"""Keys of a part, except for the latest: a search takes longer the more parts there are."""


class _Part(NamedTuple):
    """n sorted keys and their lines."""

    keys: Words
    packed: PackedIntegers | Lines

    def lines(self, at: "npt.NDArray[np.int64] | slice") -> Lines:
        """(m,) The lines of the keys at these places."""
        if isinstance(self.packed, PackedIntegers):
            return self.packed.take(at).view(np.int64)
        return self.packed[at]


class AscendingKeys:
    """Keeps each key that is greater than all earlier ones, with its line: 11 bytes a key, if the
    lines of a part are no more than 16 million apart. The latest 131,072 keys take 16."""

    def __init__(self) -> None:
        self._greatest = np.zeros(1, np.uint64)
        self._parts: list[_Part] = []
        """The keys of each part are greater than those of the part before."""
        self._packed = 0
        """The number of parts that are packed."""
        self._unpacked_keys = 0
        """The keys of the other parts."""

    def add(self, keys: Words, lines: Lines) -> Mask:
        """Return an array (n,) that is True for each key that is greater than all keys given before
        it. These are kept, and the arrays with them."""
        if not len(keys):
            return np.empty(0, np.bool_)
        new = np.concatenate((keys[:1] > self._greatest, keys[1:] > keys[:-1]))
        if not new.all():
            greatest = np.maximum.accumulate(np.concatenate((self._greatest, keys)))
            new = keys > greatest[:-1]
            keys, lines = keys[new], lines[new]
        if len(keys):
            self._greatest = keys[-1:].copy()
            self._append(_Part(keys, lines))
        return new

    def find(self, keys: Words) -> Lines:
        """Return an array (n,) with the line of each key, or 0."""
        found = np.zeros(len(keys), np.int64)
        if not self._parts or not len(keys):
            return found
        firsts = np.array([part.keys[0] for part in self._parts], np.uint64)
        which = np.searchsorted(firsts, keys, side="right") - 1
        for number in np.unique(which[which >= 0]).tolist():
            part = self._parts[number]
            here = np.flatnonzero(which == number)
            at = np.searchsorted(part.keys, keys[here])
            same = part.keys.take(at, mode="clip") == keys[here]
            found[here[same]] = part.lines(at[same])
        return found

    def drain(self) -> Iterator[tuple[Words, Lines]]:
        """Yield all kept keys and their lines, a part at a time, each forgotten as it is
        returned."""
        self._packed = self._unpacked_keys = 0
        while self._parts:
            part = self._parts.pop(0)
            yield part.keys, part.lines(slice(None))

    def _append(self, part: _Part) -> None:
        self._parts.append(part)
        self._unpacked_keys += len(part.keys)
        if self._unpacked_keys >= _SMALLEST_PART:
            latest = self._parts[self._packed :]
            self._parts[self._packed :] = [_pack(latest, self._unpacked_keys)]
            self._packed, self._unpacked_keys = self._packed + 1, 0


def _pack(parts: list[_Part], size: int) -> _Part:
    lines = [each.lines(slice(None)) for each in parts]
    low, high = min(int(each.min()) for each in lines), max(int(each.max()) for each in lines)
    keys, packed = kept(size, np.uint64), PackedIntegers(size, low, high)
    np.concatenate([each.keys for each in parts], out=keys)
    packed.put(0, np.concatenate(lines).view(np.uint64))
    return _Part(keys, packed)
