"""A run on disk, of which memory has every 128th key only.

In a temporary file without a name, in the directory that `tempfile` chooses (TMPDIR): closing it,
or the end of the process however it comes, frees the disk. 24 bytes a key, in blocks of 128 first
words, 128 second words, 128 lines.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import Final

import numpy as np

from csvgate.unique.run import Lines, Run, Words, joined, last_not_after, last_not_after_one, merged

BLOCK: Final = 128
_BLOCK_BYTES: Final = 3 * 8 * BLOCK
_ASKED_AT_ONCE: Final = 1024
"""Keys looked for at a time: at most so many blocks are in memory, and as many between them."""
_MERGED_AT_ONCE: Final = 128
"""Blocks of each run."""
_NONE: Final = Run(np.empty(0, np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64))


class DiskRun:
    """Looks like a `Run`. OSError when the disk fails."""

    def __init__(self, parts: Iterable[Run]) -> None:
        """Writes `parts`, whose keys follow one another. OSError when the disk is full."""
        self._file: Final = TemporaryFile(prefix="csvgate-keys-", buffering=0)  # noqa: SIM115
        self.size = 0
        try:
            self._leads: Final = joined([self._append(blocks) for blocks in _in_blocks(parts)])
        except BaseException:
            self._file.close()
            raise

    def _append(self, run: Run) -> Run:
        """Whole blocks, but for the last, which repeats its last key to the end. Gives the first
        key of each block."""
        self.size += run.size
        lack = -run.size % BLOCK
        blocks = np.empty(((run.size + lack) // BLOCK, 3, BLOCK), np.uint64)
        full = joined([run, *[run.part(run.size - 1, run.size)] * lack])
        blocks[:, 0] = full.first.reshape(-1, BLOCK)
        blocks[:, 1] = full.second.reshape(-1, BLOCK)
        blocks[:, 2] = full.lines.view(np.uint64).reshape(-1, BLOCK)
        rest = blocks.data.cast("B")
        while rest:
            rest = rest[self._file.write(rest) :]
        return run.every(BLOCK)

    def find(self, first: Words, second: Words) -> Lines:
        """(n,): the line of each key (n,), or 0. The keys are in order."""
        found = np.zeros(len(first), np.int64)
        at = last_not_after(self._leads.first, self._leads.second, first, second)
        np.maximum(at, 0, out=at)
        for start in range(0, len(first), _ASKED_AT_ONCE):
            some = slice(start, start + _ASKED_AT_ONCE)
            found[some] = self._around(at[some]).find(first[some], second[some])
        return found

    def _around(self, at: Lines) -> Run:
        """The keys of these blocks, whose numbers are in order and may repeat; and of lone ones
        between them, which are cheaper to read than to skip."""
        ends = np.flatnonzero(np.diff(at) > 2)
        starts = at[np.append(0, ends + 1)].tolist()
        stops = (at[np.append(ends, len(at) - 1)] + 1).tolist()
        blocks = np.empty((sum(stops) - sum(starts), 3, BLOCK), np.uint64)
        filled = 0
        for start, stop in zip(starts, stops, strict=True):
            self._read(start, blocks[filled : filled + stop - start])
            filled += stop - start
        return _as_run(blocks)

    def find_one(self, first: int, second: int) -> int:
        """The line of a key, or 0."""
        leads = self._leads
        at = last_not_after_one(leads.first.data, leads.second.data, first, second)
        if at < 0:
            return 0
        block = np.empty((1, 3, BLOCK), np.uint64)
        self._read(at, block)
        return _as_run(block).find_one(first, second)

    def keys(self, block: int, count: int) -> Run:
        """Those of `count` blocks, fewer at the end."""
        count = min(count, self._leads.size - block)
        blocks = np.empty((count, 3, BLOCK), np.uint64)
        self._read(block, blocks)
        return _as_run(blocks).part(0, self.size - block * BLOCK)

    def _read(self, block: int, into: Words) -> None:
        rest, at = into.data.cast("B"), block * _BLOCK_BYTES
        while rest:
            count = os.preadv(self._file.fileno(), [rest], at)
            if not count:
                raise OSError("the temporary file of the keys has lost its end")
            rest, at = rest[count:], at + count

    def close(self) -> None:
        self._file.close()


def merged_on_disk(runs: Sequence[DiskRun]) -> DiskRun:
    """One run of all keys, of which no two are the same."""
    return DiskRun(_together(runs))


def _together(runs: Sequence[DiskRun]) -> Iterator[Run]:
    held = [_NONE for _ in runs]
    following = [0 for _ in runs]
    while True:
        for index, run in enumerate(runs):
            # Topped up early, so that no step is of the few keys that one of them had left.
            unread = following[index] * BLOCK < run.size
            if unread and held[index].size <= _MERGED_AT_ONCE * BLOCK // 2:
                held[index] = held[index].before(run.keys(following[index], _MERGED_AT_ONCE))
                following[index] += _MERGED_AT_ONCE
        more = [
            keys
            for keys, run, block in zip(held, runs, following, strict=True)
            if block * BLOCK < run.size
        ]
        if not more:
            yield merged(held)
            return
        # What is not after the first of these ends has all been read.
        limit = min((int(keys.first[-1]), int(keys.second[-1])) for keys in more)
        ends = [keys.count_up_to(*limit) for keys in held]
        yield merged([keys.part(0, end) for keys, end in zip(held, ends, strict=True)])
        held = [keys.part(end, keys.size) for keys, end in zip(held, ends, strict=True)]


def _in_blocks(parts: Iterable[Run]) -> Iterator[Run]:
    """The same keys in other parts: whole blocks, but for the last."""
    held = _NONE
    for part in parts:
        held = held.before(part)
        whole = held.size - held.size % BLOCK
        if whole:
            yield held.part(0, whole)
            held = held.part(whole, held.size)
    if held.size:
        yield held


def _as_run(blocks: Words) -> Run:
    first, second, lines = (blocks[:, column].reshape(-1) for column in range(3))
    return Run(first, second, lines.view(np.int64))
