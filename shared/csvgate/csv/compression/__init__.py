"""Decompresses files in bounded memory: gzip, zstd, bzip2, xz, and one member of a zip archive."""

from csvgate.csv.compression.layers import (
    FREE_BYTES,
    HEAD_BYTES,
    MAX_RATIO,
    decompress,
    is_compressed,
    most_expanded,
)

__all__ = [
    "FREE_BYTES",
    "HEAD_BYTES",
    "MAX_RATIO",
    "decompress",
    "is_compressed",
    "most_expanded",
]
