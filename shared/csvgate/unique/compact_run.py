"""Compact runs: millions of keys in the fewest bytes that still allow a search."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from csvgate.unique.blocks import Words
from csvgate.unique.packed import PackedIntegers
from csvgate.unique.run import NOTHING, Found, Lines, Run, merged

_BUCKET_BITS: Final = 16
"""The highest bits of a first word, which tell the bucket of the key. They are not stored."""
_BUCKETS: Final = 1 << _BUCKET_BITS
_BELOW: Final = np.uint64(64 - _BUCKET_BITS)
"""The bits of a first word that are stored: 48, of which 32 are compared first."""
_STORED: Final = np.uint64((1 << 64 - _BUCKET_BITS) - 1)
_UPPER: Final = np.uint64(64 - _BUCKET_BITS - 32)
_MERGED_AT_ONCE: Final = 65_536
"""Keys whose arrays stay in the processor's cache while they are sorted."""
_BUCKETS_AT_ONCE: Final = 2048
_COMPARED_AT_ONCE: Final = 131_072
"""The most keys of buckets that are compared at a time, so that a search takes a few MB however
many keys it looks for."""


class CompactRun:
    """Keys in buckets, sorted by both words within each bucket; no key occurs twice.

    Of 2 million keys a bucket has 32. A key takes 17 bytes: 6 of its first word, 8 of its second,
    and 3 of the difference between its line and the first one, for up to 16 million lines (more
    beyond). The index of the buckets takes 256 KiB.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        """Take all keys of `runs`, which must not have a key in common."""
        self.size: Final = sum(run.size for run in runs)
        low = min(int(run.lines.min()) for run in runs)
        high = max(int(run.lines.max()) for run in runs)
        self._first: Final = PackedIntegers(self.size, 0, int(_STORED))
        self._second: Final = PackedIntegers(self.size, 0, 2**64 - 1)
        self._lines: Final = PackedIntegers(self.size, low, high)
        counts, start = np.zeros(_BUCKETS + 1, np.uint32), 0
        for part in _merged_parts(runs, self.size):
            self._first.put(start, part.first)
            self._second.put(start, part.second)
            self._lines.put(start, part.lines.view(np.uint64))
            buckets = (part.first >> _BELOW).view(np.int64)
            first, last = int(buckets[0]), int(buckets[-1])
            counts[first + 1 : last + 2] += np.bincount(buckets - first).astype(np.uint32)
            start += part.size
        self._starts: Final = np.cumsum(counts, dtype=np.uint32)
        """(65537,) The place where each bucket starts, and where the last one ends."""

    def find(self, first: Words, second: Words) -> Found:
        """Look for n keys by their words (n,) each."""
        buckets = (first >> _BELOW).view(np.int64)
        starts = self._starts.take(buckets).astype(np.int64)
        counts = self._starts.take(buckets + 1) - starts
        totals = counts.cumsum()
        if totals[-1] <= _COMPARED_AT_ONCE:
            return self._find(first, second, starts, counts, totals)
        found, done = [NOTHING], 0
        while done < len(first):
            before = int(totals[done - 1]) if done else 0
            end = int(totals.searchsorted(before + _COMPARED_AT_ONCE, "right"))
            some = slice(done, max(end, done + 1))
            part = self._find(
                first[some], second[some], starts[some], counts[some], totals[some] - before
            )
            found.append(Found(part.rows + done, part.lines))
            done = some.stop
        return Found(*map(np.concatenate, zip(*found, strict=True)))

    def find_one(self, first: int, second: int) -> int:
        """Return the line of a key, or 0."""
        bucket = first >> int(_BELOW)
        end = int(self._starts[bucket + 1])
        upper = first >> int(_UPPER) & 0xFFFFFFFF
        memory = self._first.planes[0].data
        low = bisect_left(memory, upper, int(self._starts[bucket]), end)
        places = range(low, bisect_right(memory, upper, low, end))
        wanted = first & int(_STORED), second
        at = bisect_left(places, wanted, key=self._words)
        if at < len(places) and self._words(places[at]) == wanted:
            return self._lines.one(places[at])
        return 0

    def first_words(self) -> Iterator[Words]:
        """Yield the first words of all keys in order, some at a time."""
        for start in range(0, _BUCKETS, _BUCKETS_AT_ONCE):
            starts = self._starts[start : start + _BUCKETS_AT_ONCE + 1].astype(np.int64)
            buckets = np.arange(start, start + _BUCKETS_AT_ONCE, dtype=np.uint64) << _BELOW
            words = np.repeat(buckets, np.diff(starts))
            yield words | self._first.take(slice(int(starts[0]), int(starts[-1])))

    def _find(
        self, first: Words, second: Words, starts: Lines, counts: Lines, totals: Lines
    ) -> Found:
        """`find`, which compares each key with all keys of its bucket: `counts` (n,) from `starts`
        (n,) on, `totals` (n,) in all up to this one."""
        rows = np.repeat(np.arange(len(first)), counts)
        at = np.arange(len(rows)) + np.repeat(starts - (totals - counts), counts)
        upper = (first >> _UPPER).astype(np.uint32)
        alike = (self._first.planes[0].take(at) == upper.take(rows)).nonzero()[0]
        if not len(alike):
            return NOTHING
        rows, at = rows.take(alike), at.take(alike)
        same = self._second.take(at) == second.take(rows)
        same &= self._first.take(at) == first.take(rows) & _STORED
        return Found(rows[same], self._lines.take(at[same]).view(np.int64))

    def _words(self, at: int) -> tuple[int, int]:
        """Return both words of the key at this place, the first one as far as it is stored."""
        return self._first.one(at), self._second.one(at)


def _merged_parts(runs: Sequence[Run], size: int) -> Iterator[Run]:
    """Yield all keys in order: the runs are divided by the highest bits of the first words, and
    merged part by part, so that few keys are in memory twice."""
    bits = (size // _MERGED_AT_ONCE).bit_length()
    bounds = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits)
    cuts = [[0, *np.searchsorted(run.first, bounds).tolist(), run.size] for run in runs]
    for part in range(1 << bits):
        pairs = zip(runs, cuts, strict=True)
        some = merged([run.part(cut[part], cut[part + 1]) for run, cut in pairs])
        if some.size:
            yield some
