"""Decompresses gzip."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from struct import pack
from typing import Any, Final

from csvgate.csv.compression.faults import corrupt, truncated
from csvgate.csv.compression.members import Member, MemberError, expand_members

_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS
_NO_HEADER: Final = -zlib.MAX_WBITS
_USUAL_HEADER: Final = re.compile(rb"\x1f\x8b\x08(?:\x00.{6}|\x08.{6}[^\0]*\0)", re.DOTALL)
"""A header without optional fields, or with the name of the file."""
_TRAILER_BYTES: Final = 8


def expand_gzip(
    pieces: Iterable[bytes], on_step: Callable[[], None]
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.gzip_truncated` and `file.gzip_corrupt`."""
    return expand_members(
        pieces, GzipMember, on_step, lambda _, members: corrupt("gzip", members), truncated("gzip")
    )


class GzipMember:
    """One member of gzip, with a usual header or any other.

    ISA-L decompresses what follows a usual header, in a third of zlib's time. It cannot read the
    header itself: ISA-L 2.32 refuses valid headers that come in several pieces. Members whose
    header is unusual, or not complete in the first data, are left to zlib.
    """

    needs_input = True

    def __init__(self) -> None:
        self._member: Member | None = None

    @property
    def eof(self) -> bool:
        return self._member is not None and self._member.eof

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        if self._member is None:
            header = _USUAL_HEADER.match(data)
            self._member = _ZlibMember() if header is None else _IsalMember()
            data = data if header is None else data[header.end() :]
        return self._member.decompress(data, most)


class _ZlibMember:
    """A member with its header, read by zlib."""

    needs_input = True

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP_ONLY)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        stream = self._stream
        try:
            out = stream.decompress(data, most)
        except zlib.error:
            raise MemberError from None
        return out, len(stream.unused_data if stream.eof else stream.unconsumed_tail)


class _IsalMember:
    """A member without its header: compressed data, read by ISA-L, and the trailer that has their
    checksum and size."""

    # ISA-L may take eight bytes of input before there is room for what they expand to. Even then
    # the trailer is not taken as a whole, so that there is input for another call.
    needs_input = True

    def __init__(self) -> None:
        # Imported here, so that a function that reads no such file does not wait for it.
        from isal import isal_zlib

        self._failure: Any = isal_zlib.error  # Its stubs do not say that this is a class.
        self._checksum_of = isal_zlib.crc32
        self._stream = isal_zlib.decompressobj(_NO_HEADER)
        self._checksum = 0
        self._size = 0
        self._has_all_data = False
        self._trailer = b""
        self.eof = False

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        stream = self._stream
        if self._has_all_data:
            return b"", self._read_trailer(data)
        try:
            out = stream.decompress(data, most)
        except self._failure:
            raise MemberError from None
        self._checksum = self._checksum_of(out, self._checksum)
        self._size += len(out)
        if not stream.eof:
            return out, len(stream.unconsumed_tail)
        self._has_all_data = True
        return out, self._read_trailer(stream.unused_data)

    def _read_trailer(self, data: bytes) -> int:
        """Return how many bytes follow the trailer. Each of its two numbers is compared as soon as
        it is complete, so that a file that ends within it is truncated, as for zlib."""
        missing = _TRAILER_BYTES - len(self._trailer)
        self._trailer += data[:missing]
        known = len(self._trailer) // 4 * 4
        expected = pack("<LL", self._checksum, self._size & 0xFFFF_FFFF)
        if self._trailer[:known] != expected[:known]:
            raise MemberError
        self.eof = len(self._trailer) == _TRAILER_BYTES
        return max(0, len(data) - missing)
