"""Decompresses xz."""

from collections.abc import Callable, Iterable, Iterator

from csvgate.csv.compression.faults import MOST_MEMORY, corrupt, needs_memory, truncated
from csvgate.csv.compression.members import LibraryMember, MemberError, expand_members
from csvgate.validation.faults import FileFault


class _NeedsMemory(MemberError):
    """The file asks for more than MOST_MEMORY."""


def expand_xz(pieces: Iterable[bytes], on_step: Callable[[], None]) -> Iterator[tuple[bytes, int]]:
    """Yield decompressed bytes, with the number of compressed bytes read so far. Raises FileFault
    `file.compressed_truncated`, `file.compressed_corrupt` and `file.compressed_memory`."""
    return expand_members(pieces, _Xz, on_step, _damaged, truncated("xz"))


class _Xz(LibraryMember):
    """One stream of xz."""

    def __init__(self) -> None:
        # Imported here, so that a function that reads no such file does not wait for it.
        import lzma

        self._failures = lzma.LZMAError
        super().__init__(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY))

    def decompress(self, data: bytes, most: int) -> tuple[bytes, int]:
        try:
            return super().decompress(data, most)
        except self._failures as error:
            if _is_about_memory(error):
                raise _NeedsMemory from None
            raise MemberError from None


def _is_about_memory(error: Exception) -> bool:
    # The library has one class of exceptions for everything.
    return "Memory" in str(error)


def _damaged(error: MemberError, members: int) -> FileFault:
    if isinstance(error, _NeedsMemory):
        return needs_memory("xz", "with `xz -9` or less")
    return corrupt("xz", members)
