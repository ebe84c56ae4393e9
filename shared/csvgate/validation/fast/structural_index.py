"""Where the records and cells of a block are, by the parity of its quotes.

A byte is outside of quoted cells when an even number of quotes precedes it, as long as each quote
that opens follows a delimiter, a line's start or the quote before it, and each that closes precedes
a delimiter, a line's end or the next quote. A quote that does not is stray: its record is read by
the `Framer`, and the parity starts afresh at the next line.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from csvgate.validation.fast.blocks import SPARE, Block

Positions = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
"""Positions again, in half the memory: no block has 2 GB."""
Mask = npt.NDArray[np.bool_]
_LF: Final = 10
_CR: Final = 13
_AT_ONCE: Final = 128 * 1024
"""Bytes, for what passes over them more than once."""
_MANY_QUOTED: Final = 1 / 8
"""Share of cells, from which on looking at each is faster."""
_FEW: Final = 64
"""Line feeds, of which the last may well be outside of quotes."""


class Range(NamedTuple):
    """Sound records, one after the other, between quotes of that parity."""

    start: int
    end: int
    parity: int
    unfinished: bool = False
    """The last record has no terminator, and ends with the block."""


class Separators(NamedTuple):
    """The delimiters and line feeds that end the cells of some records, in order; n of them."""

    positions: Places
    """(n,) For a record that is unfinished, the end of the block is the last."""
    lasts: Positions
    """Which of them end records."""
    counts: Positions
    """How many line feeds there are up to the end of each record."""
    quoted: Positions | None
    """Which of them end cells that begin with a quote; None when these are many."""
    doubled: Positions
    """Where cells have a quote inside: the first of the two it is written as."""


class StructuralIndex:
    """The quotes, delimiters and line feeds of a block, which starts outside of quotes."""

    def __init__(self, block: Block, delimiter: str, quote: str) -> None:
        data = block.data
        self._text: Final = np.frombuffer(data, np.uint8)
        self._end: Final = block.end
        self._delimiter: Final = ord(delimiter)
        self._quote: Final = ord(quote)
        self._special: Final = self._find(quoted=quote.encode() in data)
        kinds = self._text.take(self._special)
        self._is_feed: Final[Mask] = kinds == _LF
        self._feeds: Final[Positions] = np.flatnonzero(self._is_feed)
        self._line_feeds: Final[Positions] = self._special.take(self._feeds)
        self._quotes_at: Final[Positions] = np.flatnonzero(kinds == self._quote)
        self._quotes: Final[Positions] = self._special.take(self._quotes_at)
        self._returns: Final = self._lone_returns() if b"\r" in data else self._quotes[:0]
        self._odd: Final = dict[int, Positions]()

    def _find(self, *, quoted: bool) -> Positions:
        others = [self._delimiter, self._quote] if quoted else [self._delimiter]
        special = np.empty(len(self._text), np.bool_)
        also = np.empty(min(len(special), _AT_ONCE), np.bool_)
        for at in range(0, len(special), _AT_ONCE):
            text, found = self._text[at : at + _AT_ONCE], special[at : at + _AT_ONCE]
            np.equal(text, _LF, out=found)
            for other in others:
                np.equal(text, other, out=also[: len(text)])
                found |= also[: len(text)]
        special[:SPARE] = special[-SPARE:] = False
        return np.flatnonzero(special)

    def parity(self, at: int) -> int:
        """Of the number of quotes before that position."""
        return int(np.searchsorted(self._quotes, at)) & 1

    def first_odd(self, parity: int, at: int) -> int:
        """From there on, the first byte that is not as it should be when quotes of this parity
        open; the end of the block when all are."""
        odd = self._odd.get(parity)
        if odd is None:
            odd = self._odd[parity] = self._odd_from(parity)
        found = int(np.searchsorted(odd, at))
        return int(odd[found]) if found < len(odd) else self._end

    def last_end(self, parity: int, start: int, stop: int) -> int:
        """Past the last line feed in that range that is outside of quotes, when these open at this
        parity; `start` when there is none."""
        low, high = np.searchsorted(self._line_feeds, (start, stop)).tolist()
        count = _FEW
        while low < high:
            # From the end: most of the time it is the last one.
            some = self._outside_feeds(parity, max(low, high - count), high)
            if len(some):
                return int(some[-1]) + 1
            high, count = high - count, 2 * count
        return start

    def ends(self, parity: int, start: int, stop: int) -> Positions:
        """Past each of these line feeds."""
        low, high = np.searchsorted(self._line_feeds, (start, stop)).tolist()
        return self._outside_feeds(parity, low, high) + 1

    def _outside_feeds(self, parity: int, low: int, high: int) -> Positions:
        """Of these line feeds."""
        some = self._line_feeds[low:high]
        found: Positions = some[np.searchsorted(self._quotes, some) & 1 == parity]
        return found

    def separators(self, ranges: Sequence[Range]) -> Separators:
        """Those of the records in these ranges."""
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
        inside = self._inside(opens)
        kept = np.zeros(len(self._special), np.bool_)
        for low, high in bounds.tolist():
            kept[low:high] = True
        kept[self._quotes_at] = kept[inside] = False
        positions = self._special[kept].astype(np.int32)
        lasts = np.flatnonzero(self._is_feed[kept])
        counts = np.flatnonzero(kept.take(self._feeds)) + 1
        if ranges and ranges[-1].unfinished:
            lasts = np.append(lasts, len(positions))
            positions = np.append(positions, np.int32(self._end))
            counts = np.append(counts, len(self._feeds))
        doubled = self._quotes.take(opens + 1)
        doubled = doubled[self._text.take(doubled + 1) == self._quote]
        if len(opens) > _MANY_QUOTED * len(positions):
            return Separators(positions, lasts, counts, None, doubled)
        # How many are kept before a quote: those before it in its range that are no quotes and not
        # inside of any, and those of the ranges before.
        others = np.diff(bounds - quotes)[:, 0]
        before = np.cumsum(others) - others - (bounds - quotes)[:, 0]
        at = self._quotes_at.take(opens)
        cells = at - opens + np.repeat(before, [len(each) for each in opening])
        cells -= np.searchsorted(inside, at)
        # A quote that opens where another one has just closed is the second half of one quote.
        new = self._text.take(self._special.take(at) - 1) != self._quote
        return Separators(positions, lasts, counts, cells[new], doubled)

    def _inside(self, opens: Positions) -> Positions:
        """What of the special is between each of these quotes and the next, which closes."""
        starts = self._quotes_at.take(opens) + 1
        counts = self._quotes_at.take(opens + 1) - starts
        around = np.flatnonzero(counts)
        starts, counts = starts.take(around), counts.take(around)
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Positions = np.repeat(starts, counts) + steps
        return found

    @property
    def has_returns(self) -> bool:
        r"""Whether physical lines end with \r alone, somewhere."""
        return len(self._returns) > 0

    def lines_before(self, positions: Positions) -> Positions:
        """How many physical lines end before each."""
        return np.searchsorted(self._line_ends, positions)

    def past_lines(self, start: int, count: int) -> int:
        """Past so many physical lines from there on."""
        past = int(np.searchsorted(self._line_ends, start)) + count - 1
        return int(self._line_ends[past]) + 1 if past < len(self._line_ends) else self._end

    @cached_property
    def _line_ends(self) -> Positions:
        r"""The last byte of each physical line's terminator: \n, \r\n or \r."""
        if not len(self._returns):
            return self._line_feeds
        both: Positions = np.sort(np.concatenate((self._line_feeds, self._returns)))
        return both

    def _odd_from(self, parity: int) -> Positions:
        """All that is not as it should be, when quotes of this parity open."""
        text, opening, closing = self._text, self._quotes[parity::2], self._quotes[1 - parity :: 2]
        before, after = text.take(opening - 1), text.take(closing + 1)
        # The block's edges are line ends.
        before[:1][opening[:1] == SPARE] = _LF
        after[-1:][closing[-1:] == self._end - 1] = _LF
        stray = opening[~self._borders(before)], closing[~self._borders(after)]
        return np.sort(np.concatenate((*stray, self._returns)))

    def _borders(self, text: npt.NDArray[np.uint8]) -> Mask:
        found: Mask = text == self._delimiter
        for other in (_LF, _CR, self._quote):
            found |= text == other
        return found

    def _lone_returns(self) -> Positions:
        r"""The \r that no \n follows: the end of a physical line, inside of quotes or not."""
        returns = np.flatnonzero(self._text == _CR)
        lone: Positions = returns[self._text[returns + 1] != _LF]
        return lone
