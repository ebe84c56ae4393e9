"""The records of a block: those that parity finds, and those that only the `Framer` can read."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.validation.fast.blocks import SPARE, Block
from csvgate.validation.fast.structural_index import Places, Range, StructuralIndex

Ints = npt.NDArray[np.int64]
_LF: Final = 10
_CR: Final = 13
_NONE: Final = np.empty(0, np.int64)
_NO_PLACES: Final = np.empty(0, np.int32)


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
    separators: Places
    """Where the cells of the other records end."""
    firsts: Ints
    """(n,) Which of them is that of a record's first cell."""
    lasts: Ints
    """(n,) That of its last cell. Smaller than the first for those that are `read`."""
    quoted: Ints | None
    """Which of the separators end cells that begin with a quote; None when these are many."""
    doubled: Ints
    """Where cells have a quote inside: the first of the two it is written as."""
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
        return Framed(
            block, none, none, lines, sizes, read, _NO_PLACES, none, none - 1, _NONE, _NONE, 0, 0
        )


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
        self._index: Final = StructuralIndex(block, grammar.delimiter, grammar.quote)
        self._ranges: list[Range] = []
        self._read: list[tuple[int, Record]] = []
        """Where they start, and the records."""

    def framed(self) -> Framed:
        at, end = SPARE, self._end
        while at < end:
            found = self._sound(at)
            if found.end > at:
                self._ranges.append(found)
            at = found.end
            if at < end:
                at = self._one(at)
                if at < 0:
                    at = found.end
                    break
        return self._result(at)

    def _sound(self, start: int) -> Range:
        """The records from there up to the first that is not sound."""
        index, limit = self._index, self._limit // 2
        parity = index.parity(start)
        stop = index.first_odd(parity, start)
        last = index.last_end(parity, start, stop)
        unfinished = stop == self._end > last and self._block.last and index.parity(stop) == parity
        end = stop if unfinished else last
        if end - start > limit:
            # Near the limit of a record's length, the Framer knows best.
            ends = np.append(index.ends(parity, start, last)[0], [stop] * unfinished)
            sizes = np.diff(ends, prepend=start)
            if sizes.max() > limit:
                long = int(np.argmax(sizes > limit))
                return Range(start, int(ends[long - 1]) if long else start, parity)
        return Range(start, end, parity, unfinished)

    def _one(self, start: int) -> int:
        """Reads one record there with the Framer; gives where the next starts, or -1 when the block
        does not have all it takes to tell."""
        data, last, end = self._block.data, self._block.last, self._end
        parity = self._index.parity(start)
        stop = self._index.first_odd(parity, start)
        open_at_end = stop == end and self._index.last_end(parity, start, stop) == start
        if open_at_end and not last and end - start <= 2 * self._limit:
            return -1
        window = data.find(b"\n", stop, end) + 1 or end
        stray = stop < end and data[stop] == ord(self._grammar.quote)
        line = self._line_at(start)
        while True:
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
        if record is not None:
            self._read.append((start, record))
        return self._index.past_lines(start, framer.line - line)

    def _line_at(self, position: int) -> int:
        return self._line + int(self._index.lines_before(np.array(position)))

    def _result(self, used: int) -> Framed:
        index, text = self._index, np.frombuffer(self._block.data, np.uint8)
        separators = index.separators(self._ranges)
        lasts, counts = separators.lasts, separators.counts
        ends = separators.positions.take(lasts).astype(np.int64) + 1
        if self._ranges and self._ranges[-1].unfinished:
            ends[-1] -= 1
        starts, firsts, lines = np.empty_like(ends), np.empty_like(ends), np.empty_like(ends)
        starts[1:], firsts[:1], firsts[1:], lines[1:] = ends[:-1], 0, lasts[:-1] + 1, counts[:-1]
        # The first record of each range does not follow the one before.
        begins = np.array([each.start for each in self._ranges], np.int64)
        at = np.searchsorted(ends, begins, side="right")
        starts[at], lines[at] = begins, index.lines_before(begins)
        if index.has_returns:
            lines = index.lines_before(starts)
        lines += self._line
        records = [starts, ends, lines, firsts, lasts]
        sizes = ends - starts
        if sizes.min(initial=3) <= 2:
            blank = ((sizes == 1) | (text.take(starts) == _CR)) & (text.take(ends - 1) == _LF)
            blank &= sizes <= 2
            records = [each[~blank] for each in records]
        starts, ends, lines, firsts, lasts, read = self._with_read(records)
        sizes = ends - starts
        for row, record in read.items():
            sizes[row] = len(record.raw) + len(record.terminator)
        line = self._line_at(used)
        return Framed(
            self._block,
            starts,
            ends,
            lines,
            sizes,
            read,
            separators.positions,
            firsts,
            lasts,
            separators.quoted,
            separators.doubled,
            used,
            line,
        )

    def _with_read(
        self, records: list[Ints]
    ) -> tuple[Ints, Ints, Ints, Ints, Ints, dict[int, Record]]:
        starts, ends, lines, firsts, lasts = records
        if not self._read:
            return starts, ends, lines, firsts, lasts, {}
        read_at = np.array([start for start, _ in self._read])
        read_lines = np.array([record.line for _, record in self._read])
        at = np.searchsorted(starts, read_at)
        found = dict(
            zip((at + np.arange(len(at))).tolist(), (r for _, r in self._read), strict=True)
        )
        return (
            np.insert(starts, at, read_at),
            np.insert(ends, at, read_at),
            np.insert(lines, at, read_lines),
            np.insert(firsts, at, 0),
            np.insert(lasts, at, -1),
            found,
        )
