"""Which keys a file has had, and on which line: in bulk, and in bounded memory.

Most keys are new, and a Bloom filter says so: they cost a sort of their batch and one visit to the
filter. Only what the filter seems to know is looked for, in sorted runs; in memory, and beyond a
number of keys on disk.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from csvgate.unique.bloom_filter import KeyFilter
from csvgate.unique.disk_run import DiskRun, merged_on_disk
from csvgate.unique.mixing import Hashes
from csvgate.unique.run import Lines, Run, Words, in_order, merged, merged_in_parts
from csvgate.unique.tiers import Searchable, Tiers

_FILTER_BYTES: Final = 2
"""A key, while all are in memory."""
_LARGE_FILTER_BYTES: Final = 64
"""For each key that may be in memory, once more are on disk: 64 MiB for a million, with which 40
million on disk are seldom looked for in vain, and 400 million still found."""
_MOST_MERGED: Final = 8_400_000
"""Keys: what merging takes on disk for a while is 200 MB at most."""
_SPILLED_IN: Final = 16
"""Parts, so that what is spilled is not in memory twice."""
_SINGLES: Final = 32_768
_REMEMBERED: Final = 4096


class KeyIndex:
    """Keys by their hashes (`key_hash`), with the line that claimed each first.

    Memory: about 110 MB with a million keys in it, however many there are in all. Disk: 24 bytes a
    key and 200 MB, in unnamed temporary files (`key_disk`). On Cloud Run that disk is the
    instance's memory unless TMPDIR is on a mounted volume: there the limit of keys is what the
    instance has left, about 35 million keys a GiB.

    OSError, when the disk is full or fails, loses nothing: the same claims may be made again.
    For one thread.
    """

    def __init__(self, most: int = 1_000_000) -> None:
        """`most` keys in memory, and then what the last batch brings."""
        self._most: Final = max(1, most)
        self._filter = KeyFilter(_FILTER_BYTES * self._most)
        self._memory: Final = Tiers(merged, self._most)
        self._disk: Final = Tiers(merged_on_disk, _MOST_MERGED)
        self._singles: dict[int, int] = {}
        self._repeated: dict[int, int] = {}

    def claim(self, hashes: Hashes, lines: Lines) -> Lines:
        """`hashes` (n, 2), `lines` (n,) from 1; gives (n,). In their order, for each key: 0 when it
        is this line's, now or already; otherwise the line that has it."""
        if not len(lines):
            return np.empty(0, np.int64)
        self._keep_singles()
        first, second = np.ascontiguousarray(hashes[:, 0]), np.ascontiguousarray(hashes[:, 1])
        order = in_order(first, second)
        keys = Run(first, second, lines.astype(np.int64, copy=False)).take(order)
        leads = np.append(True, keys.first[1:] != keys.first[:-1])
        leads[1:] |= keys.second[1:] != keys.second[:-1]
        owners = self._claim_in_order(keys if leads.all() else keys.where(leads))
        owners = owners if len(owners) == len(leads) else owners.take(np.cumsum(leads) - 1)
        found = np.empty(len(lines), np.int64)
        found[order] = np.where(owners == keys.lines, 0, owners)
        self._spill()
        return found

    def claim_one(self, first: int, second: int, line: int) -> int:
        """`claim` for one key."""
        key = first << 64 | second
        owner = self._singles.get(key) or self._repeated.get(key)
        if owner is None and self._filter.may_have_one(first):
            owner = self._find_one(first, second)
            if owner is not None:
                if len(self._repeated) >= _REMEMBERED:
                    self._repeated.clear()
                self._repeated[key] = owner
        if owner is not None:
            return 0 if owner == line else owner
        self._filter.add_one(first)
        self._singles[key] = line
        if len(self._singles) >= min(self._most, _SINGLES):
            self._keep_singles()
            self._spill()
        return 0

    def close(self) -> None:
        """Free its memory and its disk."""
        self._memory.clear()
        self._disk.clear()
        self._singles, self._repeated, self._filter = {}, {}, KeyFilter(0)

    def _claim_in_order(self, keys: Run) -> Lines:
        """(n,): the line that has each key now. No key comes twice."""
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
            self._filter.add(keys.first)
            self._memory.add(keys)
        return owners

    def _runs(self) -> Iterator[Searchable]:
        yield from self._memory
        yield from self._disk

    def _find(self, first: Words, second: Words) -> Lines:
        """(n,): the line of each key (n,), or 0. The keys are in order."""
        found = np.zeros(len(first), np.int64)
        missing = np.arange(len(first))
        for run in self._runs():
            lines = run.find(first.take(missing), second.take(missing))
            found[missing] = lines
            missing = missing[lines == 0]
            if not len(missing):
                break
        return found

    def _find_one(self, first: int, second: int) -> int | None:
        for run in self._runs():
            if line := run.find_one(first, second):
                return line
        return None

    def _keep_singles(self) -> None:
        if not self._singles:
            return
        pairs = b"".join(key.to_bytes(16, "big") for key in self._singles)
        words = np.frombuffer(pairs, ">u8").astype(np.uint64).reshape(-1, 2)
        lines = np.fromiter(self._singles.values(), np.int64, len(self._singles))
        keys = Run(words[:, 0].copy(), words[:, 1].copy(), lines)
        self._memory.add(keys.take(in_order(keys.first, keys.second)))
        self._singles = {}

    def _spill(self) -> None:
        """Moves to disk what is in memory, when it is too much."""
        self._memory.tidy()
        if self._memory.size <= self._most:
            return
        on_disk = DiskRun(merged_in_parts(list(self._memory), _SPILLED_IN))
        if not self._disk.size:
            self._filter = KeyFilter(_LARGE_FILTER_BYTES * self._most)
            for run in self._memory:
                self._filter.add(run.first)
        self._disk.add(on_disk)
        self._memory.clear()
        self._disk.tidy()
