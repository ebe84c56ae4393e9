"""Where the records and cells of a block are, by the parity of its quotes.

A byte is outside of quoted cells when an even number of quotes precedes it, as long as each quote
that opens follows a delimiter, a line's start or the quote before it, and each that closes precedes
a delimiter, a line's end or the next quote. A quote that does not is stray: its record is read by
the `Framer`, and the parity starts afresh at the next line.
"""

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from csvgate.engine.vector.blocks import SPARE, Block

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_LF: Final = 10
_CR: Final = 13


class Index:
    """The quotes, delimiters and line feeds of a block, which starts outside of quotes."""

    def __init__(self, block: Block, delimiter: str, quote: str) -> None:
        data = block.data
        self._text: Final = np.frombuffer(data, np.uint8)
        self._end: Final = block.end
        self._delimiter: Final = ord(delimiter)
        self._quote: Final = ord(quote)
        self._special: Final = self._find(quoted=quote.encode() in data)
        kinds = self._text.take(self._special)
        is_feed = kinds == _LF
        feeds = np.flatnonzero(is_feed)
        self._line_feeds: Final[Positions] = self._special[feeds]
        is_quote = kinds == self._quote
        self._quotes: Final[Positions] = self._special[is_quote]
        self._separators: tuple[Mask | None, Mask] = (None, is_quote)
        self._outside = (np.arange(len(feeds)), feeds[:0])
        if len(self._quotes):
            odd = np.logical_xor.accumulate(is_quote)
            self._separators = ~(odd | is_quote), odd & ~is_quote
            odd = odd[feeds]
            self._outside = (np.flatnonzero(~odd), np.flatnonzero(odd))
        self._returns: Final = self._lone_returns() if b"\r" in data else self._quotes[:0]

    def _find(self, *, quoted: bool) -> Positions:
        special = self._text == _LF
        special |= self._text == self._delimiter
        if quoted:
            special |= self._text == self._quote
        special[:SPARE] = special[-SPARE:] = False
        return np.flatnonzero(special)

    def parity(self, at: int) -> int:
        """Of the number of quotes before that position."""
        return int(np.searchsorted(self._quotes, at)) & 1

    def first_odd(self, parity: int, at: int) -> int:
        """From there on, the first byte that is not as it should be when quotes of this parity
        open; the end of the block when all are."""
        odd = self._odd[parity]
        found = int(np.searchsorted(odd, at))
        return int(odd[found]) if found < len(odd) else self._end

    def ends(self, parity: int, start: int, stop: int) -> tuple[Positions, Positions]:
        """Past each line feed in that range that is outside of quotes, when these open at this
        parity; and how many line feeds there are up to there."""
        outside = self._outside[parity]
        low, high = np.searchsorted(self._line_feeds, (start, stop))
        first, last = np.searchsorted(outside, (low, high))
        counts: Positions = outside[first:last] + 1
        found: Positions = self._line_feeds[counts - 1] + 1
        return found, counts

    def separators(self, parity: int, start: int, stop: int) -> tuple[Positions, Positions]:
        """The delimiters and line feeds in that range that are outside of quotes, when these open
        at this parity; and which of them are line feeds."""
        low, high = np.searchsorted(self._special, (start, stop))
        found = self._special[low:high]
        outside = self._separators[parity]
        if outside is not None:
            found = found[outside[low:high]]
        return found, np.flatnonzero(self._text.take(found) == _LF)

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
    def doubled(self) -> Positions:
        """Each quote that another one follows."""
        following = self._text.take(self._quotes + 1) == self._quote
        found: Positions = self._quotes[following]
        return found

    @cached_property
    def _odd(self) -> tuple[Positions, Positions]:
        text, quotes = self._text, self._quotes
        if not len(quotes):
            return self._returns, self._returns
        before, after = text.take(quotes - 1), text.take(quotes + 1)
        # The block's edges are line ends.
        before[quotes == SPARE] = _LF
        after[quotes == self._end - 1] = _LF
        opens, closes = self._borders(before), self._borders(after)
        even = np.arange(len(quotes)) % 2 == 0
        stray = quotes[np.where(even, ~opens, ~closes)], quotes[np.where(even, ~closes, ~opens)]
        if not len(self._returns):
            return stray
        both = [np.sort(np.concatenate((found, self._returns))) for found in stray]
        return both[0], both[1]

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
