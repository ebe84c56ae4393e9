"""Which keys a file has had, and on which line: in bulk, in compact arrays.

Most keys are new, and a Bloom filter says so: they cost a sort of their batch and one visit to the
filter. Only keys that the filter may have seen are searched for in the sorted runs.
"""

from typing import Final

import numpy as np

from csvgate.unique.blocks import Hashes, Words
from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.run import Lines, Run, Runs, sort_order

_FILTER_BYTES: Final = 2
"""A key, when the filter is full; a filter that was just enlarged has twice as many."""
_FIRST_FILTER: Final = 131_072
"""Keys for which the first filter has room."""
_SINGLES: Final = 32_768
"""Keys claimed one by one that are gathered in a dictionary before they become a run."""
_REPEATED: Final = 4096
"""Repeated keys claimed one by one that are remembered, because a search costs much more."""


class KeyIndex:
    """Keys by their 128-bit hashes (`KeyedHash`), with the line that claimed each first.

    Memory: 24 bytes a key, 2 to 4 bytes a key for the filter, and up to 120 MB while runs are
    merged. For use by one thread.
    """

    def __init__(self) -> None:
        self._filter_capacity = _FIRST_FILTER
        self._filter = KeyFilter(_FILTER_BYTES * self._filter_capacity)
        self._size = 0
        self._runs: Final = Runs()
        self._singles: dict[int, int] = {}
        self._repeated: dict[int, int] = {}

    def claim(self, hashes: Hashes, lines: Lines) -> Lines:
        """`hashes` (n, 2), `lines` (n,) from 1; returns (n,). For each key in turn: 0 if the key
        belongs to this line, now or already; otherwise the line to which it belongs."""
        if not len(lines):
            return np.empty(0, np.int64)
        self._add_singles()
        first, second = np.ascontiguousarray(hashes[:, 0]), np.ascontiguousarray(hashes[:, 1])
        order = sort_order(first, second)
        keys = Run(first, second, lines.astype(np.int64, copy=False)).take(order)
        leads = np.append(True, keys.first[1:] != keys.first[:-1])
        leads[1:] |= keys.second[1:] != keys.second[:-1]
        owners = self._claim_sorted(keys if leads.all() else keys.where(leads))
        owners = owners if len(owners) == len(leads) else owners.take(np.cumsum(leads) - 1)
        found = np.empty(len(lines), np.int64)
        found[order] = np.where(owners == keys.lines, 0, owners)
        return found

    def claim_one(self, first: int, second: int, line: int) -> int:
        """`claim` for one key."""
        key = first << 64 | second
        owner = self._singles.get(key) or self._repeated.get(key)
        if owner is None and self._filter.may_have_one(first):
            owner = self._find_one(first, second)
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
        owners = keys.lines.copy()
        maybe = np.flatnonzero(self._filter.may_have(keys.first))
        if len(maybe):
            found = self._find(keys.first.take(maybe), keys.second.take(maybe))
            known = maybe[found > 0]
            owners[known] = found[found > 0]
            if len(known):
                new = np.ones(keys.size, np.bool_)
                new[known] = False
                keys = keys.where(new)
        if keys.size:
            self._add(keys)
        return owners

    def _find(self, first: Words, second: Words) -> Lines:
        """(n,): the line of each key (n,), or 0. The keys are sorted."""
        found = np.zeros(len(first), np.int64)
        missing = np.arange(len(first))
        for run in self._runs:
            lines = run.find(first.take(missing), second.take(missing))
            found[missing] = lines
            missing = missing[lines == 0]
            if not len(missing):
                break
        return found

    def _find_one(self, first: int, second: int) -> int | None:
        for run in self._runs:
            if line := run.find_one(first, second):
                return line
        return None

    def _add_singles(self) -> None:
        if not self._singles:
            return
        pairs = b"".join(key.to_bytes(16, "big") for key in self._singles)
        words = np.frombuffer(pairs, ">u8").astype(np.uint64).reshape(-1, 2)
        lines = np.fromiter(self._singles.values(), np.int64, len(self._singles))
        keys = Run(words[:, 0].copy(), words[:, 1].copy(), lines)
        self._add(keys.take(sort_order(keys.first, keys.second)))
        self._singles = {}

    def _add(self, keys: Run) -> None:
        self._runs.add(keys)
        self._size += keys.size
        if self._size <= self._filter_capacity:
            self._filter.add(keys.first)
            return
        while self._size > self._filter_capacity:
            self._filter_capacity *= 2
        self._filter = KeyFilter(_FILTER_BYTES * self._filter_capacity)
        for run in self._runs:
            self._filter.add(run.first)
