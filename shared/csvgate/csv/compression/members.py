"""Decompresses a stream of members that follow each other, each compressed on its own."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from csvgate.csv.work import WORK
from csvgate.validation.faults import FileFault

IN_BYTES: Final = 16 * 1024
OUT_BYTES: Final = 1024 * 1024
_NOT_ZERO: Final = re.compile(rb"[^\0]")
_FIRST_IN_BYTES: Final = 128
"""Input of the first call for each member after the first. Each further call has twice as many, up
to IN_BYTES: at the end of a member the decompressor copies the rest of its input, and a file may
have a member every 20 bytes."""


class Member(Protocol):
    """The decompressor of one member."""

    @property
    def eof(self) -> bool:
        """Whether the end of the member was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can be decompressed without more input."""

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        """Return at most `most` decompressed bytes, and how many bytes at the end of `data` were
        not taken. Raises MemberError."""


def expand_members(
    pieces: Iterable[bytes],
    new_member: Callable[[], Member],
    on_step: Callable[[], None],
    damaged: Callable[["MemberError", int], FileFault],
    truncated: FileFault,
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far.

    `damaged` returns the fault for what decompressing raises, and for the number of complete
    members before it; `truncated` is the fault for a file that ends within a member.
    """
    member, in_member, members, consumed, step = new_member(), False, 0, 0, IN_BYTES
    for piece in _equal_pieces(pieces):
        at = 0
        consumed += len(piece)
        while at < len(piece) or (in_member and not member.needs_input):
            if not in_member:
                # Zero bytes may pad the gap between two members and the end of the file.
                found = _NOT_ZERO.search(piece, at)
                if not found:
                    break
                at, in_member = found.start(), True
            on_step()
            data = piece[at : at + step] if member.needs_input else b""
            try:
                out, left = member.decompress(data, OUT_BYTES)
            except MemberError as error:
                raise damaged(error, members) from None
            WORK.scanned += len(data) + left + len(out)
            at += len(data) - left
            step = min(2 * step, IN_BYTES)
            if out:
                yield out, consumed
            if member.eof:
                member, in_member, members = new_member(), False, members + 1
                step = _FIRST_IN_BYTES
    if in_member:
        raise truncated


class MemberError(Exception):
    """Raised by a `Member` whose data cannot be decompressed, in place of the exception of the
    library, which is imported only when it is needed."""


class Decompressor(Protocol):
    """What the decompressors of `bz2` and `lzma` have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class LibraryMember:
    """One member that a Decompressor reads. Subclasses raise MemberError for its exceptions."""

    def __init__(self, stream: Decompressor) -> None:
        self._stream = stream

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        return self._stream.needs_input

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        out = self._stream.decompress(data, most)
        return out, len(self._stream.unused_data) if self._stream.eof else 0


def _equal_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of exactly IN_BYTES, except for the last."""
    waiting, size = list[bytes](), 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < IN_BYTES:
            continue
        data = b"".join(waiting)
        size = len(data) % IN_BYTES
        complete = len(data) - size
        for start in range(0, complete, IN_BYTES):
            yield data[start : start + IN_BYTES]
        waiting = [data[complete:]]
    if size:
        yield b"".join(waiting)
