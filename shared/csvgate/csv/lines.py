"""The beginning and the physical lines of a byte stream, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Final

from csvgate.csv.work import WORK

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
    it is too long. Each byte is split once, and copied once more if its line is in several blocks.
    """
    begun: list[bytes] = []
    """The parts of a line whose end has not been read, up to `limit` + 1 bytes."""
    room = limit + 1
    for block in _blocks(pieces):
        WORK.scanned += len(block)
        lines = block.splitlines(keepends=True)
        if begun:
            part = _cut(lines[0], room)
            if part:
                begun.append(part)
            if not _is_ended(lines[0]):
                room -= len(part)
                continue
            lines[0] = b"".join(begun)
            WORK.scanned += len(lines[0])
            begun, room = [], limit + 1
        if not _is_ended(lines[-1]):
            begun = [_cut(lines.pop(), room)]
            room -= len(begun[0])
        if lines:
            long = len(block) > limit and _any_longer(lines, limit)
            yield [_cut(line, limit + 1) for line in lines] if long else lines
    if begun:
        yield [b"".join(begun)]


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield the same bytes in non-empty blocks of about _BLOCK_BYTES. No block but the last ends
    with \r, which may be the first half of a \r\n."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        for start in range(0, len(piece), _BLOCK_BYTES):
            part = piece[start : start + _BLOCK_BYTES]
            waiting.append(part)
            size += len(part)
            if size >= _BLOCK_BYTES:
                block = b"".join(waiting)
                kept = block[-1:] if block.endswith(b"\r") else b""
                waiting, size = [kept] if kept else [], len(kept)
                if block := block[: len(block) - size]:
                    yield block
    if waiting:
        yield b"".join(waiting)


def _is_ended(line: bytes) -> bool:
    return line.endswith((b"\n", b"\r"))


def _any_longer(lines: list[bytes], limit: int) -> bool:
    return max(map(len, lines)) > limit


def _cut(line: bytes, size: int) -> bytes:
    """Return at most `size` bytes of a line, and its terminator."""
    if len(line) <= size:
        return line
    content = line.rstrip(b"\r\n")
    return content[:size] + line[len(content) :]
