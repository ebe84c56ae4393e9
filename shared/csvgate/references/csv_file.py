"""A reference file: CSV in UTF-8, with commas and a header, read whole or not at all."""

import csv
import io
from collections.abc import Iterator
from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024


def read_records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The header, then every record, with the line that each starts on, from 1. Blank lines are no
    records.

    Raises ValueError in words that repeat nothing of the cells.
    """
    _require_utf8(data)
    # Not a StringIO, which would take four times the bytes.
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
                        "quote cells that hold commas"
                    )
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"line {line}: not a CSV record: {error}") from None
    if header is None:
        raise ValueError("the file is empty; its first line names the columns")


def _require_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: not UTF-8; save the file as UTF-8") from None


def _require_unique(header: list[str], line: int) -> None:
    repeated = {label for label in header if header.count(label) > 1}
    if repeated:
        raise ValueError(f"line {line}: columns named twice: {', '.join(sorted(repeated))}")
