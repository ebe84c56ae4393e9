"""Files whose bytes, lines or quotes are odd."""

import random

from hostile_files.rows import LABELS, MANY, Made, rows
from unit.protocol.orders import HEADER, row


def line_ends() -> Made:
    mixed = b"".join(
        row(n).rstrip(b"\n") + (b"\n", b"\r\n", b"\r")[n % 3] for n in range(MANY // 2)
    )
    return {
        "classic mac": (LABELS + b"\r" + rows(MANY, b"\r"), None),
        "windows": (LABELS + b"\r\n" + rows(1_000, b"\r\n"), None),
        "three line ends": (HEADER + mixed, None),
        "returns before a line feed": (HEADER + b"a\r" * 200_000 + b"\n", "row.too_few_fields"),
        "returns alone": (HEADER + b"\r" * 2_000_000, None),
        "line feeds alone": (HEADER + b"\n" * 2_000_000, None),
        "two returns and a line feed": (LABELS + b"\r\r\n" + rows(1_000, b"\r\r\n"), None),
        "a return in every cell": (
            HEADER + b"a\r,b\r,c\r,\n" * 50_000,
            "row.too_few_fields",
        ),
        "unicode line separators": (
            HEADER + b"".join(row(n).replace(b"note", "\u2028\u0085".encode()) for n in range(99)),
            None,
        ),
        "vertical tabs and form feeds": (
            HEADER + b"".join(row(n).replace(b"note ", b"\x0b\x0c\x1c") for n in range(99)),
            None,
        ),
        "no line end": (HEADER + rows(99).rstrip(b"\n"), None),
        "a return at the end of each block": (
            HEADER + b"".join(row(n).rstrip(b"\n") + b"\r" * (n % 5 + 1) for n in range(MANY // 4)),
            None,
        ),
    }


def quotes() -> Made:
    return {
        "a quote that is never closed": (
            HEADER + row(0).replace(b"note", b'"note') + rows(MANY, start=1),
            None,
        ),
        "a quote opened in every row": (
            HEADER + b"".join(row(n).replace(b",note", b',"note') for n in range(MANY)),
            "row.unclosed_quote",
        ),
        "a stray quote in every row": (
            HEADER + b"".join(row(n).replace(b"note", b'no"te') for n in range(MANY)),
            "row.stray_quote",
        ),
        "text after a closing quote": (
            HEADER + b"".join(row(n).replace(b"note ", b'"note" x') for n in range(MANY)),
            "row.stray_quote",
        ),
        "nothing but quotes": (HEADER + b'"' * 2_000_001, "row.unclosed_quote"),
        "quotes and line feeds": (HEADER + b'"\n' * 500_000, "row.too_few_fields"),
        "quotes and returns": (HEADER + b'"\r' * 500_000, "row.too_few_fields"),
        "quotes and delimiters": (HEADER + b'",' * 500_000, "row.too_many_fields"),
        "a cell of doubled quotes": (
            HEADER + row(0).replace(b"note 0", b'"' + b'""' * 500_000 + b'"'),
            None,
        ),
        "a cell of ten thousand lines": (
            HEADER + row(0).replace(b"note 0", b'"' + b"line\n" * 10_000 + b'"') + rows(9, start=1),
            None,
        ),
        "a cell of ten thousand returns": (
            HEADER + row(0).replace(b"note 0", b'"' + b"x\r" * 10_000 + b'"') + rows(9, start=1),
            None,
        ),
        "every cell quoted": (
            HEADER
            + b"".join(b'"' + row(n)[:-1].replace(b",", b'","') + b'"\n' for n in range(MANY // 2)),
            None,
        ),
        "a header that is never closed": (
            b'"' + HEADER + rows(MANY),
            "header.unreadable",
        ),
        "a quote as the last byte": (HEADER + rows(99) + b'"', None),
    }


def bytes_that_are_no_text() -> Made:
    noise = random.Random(14).randbytes(2_000_000)  # noqa: S311 - the same on every run
    text = HEADER + rows(500)
    return {
        "noise": (noise, "header.unreadable"),
        "noise below a header": (HEADER + noise, "row.too_few_fields"),
        "zero bytes": (b"\0" * 2_000_000, "header.missing_column"),
        "zero bytes below a header": (HEADER + b"\0" * 1_000_000 + b"\n", "row.too_few_fields"),
        "a zero byte in every row": (
            HEADER + b"".join(row(n).replace(b"note", b"no\0te") for n in range(5_000)),
            "cell.nul",
        ),
        "invalid bytes in every row": (
            HEADER + b"".join(row(n).replace(b"note", b"caf\xe9") for n in range(5_000)),
            "encoding.invalid",
        ),
        "overlong characters": (
            HEADER + b"".join(row(n).replace(b"note", b"\xc0\xaf\xed\xa0\x80") for n in range(999)),
            "encoding.invalid",
        ),
        "utf-16 with a mark": (text.decode().encode("utf-16"), None),
        "utf-16 without a mark": (text.decode().encode("utf-16-le"), "file.encoding"),
        "utf-16 cut in a character": (text.decode().encode("utf-16")[:-1], "file.text_truncated"),
        "utf-32": (text.decode().encode("utf-32"), "file.encoding"),
        "a mark alone": (b"\xef\xbb\xbf", "file.empty"),
        "two marks": (b"\xef\xbb\xbf" * 2 + text, None),
        "a mark in every row": (
            HEADER + b"".join(b"\xef\xbb\xbf" + row(n) for n in range(999)),
            "constraint.pattern",
        ),
    }
