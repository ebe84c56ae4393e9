"""The kinds of compression, and the first bytes by which each is recognised."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from csvgate.csv.compression.bzip2 import expand_bzip2
from csvgate.csv.compression.gzip import expand_gzip
from csvgate.csv.compression.xz import expand_xz
from csvgate.csv.compression.zip import expand_zip
from csvgate.csv.compression.zstd import expand_zstd

if TYPE_CHECKING:
    from csvgate.csv.compression.workbook_reader import WorkbookReader

OnStep = Callable[[], None]
Expanded = Iterator[tuple[bytes, int]]
"""Decompressed bytes, with the number of compressed bytes read so far."""
HEAD_BYTES: Final = 10
"""The first bytes that show the kind of compression."""


class Kind(NamedTuple):
    """A kind of compression."""

    name: str
    head: re.Pattern[bytes]
    """Matches the beginning of its files."""
    expand: Callable[[Iterable[bytes], str | None, OnStep, "WorkbookReader | None"], Expanded]
    """Takes the compressed pieces, the contract's `member`, what to call before each step, and what
    reads a workbook."""


def _stream(
    expand: Callable[[Iterable[bytes], OnStep], Expanded],
) -> Callable[[Iterable[bytes], str | None, OnStep, "WorkbookReader | None"], Expanded]:
    """Return the function of a kind whose files have no members with names."""
    return lambda pieces, _, on_step, __: expand(pieces, on_step)


ZIP: Final = Kind("zip", re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"), expand_zip)
KINDS: Final = (
    Kind("gzip", re.compile(rb"\x1f\x8b"), _stream(expand_gzip)),
    # A file may begin with frames to skip, which programs use for their own notes.
    Kind("zstd", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), _stream(expand_zstd)),
    # The second form is that of a file without any data.
    Kind("bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), _stream(expand_bzip2)),
    Kind("xz", re.compile(rb"\xfd7zXZ\x00"), _stream(expand_xz)),
    ZIP,
)


def kind_of(head: bytes) -> Kind | None:
    """Return the kind of compression of a file that begins so, or None."""
    return next((kind for kind in KINDS if kind.head.match(head)), None)
