"""The cells of columns that the contract does not have go into one JSON column."""

import json
from typing import Any

import pytest

from csvgate.contracts.model import Contract
from csvgate.csv.records import MAX_RECORD_BYTES
from csvgate.validation.batch import MAX_CELLS
from csvgate.validation.faults import FileFault
from csvgate.validation.rescue import MOST_CHARACTERS, rescuer
from csvgate.validation.validate import validate
from unit.validation.files import batches, contract, faults, rejected_rows, valid_rows

RULES_ONLY = 2**62
RULES = contract("a", {"name": "n", "type": "integer"}, schema={"extraColumns": "rescue"})


def rescued(data: bytes, rules: Contract = RULES, vector_bytes: int = RULES_ONLY) -> list[Any]:
    found = list(validate([data], rules, vector_bytes=vector_bytes))
    values = [values[-1] for _, values in valid_rows(found)]
    return [value.as_py() if hasattr(value, "as_py") else value for value in values]


CASES: list[tuple[bytes, list[str | None]]] = [
    (b"x,n,y,a\n1,2,3,4\n,2,,4\n,2,z,4\n", ['{"x": "1", "y": "3"}', None, '{"y": "z"}']),
    (b"n,a\n1,2\n", [None]),
    (b'a,n,"the ""x"" \\"\n1,2,"say ""hi"" \\"\n', [r'{"the \"x\" \\": "say \"hi\" \\"}']),
    (b"a,n, x\xc2\xa0,\n1,2, s ,t\n", ['{"x": " s ", "": "t"}']),
    ("a,n,größe\n1,2,\u2028 é 日本\n".encode(), ['{"größe": "\u2028 é 日本"}']),
    (b'a,n,x\n1,2,"l1\nl2\t\x01\x1f\x7f"\n', ['{"x": "l1\\nl2\\t\\u0001\\u001f\x7f"}']),
    (b"a,n,x\n1,2,\\u0000\n", [r'{"x": "\\u0000"}']),
]


@pytest.mark.parametrize(("data", "expected"), CASES)
@pytest.mark.parametrize("vector_bytes", [RULES_ONLY, 1])
def test_cells_by_label(data: bytes, expected: list[str | None], vector_bytes: int) -> None:
    if vector_bytes == 1:
        pytest.importorskip("pyarrow")
    found = rescued(data, vector_bytes=vector_bytes)
    assert expected == found
    assert all(isinstance(json.loads(text), dict) for text in found if text is not None)


def test_cells_that_are_not_text_are_faults_of_the_rescue_column() -> None:
    data = b"a,x,n,y\n1,\xff,2,\xfe\n1,\0,2,3\n1,a,z,\0\n"
    assert [
        (2, "rescued", "encoding.invalid"),
        (3, "rescued", "cell.nul"),
        (4, "n", "type.integer"),
        (4, "rescued", "cell.nul"),
    ] == faults(data, RULES)
    assert [] == rescued(data)


def test_a_row_has_as_many_cells_as_the_header() -> None:
    assert [(2, None, "row.too_many_fields")] == faults(b"a,n,x\n1,2,3,4\n", RULES)


@pytest.mark.parametrize("vector_bytes", [RULES_ONLY, 1])
@pytest.mark.parametrize(("character", "written"), [(b"y", 1), (b"\x01", len(r"\u0001"))])
def test_a_text_that_is_too_long_is_a_fault(
    character: bytes, written: int, vector_bytes: int
) -> None:
    if vector_bytes == 1:
        pytest.importorskip("pyarrow")
    longest = (MOST_CHARACTERS - len('{"x": ""}')) // written
    assert longest < MAX_RECORD_BYTES
    data = b"a,n,x\n1,2," + character * longest
    assert [longest] == [len(json.loads(text)["x"]) for text in rescued(data, RULES, vector_bytes)]
    (row,) = rejected_rows(validate([data + character + b"\n"], RULES, vector_bytes=vector_bytes))
    (fault,) = row.faults
    assert ("rescued", "bigquery.length") == (fault.column, fault.code)
    assert "add these columns to the contract" in fault.message


def test_the_text_of_a_row_that_is_too_long_ends_early() -> None:
    """A row of 100 kB could have 15 MB of labels."""
    text = rescuer([(0, "x" * 300)] * 50_000)(["y"])
    assert MOST_CHARACTERS < len(text) < MOST_CHARACTERS + 20_000


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            b"a,n,x,X ",
            "header.duplicate_column: more than once in the header: x = X (columns 3, 4); keep one",
        ),
        (
            b"a,n,,",
            "header.blank_label: without a name: column 3, 4; only one can be rescued, so name or "
            "remove the others",
        ),
        (
            b"a,n," + b"x" * 301,
            "header.extra_column: column 3 has a label of 301 characters, and it would be repeated "
            "in each row; shorten it to 300, or add it to the contract",
        ),
        (b"a,x", "header.missing_column: not in the header: n"),
    ],
)
def test_labels_must_be_good_keys(header: bytes, message: str) -> None:
    with pytest.raises(FileFault) as caught:
        batches(header + b"\n", RULES)
    assert message == str(caught.value)


def test_the_column_has_a_name_of_its_own() -> None:
    rules = contract("a", schema={"extraColumns": "rescue", "rescueColumn": "more"})
    assert [(2, "more", "cell.nul")] == faults(b"a,x\n1,\0\n", rules)


def test_labels_and_defaults_count_when_batches_are_cut() -> None:
    """Otherwise a batch of rows of a few bytes would have gigabytes of labels."""
    label, default = b"x" * 299, "y" * 380
    (narrow, *rest) = batches(b"a,n," + label + b"\n" + b"1,,z\n" * 200_000, RULES)
    assert MAX_CELLS // (2 + (299 + 4 + 38) // 38 + 1) == narrow.rows_read
    assert 200_000 == narrow.rows_read + sum(batch.rows_read for batch in rest)
    rules = contract({"name": "a", "default": default}, "b")
    assert MAX_CELLS // (2 + 10 + 1) == batches(b"a,b\n" + b",1\n" * 160_000, rules)[0].rows_read
