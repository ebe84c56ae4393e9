"""Where the records of a block are, by the parity of its quotes.

A byte is outside of quoted cells when an even number of quotes precedes it, as long as each quote
that opens follows a delimiter, a line's start or the quote before it, and each that closes precedes
a delimiter, a line's end or the next quote. A quote that does not is stray: its record is read by
the `Framer`, and the parity starts afresh at the next line.
"""

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
_LF: Final = 10
_CR: Final = 13


class Index:
    """The quotes and line ends of a block, which starts outside of quotes."""

    def __init__(self, data: bytes, delimiter: str, quote: str) -> None:
        self._text: Final = np.frombuffer(data, np.uint8)
        self._delimiter: Final = ord(delimiter)
        self._quote: Final = ord(quote)
        if quote.encode() in data:
            special = np.flatnonzero((self._text == _LF) | (self._text == self._quote))
            is_quote = self._text[special] == self._quote
            counts = np.cumsum(is_quote)
            self._quotes: Positions = special[is_quote]
            self._line_feeds: Positions = special[~is_quote]
            odd = (counts[~is_quote] & 1).astype(np.bool_)
            self._outside = (np.flatnonzero(~odd), np.flatnonzero(odd))
        else:
            self._quotes = np.empty(0, np.int64)
            self._line_feeds = np.flatnonzero(self._text == _LF)
            self._outside = (np.arange(len(self._line_feeds)), self._quotes)
        self._returns: Final = self._lone_returns() if b"\r" in data else self._quotes[:0]

    def parity(self, at: int) -> int:
        """Of the number of quotes before that position."""
        return int(np.searchsorted(self._quotes, at)) & 1

    def first_odd(self, parity: int, at: int) -> int:
        """From there on, the first byte that is not as it should be when quotes of this parity
        open; the length of the block when all are."""
        odd = self._odd[parity]
        found = int(np.searchsorted(odd, at))
        return int(odd[found]) if found < len(odd) else len(self._text)

    def ends(self, parity: int, start: int, stop: int) -> tuple[Positions, Positions]:
        """Past each line feed in that range that is outside of quotes, when these open at this
        parity; and how many line feeds there are up to there."""
        outside = self._outside[parity]
        low, high = np.searchsorted(self._line_feeds, (start, stop))
        first, last = np.searchsorted(outside, (low, high))
        counts: Positions = outside[first:last] + 1
        found: Positions = self._line_feeds[counts - 1] + 1
        return found, counts

    @property
    def has_returns(self) -> bool:
        r"""Whether physical lines end with \r alone, somewhere."""
        return len(self._returns) > 0

    @cached_property
    def line_ends(self) -> Positions:
        r"""The last byte of each physical line's terminator: \n, \r\n or \r."""
        if not len(self._returns):
            return self._line_feeds
        both: Positions = np.sort(np.concatenate((self._line_feeds, self._returns)))
        return both

    @cached_property
    def _odd(self) -> tuple[Positions, Positions]:
        text, quotes = self._text, self._quotes
        if not len(quotes):
            return self._returns, self._returns
        # The block's edges are line ends.
        before = np.where(quotes > 0, text[quotes - 1], _LF)
        after = np.where(quotes + 1 < len(text), text[(quotes + 1) % len(text)], _LF)
        opens, closes = self._borders(before), self._borders(after)
        even = np.arange(len(quotes)) % 2 == 0
        stray = quotes[np.where(even, ~opens, ~closes)], quotes[np.where(even, ~closes, ~opens)]
        if not len(self._returns):
            return stray
        both = [np.sort(np.concatenate((found, self._returns))) for found in stray]
        return both[0], both[1]

    def _borders(self, text: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = text == self._delimiter
        for other in (_LF, _CR, self._quote):
            found |= text == other
        return found

    def _lone_returns(self) -> Positions:
        r"""The \r that no \n follows: the end of a physical line, inside of quotes or not."""
        returns = np.flatnonzero(self._text == _CR)
        following = np.minimum(returns + 1, len(self._text) - 1)
        lone: Positions = returns[self._text[following] != _LF]
        return lone
