"""Decompresses bzip2."""

from collections.abc import Callable, Iterable, Iterator

from csvgate.csv.compression.faults import corrupt, truncated
from csvgate.csv.compression.members import LibraryMember, MemberError, expand_members


def expand_bzip2(
    pieces: Iterable[bytes], on_step: Callable[[], None]
) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.compressed_truncated` and `file.compressed_corrupt`. Memory is up to 4 MiB."""
    return expand_members(
        pieces,
        _Bzip2,
        on_step,
        lambda _, members: corrupt("bzip2", members),
        truncated("bzip2"),
    )


class _Bzip2(LibraryMember):
    """One stream of bzip2."""

    def __init__(self) -> None:
        # Imported here, so that a function that reads no such file does not wait for it.
        from bz2 import BZ2Decompressor

        super().__init__(BZ2Decompressor())

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        try:
            return super().decompress(data, most)
        except OSError:
            raise MemberError from None
