"""Decompresses gzip."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from csvgate.csv.compression.members import MemberError, expand_members
from csvgate.validation.faults import FileFault

_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS


def expand_gzip(
    pieces: Iterable[bytes], on_step: Callable[[], None]
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.gzip_truncated` and `file.gzip_corrupt`."""
    message = "the file ends before its gzip data does; upload it again"
    truncated = FileFault("file.gzip_truncated", message)
    return expand_members(pieces, _Gzip, on_step, _damaged, truncated)


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


def _damaged(_: MemberError, members: int) -> FileFault:
    if members:
        message = (
            "the file is damaged: what follows its gzip data is not gzip; compress and upload it "
            "again"
        )
    else:
        message = "the file is damaged: its gzip data cannot be decompressed; upload it again"
    return FileFault("file.gzip_corrupt", message)
