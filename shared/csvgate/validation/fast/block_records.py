"""Lists the records of a block: regular ones by the structural index, others by the `Framer`."""

from typing import Final, NamedTuple

import numpy as np

from csvgate.csv.quoting import Grammar
from csvgate.csv.records import MAX_RECORD_BYTES, Framer, Record
from csvgate.validation.fast.arrays import Ints, Ints32
from csvgate.validation.fast.blocks import SPARE, Block
from csvgate.validation.fast.structural_index import RegularRange, StructuralIndex

_LF: Final = 10
_CR: Final = 13
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


class BlockFramer:
    def __init__(self, grammar: Grammar, limit: int = MAX_RECORD_BYTES) -> None:
        self._grammar: Final = grammar
        self._limit: Final = limit

    def frame(self, block: Block, line: int) -> FramedBlock:
        """List the records of a block that begins with a record on the physical line `line`."""
        return _BlockScan(block, line, self._grammar, self._limit).framed()


class _BlockScan:
    """One pass through a block, from one irregular record to the next."""

    def __init__(self, block: Block, line: int, grammar: Grammar, limit: int) -> None:
        self._block: Final = block
        self._line: Final = line
        self._grammar: Final = grammar
        self._limit: Final = limit
        self._end: Final = block.end
        self._index: Final = StructuralIndex(block, grammar.delimiter, grammar.quote)
        self._ranges: list[RegularRange] = []
        self._irregular: list[tuple[int, Record]] = []
        """The start of each record that a Framer read, and the record."""

    def framed(self) -> FramedBlock:
        at, end = SPARE, self._end
        while at < end:
            regular = self._regular_range(at)
            if regular.end > at:
                self._ranges.append(regular)
            at = regular.end
            if at < end:
                after = self._read_irregular(at)
                if after < 0:
                    break
                at = after
        return self._result(at)

    def _regular_range(self, start: int) -> RegularRange:
        """Return the records from `start` up to the first irregular one."""
        index, limit = self._index, self._limit // 2
        parity = index.parity(start)
        stop = index.first_irregular(parity, start)
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

    def _read_irregular(self, start: int) -> int:
        """Read the record at `start` with a Framer. Return the position after it, or -1 if the rest
        of the block is not enough to decide where it ends."""
        data, last, end = self._block.data, self._block.last, self._end
        parity = self._index.parity(start)
        stop = self._index.first_irregular(parity, start)
        open_at_end = stop == end and self._index.last_record_end(parity, start, stop) == start
        if open_at_end and not last and end - start <= 2 * self._limit:
            return -1
        # The Framer gets the lines up to the stray quote, and more only if it needs them.
        window = data.find(b"\n", stop, end) + 1 or end
        stray = stop < end and data[stop] == ord(self._grammar.quote)
        line = self._line_at(start)
        while True:
            framer = Framer([data[start:window]], self._grammar, limit=self._limit, line=line)
            record = next(framer.records(), None)
            at_end = window == end
            is_final = stray or (at_end and last) or window - start > 2 * self._limit
            if is_final or record is None or record.broken is None:
                break
            if record.broken[0] != "row.unclosed_quote":
                break
            if at_end:
                return -1
            window = min(end, start + 8 * (window - start))
            window = data.find(b"\n", window, end) + 1 or end
        if record is not None:
            self._irregular.append((start, record))
        return self._index.after_lines(start, framer.line - line)

    def _line_at(self, position: int) -> int:
        return self._line + int(self._index.lines_before(np.array(position)))

    def _result(self, used: int) -> FramedBlock:
        index, text = self._index, np.frombuffer(self._block.data, np.uint8)
        separators = index.separators(self._ranges)
        lasts, line_feeds = separators.lasts, separators.line_feeds
        ends = separators.positions.take(lasts).astype(np.int64) + 1
        if self._ranges and self._ranges[-1].unfinished:
            ends[-1] -= 1
        # Each record follows the one before it, except for the first of each range.
        starts, firsts, lines = np.empty_like(ends), np.empty_like(ends), np.empty_like(ends)
        starts[1:], lines[1:] = ends[:-1], line_feeds[:-1]
        firsts[:1], firsts[1:] = 0, lasts[:-1] + 1
        begins = np.array([each.start for each in self._ranges], np.int64)
        at = np.searchsorted(ends, begins, side="right")
        starts[at], lines[at] = begins, index.lines_before(begins)
        if index.has_lone_returns:
            lines = index.lines_before(starts)
        lines += self._line
        records = [starts, ends, lines, firsts, lasts]
        sizes = ends - starts
        if sizes.min(initial=3) <= 2:
            blank = ((sizes == 1) | (text.take(starts) == _CR)) & (text.take(ends - 1) == _LF)
            blank &= sizes <= 2
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
            next_line=self._line_at(used),
        )

    def _with_irregular(
        self, records: list[Ints]
    ) -> tuple[Ints, Ints, Ints, Ints, Ints, dict[int, Record]]:
        """Insert the records that a Framer read among the regular ones."""
        starts, ends, lines, firsts, lasts = records
        if not self._irregular:
            return starts, ends, lines, firsts, lasts, {}
        read_starts = np.array([start for start, _ in self._irregular])
        read_lines = np.array([record.line for _, record in self._irregular])
        at = np.searchsorted(starts, read_starts)
        rows = (at + np.arange(len(at))).tolist()
        framer_records = dict(zip(rows, (r for _, r in self._irregular), strict=True))
        return (
            np.insert(starts, at, read_starts),
            np.insert(ends, at, read_starts),
            np.insert(lines, at, read_lines),
            np.insert(firsts, at, 0),
            np.insert(lasts, at, -1),
            framer_records,
        )
