"""Reads the records of a reference file: CSV in UTF-8, with commas and a header.

Unlike an upload, a reference file with a single mistake is refused as a whole.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
"""The largest reference file: 64 MiB, because it is held in memory."""


def read_records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the header, then every record, each with the line (from 1) on which it starts. Blank
    lines are skipped.

    Raises ValueError with a message that repeats no cell, because it ends up in logs.
    """
    _require_utf8(data)
    # A StringIO would take four times the memory.
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for record in reader:
            if record and header is None:
                _require_unique(record, line)
                header = record
            if record and header is not None:
                if len(record) != len(header):
                    raise ValueError(
                        f"line {line}: {len(record)} cells under a header of {len(header)}; "
                        "quote cells that contain commas"
                    )
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {line}: the record is not valid CSV: {error}") from None
    if header is None:
        raise ValueError("the file is empty; its first line must name the columns")


def _require_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: the bytes are not UTF-8; save the file as UTF-8") from None


def _require_unique(header: list[str], line: int) -> None:
    repeated = {label for label in header if header.count(label) > 1}
    if repeated:
        raise ValueError(
            f"line {line}: two columns have the same name: {', '.join(sorted(repeated))}"
        )
