"""Lists the records of a block: regular ones by the structural index, others by the `Framer`."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.csv.work import WORK
from csvgate.validation.fast.arrays import Ints, Ints32
from csvgate.validation.fast.blocks import SPARE, Block
from csvgate.validation.fast.structural_index import RegularRange, StructuralIndex

_LF: Final = 10
_CR: Final = 13
_CLOSE: Final = 12
"""Lines between irregular records, below which it is faster to read the records between them with
the Framer too than to look for them in the index."""
_FIRST_BYTES: Final = 256
_NONE: Final = np.empty(0, np.int64)
_NONE_32: Final = np.empty(0, np.int32)


class FramedBlock(NamedTuple):
    """The n records of a block, in order."""

    block: Block
    starts: Ints
    """(n,) The position of the first byte of each record; not for `framer_records`."""
    ends: Ints
    """(n,) The position after the terminator of each record; not for `framer_records`."""
    lines: Ints
    """(n,) The first physical line of each record."""
    sizes: Ints
    """(n,) In bytes, by which batches are cut."""
    framer_records: dict[int, Record]
    """The records that a `Framer` had to read, by their index."""
    separators: Ints32
    """The positions after the cells of the other records."""
    firsts: Ints
    """(n,) The index of the separator after the first cell of each record."""
    lasts: Ints
    """(n,) The index of the separator after the last cell; less than the first for
    `framer_records`."""
    quoted: Ints | None
    """The indexes of the separators after cells that begin with a quote; None if these are many."""
    doubled: Ints
    """The positions of the first quote of each doubled quote inside a cell."""
    used: int
    """The position after the last record. The next block begins with what follows."""
    next_line: int
    """The physical line at `used`."""

    def parts(self, most: int) -> Iterator["FramedBlock"]:
        """Yield the same records in order, at most `most` at a time."""
        read = [*self.framer_records]
        for low in range(0, len(self.starts), most):
            rows = slice(low, low + most)
            firsts, lasts = self.firsts[rows], self.lasts[rows]
            some = read[bisect_left(read, low) : bisect_left(read, low + most)]
            indexed = np.flatnonzero(lasts >= firsts)
            quoted, doubled = self.quoted, self.doubled
            if len(indexed):
                # Only what belongs to these records, so that a part costs its own size.
                begin, end = indexed[0], indexed[-1]
                if quoted is not None:
                    quoted = _between(quoted, firsts[begin], lasts[end] + 1)
                doubled = _between(doubled, self.starts[rows][begin], self.ends[rows][end])
            yield self._replace(
                starts=self.starts[rows],
                ends=self.ends[rows],
                lines=self.lines[rows],
                sizes=self.sizes[rows],
                framer_records={row - low: self.framer_records[row] for row in some},
                firsts=firsts,
                lasts=lasts,
                quoted=quoted,
                doubled=doubled,
            )

    @staticmethod
    def of_records(records: list[Record]) -> "FramedBlock":
        """Records that a `Framer` has read, without a block."""
        lines = np.array([record.line for record in records], np.int64)
        sizes = np.array([len(r.raw) + len(r.terminator) for r in records], np.int64)
        zeros, by_index = np.zeros(len(records), np.int64), dict(enumerate(records))
        return FramedBlock(
            Block.of([], last=True),
            starts=zeros,
            ends=zeros,
            lines=lines,
            sizes=sizes,
            framer_records=by_index,
            separators=_NONE_32,
            firsts=zeros,
            lasts=zeros - 1,
            quoted=_NONE,
            doubled=_NONE,
            used=0,
            next_line=0,
        )


def _between(numbers: Ints, low: int, high: int) -> Ints:
    """Return the sorted numbers from `low` to before `high`."""
    start, end = np.searchsorted(numbers, (low, high)).tolist()
    return numbers[start:end]


class BlockFramer:
    def __init__(self, grammar: Grammar, limit: int = MAX_RECORD_BYTES) -> None:
        self._grammar: Final = grammar
        self._limit: Final = limit

    def frame(self, block: Block, line: int) -> FramedBlock:
        """List the records of a block that begins with a record on the physical line `line`."""
        return _BlockScan(block, line, self._grammar, self._limit).framed()


class _BlockScan:
    """One pass through a block, from one irregular record to the next.

    Every step costs a fixed number of calls to numpy and what it passes, so irregular records must
    not be too close to each other. Where they are, the `Framer` reads on, twice as far each time,
    until it is back among regular records.
    """

    def __init__(self, block: Block, line: int, grammar: Grammar, limit: int) -> None:
        self._block: Final = block
        self._line: Final = line
        self._grammar: Final = grammar
        self._limit: Final = limit
        self._end: Final = block.end
        self._index: Final = StructuralIndex(block, grammar.delimiter, grammar.quote)
        self._ranges: list[RegularRange] = []
        self._irregular: list[Record] = []
        """The records that a Framer read."""

    def framed(self) -> FramedBlock:
        index, at, run, decided = self._index, SPARE, 0, True
        while at < self._end and decided:
            regular = self._regular_range(at)
            if regular.end > at:
                self._ranges.append(regular)
            begin, number = index.line_of(at), index.line_of(regular.end)
            run = max(2 * run, _CLOSE) if number - begin < _CLOSE else 0
            at, long = regular.end, regular.end - at > self._limit
            # After a long range there may be another.
            if at < self._end and not long:
                at, decided = self._read_irregular(at, number, run)
        return self._result(at)

    def _regular_range(self, start: int) -> RegularRange:
        """Return the records from `start` up to the first irregular one."""
        index, limit = self._index, self._limit // 2
        parity = index.parity(start)
        # The lengths of records are looked at over a few times the limit, because the first that
        # is too long ends the range.
        stop = min(index.first_irregular(parity, start), start + 4 * limit)
        last = index.last_record_end(parity, start, stop)
        unfinished = stop == self._end > last and self._block.last and index.parity(stop) == parity
        end = stop if unfinished else last
        if end - start > limit:
            # A record near the maximum length is left to the Framer, which knows the exact rule.
            ends = np.append(index.record_ends(parity, start, last), [stop] * unfinished)
            sizes = np.diff(ends, prepend=start)
            if sizes.max() > limit:
                long = int(np.argmax(sizes > limit))
                return RegularRange(start, int(ends[long - 1]) if long else start, parity)
        return RegularRange(start, end, parity, unfinished)

    def _read_irregular(self, start: int, number: int, run: int) -> tuple[int, bool]:
        """Read the record at `start` with a Framer, and the `run` records after it. `number` lines
        of the block end before `start`. Return the position after these records; and False if the
        rest of the block is not enough to decide where the record there ends."""
        line, last = self._line + number, len(self._irregular) + run
        lines = self._lines_from(start, number)
        framer = Framer.of_lines(lines, self._grammar, limit=self._limit, line=line)
        for record in framer.records():
            unclosed = record.broken is not None and record.broken[0] == "row.unclosed_quote"
            if unclosed and framer.has_ended and not self._block.last:
                return self._after_lines(start, number, record.line - line), False
            self._irregular.append(record)
            if len(self._irregular) > last:
                break
        return self._after_lines(start, number, framer.line - line), True

    def _after_lines(self, start: int, number: int, count: int) -> int:
        """Return the position after the next `count` physical lines from `start` on."""
        return self._index.after_line(number + count - 1) if count else start

    def _lines_from(self, start: int, number: int) -> Iterator[list[bytes]]:
        """Yield the physical lines from `start` on: at first one, because most often a Framer needs
        no more, then a few, and twice as many bytes each time."""
        data, at, end, size = self._block.data, start, self._index.after_line(number), _FIRST_BYTES
        while at < self._end:
            WORK.scanned += end - at
            yield data[at:end].splitlines(keepends=True)
            at, size = end, 2 * size
            end = self._index.end_of_line(min(at + size, self._end) - 1)

    def _result(self, used: int) -> FramedBlock:
        index, text = self._index, np.frombuffer(self._block.data, np.uint8)
        separators = index.separators(self._ranges)
        lasts, line_ends = separators.lasts, separators.line_ends
        ends = separators.positions.take(lasts).astype(np.int64) + 1
        if self._ranges and self._ranges[-1].unfinished:
            ends[-1] -= 1
        # Each record follows the one before it, except for the first of each range.
        starts, firsts, lines = np.empty_like(ends), np.empty_like(ends), np.empty_like(ends)
        starts[1:], lines[1:] = ends[:-1], line_ends[:-1]
        firsts[:1], firsts[1:] = 0, lasts[:-1] + 1
        begins = np.array([each.start for each in self._ranges], np.int64)
        at = np.searchsorted(ends, begins, side="right")
        starts[at], lines[at] = begins, index.lines_before(begins)
        lines += self._line
        records = [starts, ends, lines, firsts, lasts]
        sizes = ends - starts
        if sizes.min(initial=3) <= 2:
            first = text.take(starts)
            blank = (first == _LF) | (first == _CR)
            records = [each[~blank] for each in records]
        starts, ends, lines, firsts, lasts, framer_records = self._with_irregular(records)
        sizes = ends - starts
        for row, record in framer_records.items():
            sizes[row] = len(record.raw) + len(record.terminator)
        return FramedBlock(
            self._block,
            starts,
            ends,
            lines,
            sizes,
            framer_records,
            separators.positions,
            firsts,
            lasts,
            separators.quoted,
            separators.doubled,
            used,
            next_line=self._line + int(index.lines_before(np.array(used))),
        )

    def _with_irregular(
        self, records: list[Ints]
    ) -> tuple[Ints, Ints, Ints, Ints, Ints, dict[int, Record]]:
        """Insert the records that a Framer read among the regular ones."""
        starts, ends, lines, firsts, lasts = records
        if not self._irregular:
            return starts, ends, lines, firsts, lasts, {}
        read = np.array([record.line for record in self._irregular])
        at = np.searchsorted(lines, read)
        rows = (at + np.arange(len(at))).tolist()
        framer_records = dict(zip(rows, self._irregular, strict=True))
        return (
            np.insert(starts, at, 0),
            np.insert(ends, at, 0),
            np.insert(lines, at, read),
            np.insert(firsts, at, 0),
            np.insert(lasts, at, -1),
            framer_records,
        )
