"""The records of a block: those that parity finds, and those that only the `Framer` can read."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.engine.framing import MAX_RECORD_BYTES, Framer, Record
from csvgate.engine.quoting import Grammar
from csvgate.engine.vector.blocks import SPARE, Block
from csvgate.engine.vector.frames import Index

Ints = npt.NDArray[np.int64]
_LF: Final = 10
_CR: Final = 13
_NONE: Final = np.empty(0, np.int64)


class Framed(NamedTuple):
    """The records of a block, in order; n of them."""

    block: Block
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
    separators: Ints
    """Where the cells of the other records end, each followed by the next one's start. Perhaps
    more."""
    firsts: Ints
    """(n,) Which of them is that of a record's first cell."""
    lasts: Ints
    """(n,) That of its last cell. Smaller than the first for those that are `read`."""
    doubled: Ints
    """The quotes of the block that another one follows."""
    used: int
    """Up to the end of the last record; the next block starts with the rest."""
    next_line: int

    @staticmethod
    def of_read(records: list[Record]) -> "Framed":
        """All of whose records are read."""
        lines = np.array([record.line for record in records], np.int64)
        sizes = np.array([len(r.raw) + len(r.terminator) for r in records], np.int64)
        none, read = np.zeros(len(records), np.int64), dict(enumerate(records))
        block = Block.of([], last=True)
        return Framed(block, none, none, lines, sizes, read, _NONE, none, none - 1, _NONE, 0, 0)


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
        self._end: Final = block.end
        self._index: Final = Index(block, grammar.delimiter, grammar.quote)
        self._starts: list[Ints] = []
        self._ends: list[Ints] = []
        self._lines: list[Ints] = []
        self._separators: list[Ints] = []
        self._lasts: list[Ints] = []
        self._firsts: list[Ints] = []
        self._separated = 0
        self._count = 0
        self._read: dict[int, Record] = {}

    def framed(self) -> Framed:
        at, end = SPARE, self._end
        while at < end:
            reached = at = self._sound(at)
            if at < end:
                at = self._one(at)
                if at < 0:
                    at = reached
                    break
        return self._result(at)

    def _sound(self, start: int) -> int:
        """Takes the records from there up to the first that is not sound; gives where it starts."""
        index = self._index
        parity = index.parity(start)
        stop = index.first_odd(parity, start)
        ends, counts = index.ends(parity, start, stop)
        separators, lasts = index.separators(parity, start, stop)
        whole = stop == self._end and self._block.last and index.parity(stop) == parity
        if whole and (not len(ends) or ends[-1] < stop):
            # The last record may have no terminator.
            ends, counts = np.append(ends, stop), np.append(counts, 0)
            lasts, separators = np.append(lasts, len(separators)), np.append(separators, stop)
        if not len(ends):
            return start
        starts, firsts = np.empty_like(ends), np.empty_like(ends)
        starts[0], starts[1:] = start, ends[:-1]
        firsts[0], firsts[1:] = 0, lasts[:-1] + 1
        lines = np.empty_like(ends)
        if index.has_returns:
            lines = self._line + np.searchsorted(index.line_ends, starts)
        else:
            lines[0], lines[1:] = self._line_at(start), self._line + counts[:-1]
        sizes = ends - starts
        kept = None
        # Near the limit of a record's length, the Framer knows best.
        reached = int(ends[-1])
        if sizes.max() > self._limit // 2:
            long = int(np.argmax(sizes > self._limit // 2))
            reached = int(ends[long - 1]) if long else start
            kept = np.arange(len(starts)) < long
        if sizes.min() <= 2:
            blank = self._blank(starts, ends, sizes)
            kept = ~blank if kept is None else kept & ~blank
        if kept is not None:
            starts, ends, lines, firsts, lasts = (
                each[kept] for each in (starts, ends, lines, firsts, lasts)
            )
        self._starts.append(starts)
        self._lines.append(lines)
        self._ends.append(ends)
        self._separators.append(separators)
        self._firsts.append(firsts + self._separated)
        self._lasts.append(lasts + self._separated)
        self._separated += len(separators)
        self._count += len(starts)
        return reached

    def _blank(self, starts: Ints, ends: Ints, sizes: Ints) -> npt.NDArray[np.bool_]:
        """(n,) Whether there is nothing but a terminator."""
        text = np.frombuffer(self._block.data, np.uint8)
        here = text[starts]
        found: npt.NDArray[np.bool_] = (sizes == 1) & (here == _LF)
        found |= (sizes == 2) & (here == _CR) & (text[ends - 1] == _LF)
        return found

    def _one(self, start: int) -> int:
        """Reads one record there with the Framer; gives where the next starts, or -1 when the block
        does not have all it takes to tell."""
        data, last, end = self._block.data, self._block.last, self._end
        parity = self._index.parity(start)
        stop = self._index.first_odd(parity, start)
        open_at_end = stop == end and not len(self._index.ends(parity, start, stop)[0])
        if open_at_end and not last and end - start <= 2 * self._limit:
            return -1
        window = data.find(b"\n", stop, end) + 1 or end
        stray = stop < end and data[stop] == ord(self._grammar.quote)
        while True:
            line = self._line_at(start)
            framer = Framer([data[start:window]], self._grammar, limit=self._limit, line=line)
            record = next(framer.records(), None)
            whole = window == end
            told = stray or (whole and last) or window - start > 2 * self._limit
            if told or record is None or record.broken is None:
                break
            if record.broken[0] != "row.unclosed_quote":
                break
            if whole:
                return -1
            window = min(end, start + 8 * (window - start))
            window = data.find(b"\n", window, end) + 1 or end
        passed = framer.line - line
        if record is not None:
            self._read[self._count] = record
            self._starts.append(np.array([start]))
            self._lines.append(np.array([record.line]))
            self._ends.append(np.array([start]))
            self._firsts.append(np.array([0]))
            self._lasts.append(np.array([-1]))
            self._count += 1
        line_ends = self._index.line_ends
        past = int(np.searchsorted(line_ends, start)) + passed - 1
        return int(line_ends[past]) + 1 if past < len(line_ends) else end

    def _line_at(self, position: int) -> int:
        return self._line + int(np.searchsorted(self._index.line_ends, position))

    def _result(self, used: int) -> Framed:
        starts, ends = _joined(self._starts), _joined(self._ends)
        sizes = ends - starts
        for row, record in self._read.items():
            sizes[row] = len(record.raw) + len(record.terminator)
        return Framed(
            self._block,
            starts,
            ends,
            _joined(self._lines),
            sizes,
            self._read,
            _joined(self._separators),
            _joined(self._firsts),
            _joined(self._lasts),
            self._index.doubled,
            used,
            self._line_at(used),
        )


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([_NONE, *parts])
