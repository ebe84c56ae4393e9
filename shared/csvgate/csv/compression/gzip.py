"""Decompresses gzip."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from csvgate.csv.compression.faults import corrupt, truncated
from csvgate.csv.compression.members import MemberError, expand_members

_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS


def expand_gzip(
    pieces: Iterable[bytes], on_step: Callable[[], None]
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.gzip_truncated` and `file.gzip_corrupt`."""
    return expand_members(
        pieces, _Gzip, on_step, lambda _, members: corrupt("gzip", members), truncated("gzip")
    )


class _Gzip:
    """One member of gzip."""

    needs_input = True

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_ONLY)

    @property
    def eof(self) -> bool:
        return self._member.eof

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        member = self._member
        try:
            out = member.decompress(data, most)
        except zlib.error:
            raise MemberError from None
        return out, len(member.unused_data if member.eof else member.unconsumed_tail)
