"""Reads the records of a reference file: CSV in UTF-8, with commas and a header.

Unlike an upload, a reference file with a single mistake is refused as a whole.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from csvgate.csv.labels import display_label, is_near, join_limited
from csvgate.text import counted

MAX_BYTES: Final = 64 * 1024 * 1024
"""The largest reference file: 64 MiB, because it is held in memory."""


class WrongReference(ValueError):
    """The file cannot be read as a reference. The message repeats no cell, because it ends up in
    logs; a label may be a cell too, if the file lacks its header."""


def read_records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the header, then every record, each with the line (from 1) on which it starts. Blank
    lines are skipped.

    Raises WrongReference.
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
                    raise WrongReference(
                        f"line {line}: {len(record)} cells under a header of {len(header)}; "
                        "quote cells that contain commas"
                    )
                yield line, record
            line = reader.line_num + 1
    except csv.Error:
        raise WrongReference(
            f"line {line}: the record is not valid CSV: a quote is not closed or stands inside of "
            f"a cell, or a cell has more than {csv.field_size_limit():,} characters"
        ) from None
    if header is None:
        raise WrongReference("the file is empty; its first line must name the columns")


def _require_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongReference(
            f"line {line}: the bytes are not UTF-8; save the file as UTF-8"
        ) from None


def _require_unique(header: list[str], line: int) -> None:
    first: dict[str, int] = {}
    for number, label in enumerate(header, 1):
        if first.setdefault(label, number) != number:
            raise WrongReference(
                f"line {line}: columns {first[label]} and {number} have the same name"
            )


def near_labels(header: Sequence[str], wanted: Sequence[str]) -> str:
    """Return what a message may say about the labels of a file that lacks wanted ones: the number,
    and those that resemble a wanted one."""
    near = [label for label in header if label not in wanted and is_near(label, wanted)]
    count = counted(len(header), "column")
    found = f", among them {join_limited([display_label(label) for label in near])}" if near else ""
    return f"the file has {count}{found}"
