"""The records of a block: those that parity finds, and those that only the `Framer` can read."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.engine.framing import MAX_RECORD_BYTES, Framer, Record
from csvgate.engine.quoting import Grammar
from csvgate.engine.vector.blocks import Block
from csvgate.engine.vector.frames import Index

Ints = npt.NDArray[np.int64]
_LF: Final = 10
_CR: Final = 13


class Framed(NamedTuple):
    """The records of a block, in order; n of them."""

    data: bytes
    starts: Ints
    """(n,) Their first bytes; not of those that are `read`."""
    ends: Ints
    """(n,) Past their terminators; not of those that are `read`."""
    lines: Ints
    """(n,) Their first physical lines."""
    sizes: Ints
    """(n,) In bytes, for the cutting of batches."""
    read: dict[int, Record]
    """By their index, the records that the `Framer` had to read."""
    ranges: list[tuple[int, int]]
    """Of bytes: together all the other records, and blank lines."""
    used: int
    """Bytes of the block up to the end of its last record; the next block starts with the rest."""
    next_line: int


class BlockFramer:
    def __init__(self, grammar: Grammar, limit: int = MAX_RECORD_BYTES) -> None:
        self._grammar: Final = grammar
        self._limit: Final = limit

    def frame(self, block: Block, line: int) -> Framed:
        """The block begins at a record's start, on that physical line."""
        return _Walk(block, line, self._grammar, self._limit).framed()


class _Walk:
    """Through one block, from stray quote to stray quote."""

    def __init__(self, block: Block, line: int, grammar: Grammar, limit: int) -> None:
        self._block: Final = block
        self._line: Final = line
        self._grammar: Final = grammar
        self._limit: Final = limit
        self._index: Final = Index(block.data, grammar.delimiter, grammar.quote)
        self._starts: list[Ints] = []
        self._ends: list[Ints] = []
        self._lines: list[Ints] = []
        self._count = 0
        self._read: dict[int, Record] = {}
        self._ranges: list[tuple[int, int]] = []

    def framed(self) -> Framed:
        at, size = 0, len(self._block.data)
        while at < size:
            start, reached = at, self._sound(at)
            if reached > start:
                self._ranges.append((start, reached))
            at = reached
            if at < size:
                at = self._one(at)
                if at < 0:
                    at = reached
                    break
        return self._result(at)

    def _sound(self, start: int) -> int:
        """Takes the records from there up to the first that is not sound; gives where it starts."""
        data, index = self._block.data, self._index
        parity = index.parity(start)
        stop = index.first_odd(parity, start)
        ends, counts = index.ends(parity, start, stop)
        whole = stop == len(data) and self._block.last and index.parity(stop) == parity
        if whole and (not len(ends) or ends[-1] < stop):
            # The last record may have no terminator.
            ends, counts = np.append(ends, stop), np.append(counts, 0)
        if not len(ends):
            return start
        starts = np.empty_like(ends)
        starts[0], starts[1:] = start, ends[:-1]
        lines = np.empty_like(ends)
        if index.has_returns:
            lines = self._line + np.searchsorted(index.line_ends, starts)
        else:
            lines[0], lines[1:] = self._line_at(start), self._line + counts[:-1]
        sizes = ends - starts
        # Near the limit of a record's length, the Framer knows best.
        long = np.flatnonzero(sizes > self._limit // 2)
        if len(long):
            first = slice(0, long[0])
            starts, ends, sizes, lines = starts[first], ends[first], sizes[first], lines[first]
        reached = int(ends[-1]) if len(ends) else start
        blank = sizes <= 2
        if blank.any():
            text = np.frombuffer(data, np.uint8)
            here = text[starts]
            blank &= ((sizes == 1) & (here == _LF)) | ((here == _CR) & (text[ends - 1] == _LF))
            starts, ends, lines = starts[~blank], ends[~blank], lines[~blank]
        self._starts.append(starts)
        self._lines.append(lines)
        self._ends.append(ends)
        self._count += len(starts)
        return reached

    def _one(self, start: int) -> int:
        """Reads one record there with the Framer; gives where the next starts, or -1 when the block
        does not have all it takes to tell."""
        data, last = self._block.data, self._block.last
        parity = self._index.parity(start)
        stop = self._index.first_odd(parity, start)
        open_at_end = stop == len(data) and not len(self._index.ends(parity, start, stop)[0])
        if open_at_end and not last and len(data) - start <= 2 * self._limit:
            return -1
        window = data.find(b"\n", stop) + 1 or len(data)
        stray = stop < len(data) and data[stop] == ord(self._grammar.quote)
        while True:
            line = self._line_at(start)
            framer = Framer([data[start:window]], self._grammar, limit=self._limit, line=line)
            record = next(framer.records(), None)
            whole = window == len(data)
            told = stray or (whole and last) or window - start > 2 * self._limit
            if told or record is None or record.broken is None:
                break
            if record.broken[0] != "row.unclosed_quote":
                break
            if whole:
                return -1
            window = min(len(data), start + 8 * (window - start))
            window = data.find(b"\n", window) + 1 or len(data)
        passed = framer.line - line
        if record is not None:
            self._read[self._count] = record
            self._starts.append(np.array([start]))
            self._lines.append(np.array([record.line]))
            self._ends.append(np.array([start]))
            self._count += 1
        ends = self._index.line_ends
        past = int(np.searchsorted(ends, start)) + passed - 1
        return int(ends[past]) + 1 if past < len(ends) else len(data)

    def _line_at(self, position: int) -> int:
        return self._line + int(np.searchsorted(self._index.line_ends, position))

    def _result(self, used: int) -> Framed:
        none = np.empty(0, np.int64)
        starts = np.concatenate([none, *self._starts])
        ends = np.concatenate([none, *self._ends])
        lines = np.concatenate([none, *self._lines])
        sizes = ends - starts
        for row, record in self._read.items():
            sizes[row] = len(record.raw) + len(record.terminator)
        return Framed(
            self._block.data,
            starts,
            ends,
            lines,
            sizes,
            self._read,
            self._ranges,
            used,
            self._line_at(used),
        )
