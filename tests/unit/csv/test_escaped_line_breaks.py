"""An escape character before a line break continues the row, as MySQL writes it."""

import pytest

from csvgate.contracts.model import Dialect
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer, Record


def read(data: bytes, limit: int = 1000) -> list[tuple[int, bytes, list[str] | str]]:
    """Line, bytes and cells of each record, or the code of its fault in place of the cells."""
    return [
        (record.line, record.raw + record.terminator, _cells(record))
        for record in Framer([data], Grammar(Dialect(escape_char="\\")), limit).records()
    ]


def _cells(record: Record) -> list[str] | str:
    return record.broken[0] if record.broken else record.cells or []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\\\nb,c\nd\n", [(1, b"a\\\nb,c\n", ["a\nb", "c"]), (3, b"d\n", ["d"])]),
        (b"a\\\r\nb\r\n", [(1, b"a\\\r\nb\r\n", ["a\r\nb"])]),
        (b"a\\\rb\r", [(1, b"a\\\rb\r", ["a\rb"])]),
        (b"a,\\\n\\\n\\\n\n", [(1, b"a,\\\n\\\n\\\n\n", ["a", "\n\n\n"])]),
        (b"a\\\\\nb\n", [(1, b"a\\\\\n", ["a\\"]), (2, b"b\n", ["b"])]),
        (b"a\\\\\\\nb\n", [(1, b"a\\\\\\\nb\n", ["a\\\nb"])]),
        (b'a\\\nb,"c\nd",e\\\n\\"f\n',
         [(1, b'a\\\nb,"c\nd",e\\\n\\"f\n', ["a\nb", "c\nd", 'e\n"f'])]),
        (b'"a\\\nb\\"",c\n', [(1, b'"a\\\nb\\"",c\n', ['a\nb"', "c"])]),
        (b"a\\\n#b\n", [(1, b"a\\\n#b\n", ["a\n#b"])]),
        (b'a\\\nb"c\nd\n', [(1, b'a\\\nb"c\n', "row.stray_quote"), (3, b"d\n", ["d"])]),
        (b'a\\\n"b"\nd\n', [(1, b'a\\\n"b"\n', "row.stray_quote"), (3, b"d\n", ["d"])]),
        (b'a\\\nb,"c\nd\n', [(1, b'a\\\nb,"c\n', "row.unclosed_quote"), (3, b"d\n", ["d"])]),
        (b'"a\nb",c\\\nd,"e\nf\n',
         [(1, b'"a\nb",c\\\nd,"e\n', "row.unclosed_quote"), (4, b"f\n", ["f"])]),
        (b"a\\", [(1, b"a\\", "row.unended_escape")]),
        (b"a\\\nb\\\n", [(1, b"a\\\nb\\\n", "row.unended_escape")]),
    ],
)  # fmt: skip
def test_records(data: bytes, expected: list[tuple[int, bytes, object]]) -> None:
    assert expected == read(data)


def test_a_row_that_is_too_long_is_skipped_to_its_end() -> None:
    """Its further lines are not rows."""
    data = b"a\n" + b"0123456\\\n" * 5 + b"1,2\nb\n"
    assert [
        (1, b"a\n", ["a"]),
        (2, b"0123456\\\n" * 2, "row.too_long"),
        (8, b"b\n", ["b"]),
    ] == read(data, limit=20)
