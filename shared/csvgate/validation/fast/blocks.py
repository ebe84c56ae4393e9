"""Cuts a stream of pieces into blocks of whole physical lines."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from csvgate.csv.work import WORK
from csvgate.validation.fast.clearing.lazy_property import lazy_property

SPARE: Final = 128
"""Zero bytes before and after a block's content, so that reading cells by the word may go beyond
their ends."""
_SPARE_BYTES: Final = bytes(SPARE)
_LF: Final = 10


@dataclass(frozen=True)
class Block:
    data: bytes
    """The content with SPARE bytes on both sides. Positions in a block count from the first byte of
    `data`, so the content begins at SPARE."""
    last: bool
    """True if the stream ends with this block. Every other block ends with a line terminator."""

    @lazy_property
    def has_zeros(self) -> bool:
        """Return whether the content has zero bytes."""
        return self.data.find(0, SPARE, self.end) >= 0

    @property
    def end(self) -> int:
        """The position after the content."""
        return len(self.data) - SPARE

    @staticmethod
    def of(parts: Iterable[bytes | memoryview], *, last: bool) -> "Block":
        return Block(b"".join([_SPARE_BYTES, *parts, _SPARE_BYTES]), last)


class BlockReader:
    """Reads blocks of about `size` bytes. They do not depend on how the stream is divided."""

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._waiting: deque[tuple[bytes, int]] = deque()
        """The pieces that are not used up, each with the number of bytes that are. There may be
        millions: a gzip file can have a piece for every byte."""
        self._have = 0
        """The number of bytes that wait."""
        self._ended = False

    def next(self, leftover: bytes, max_line: int) -> Block | None:
        """Return the next block. It begins with `leftover`, the rest of the block before, and is
        longer than that unless it is the last. None if the next line has more than about `max_line`
        bytes."""
        # What is left over is read again. It is at most half of the block, so that a record of many
        # blocks is read twice and not once for each block.
        size = max(self._size, len(leftover))
        while True:
            self._fill(size)
            if self._ended and self._have <= size:
                return self._block(leftover, self._have, last=True)
            end = self._after_last_line_end(size)
            if end:
                return self._block(leftover, end, last=False)
            if size > max_line:
                return None
            size *= 2

    def remainder(self) -> Iterator[bytes]:
        """Yield the bytes after the last block, for another reader."""
        yield from map(bytes, self._take(self._have))
        yield from self._pieces

    def _block(self, leftover: bytes, count: int, *, last: bool) -> Block:
        WORK.scanned += len(leftover) + count
        return Block.of([leftover, *self._take(count)], last=last)

    def _fill(self, size: int) -> None:
        """Read until more than `size` bytes wait, or the stream ends."""
        while self._have <= size and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            elif piece:
                self._waiting.append((piece, 0))
                self._have += len(piece)

    def _after_last_line_end(self, size: int) -> int:
        r"""Return the number of bytes up to the end of the last line that ends within the first
        `size` that wait; 0 if none does. More than `size` bytes wait, so it is known whether a \r
        at their end is the first half of a \r\n, which then ends one byte later."""
        before, following = self._have, -1
        for piece, start in reversed(self._waiting):
            before -= len(piece) - start
            stop = min(len(piece), start + size - before)
            if stop > start:
                line_feed = piece.rfind(b"\n", start, stop)
                carriage_return = piece.rfind(b"\r", max(start, line_feed), stop)
                last = max(line_feed, carriage_return)
                WORK.scanned += stop - max(start, last)
                if last >= 0:
                    end = last + 1
                    after = piece[end] if end < len(piece) else following
                    if carriage_return > line_feed and after == _LF:
                        end += 1
                    return before + end - start
            following = piece[start]
        return 0

    def _take(self, count: int) -> list[memoryview]:
        """Remove the first `count` bytes that wait, and return them."""
        self._have -= count
        found = list[memoryview]()
        while count:
            piece, start = self._waiting[0]
            end = min(len(piece), start + count)
            found.append(memoryview(piece)[start:end])
            count -= end - start
            if end < len(piece):
                self._waiting[0] = piece, end
            else:
                self._waiting.popleft()
        return found
