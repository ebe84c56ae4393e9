"""The valid rows that most of the files contain."""

from unit.protocol.orders import HEADER, row

LABELS = HEADER.rstrip(b"\n")
MANY = 20_000
"""Rows, or about 2 MB."""
Made = dict[str, tuple[bytes, str | None]]
"""Name → data, and the first code of the rejected upload; None if the upload completes."""


def rows(count: int, end: bytes = b"\n", start: int = 0) -> bytes:
    return b"".join(row(n).rstrip(b"\n") + end for n in range(start, start + count))
