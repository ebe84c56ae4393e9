"""Compressed files: damaged ones, odd ones, and bombs."""

import gzip
import zlib

from hostile_files.rows import Made, rows
from unit.protocol.orders import HEADER, row


def gzipped() -> Made:
    text = HEADER + rows(2_000)
    once = gzip.compress(text, mtime=0)
    named = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_000_000 + b"\0" + once[10:]
    return {
        "zipped": (once, None),
        "zipped twice": (gzip.compress(once, mtime=0), None),
        "zipped three times": (gzip.compress(gzip.compress(once)), "file.not_csv"),
        "zipped and cut": (once[: len(once) // 2], "file.gzip_truncated"),
        "zipped and damaged": (once[:-8] + b"\1\2\3\4" + once[-4:], "file.gzip_corrupt"),
        "zipped and followed by text": (once + b"text", "file.gzip_corrupt"),
        "zipped with a long name": (named, None),
        "ten thousand empty members": (gzip.compress(b"", mtime=0) * 10_000 + once, None),
        "a member for each row": (
            b"".join(gzip.compress(part, 1, mtime=0) for part in [HEADER, *map(row, range(3_000))]),
            None,
        ),
        "a bomb of zero bytes": (_bomb(HEADER, b"\0", 100_000_000), "row.too_long"),
        "a bomb of line feeds": (_bomb(HEADER, b"\n", 40_000_000), None),
        "a bomb of quotes": (_bomb(HEADER, b'"\n', 50_000_000), "row.too_few_fields"),
        "a bomb of bad rows": (
            _bomb(HEADER, b"x" * 200 + b"\n", 40_000_000),
            "row.too_few_fields",
        ),
        "a bomb of one valid row": (_bomb(HEADER, row(0), 100_000_000), "constraint.unique"),
        "not zipped": (text, None),
    }


def _bomb(start: bytes, repeated: bytes, size: int) -> bytes:
    """Compress `size` bytes of the repeated text without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    part = repeated * (1_000_000 // len(repeated))
    pieces = [packer.compress(start)]
    pieces += [packer.compress(part) for _ in range(size // len(part))]
    return b"".join([*pieces, packer.flush()])
