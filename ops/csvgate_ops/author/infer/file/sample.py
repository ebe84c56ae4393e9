"""Reads the beginning of a file, as a sample in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from csvgate.csv.decoding import open_text

MOST_BYTES: Final = 32 * 1024 * 1024
"""The limit on the decompressed sample."""


@dataclass(frozen=True, slots=True)
class Sample:
    data: bytes
    """Complete lines, or the whole file."""
    complete: bool
    """True if the sample is the whole file."""


def take(pieces: Iterator[bytes], most: int = MOST_BYTES) -> Sample:
    """Read the first `most` bytes or slightly more, up to the last line break."""
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) >= most:
            end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
            return Sample(bytes(data[:end] if end else data), complete=False)
    return Sample(bytes(data), complete=True)


def utf8_text(data: bytes, encoding: str) -> bytes:
    """Return the text in UTF-8 without a byte order mark, as the engine reads it. Raises FileFault
    if the beginning of the file shows that it is not a CSV file."""
    _, pieces = open_text([data], encoding)
    return b"".join(pieces)
