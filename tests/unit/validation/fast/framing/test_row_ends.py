"""Rows with a trailing delimiter, and short rows, on both paths."""

from typing import Any

import pytest

from csvgate.contracts.model import Contract
from unit.validation.fast.test_paths import RULES_ONLY, SALES, outcome
from unit.validation.files import Field, contract

pytest.importorskip("pyarrow")

FILES = [
    b"1,a,\n2,b\n3,,\n4,,,\n5\n6,f,",
    b"1,a,\r\n2,b\r\n3,,\r\n,\r\n,,\r\n4,d,\r\n",
    b"1,a,\r2,b\r3,,\r,,\r,\r4,d,",
    b'1,"a,",\n2,"b""c",\n3,"",\n4,d,""\n5,"e\n",\n6,f"g,\n7,"h,\n8,i,\n',
    b"1,\xff,\n2,\0,\n3,c,\0\n1,d,\n01,e,\n\n \n,\n4,\xff\n",
    b",\n,,\n,,,\n\n\r\n\r,\r,,\r",
]


def width(fields: int, **dialect: Any) -> Contract:
    columns: list[Field | str] = [SALES, "text", "more"]
    return contract(*(columns[:fields] or columns[1:2]), dialect={"header": False, **dialect})


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("fields", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "dialect",
    [
        {"trailingDelimiter": True},
        {"shortRows": "pad"},
        {"trailingDelimiter": True, "shortRows": "pad"},
        {"trailingDelimiter": True, "quoteChar": None},
        {"trailingDelimiter": True, "quoteChar": "'"},
    ],
)
@pytest.mark.parametrize("block_bytes", [1, 8, 1000])
def test_both_paths(file: bytes, fields: int, dialect: dict[str, Any], block_bytes: int) -> None:
    rules = width(fields, **dialect)
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=block_bytes)


def test_rows_with_a_trailing_delimiter_are_checked_in_bulk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from csvgate.validation.fast.row_reader import RowReader

    def fail(*_: object) -> None:
        raise AssertionError("a row is read one by one")

    monkeypatch.setattr(RowReader, "record", fail)
    file = b"".join(b'%d,"a, b",\r\n%d,c\r\n' % (n, n + 1) for n in range(0, 200, 2))
    rules = width(2, trailingDelimiter=True)
    ((rows, _, rejected),) = outcome([file], rules, vector_bytes=1)
    assert (200, []) == (rows, rejected)


@pytest.mark.parametrize("block_bytes", [1, 8, 1000])
@pytest.mark.parametrize("trim", [False, True])
def test_quoted_texts(block_bytes: int, trim: bool) -> None:
    """Only rows with a quoted cell that could be a missing value are read one by one."""
    file = (
        b'1,"",\n2,,""\n"3",a,"NA"\n4,"NA",NA\n"","x","y"\n5," NA ",\n6,"N""A",""""\n'
        b'7,"",\xff\n8,"\0",""\n9,"a\n",""\r\n\n"10","b","c"\n11,"",'
    )
    rules = contract(
        SALES,
        {"name": "text", "constraints": {"required": True}},
        {"name": "more", "missingValues": ["NA", '"']},
        dialect={"header": False, "quotedMissing": False},
        schema={"missingValues": ["", "NA"], "trim": trim},
    )
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], rules, vector_bytes=1, block_bytes=block_bytes)


def test_quoted_cells_are_checked_in_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    from csvgate.validation.fast.row_reader import RowReader

    read = list[int]()
    record = RowReader.record

    def spy(self: RowReader, row: int) -> Any:
        read.append(self.line(row))
        return record(self, row)

    monkeypatch.setattr(RowReader, "record", spy)
    file = b"".join(b'%d,"a"\n%d,\n' % (n, n + 1) for n in range(0, 100, 2)) + b'100,""\n'
    rules = width(2, quotedMissing=False)
    ((rows, _, rejected),) = outcome([file], rules, vector_bytes=1)
    assert (101, [], [101]) == (rows, rejected, read)


def test_quoted_missing_means_nothing_without_quotes() -> None:
    """The checks of contracts refuse it, but a contract may not have been checked."""
    rules = contract("a", "b", dialect={"quoteChar": None, "quotedMissing": False})
    file = b'a,b\n,"\n"",x\n'
    assert outcome([file], rules, vector_bytes=RULES_ONLY) == outcome([file], rules, vector_bytes=1)
