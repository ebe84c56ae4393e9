"""Sorted runs: keys in order, each with the line that has it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.unique.blocks import Words

Lines = npt.NDArray[np.int64]


class Run(NamedTuple):
    """Three arrays (n,): the keys' first and second words, sorted by both; their lines, from 1.
    Each key occurs once."""

    first: Words
    second: Words
    lines: Lines

    @property
    def size(self) -> int:
        return len(self.first)

    def find(self, first: Words, second: Words) -> "Found":
        """Look for n keys by their words (n,) each."""
        at = self.first.searchsorted(first)
        rows = (self.first.take(at, mode="clip") == first).nonzero()[0]
        if not len(rows):
            return NOTHING
        at, second = at.take(rows), second.take(rows)
        # Two keys with the same first word are rarer than one in a million files.
        for each in np.flatnonzero(self.second.take(at) != second).tolist():
            at[each] = self._place(int(first[rows[each]]), int(second[each]))
        same = self.second.take(at, mode="clip") == second
        same &= self.first.take(at, mode="clip") == first.take(rows)
        return Found(rows[same], self.lines.take(at[same]))

    def find_one(self, first: int, second: int) -> int:
        """Return the line of a key, or 0."""
        at = self._place(first, second)
        if at == self.size or (self.first[at], self.second[at]) != (first, second):
            return 0
        return int(self.lines[at])

    def first_words(self) -> Iterator[Words]:
        """Yield the first words of all keys."""
        yield self.first

    def where(self, kept: npt.NDArray[np.bool_]) -> "Run":
        """Return the keys for which `kept` (n,) is True."""
        return self._each(lambda words: words[kept])

    def take(self, order: npt.NDArray[np.int64]) -> "Run":
        """Return the keys at these indices."""
        return self._each(lambda words: words.take(order))

    def part(self, start: int, end: int) -> "Run":
        """Return the keys from `start` to `end`, without a copy."""
        return self._each(lambda words: words[start:end])

    def _each(self, change: Callable[[Any], Any]) -> "Run":
        return Run(change(self.first), change(self.second), change(self.lines))

    def _place(self, first: int, second: int) -> int:
        """Return the index of the first key that does not sort before this one."""
        low = bisect_left(self.first.data, first)
        high = bisect_right(self.first.data, first, low)
        return bisect_left(self.second.data, second, low, high)


class Found(NamedTuple):
    """Those of n keys that are in a run."""

    rows: Lines
    """(m,) Their indexes among the n keys."""
    lines: Lines
    """(m,) Their lines."""


NOTHING: Final = Found(np.empty(0, np.int64), np.empty(0, np.int64))


def sort_order(first: Words, second: Words) -> npt.NDArray[np.int64]:
    """(n,): a stable permutation that sorts the keys (n,).

    The lowest bits of each first word make room for its index, because numpy sorts words several
    times faster than it finds the order of words. First words are evenly spread over their 64 bits,
    so the other bits leave next to nothing to compare.
    """
    bits = np.uint64(len(first).bit_length())
    index = (np.uint64(1) << bits) - np.uint64(1)
    words = first & ~index
    words |= np.arange(len(first), dtype=np.uint64)
    words.sort()
    order = (words & index).view(np.int64)
    words >>= bits
    return _break_ties(order, words, first, second)


def merged(runs: Sequence[Run]) -> Run:
    """Return one run of all keys; no two runs may have a key in common."""
    keys = Run(*map(np.concatenate, zip(*runs, strict=True)))
    return keys.take(sort_order(keys.first, keys.second))


def _break_ties(
    order: npt.NDArray[np.int64], sorted_by: Words, first: Words, second: Words
) -> npt.NDArray[np.int64]:
    """`order`, corrected where several keys have the same value in `sorted_by` (n,)."""
    same = sorted_by[1:] == sorted_by[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = order[tied]
        order[tied] = rows[np.lexsort((second[rows], first[rows]))]
    return order
