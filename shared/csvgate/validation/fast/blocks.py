"""Blocks of whole physical lines from a stream of pieces."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

SPARE: Final = 32
"""Zero bytes before and after a block's content: what reads by the word may look past a cell."""
_SPARE_BYTES: Final = bytes(SPARE)


@dataclass(frozen=True)
class Block:
    data: bytes
    """The content, with SPARE bytes on both sides. Positions count from the first of these."""
    last: bool
    """Nothing follows. Otherwise the content ends with a line feed."""

    @cached_property
    def has_zeros(self) -> bool:
        """Among the content."""
        return self.data.find(0, SPARE, self.end) >= 0

    @property
    def end(self) -> int:
        """Past the content."""
        return len(self.data) - SPARE

    @staticmethod
    def of(parts: Iterable[bytes | memoryview], *, last: bool) -> "Block":
        return Block(b"".join([_SPARE_BYTES, *parts, _SPARE_BYTES]), last)


class Blocks:
    """Always the same blocks of a stream, whatever its pieces are."""

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._waiting: list[tuple[bytes, int]] = []
        """Pieces, and how much of each has been handed out."""
        self._have = 0
        self._ended = False

    def next(self, kept: bytes, most: int) -> Block | None:
        """The next block, `kept` (of the one before) at its beginning, always longer than `kept`
        unless it is the last. None when the next line has more than about `most` bytes."""
        size = self._size
        while True:
            self._fill(size)
            if self._ended and self._have <= size:
                return Block.of([kept, *self._take(self._have)], last=True)
            end = self._past_line_feed(size)
            if end:
                return Block.of([kept, *self._take(end)], last=False)
            if size > most:
                return None
            size *= 2

    def remainder(self) -> Iterator[bytes]:
        """The bytes after the last block, for another reader."""
        yield from map(bytes, self._take(self._have))
        yield from self._pieces

    def _fill(self, size: int) -> None:
        """Waits for more than `size` bytes unless the stream ends."""
        while self._have <= size and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            elif piece:
                self._waiting.append((piece, 0))
                self._have += len(piece)

    def _past_line_feed(self, size: int) -> int:
        """Past the last line feed among the first `size` bytes that wait; 0 when there is none."""
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
        """The first `count` bytes that wait, which do not any more."""
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
