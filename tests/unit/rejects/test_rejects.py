"""The reject file: the original rows, byte for byte, in a file that is CSV itself."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import Contract
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.batch import RejectedRow
from csvgate.validation.faults import FileFault
from unit.validation.files import batches, contract, rejected_rows

RULES = contract({"name": "a", "type": "integer"}, "b")


def rejects(data: bytes, rules: Contract = RULES, chunk_bytes: int = 100) -> bytes:
    file = RejectFile(rules)
    return b"".join(map(file.render, batches(data, rules, chunk_bytes)))


def test_rows_come_as_they_were() -> None:
    data = b'\xef\xbb\xbf"b",a\r\n"x, ""y""",1\r\n"x, ""y""\nz",one\r\nfew\rx,1,2\n"q,1'
    assert (
        b'\xef\xbb\xbf_csvgate_line,_csvgate_errors,"b",a\r\n'
        b'3,"a: type.integer is not a whole number: digits, perhaps with a sign in front",'
        b'"x, ""y""\nz",one\r\n'
        b'5,"row.too_few_fields has 1 of 2 cells; check for a missing delimiter or quote",few\r'
        b'6,"row.too_many_fields has 3 cells instead of 2; quote cells that contain the delimiter",'
        b"x,1,2\n"
        b'7,"row.unclosed_quote the quote that opens cell 1 is never properly closed: the file '
        b"ends "
        b'before the closing quote; close the quote, and double the quotes inside the cell",'
        b'"""q,1"'
    ) == rejects(data)


def test_a_clean_file_has_none() -> None:
    assert b"" == rejects(b"a,b\n1,x\n")


def test_the_header_comes_once() -> None:
    data = b"a,b\n" + b"x,y\n" * 100
    assert 1 == rejects(data, chunk_bytes=20).count(b"_csvgate_line")
    assert rejects(data, chunk_bytes=20) == rejects(data)


def test_each_row_has_the_text_of_its_own_fault() -> None:
    """The texts of faults are remembered, but messages with numbers are many."""
    rules = contract({"name": "a", "type": "integer", "constraints": {"unique": True}}, "b")
    lines = range(2, 3002)
    data = "a,b\n" + "".join(f"{n},x\n" for n in lines) + "".join(f"{n},x\nz,x\n" for n in lines)
    file = RejectFile(rules)
    made = b"".join(map(file.render, batches(data.encode(), rules, 10_000))).decode()
    errors = [row["_csvgate_errors"] for row in csv.DictReader(io.StringIO(made))]
    repeats = "a: constraint.unique repeats the value of line {}; only the first occurrence"
    assert [repeats.format(n) for n in lines] == [
        e.removesuffix(" is accepted") for e in errors[::2]
    ]
    assert {"a: type.integer is not a whole number: digits, perhaps with a sign in front"} == {
        *errors[1::2]
    }
    assert 1024 >= len(file._errors) > 0


def test_a_header_that_ends_the_file_gets_a_line_end() -> None:
    rules = contract("a", dialect={"header": False}, schema={"missingValues": []})
    assert b"" == rejects(b"a", rules)
    headless = contract({"name": "a", "type": "integer"}, dialect={"header": False})
    expected = b'1,"a: type.integer is not a whole number: digits, perhaps with a sign in front",x'
    assert expected == rejects(b"x", headless)


def test_in_the_words_of_a_dictionary_reader() -> None:
    data = b'a,b\none,"two\nlines"\n1\nx,y,z\n2,"oops\n'
    found = list(csv.DictReader(io.StringIO(rejects(data).decode(), newline="")))
    assert [
        ("2", "one", "two\nlines"),
        ("4", "1", None),
        ("5", "x", "y"),
        ("6", '2,"oops', None),
    ] == [(row["_csvgate_line"], row["a"], row["b"]) for row in found]


def test_all_faults_are_in_one_line() -> None:
    rules = contract(
        {"name": "a", "type": "integer"}, {"name": "b", "constraints": {"enum": ['x\n"y"']}}
    )
    (row,) = csv.DictReader(io.StringIO(rejects(b"a,b\nx,y\n", rules).decode(), newline=""))
    assert (
        "a: type.integer is not a whole number: digits, perhaps with a sign in front; "
        'b: constraint.enum is not one of: x "y"'
    ) == row["_csvgate_errors"]


def test_words_that_the_encoding_lacks_are_replaced() -> None:
    rules = contract({"name": "a", "constraints": {"enum": ["日本"]}}, encoding="iso-8859-1")
    assert b'2,"a: constraint.enum is not one of: ??",\xe9\n' in rejects(b"a\n\xe9\n", rules)


@pytest.mark.parametrize(
    ("dialect", "row", "expected"),
    [
        ({"delimiter": ";", "quoteChar": "'"}, b"it's;1", b"2;'row.stray_quote"),
        ({"delimiter": ";", "quoteChar": "'"}, b"it's;1", b"';'it''s;1'\n"),
        ({"doubleQuote": False, "escapeChar": "\\"}, b'i\\t"s', b'"i\\\\t\\"s"\n'),
        ({"doubleQuote": False}, b'it"s', b'"it`s"\n'),
        ({"quoteChar": None}, b'"1,2",3',
         b'2,row.too_many_fields has 3 cells instead of 2; remove the delimiter from cells; '
         b'which cannot be quoted (`dialect.quoteChar` is null),"1,2",3\n'),
        ({"quoteChar": None, "delimiter": ";"}, b'1', b'2;row.too_few_fields has 1 of 2 cells, '
         b'check for a missing delimiter or quote;1\n'),
        ({"quoteChar": None, "escapeChar": "\\"}, b'\\N,a\\\nb',
         b'2,a: cell.null is \\\\N; which databases write for NULL; add \\\\N to '
         b'`missingValues`; or escape the backslash,\\N,a\\\nb\n'),
        ({"quoteChar": None, "escapeChar": "\\"}, b'a,\\\nb\\', b',a\\,\\\\\\\nb\\\\\n'),
    ],
)  # fmt: skip
def test_dialects(dialect: dict[str, object], row: bytes, expected: bytes) -> None:
    delimiter = str(dialect.get("delimiter", ",")).encode()
    found = rejects(b"a" + delimiter + b"b\n" + row + b"\n", contract("a", "b", dialect=dialect))
    assert expected in found


NOISE = st.lists(
    st.sampled_from([b"a", b"1", b",", b'"', b"\n", b"\r", b"\r\n", b"\\", b"\xff", b" "])
).map(b"".join)


@given(
    NOISE,
    st.sampled_from(
        [
            {},
            {"escapeChar": "\\"},
            {"doubleQuote": False, "escapeChar": "\\"},
            {"skipInitialSpace": True},
            {"quoteChar": None},
            {"quoteChar": None, "escapeChar": "\\"},
            {"delimiter": "||", "quoteChar": None, "escapeChar": "\\"},
            {"delimiter": "¦"},
            {"formulaText": True, "trailingDelimiter": True},
        ]
    ),
)
def test_the_file_is_well_formed_and_has_every_cell(
    body: bytes, dialect: dict[str, object]
) -> None:
    rules = contract({"name": "a", "type": "integer"}, "b", dialect=dialect)
    delimiter = rules.dialect.delimiter.encode()
    data = b"a,b\n".replace(b",", delimiter) + body.replace(b",", delimiter)
    expected = [
        (str(row.line), _cells(row, Grammar(rules.dialect)))
        for row in rejected_rows(batches(data, rules))
    ]
    framer = Framer([rejects(data, rules)], Grammar(rules.dialect))
    cells = [record.cells or [] for record in framer.records()]
    assert expected == [(line, tuple(rest)) for line, _, *rest in cells[1:]]


def _cells(row: RejectedRow, grammar: Grammar) -> tuple[str, ...]:
    """A row that is not sound comes back in one cell."""
    (record,) = Framer([row.raw + row.terminator], grammar).records()
    assert row.well_formed == (record.cells is not None)
    return tuple(record.cells or [row.raw.decode("utf-8", "surrogateescape")])


def test_a_file_that_cannot_be_loaded_has_no_reject_file() -> None:
    with pytest.raises(FileFault):
        rejects(b"x\n")
