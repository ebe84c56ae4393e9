"""Cells such as ="00123", with which Excel keeps zeros in front."""

import pytest

from csvgate.contracts.model import Dialect
from csvgate.csv.body import contract_for_extracted_records
from csvgate.csv.quoting import Grammar
from csvgate.csv.records import Framer
from csvgate.rejects.corrections import Correction
from csvgate.rejects.reject_file import RejectFile
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, valid_rows


def read(data: bytes, **dialect: object) -> list[list[str] | str]:
    grammar = Grammar(Dialect.model_validate({"formulaText": True, **dialect}))
    return [r.broken[0] if r.broken else r.cells or [] for r in Framer([data], grammar).records()]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'="00123",a\n', ["00123", "a"]),
        (b'a,="00123"\n', ["a", "00123"]),
        (b'"=""00123""",="7"\n', ["00123", "7"]),
        (b'="",="""",a\n', ["", '"', "a"]),
        (b'="a""b"\n', ['a"b']),
        (b'"=""a""""b"""\n', ['a"b']),
        (b'"=""a\nb, c"""\n', ["a\nb, c"]),
        (b'="a,b"\n', "row.stray_quote"),
        (b'="a"b"\n', "row.stray_quote"),
        (b'="a" ,b\n', "row.stray_quote"),
        (b'="\n', "row.stray_quote"),
        (b' ="a"\n', "row.stray_quote"),
        (b"=1+2,=\n", ["=1+2", "="]),
        (b'"=""a""b",1\n', ['="a"b', "1"]),
        (b'"=SUM(""a"")"\n', ['=SUM("a")']),
        (b'"="\n', ["="]),
        (b'"="""\n', ['="']),
    ],
)
def test_cells(data: bytes, expected: list[str] | str) -> None:
    assert [expected] == read(data)


@pytest.mark.parametrize(
    ("dialect", "data", "expected"),
    [
        ({"quoteChar": "'"}, b'="01",\'="02"\',"3"\n', ["01", "02", '"3"']),
        ({"quoteChar": None}, b'="01","2"\n', ["01", '"2"']),
        ({"delimiter": ";", "skipInitialSpace": True}, b'="01";  ="02"\n', ["01", "02"]),
        ({"delimiter": "||"}, b'="01"||="02"||x\n', ["01", "02", "x"]),
        ({"escapeChar": "\\"}, b'="01",\\,x,"y"\n', ["01", ",x", "y"]),
        ({"escapeChar": "\\"}, b'="0\\"1"\n', "row.stray_quote"),
        ({"escapeChar": "\\"}, b'="0\\1"\n', "row.stray_quote"),
        ({"formulaText": False}, b'"=""00123"""\n', ['="00123"']),
        ({"formulaText": False}, b'="00123"\n', "row.stray_quote"),
    ],
)
def test_dialects(dialect: dict[str, object], data: bytes, expected: list[str] | str) -> None:
    assert [expected] == read(data, **dialect)


def test_the_fault_names_the_property() -> None:
    for data, named in ((b'="00123",a\n', True), (b'5" pipe\n', False)):
        (record,) = Framer([data], Grammar(Dialect())).records()
        assert record.broken is not None
        assert named == ("`dialect.formulaText`" in record.broken[1])


def test_a_corrected_reject_file_is_read_by_the_same_rules() -> None:
    rules = contract(
        {"name": "id", "type": "integer"}, "zip", "code", dialect={"formulaText": True}
    )
    data = b'id,zip,code\nx,="01067","=""007"""\n'
    file = b"".join(map(RejectFile(rules).render, batches(data, rules)))
    correction = Correction(rules, frozenset([2]))
    pieces = correction.pieces([file.replace(b",x,", b',="1",')])
    read = correction.batches(validate(pieces, contract_for_extracted_records(rules)))
    assert [(2, (1, "01067", "007"))] == valid_rows(read)


def test_an_empty_formula_is_a_quoted_cell() -> None:
    data = b'a,b\n="",1\n,2\n'
    for quoted_missing, value in ((True, None), (False, "")):
        rules = contract("a", "b", dialect={"formulaText": True, "quotedMissing": quoted_missing})
        assert [(2, (value, "1")), (3, (None, "2"))] == valid_rows(batches(data, rules))
