"""The beginning and the physical lines of a byte stream, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Final

_BLOCK_BYTES: Final = 256 * 1024
"""Large enough that the cost of splitting is that of the bytes, not of the calls."""


def read_at_least(pieces: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """Return the first `size` bytes or more (fewer only if the stream ends), and the rest."""
    rest = iter(pieces)
    read, length = list[bytes](), 0
    while length < size and (piece := next(rest, None)) is not None:
        read.append(piece)
        length += len(piece)
    return b"".join(read), rest


def physical_lines(pieces: Iterable[bytes], limit: int) -> Iterator[list[bytes]]:
    r"""Yield lists of lines with their terminators (\n, \r\n or \r); the last line may have none.

    The lines do not depend on how the stream is divided into pieces. A line longer than `limit`
    bytes, not counting its terminator, is cut to `limit` + 1 bytes, so that the caller can see that
    it is too long.
    """
    tail = b""
    for block in _blocks(pieces):
        lines = (tail + block).splitlines(keepends=True)
        # A \r at the end of the block may be the first half of a \r\n.
        tail = b"" if lines[-1].endswith(b"\n") else _cut(lines.pop(), limit)
        if lines:
            yield [_cut(line, limit) for line in lines] if _any_longer(lines, limit) else lines
    if tail:
        yield [tail]


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in non-empty blocks of at least _BLOCK_BYTES, except for the last."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        for start in range(0, len(piece), _BLOCK_BYTES):
            part = piece[start : start + _BLOCK_BYTES]
            waiting.append(part)
            size += len(part)
            if size >= _BLOCK_BYTES:
                yield b"".join(waiting)
                waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _any_longer(lines: list[bytes], limit: int) -> bool:
    return max(map(len, lines)) > limit


def _cut(line: bytes, limit: int) -> bytes:
    if len(line) <= limit:
        return line
    content = line.rstrip(b"\r\n")
    return content[: limit + 1] + line[len(content) :]
