"""Sorted runs: keys in order, each with the line that has it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

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

    def find(self, first: Words, second: Words) -> Lines:
        """(n,): the line of each key (n,), or 0."""
        found = np.zeros(len(first), np.int64)
        # -1, before the first key, takes the last key, whose first word is greater.
        at = np.searchsorted(self.first, first, "right") - 1
        alike = np.flatnonzero(self.first.take(at) == first)
        if len(alike):
            at, second = at.take(alike), second.take(alike)
            # Two keys with the same first word are rarer than one in a million files.
            for row in np.flatnonzero(self.second.take(at) > second).tolist():
                at[row] = self._last_not_after(int(first[alike[row]]), int(second[row]))
            same = self.second.take(at) == second
            same &= self.first.take(at) == first.take(alike)
            found[alike] = np.where(same, self.lines.take(at), 0)
        return found

    def find_one(self, first: int, second: int) -> int:
        """Return the line of a key, or 0."""
        at = self._last_not_after(first, second)
        if at < 0 or (self.first[at], self.second[at]) != (first, second):
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

    def _last_not_after(self, first: int, second: int) -> int:
        """Return the index of the last key that does not sort after this one; -1 if all do."""
        high = bisect_right(self.first.data, first)
        low = bisect_left(self.first.data, first, 0, high)
        return bisect_right(self.second.data, second, low, high) - 1


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
