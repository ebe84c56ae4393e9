"""Which keys a file has had, and on which line: in bulk, in compact arrays.

Most keys are new, and a Bloom filter says so: they cost a sort of their batch and one visit to the
filter. Only keys that the filter may have seen are searched for in the sorted runs.

Memory: a key takes 17 bytes in a compact run (`compact_run`), and the latest 2 million take 24 in
sorted runs. These are in memory twice while they become a compact run. The filter has 4 to 16 bytes
a key up to 33 million keys, but not more than 128 MiB; beyond, it has 2 to 4. So 48 million keys
take 0.99 GB at most: 816 MB for themselves, 6 MB for the indexes of the buckets, 134 MB for the
filter, and 36 MB more while the latest keys are in memory twice. Keys in ascending order take 11
bytes and have no filter (`ascending`).
"""

from typing import Final

import numpy as np

from csvgate.unique.blocks import Hashes
from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.run import Lines, Run, sort_order
from csvgate.unique.runs import Runs

_FIRST_FILTER: Final = 524_288
"""Bytes of the first filter."""
_LARGE_FILTER: Final = 134_217_728
"""Bytes of a filter (128 MiB) up to which it grows to four times its size when it has fewer than
_ROOMY bytes a key. All keys are added again each time. From there on it grows to twice its size,
when it has fewer than _TIGHT bytes a key."""
_ROOMY, _TIGHT = 4, 2
_SINGLES: Final = 32_768
"""Keys claimed one by one that are gathered in a dictionary before they become a run."""
_REPEATED: Final = 4096
"""Repeated keys claimed one by one that are remembered, because a search costs much more."""


class KeyIndex:
    """Keys by their 128-bit hashes (`KeyedHash`), with the line that claimed each first.

    For use by one thread.
    """

    def __init__(self) -> None:
        self._filter_bytes = _FIRST_FILTER
        self._filter = KeyFilter(self._filter_bytes)
        self._size = 0
        self._runs: Final = Runs()
        self._singles: dict[int, int] = {}
        self._repeated: dict[int, int] = {}

    def claim(self, hashes: Hashes, lines: Lines) -> Lines:
        """`hashes` (n, 2), `lines` (n,) from 1; returns (n,). For each key in turn: 0 if the key
        belongs to this line, now or already; otherwise the line to which it belongs."""
        found = np.zeros(len(lines), np.int64)
        if not len(lines):
            return found
        self._add_singles()
        first, second = np.ascontiguousarray(hashes[:, 0]), np.ascontiguousarray(hashes[:, 1])
        order = sort_order(first, second)
        keys = Run(first, second, lines.astype(np.int64, copy=False)).take(order)
        follows = keys.first[1:] == keys.first[:-1]
        if follows.any():
            follows &= keys.second[1:] == keys.second[:-1]
            leads = np.append(True, ~follows)
            owners = self._claim_sorted(keys.where(leads)).take(np.cumsum(leads) - 1)
        else:
            owners = self._claim_sorted(keys)
        late = np.flatnonzero(owners != keys.lines)
        found[order.take(late)] = owners.take(late)
        return found

    def claim_one(self, first: int, second: int, line: int) -> int:
        """`claim` for one key."""
        key = first << 64 | second
        owner = self._singles.get(key) or self._repeated.get(key)
        if owner is None and self._filter.may_have_one(first):
            owner = self._runs.find_one(first, second) or None
            if owner is not None:
                if len(self._repeated) >= _REPEATED:
                    self._repeated.clear()
                self._repeated[key] = owner
        if owner is not None:
            return 0 if owner == line else owner
        self._filter.add_one(first)
        self._singles[key] = line
        if len(self._singles) >= _SINGLES:
            self._add_singles()
        return 0

    def _claim_sorted(self, keys: Run) -> Lines:
        """(n,): the line to which each key belongs now. No key occurs twice."""
        owners = keys.lines
        maybe = np.flatnonzero(self._filter.add(keys.first))
        if len(maybe):
            found = self._runs.find(keys.first.take(maybe), keys.second.take(maybe))
            if len(found.rows):
                known, owners = maybe.take(found.rows), owners.copy()
                owners[known] = found.lines
                new = np.ones(keys.size, np.bool_)
                new[known] = False
                keys = keys.where(new)
        if keys.size:
            self._add(keys)
        return owners

    def _add_singles(self) -> None:
        if not self._singles:
            return
        pairs = b"".join(key.to_bytes(16, "big") for key in self._singles)
        words = np.frombuffer(pairs, ">u8").astype(np.uint64).reshape(-1, 2)
        lines = np.fromiter(self._singles.values(), np.int64, len(self._singles))
        keys = Run(words[:, 0].copy(), words[:, 1].copy(), lines)
        self._singles = {}
        self._add(keys.take(sort_order(keys.first, keys.second)))

    def _add(self, keys: Run) -> None:
        """Add keys that the filter has already."""
        self._runs.add(keys)
        self._size += keys.size
        size = self._filter_bytes
        while self._size > size // (_ROOMY if size < _LARGE_FILTER else _TIGHT):
            size *= 4 if size < _LARGE_FILTER else 2
        if size > self._filter_bytes:
            # The memory of the old filter is free before the new one takes its own.
            del self._filter
            self._filter, self._filter_bytes = KeyFilter(size), size
            for words in self._runs.first_words():
                self._filter.add(words)
