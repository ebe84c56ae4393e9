"""A run: keys in order, each with its line. What is common to those in memory and on disk."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Lines = npt.NDArray[np.int64]


class Run(NamedTuple):
    """Three arrays (n,): the keys' first and second words, in order of both; their lines, from 1.
    Each key once."""

    first: Words
    second: Words
    lines: Lines

    @property
    def size(self) -> int:
        return len(self.first)

    def find(self, first: Words, second: Words) -> Lines:
        """(n,): the line of each key (n,), or 0."""
        at = last_not_after(self.first, self.second, first, second)
        # Before the first key is -1, the last key: which is another one, or else not after.
        same = (self.first.take(at) == first) & (self.second.take(at) == second)
        return np.where(same, self.lines.take(at), 0)

    def find_one(self, first: int, second: int) -> int:
        """The line of a key, or 0."""
        at = last_not_after_one(self.first.data, self.second.data, first, second)
        if at < 0 or (self.first[at], self.second[at]) != (first, second):
            return 0
        return int(self.lines[at])

    def count_up_to(self, first: int, second: int) -> int:
        """Of the keys that are not after this one."""
        return last_not_after_one(self.first.data, self.second.data, first, second) + 1

    def before(self, other: "Run") -> "Run":
        """With the keys of another, all of which are after these."""
        return joined([self, other]) if self.size else other

    def every(self, step: int) -> "Run":
        """One of so many, the first of them first."""
        return self._each(lambda words: words[::step].copy())

    def where(self, kept: npt.NDArray[np.bool_]) -> "Run":
        """The keys whose place in `kept` (n,) is True."""
        return self._each(lambda words: words[kept])

    def take(self, order: npt.NDArray[np.int64]) -> "Run":
        """The keys at these places."""
        return self._each(lambda words: words.take(order))

    def part(self, start: int, end: int) -> "Run":
        return self._each(lambda words: words[start:end])

    def _each(self, change: Callable[[Any], Any]) -> "Run":
        return Run(change(self.first), change(self.second), change(self.lines))

    def close(self) -> None:
        """Nothing to do: memory goes by itself."""


def in_order(first: Words, second: Words) -> npt.NDArray[np.int64]:
    """(n,): a permutation that puts keys (n,) into order, the same ones in theirs.

    A first word is even over its 64 bits, so two passes of radix sort over half of them leave next
    to nothing to compare.
    """
    quarters = first.astype("<u8", copy=False).view("<u2").reshape(-1, 4)
    order = np.argsort(quarters[:, 2], kind="stable")
    order = order.take(np.argsort(quarters[:, 3].take(order), kind="stable"))
    halves = first.take(order) >> np.uint64(32)
    return _settle(order, halves, first, second)


def joined(runs: Sequence[Run]) -> Run:
    """The keys of each after those of the one before."""
    return Run(
        np.concatenate([run.first for run in runs]),
        np.concatenate([run.second for run in runs]),
        np.concatenate([run.lines for run in runs]),
    )


def merged(runs: Sequence[Run]) -> Run:
    """One run of all keys, of which no two are the same."""
    keys = joined(runs)
    # Timsort finds the runs and merges them.
    order = np.argsort(keys.first, kind="stable")
    return keys.take(_settle(order, keys.first.take(order), keys.first, keys.second))


def merged_in_parts(runs: Sequence[Run], parts: int) -> Iterator[Run]:
    """The same, some of its keys at a time: about as many in each part."""
    starts = [0 for _ in runs]
    for part in range(1, parts + 1):
        bound = np.uint64(2**64 * part // parts - 1)
        ends = [int(np.searchsorted(run.first, bound, "right")) for run in runs]
        places = zip(runs, starts, ends, strict=True)
        keys = merged([run.part(start, end) for run, start, end in places])
        if keys.size:
            yield keys
        starts = ends


def _settle(
    order: npt.NDArray[np.int64], sorted_by: Words, first: Words, second: Words
) -> npt.NDArray[np.int64]:
    """`order`, right where `sorted_by` (n,) is the same for several keys too."""
    same = sorted_by[1:] == sorted_by[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        rows = order[tied]
        order[tied] = rows[np.lexsort((second[rows], first[rows]))]
    return order


def last_not_after(
    first: Words, second: Words, wanted_first: Words, wanted_second: Words
) -> npt.NDArray[np.int64]:
    """(m,): among keys (n,) in order, the index of the last that is not after each of the wanted
    (m,); -1 where all are."""
    at = np.searchsorted(first, wanted_first, "right") - 1
    # Two keys with one first word are rarer than once in a million files.
    late = (first.take(at, mode="clip") == wanted_first) & (
        second.take(at, mode="clip") > wanted_second
    )
    for row in np.flatnonzero(late).tolist():
        low = int(np.searchsorted(first, wanted_first[row], "left"))
        same = second[low : at[row] + 1]
        at[row] = low - 1 + np.searchsorted(same, wanted_second[row], "right")
    return at


def last_not_after_one(first: Any, second: Any, wanted_first: int, wanted_second: int) -> int:
    """The same for one key, in sequences of numbers."""
    high = bisect_right(first, wanted_first)
    low = bisect_left(first, wanted_first, 0, high)
    return bisect_right(second, wanted_second, low, high) - 1
