"""Blocks of whole physical lines from a stream of pieces."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Block(NamedTuple):
    data: bytes
    last: bool
    """Nothing follows. Otherwise the data ends with a line feed."""


class Blocks:
    """Always the same blocks of a stream, whatever its pieces are."""

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._rest = b""
        self._ended = False

    def next(self, kept: bytes, most: int) -> Block | None:
        """The next block, `kept` (of the one before) at its beginning, always longer than `kept`
        unless it is the last. None when the next line has more than about `most` bytes."""
        size = len(kept) + self._size
        while True:
            data = self._fill(kept, size)
            if self._ended and len(data) <= size:
                self._rest = b""
                return Block(data, last=True)
            end = data.rfind(b"\n", len(kept), size) + 1
            if end:
                self._rest = data[end:]
                return Block(data[:end] if end < len(data) else data, last=False)
            self._rest = data[len(kept) :]
            if size - len(kept) > most:
                return None
            size = len(kept) + 2 * (size - len(kept))

    def remainder(self) -> Iterator[bytes]:
        """The bytes after the last block, for another reader."""
        rest, self._rest = self._rest, b""
        yield rest
        yield from self._pieces

    def _fill(self, kept: bytes, size: int) -> bytes:
        """`kept` and what follows, of more than `size` bytes unless the stream ends."""
        parts = [kept, self._rest]
        have = len(kept) + len(self._rest)
        while have <= size and not self._ended:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            else:
                parts.append(piece)
                have += len(piece)
        return b"".join(parts)
