"""Finds the records and cells of a block by the parity of its quotes.

A byte is outside quoted cells if an even number of quotes precedes it. This holds as long as each
opening quote follows a delimiter, the start of a line or another quote, and each closing quote
precedes a delimiter, the end of a line or another quote. (A doubled quote inside a cell counts as
a closing and an opening one.) A quote anywhere else is stray: its record is read by the `Framer`,
and counting starts again at the next line.

For example, in `a,"b,c"\\n` the quotes are at 2 and 6. The comma at 1 has no quote before it and
ends a cell; the comma at 4 has one before it, so it is part of a cell; the line feed at 7 has two
before it and ends the record. A physical line, and outside quoted cells a record, ends with \\n,
\\r\\n or a lone \\r. Its *line end* is the last byte of these.

After a stray quote the parity of the sound records may be reversed. So everything here is asked for
a parity: 0 if the quotes with an even number of quotes before them open cells, 1 otherwise.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from csvgate.csv.work import WORK
from csvgate.validation.fast.arrays import Bytes, Ints, Ints32, Mask
from csvgate.validation.fast.blocks import SPARE, Block

_LF: Final = 10
_CR: Final = 13
_NO_BYTE: Final = 256
"""Equals no byte."""
_AT_ONCE: Final = 128 * 1024
"""Bytes that are compared with several characters at a time, so that they stay in the cache."""
_MANY_QUOTED: Final = 1 / 8
"""The share of quoted cells above which looking at the first byte of every cell is faster."""
_FEW: Final = 64
"""Line ends looked at first; the last of them is most likely outside quoted cells."""


class RegularRange(NamedTuple):
    """Consecutive records with regular quoting, whose quotes open at `parity`."""

    start: int
    end: int
    parity: int
    unfinished: bool = False
    """True if the last record has no terminator and ends with the block."""


class Separators(NamedTuple):
    """The n delimiters and line ends that end the cells of some records, in order."""

    positions: Ints32
    """(n,) For an unfinished record, the last is the end of the block."""
    lasts: Ints
    """The indexes of those that end a record."""
    line_ends: Ints
    """For each record, the number of line ends in the block up to its end."""
    quoted: Ints | None
    """The indexes of those that end a cell that begins with a quote; None if these are many."""
    doubled: Ints
    """The positions of the first quote of each doubled quote inside a cell."""


class StructuralIndex:
    """The quotes, delimiters and line ends of a block that begins outside quoted cells."""

    def __init__(self, block: Block, delimiter: str, quote: str) -> None:
        """`quote` is empty if the dialect has no quotes."""
        data = block.data
        WORK.scanned += len(data)
        self._text: Final = np.frombuffer(data, np.uint8)
        self._end: Final = block.end
        self._delimiter: Final = ord(delimiter)
        self._quote: Final = ord(quote) if quote else _NO_BYTE
        has_returns = b"\r" in data
        # "Special" are the positions of all delimiters, quotes and line ends. Names that end with
        # `_at` are indexes into them; the other arrays are positions in the block.
        self._special: Final = self._find_special(
            quote.encode() in data if quote else False, has_returns
        )
        kinds = self._text.take(self._special)
        is_line_end = kinds == _LF
        if has_returns:
            is_line_end |= kinds == _CR
        self._is_line_end: Final[Mask] = is_line_end
        self._line_ends_at: Final[Ints] = np.flatnonzero(self._is_line_end)
        self._line_ends: Final[Ints] = self._special.take(self._line_ends_at)
        self._quotes_at: Final[Ints] = np.flatnonzero(kinds == self._quote)
        self._quotes: Final[Ints] = self._special.take(self._quotes_at)
        self._irregular: Final = dict[int, Ints]()
        """The cached positions by parity."""

    def _find_special(self, quoted: bool, has_returns: bool) -> Ints:
        others = [self._delimiter, self._quote] if quoted else [self._delimiter]
        special = np.empty(len(self._text), np.bool_)
        also = np.empty(min(len(special), _AT_ONCE), np.bool_)
        for at in range(0, len(special), _AT_ONCE):
            text, found = self._text[at : at + _AT_ONCE], special[at : at + _AT_ONCE]
            np.equal(text, _LF, out=found)
            for other in others:
                np.equal(text, other, out=also[: len(text)])
                found |= also[: len(text)]
            if has_returns:
                # Only a \r without a \n after it. The last byte of the block is a spare one.
                following = self._text[at + 1 : at + 1 + len(text)]
                count = len(following)
                lone = following != _LF
                lone &= np.equal(text[:count], _CR, out=also[:count])
                found[:count] |= lone
        special[:SPARE] = special[-SPARE:] = False
        return np.flatnonzero(special)

    def parity(self, position: int) -> int:
        """Return the parity of the number of quotes before the position."""
        return int(self._quotes.searchsorted(position)) & 1

    def first_irregular(self, parity: int, start: int) -> int:
        """Return the position of the first stray quote from `start` on, if quotes open at this
        parity; the end of the block if there is none."""
        irregular = self._irregular.get(parity)
        if irregular is None:
            irregular = self._irregular[parity] = self._find_irregular(parity)
        found = int(irregular.searchsorted(start))
        return irregular.item(found) if found < len(irregular) else self._end

    def last_record_end(self, parity: int, start: int, stop: int) -> int:
        """Return the position after the last line end between `start` and `stop` that is outside
        quoted cells, if quotes open at this parity; `start` if there is none."""
        low, high = self.line_of(start), self.line_of(stop)
        if low < high and self.parity(last := self._line_ends.item(high - 1)) == parity:
            WORK.scanned += 1
            return last + 1
        count = _FEW
        while low < high:
            # Searched from the end, because most of the time one of the last is outside.
            some = self._outside_quotes(parity, max(low, high - count), high)
            if len(some):
                return int(some[-1]) + 1
            high, count = high - count, 2 * count
        return start

    def record_ends(self, parity: int, start: int, stop: int) -> Ints:
        """Return the positions after all such line ends."""
        low, high = np.searchsorted(self._line_ends, (start, stop)).tolist()
        return self._outside_quotes(parity, low, high) + 1

    def _outside_quotes(self, parity: int, low: int, high: int) -> Ints:
        """Return the line ends from number `low` to `high` that are outside quoted cells."""
        WORK.scanned += high - low
        some = self._line_ends[low:high]
        found: Ints = some[np.searchsorted(self._quotes, some) & 1 == parity]
        return found

    def separators(self, ranges: Sequence[RegularRange]) -> Separators:
        """Return the separators of the records in these ranges."""
        bounds = np.searchsorted(
            self._special,
            np.array([(each.start, each.end) for each in ranges], np.int64).reshape(-1, 2),
        )
        quotes = np.searchsorted(self._quotes_at, bounds)
        opening = [
            np.arange(low + (low + each.parity) % 2, high, 2)
            for each, (low, high) in zip(ranges, quotes.tolist(), strict=True)
        ]
        opens = np.concatenate([self._quotes_at[:0], *opening])
        inside = self._inside_quotes(opens)
        kept = np.zeros(len(self._special), np.bool_)
        for low, high in bounds.tolist():
            kept[low:high] = True
        kept[self._quotes_at] = kept[inside] = False
        positions = self._special[kept].astype(np.int32)
        lasts = np.flatnonzero(self._is_line_end[kept])
        line_ends = np.flatnonzero(kept.take(self._line_ends_at)) + 1
        if ranges and ranges[-1].unfinished:
            lasts = np.append(lasts, len(positions))
            positions = np.append(positions, np.int32(self._end))
            line_ends = np.append(line_ends, len(self._line_ends_at))
        doubled = self._quotes.take(opens + 1)
        doubled = doubled[self._text.take(doubled + 1) == self._quote]
        if len(opens) > _MANY_QUOTED * len(positions):
            return Separators(positions, lasts, line_ends, None, doubled)
        # The number of the separator after an opening quote is the number of separators before the
        # quote: in its range all special characters that are neither quotes nor inside quoted
        # cells, plus the separators of the ranges before.
        others = np.diff(bounds - quotes)[:, 0]
        before = np.cumsum(others) - others - (bounds - quotes)[:, 0]
        at = self._quotes_at.take(opens)
        cells = at - opens + np.repeat(before, [len(each) for each in opening])
        cells -= np.searchsorted(inside, at)
        # A quote that opens right after another has closed is the second half of a doubled one.
        new = self._text.take(self._special.take(at) - 1) != self._quote
        return Separators(positions, lasts, line_ends, cells[new], doubled)

    def _inside_quotes(self, opens: Ints) -> Ints:
        """Return the indexes of the special characters between each of these opening quotes (given
        by number) and the quote that closes it."""
        starts = self._quotes_at.take(opens) + 1
        counts = self._quotes_at.take(opens + 1) - starts
        nonempty = np.flatnonzero(counts)
        starts, counts = starts.take(nonempty), counts.take(nonempty)
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Ints = np.repeat(starts, counts) + steps
        return found

    def line_of(self, position: int) -> int:
        """Return the number, from 0, of the physical line that contains this byte."""
        return int(self._line_ends.searchsorted(position))

    def lines_before(self, positions: Ints) -> Ints:
        """Return the number of physical lines that end before each position."""
        return self._line_ends.searchsorted(positions)

    def after_line(self, number: int) -> int:
        """Return the position after the physical line with this number, counted from 0."""
        return self._line_ends.item(number) + 1 if number < len(self._line_ends) else self._end

    def end_of_line(self, position: int) -> int:
        """Return the position after the physical line that contains this byte."""
        return self.after_line(self.line_of(position))

    def _find_irregular(self, parity: int) -> Ints:
        """The positions of each stray quote, if quotes open at this parity."""
        WORK.scanned += len(self._quotes)
        text, opening, closing = self._text, self._quotes[parity::2], self._quotes[1 - parity :: 2]
        before, after = text.take(opening - 1), text.take(closing + 1)
        # The edges of the block count as line ends.
        before[:1][opening[:1] == SPARE] = _LF
        after[-1:][closing[-1:] == self._end - 1] = _LF
        stray = opening[~self._may_adjoin(before)], closing[~self._may_adjoin(after)]
        return np.sort(np.concatenate(stray))

    def _may_adjoin(self, text: Bytes) -> Mask:
        """Return whether each byte may stand outside of a quoted cell right beside its quote."""
        found: Mask = text == self._delimiter
        for other in (_LF, _CR, self._quote):
            found |= text == other
        return found
