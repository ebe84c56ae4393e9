"""Titles, blank rows and columns, notes and totals around the table of a sheet are left out."""

from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook as Written

from csvgate.csv.compression import decompress
from csvgate.csv.workbook import Workbook
from csvgate.validation.validate import validate
from unit.csv.workbook.workbooks import batches, csv_of, saved, workbook
from unit.validation.files import contract, rejected_rows, valid_rows


def test_surroundings() -> None:
    """Titles, blank rows, two rows of labels, merged cells, notes and totals are left out."""
    written = Written()
    sheet = written.worksheets[0]
    for row in (
        ["Orders\nof November"], [], ["id", "Customer", None], [None, "name", "city"],
        [1, "Ada", "Oslo", None], [], ["# a note"], [2, "Bo", None], [], ["Total", None, 2],
    ):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("B3:C3")
    sheet["F5"].number_format = "0.00"
    fields = [{"name": "id"}, {"name": "n", "label": "Customer name"}, {"name": "city"}]
    common = {"headerRows": [1, 2], "commentChar": "#"}
    for around in (
        {"preambleLines": 2, "footerLines": 1},
        {"preambleUntil": "^id,", "footerFrom": "^Total"},
    ):
        found = batches(saved(written), contract(*fields, dialect={**common, **around}))
        assert valid_rows(found) == [(5, ("1", "Ada", "Oslo")), (8, ("2", "Bo", None))]


def test_patterns_are_searched_in_texts_without_quotes() -> None:
    data = workbook(
        {
            "S": [
                ["x"],
                [None, "id, old", "n"],
                [None, 1, 2],
                [None, "Total, all", 2],
                [None, "by us"],
            ]
        }
    )
    around = {"preambleUntil": "^id, old,n$", "footerFrom": "^Total, all,2$"}
    rules = contract({"name": "id", "label": "id, old"}, "n", dialect=around)
    assert csv_of(data, rules) == '"id, old",n\r\n1,2\r\n'
    assert valid_rows(batches(data, rules)) == [(3, ("1", "2"))]


@pytest.mark.parametrize("around", [{"footerLines": 2}, {"footerFrom": "^Total"}])
def test_the_lines_of_the_footer(around: dict[str, Any]) -> None:
    """Totals are written as the cells of their columns."""
    fields = [{"name": "id"}, {"name": "net", "type": "number", "decimalChar": ","}]
    rows: list[list[Any]] = [
        [None, "id", "net"],
        [None, 1, 2.5],
        [],
        [None, "Total, all", 2.5],
        [None, "by us"],
    ]
    book = Workbook(contract(*fields, dialect={"delimiter": ";", **around}))
    pieces = decompress([workbook({"S": rows})], workbook=book)
    assert valid_rows(list(book.engine(pieces, validate))) == [(2, ("1", Decimal("2.5")))]
    assert book.footer == [b"Total, all;2,5\r\n", b"by us\r\n"]


@pytest.mark.parametrize(
    ("labels", "row", "written"),
    [
        ([None, None, "a", "b"], [None, None, 1, 2], "a,b\r\n1,2\r\n"),
        ([None, "b", None, "a"], [None, 1, None, 2], "b,,a\r\n1,,2\r\n"),
        ([None, "a", "b"], ["x", 1, 2], "a,b\r\n1,2,x\r\n"),
    ],
)
def test_columns_before_the_table(labels: list[Any], row: list[Any], written: str) -> None:
    data = workbook({"S": [["a title"], labels, row]})
    rules = contract("a", "b", dialect={"preambleLines": 1})
    assert csv_of(data, rules) == written


def test_faults_of_a_table_that_begins_at_another_column() -> None:
    rows: list[list[Any]] = [[None, None, "id"], [None, None, "x"], ["note", None, 5]]
    for vector_bytes in (0, 1 << 30):
        found = rejected_rows(
            batches(
                workbook({"S": rows}),
                contract({"name": "id", "type": "integer"}),
                vector_bytes=vector_bytes,
            )
        )
        assert [fault.message[-6:] for row in found for fault in row.faults] == ["(S!C2)", "(S!A3)"]


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        ([None, "a"], ",a"),
        ([None, None, "a"], ",a"),
        ([None, "a", None], ",a"),
        ([None, "a", None, "b"], "a,,b"),
    ],
)
def test_a_field_with_a_blank_label(labels: list[Any], written: str) -> None:
    fields = [{"name": "row", "label": ""}, {"name": "a"}, *([{"name": "b"}] * (len(labels) > 3))]
    data = workbook({"S": [labels]})
    assert csv_of(data, contract(*fields)) == f"{written}\r\n"
