"""Sorted runs: keys in order, each with the line that has it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.unique.blocks import Words

Lines = npt.NDArray[np.int64]

FAN: Final = 8
"""Runs that are merged at a time."""
_MOST_MERGED: Final = 2_000_000
"""The most keys of a merged run. A merge takes up to 60 bytes a key beside its runs, so 120 MB;
larger runs would save little, because the filter of `KeyIndex` answers for most new keys."""


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
        at = np.searchsorted(self.first, first, "right") - 1
        # Two keys with the same first word are rarer than one in a million files.
        late = np.flatnonzero(
            (self.first.take(at, mode="clip") == first)
            & (self.second.take(at, mode="clip") > second)
        )
        for row in late.tolist():
            at[row] = self._last_not_after(int(first[row]), int(second[row]))
        # -1, before the first key, takes the last key: a different one, or else not after.
        same = (self.first.take(at) == first) & (self.second.take(at) == second)
        return np.where(same, self.lines.take(at), 0)

    def find_one(self, first: int, second: int) -> int:
        """Return the line of a key, or 0."""
        at = self._last_not_after(first, second)
        if at < 0 or (self.first[at], self.second[at]) != (first, second):
            return 0
        return int(self.lines[at])

    def where(self, kept: npt.NDArray[np.bool_]) -> "Run":
        """Return the keys for which `kept` (n,) is True."""
        return self._each(lambda words: words[kept])

    def take(self, order: npt.NDArray[np.int64]) -> "Run":
        """Return the keys at these indices."""
        return self._each(lambda words: words.take(order))

    def _each(self, change: Callable[[Any], Any]) -> "Run":
        return Run(change(self.first), change(self.second), change(self.lines))

    def _last_not_after(self, first: int, second: int) -> int:
        """Return the index of the last key that does not sort after this one; -1 if all do."""
        high = bisect_right(self.first.data, first)
        low = bisect_left(self.first.data, first, 0, high)
        return bisect_right(self.second.data, second, low, high) - 1


class Runs:
    """Few runs for many keys: eight runs of one tier are merged into one of the next.

    The runs have no key in common.
    """

    def __init__(self) -> None:
        self._tiers: list[list[Run]] = [[]]

    def __iter__(self) -> Iterator[Run]:
        """Yield the runs, the largest first."""
        for tier in reversed(self._tiers):
            yield from tier

    def add(self, run: Run) -> None:
        self._tiers[0].append(run)
        for index, tier in enumerate(self._tiers):
            if len(tier) < FAN or sum(each.size for each in tier) > _MOST_MERGED:
                break
            if index + 1 == len(self._tiers):
                self._tiers.append([])
            self._tiers[index + 1].append(merged(tier))
            tier.clear()


def sort_order(first: Words, second: Words) -> npt.NDArray[np.int64]:
    """(n,): a stable permutation that sorts the keys (n,).

    First words are evenly spread over their 64 bits, so two passes of radix sort over the upper
    half leave next to nothing to compare.
    """
    quarters = first.astype("<u8", copy=False).view("<u2").reshape(-1, 4)
    order = np.argsort(quarters[:, 2], kind="stable")
    order = order.take(np.argsort(quarters[:, 3].take(order), kind="stable"))
    halves = first.take(order) >> np.uint64(32)
    return _break_ties(order, halves, first, second)


def merged(runs: Sequence[Run]) -> Run:
    """Return one run of all keys; no two runs may have a key in common."""
    first = np.concatenate([run.first for run in runs])
    second = np.concatenate([run.second for run in runs])
    # Timsort finds the runs and merges them.
    order = np.argsort(first, kind="stable")
    order = _break_ties(order, first.take(order), first, second)
    lines = np.concatenate([run.lines for run in runs])
    return Run(first.take(order), second.take(order), lines.take(order))


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
