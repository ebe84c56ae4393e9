"""Physical lines of a byte stream, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Final

_BLOCK_BYTES: Final = 256 * 1024


def physical_lines(pieces: Iterable[bytes], limit: int) -> Iterator[list[bytes]]:
    r"""Lines with their terminators (\n, \r\n or \r), a list at a time; the last may have none.

    The lines do not depend on how the stream is cut into pieces. A line of more than `limit` bytes
    (terminator aside) comes cut to its first `limit` + 1: too long, and no longer than needed to
    tell.
    """
    tail = b""
    for block in _blocks(pieces):
        lines = (tail + block).splitlines(keepends=True)
        # A \r at the end may be half of a \r\n whose other half is still to come.
        tail = b"" if lines[-1].endswith(b"\n") else _cut(lines.pop(), limit)
        if lines:
            yield [_cut(line, limit) for line in lines] if _any_longer(lines, limit) else lines
    if tail:
        yield [tail]


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of a size that is worth the while, none empty."""
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
