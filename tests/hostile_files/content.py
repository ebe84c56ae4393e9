"""Files whose rows or cells are odd, and files of other formats."""

import io
import json
import zipfile

from hostile_files.rows import LABELS, MANY, Made, rows
from unit.protocol.orders import HEADER, row


def shapes() -> Made:
    return {
        "nothing": (b"", "file.empty"),
        "one byte": (b"x", "header.missing_column"),
        "one line feed": (b"\n", "file.empty"),
        "a header alone": (HEADER, None),
        "the header in every other row": (
            HEADER + b"".join(HEADER + row(n) for n in range(2_000)),
            "row.repeated_header",
        ),
        "a cell of three megabytes": (
            HEADER + row(0).replace(b"note 0", b"x" * 3_000_000) + rows(99, start=1),
            None,
        ),
        "cells of a megabyte": (
            HEADER + b"".join(row(n).replace(b"note", b"x" * 1_000_000) for n in range(12)),
            None,
        ),
        "ten megabytes without a line end": (b"x" * 10_000_000, "header.unreadable"),
        "ten megabytes in one row": (HEADER + b"x" * 10_000_000, "row.too_long"),
        "ten thousand columns": (
            LABELS + b"".join(b",x%d" % n for n in range(10_000)) + b"\n" + row(0),
            "header.extra_column",
        ),
        "a million cells": (HEADER + b"," * 1_000_000 + b"\n", "row.too_many_fields"),
        "a million short rows": (HEADER + b"x\n" * 1_000_000, "row.too_few_fields"),
        "rows of delimiters": (HEADER + b"," * 9 + b"\n", "constraint.required"),
        "semicolons": (_with_delimiter(b";"), "header.wrong_delimiter"),
        "tabs": (_with_delimiter(b"\t"), "header.wrong_delimiter"),
        "spaces around every cell": (
            HEADER + b"".join(row(n).replace(b",", b" , ") for n in range(999)),
            "constraint.enum",
        ),
        "cells shifted by one": (
            HEADER + b"".join(b"x," + row(n) for n in range(999)),
            "row.too_many_fields",
        ),
    }


def _with_delimiter(delimiter: bytes) -> bytes:
    return (HEADER + rows(99)).replace(b",", delimiter)


def other_formats() -> Made:
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    records = json.dumps([{"order_id": "ORD-00000001"}] * 1_000, indent=1).encode()
    return {
        "a spreadsheet": (sheet.getvalue(), "file.not_csv"),
        "a pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 50, "file.not_csv"),
        "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, "file.not_csv"),
        "parquet": (b"PAR1\x15" + bytes(range(256)) * 50 + b"PAR1", "file.not_csv"),
        "a database": (b"SQLite format 3\0" + bytes(4_000), "file.not_csv"),
        "a pointer to large file storage": (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "file.not_csv",
        ),
        "json": (records, "file.not_csv"),
        "json lines": (b'{"order_id": 1}\n' * 1_000, "file.not_csv"),
        "html": (b"<!doctype html><table>" + b"<tr><td>1</td></tr>" * 999, "file.not_csv"),
    }


def _with_cell(column: bytes, cell: bytes) -> bytes:
    """Return a file in which one cell of the first of ten rows is replaced."""
    cells = row(0)[:-1].split(b",")
    cells[LABELS.split(b",").index(column)] = cell
    return HEADER + b",".join(cells) + b"\n" + rows(9, start=1)


def cells() -> Made:
    cases: dict[str, tuple[bytes, bytes]] = {
        "a number of a million digits": (b"amount", b"1" * 1_000_000),
        "a fraction of a million digits": (b"amount", b"0." + b"1" * 1_000_000),
        "an exponent without end": (b"amount", b"1e999999999"),
        "a small exponent without end": (b"amount", b"1e-999999999"),
        "infinity": (b"amount", b"Infinity"),
        "not a number": (b"amount", b"NaN"),
        "a payload of not a number": (b"amount", b"sNaN" + b"9" * 10_000),
        "underscores in a number": (b"amount", b"1_000"),
        "digits of another script": (b"amount", "١٢٣".encode()),
        "an integer of a million digits": (b"quantity", b"9" * 1_000_000),
        "an integer with zeros": (b"quantity", b"0" * 1_000_000 + b"1"),
        "a year without end": (b"ordered_at", b"9" * 100_000 + b"-01-01T00:00:00Z"),
        "a leap second": (b"ordered_at", b"2016-12-31T23:59:60Z"),
        "an offset without end": (b"ordered_at", b"2026-01-01T00:00:00+99:99"),
        "a fraction of a second without end": (
            b"ordered_at",
            b"2026-01-01T00:00:00." + b"1" * 1_000_000 + b"Z",
        ),
        "an email of dots": (b"email", b"a@" + b"a." * 500_000),
        "an email of at signs": (b"email", b"@" * 1_000_000),
        "an email of quotes": (b"email", b'"""' + b"\\\\" * 500_000 + b'""@a.com"'),
        "a key of a megabyte": (b"order_id", b"ORD-" + b"0" * 1_000_000),
        "a key with a line feed": (b"order_id", b'"ORD-00000000\n"'),
        "an unknown country": (b"country", "ＤＥ".encode()),
        "a formula": (b"status", b"=HYPERLINK(1)"),
        "html in a cell": (b"notes", b"<script>alert(1)</script>"),
        "a thousand scripts": (b"notes", "".join(map(chr, range(0x400, 0x3000))).encode()),
        "marks over one letter": (b"notes", ("e" + "\u0301" * 100_000).encode()),
        "right to left": (b"notes", "\u202e\u2066\u200f".encode() * 1_000),
    }
    return {name: (_with_cell(*cell), None) for name, cell in cases.items()}


def keys() -> Made:
    return {
        "one key in every row": (HEADER + row(0) * MANY, "constraint.unique"),
        "each key twice": (HEADER + rows(9_000) + rows(9_000), "constraint.unique"),
        "keys in descending order": (
            HEADER + b"".join(row(n) for n in range(MANY, 0, -1)),
            None,
        ),
    }


def reject_files() -> Made:
    """Files that look like reject files, with names that name no upload."""
    head = b"_csvgate_line,_csvgate_errors," + HEADER
    return {
        "a forged reject file": (head + b"2,x," + row(0), "correction.unnamed"),
        "a reject file of noise": (head + bytes(range(128, 256)) * 1_000, "correction.unnamed"),
    }
