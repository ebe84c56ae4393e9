"""All keys of an index: the latest in sorted runs, the others in compact ones."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from csvgate.unique.blocks import Words
from csvgate.unique.compact_run import CompactRun
from csvgate.unique.run import NOTHING, Found, Run, merged

_COMPACT_KEYS: Final = 2_097_152
"""Keys of a compact run, or up to a block's keys more. While one is made, its keys are in memory
twice (90 MB); if it had fewer keys, there would be more runs to search."""
_FAN: Final = 64
"""The runs of a tier that are merged. A block has about 30,000 rows, so about as many blocks become
a compact run."""


class Runs:
    """The runs have no key in common.

    When a tier has `_FAN` runs, they are merged into one run of the next tier, so that small blocks
    do not make many runs. When all of them have `_COMPACT_KEYS`, they become a compact run.
    """

    def __init__(self) -> None:
        self._compact: Final[list[CompactRun]] = []
        self._tiers: list[list[Run]] = []
        self._size = 0
        """The keys in tiers."""

    def __iter__(self) -> Iterator[CompactRun | Run]:
        """Yield the runs, the largest first."""
        yield from self._compact
        for tier in reversed(self._tiers):
            yield from tier

    def add(self, run: Run) -> None:
        """Add a run of at least one key."""
        self._size += run.size
        if self._size >= _COMPACT_KEYS:
            runs = [run]
            for tier in self._tiers:
                runs += tier
            self._compact.append(CompactRun(runs))
            self._tiers, self._size = [], 0
            return
        for tier in self._tiers:
            tier.append(run)
            if len(tier) < _FAN:
                return
            run = merged(tier)
            tier.clear()
        self._tiers.append([run])

    def find(self, first: Words, second: Words) -> Found:
        """Look for n keys by their words (n,) each."""
        rows, found = np.arange(len(first)), [NOTHING]
        for run in self:
            some = run.find(first, second)
            if len(some.rows):
                found.append(Found(rows.take(some.rows), some.lines))
                if len(some.rows) == len(rows):
                    break
                missing = np.ones(len(rows), np.bool_)
                missing[some.rows] = False
                rows, first, second = rows[missing], first[missing], second[missing]
        return Found(*map(np.concatenate, zip(*found, strict=True)))

    def find_one(self, first: int, second: int) -> int:
        """Return the line of a key, or 0."""
        return next((line for run in self if (line := run.find_one(first, second))), 0)

    def first_words(self) -> Iterator[Words]:
        """Yield the first words of all keys, some at a time."""
        for run in self:
            yield from run.first_words()
