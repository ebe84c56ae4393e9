"""The sheet of a workbook becomes typed rows; faults name its cells."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Written
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from csvgate.csv.compression import decompress
from csvgate.csv.workbook import Workbook
from csvgate.validation.faults import FileFault
from unit.csv.workbook.workbooks import batches, csv_of, parts, saved, workbook
from unit.validation.files import contract, rejected_rows, valid_rows

ORDERS = [
    {"name": "id", "type": "integer"},
    {"name": "customer"},
    {"name": "amount", "type": "number"},
    {"name": "ordered", "type": "date"},
]
ROWS: list[list[Any]] = [
    ["id", "customer", "amount", "ordered"],
    [1, "Ada Lindqvist", 19.5, date(2026, 11, 3)],
    [2, "Jónas, Brynja", 1200, date(2026, 11, 4)],
]


def fault(data: bytes, rules: Any) -> str:
    with pytest.raises(FileFault) as caught:
        batches(data, rules)
    return str(caught.value)


def test_types() -> None:
    rows = valid_rows(batches(workbook({"Orders": ROWS}), contract(*ORDERS)))
    assert rows == [
        (2, (1, "Ada Lindqvist", Decimal("19.5"), date(2026, 11, 3))),
        (3, (2, "Jónas, Brynja", Decimal(1200), date(2026, 11, 4))),
    ]


@pytest.mark.parametrize("vector_bytes", [0, 1 << 30])
def test_faults_name_the_cell(vector_bytes: int) -> None:
    rows = [*ROWS, [], ["x3", "Two\nlines", "n/a", date(2026, 11, 5)], [4, None, 0.1, "soon"]]
    found = batches(workbook({"Orders 2026": rows}), contract(*ORDERS), vector_bytes=vector_bytes)
    rejected = rejected_rows(found)
    assert [
        (row.line, [f.message[f.message.rindex("(") :] for f in row.faults]) for row in rejected
    ] == [
        (5, ["('Orders 2026'!A5)", "('Orders 2026'!C5)"]),
        (6, ["('Orders 2026'!D6)"]),
    ]
    assert all(fault.line == row.line for row in rejected for fault in row.faults)
    assert rejected[0].raw == b'x3,"Two\nlines",n/a,2026-11-05'
    assert [2, 3] == [int(line) for batch in found for line in batch.lines]


@pytest.mark.parametrize(
    ("cell", "code", "field", "written"),
    [
        (5, None, {"type": "integer"}, "5"),
        (5.0, None, {"type": "integer"}, "5"),
        (-5, None, {"type": "integer", "negative": ["trailing"]}, "5-"),
        (-5, None, {"type": "integer", "negative": ["parentheses"]}, "(5)"),
        (1.1, None, {"type": "number"}, "1.1"),
        (1234.5, None, {"type": "number", "decimalChar": ",", "groupChar": "."}, '"1234,5"'),
        (1e22, None, {"type": "number"}, "1" + "0" * 22),
        (1e-7, None, {"type": "number"}, "0.0000001"),
        (0.055, "0.0%", {"type": "number"}, "0.055"),
        (0.055, "0.0%", {"type": "number", "percentAsFraction": True}, "5.5%"),
        (0.055, "0.0%", {"type": "number", "affixes": ["%"], "decimalChar": ","}, '"5,5%"'),
        (1234, "00000", {}, "01234"),
        (1234, "00000", {"type": "integer"}, "1234"),
        (True, None, {}, "true"),
        (True, None, {"type": "boolean", "trueValues": ["ja"], "falseValues": ["nein"]}, "ja"),
        (date(2026, 3, 8), None, {}, "2026-03-08"),
        (date(2026, 3, 8), None, {"type": "date", "format": ["%d.%m.%Y", "any"]}, "08.03.2026"),
        (date(2026, 3, 8), None, {"type": "date", "format": "excel"}, "46089"),
        (date(1931, 3, 8), None, {"type": "date", "format": "%d.%m.%y"}, "1931-03-08T00:00:00"),
        (date(2026, 3, 8), None, {"type": "date", "format": "%d. %B %Y"}, "08. March 2026"),
        (
            date(2026, 3, 8),
            None,
            {"type": "date", "format": "%d. %B %Y", "language": "de"},
            "08. März 2026",
        ),
        (date(2026, 3, 8), None, {"type": "datetime"}, "2026-03-08T00:00:00"),
        (datetime(2026, 3, 8, 14, 30, 1), None, {}, "2026-03-08T14:30:01"),
        (datetime(2026, 3, 8, 14, 30), None, {"type": "date"}, "2026-03-08T14:30:00"),
        (datetime(2026, 3, 8, 14, 30, 0, 500_000), None, {}, "2026-03-08T14:30:00.500"),
        (datetime(2026, 3, 8, 14, 30), 'dd\\.mm\\.yyyy "Uhr"', {}, "2026-03-08T14:30:00"),
        (time(7, 5), None, {"type": "time"}, "07:05:00"),
        (time(7, 5), None, {}, "07:05:00"),
        (time(7, 5), None, {"type": "date"}, "0.2951388888888889"),
        (timedelta(hours=27, minutes=30), "[h]:mm", {}, "27:30:00"),
        (timedelta(hours=27, minutes=30), "[h]:mm", {"type": "duration"}, "PT27H30M0S"),
        (45000, "0.00", {"type": "date"}, "45000"),
        (45000, '0 "days"', {}, "45000"),
        (45000, "[Red]0;[Blue]-0", {}, "45000"),
        (60, "yyyy-mm-dd", {"type": "date"}, "60"),
        (59, "yyyy-mm-dd", {"type": "date"}, "1900-02-28"),
        (61, "yyyy-mm-dd", {"type": "date"}, "1900-03-01"),
        ("#N/A", None, {}, "#N/A"),
        ("00123", None, {"type": "integer"}, "00123"),
        ("_x0041_", None, {}, "A"),
        (" padded ", None, {}, " padded "),
    ],
)
def test_text_of_a_cell(
    cell: object, code: str | None, field: dict[str, Any], written: str
) -> None:
    data = workbook({"S": [["c"], [cell]]}, {"A2": code} if code else None)
    assert f"c\r\n{written}\r\n" == csv_of(data, contract({"name": "c", **field}))


@pytest.mark.parametrize(
    ("stored", "column", "written"),
    [
        ("0.30000000000000004", "NUMERIC", "0.3"),
        ("0.30000000000000004", "FLOAT64", "0.30000000000000004"),
        ("12345678901234567", "NUMERIC", "12345678901234567"),
        ("1.23457E+15", "NUMERIC", "1234570000000000"),
        ("-0", "NUMERIC", "-0"),
        ("-0.0", "NUMERIC", "0"),
        ("1e-300", "FLOAT64", "1E-300"),
    ],
)
def test_stored_numbers(stored: str, column: str, written: str) -> None:
    sheet = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    data = parts(f'<sheetData>{sheet}<row r="2"><c><v>{stored}</v></c></row></sheetData>')
    rules = contract({"name": "name", "type": "number", "bigquery": column})
    assert csv_of(data, rules) == f"name\r\n{written}\r\n"
    assert valid_rows(batches(data, rules))


def test_days_from_1904() -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    written = Written()
    written.epoch = CALENDAR_MAC_1904
    written.worksheets[0].append(["day", "hour"])
    written.worksheets[0].append([date(2026, 3, 8), 0.5])
    written.worksheets[0]["B2"].number_format = "hh:mm"
    found = csv_of(saved(written), contract("day", {"name": "hour", "type": "time"}))
    assert found == "day,hour\r\n2026-03-08,12:00:00\r\n"


def test_header_faults_name_row_and_sheet() -> None:
    data = workbook({"Orders": [["a title"], ["id", "when"]]})
    rules = contract("id", "customer", dialect={"preambleLines": 1})
    with pytest.raises(FileFault) as caught:
        batches(data, rules)
    assert caught.value.fault.line == 2
    assert caught.value.fault.message.endswith("(sheet Orders)")


def test_sheets() -> None:
    written = Written()
    for name, state in (("Sales", "visible"), ("Lists", "hidden"), ("Old", "visible")):
        sheet = written.create_sheet(name)
        sheet.append(["a"])
        sheet.append([name])
        sheet.sheet_state = state
    written.remove(written.worksheets[0])
    data = saved(written)
    for dialect, wanted in (
        ({"sheetName": "old "}, "Old"),
        ({"sheetNumber": 2}, "Lists"),
        ({"sheetNumber": 1}, "Sales"),
    ):
        assert csv_of(data, contract("a", dialect=dialect)) == f"a\r\n{wanted}\r\n"
    words = fault(data, contract("a"))
    assert (
        "file.workbook_sheet: the workbook has 2 visible sheets. Its sheets: Sales, Lists" in words
    )
    assert "no sheet New" in fault(data, contract("a", dialect={"sheetName": "New"}))
    other = fault(data, contract("a", dialect={"sheetNumber": 4}))
    assert "has 3 sheets" in other
    assert "write the number of the one to read, or its name as `dialect.sheetName`" in other
    written["Old"].sheet_state = "hidden"
    assert csv_of(saved(written), contract("a")) == "a\r\nSales\r\n"


def test_formula_without_result() -> None:
    data = workbook({"S": [["a"], ["=1+1"]]})
    assert "cell A2 has a formula without its result" in fault(data, contract("a"))


def test_formula_with_result() -> None:
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c>'
    head = '<c r="A1" t="inlineStr"><is><t>a</t></is></c>'
    head += (
        '<c r="B1" t="inlineStr"><is><r><t>b</t></r><r><t>c</t></r><rPh><t>no</t></rPh></is></c>'
    )
    data = parts(f'<sheetData><row r="1">{head}</row><row r="2">{cells}</row></sheetData>')
    assert csv_of(data, contract("a", "bc")) == "a,bc\r\n2,\r\n"


@pytest.mark.parametrize(
    ("dialect", "text", "written"),
    [
        ({}, 'a "b"', '"a ""b"""'),
        ({"delimiter": "||"}, "a|", '"a|"'),
        ({"doubleQuote": False, "escapeChar": "\\"}, 'a"\\', '"a\\"\\\\"'),
        ({"quoteChar": None, "escapeChar": "\\"}, "a,\nb", "a\\,\\\nb"),
        ({"quoteChar": None}, 'a"', 'a"'),
        ({"skipInitialSpace": True}, " a", '" a"'),
        ({"commentChar": "#"}, "b#", '"b#"'),
    ],
)
def test_dialects(dialect: dict[str, Any], text: str, written: str) -> None:
    rules, data = contract("a", "b", dialect=dialect), workbook({"S": [["a", "b"], ["x", text]]})
    delimiter = dialect.get("delimiter", ",")
    assert csv_of(data, rules) == f"a{delimiter}b\r\nx{delimiter}{written}\r\n"
    assert valid_rows(batches(data, rules)) == [(2, ("x", text))]


@pytest.mark.parametrize("text", ["a,b", "a\nb"])
def test_cell_that_the_dialect_cannot_write(text: str) -> None:
    data = workbook({"S": [["a", "b"], ["x", text]]})
    assert "file.workbook_cell: cell B2" in fault(
        data, contract("a", "b", dialect={"quoteChar": None})
    )


def test_cells_after_the_last_column() -> None:
    sheet = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    sheet += '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>7</v></c></row></sheetData>'
    rows = rejected_rows(batches(parts(sheet), contract("name")))
    assert [(row.line, row.raw, row.faults[0].code) for row in rows] == [
        (2, b"1,7", "row.too_many_fields")
    ]
    assert (
        rows[0]
        .faults[0]
        .message.endswith("; remove what is outside of the table's columns (Orders!XFD2)")
    )


def test_correction_as_workbook() -> None:
    data = workbook({"S": [["_csvgate_line", "_csvgate_errors", "a"], [2, "wrong", "x"]]})
    assert "has to be CSV" in fault(data, contract("a"))


def test_member_wins_over_the_workbook() -> None:
    rules = contract("a")
    pieces = decompress([parts("")], member="xl/workbook.xml", workbook=Workbook(rules))
    assert b"".join(pieces).startswith(b"<workbook")


def test_a_fault_in_the_middle_has_the_row_and_the_sheet_once() -> None:
    rows: list[list[Any]] = [
        ["title"],
        [],
        ["a"],
        *([n, "x" * 100] for n in range(4_000)),
        ["=1+1"],
    ]
    with pytest.raises(FileFault) as caught:
        batches(workbook({"S": rows}), contract("a", "b", dialect={"header": False}))
    assert caught.value.fault.line == 4_004
    assert caught.value.fault.message.count("(sheet S)") == 1


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=9
)
STRANGE = TEXTS.filter(
    lambda text: not ILLEGAL_CHARACTERS_RE.search(text) and text[:1] != "=" and "_x" not in text
)


@given(
    st.lists(st.tuples(STRANGE, STRANGE), max_size=5),
    st.sampled_from(
        [
            {},
            {"delimiter": "a1", "quoteChar": "'"},
            {"doubleQuote": False, "escapeChar": "\\"},
            {"quoteChar": None, "escapeChar": "\\"},
            {"commentChar": "#", "skipInitialSpace": True},
        ]
    ),
    st.sampled_from([0, 1 << 30]),
)
def test_any_text_arrives(
    rows: list[tuple[str, str]], dialect: dict[str, Any], vector_bytes: int
) -> None:
    """The dialect never changes a text, on either path."""
    rules = contract("a", "b", schema={"missingValues": []}, dialect=dialect)
    data = workbook({"S": [["a", "b"], *(("x" + first, second) for first, second in rows)]})
    found = valid_rows(batches(data, rules, vector_bytes=vector_bytes))
    # The parser reads a line break in any form as one character.
    wanted = [tuple(one_break(cell) for cell in ("x" + first, second)) for first, second in rows]
    assert [tuple(map(str, values)) for _, values in found] == wanted


def one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
