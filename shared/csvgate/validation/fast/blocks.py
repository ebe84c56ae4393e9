"""Cuts a stream of pieces into blocks of whole physical lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

SPARE: Final = 128
"""Zero bytes before and after a block's content, so that reading cells by the word may go beyond
their ends."""
_SPARE_BYTES: Final = bytes(SPARE)


@dataclass(frozen=True)
class Block:
    data: bytes
    """The content with SPARE bytes on both sides. Positions in a block count from the first byte of
    `data`, so the content begins at SPARE."""
    last: bool
    """True if the stream ends with this block. Every other block ends with a line feed."""

    @cached_property
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
        self._waiting: list[tuple[bytes, int]] = []
        """The pieces that are not used up, each with the number of bytes that are."""
        self._have = 0
        """The number of bytes that wait."""
        self._ended = False

    def next(self, leftover: bytes, max_line: int) -> Block | None:
        """Return the next block. It begins with `leftover`, the rest of the block before, and is
        longer than that unless it is the last. None if the next line has more than about `max_line`
        bytes."""
        size = self._size
        while True:
            self._fill(size)
            if self._ended and self._have <= size:
                return Block.of([leftover, *self._take(self._have)], last=True)
            end = self._after_last_line_feed(size)
            if end:
                return Block.of([leftover, *self._take(end)], last=False)
            if size > max_line:
                return None
            size *= 2

    def remainder(self) -> Iterator[bytes]:
        """Yield the bytes after the last block, for another reader."""
        yield from map(bytes, self._take(self._have))
        yield from self._pieces

    def _fill(self, size: int) -> None:
        """Read until more than `size` bytes wait, or the stream ends."""
        while self._have <= size and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            elif piece:
                self._waiting.append((piece, 0))
                self._have += len(piece)

    def _after_last_line_feed(self, size: int) -> int:
        """Return the number of bytes up to the last line feed among the first `size` that wait; 0
        if there is none."""
        before, found = 0, 0
        for piece, start in self._waiting:
            at = piece.rfind(b"\n", start, start + size - before)
            if at >= 0:
                found = before + at - start + 1
            before += len(piece) - start
            if before >= size:
                break
        return found

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
                del self._waiting[0]
        return found
