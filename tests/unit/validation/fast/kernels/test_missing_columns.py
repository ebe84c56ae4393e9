"""Columns that a file does not have, further columns, and defaults, in bulk."""

from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.csv.work import counted
from csvgate.validation.validate import validate
from unit.types.cell import read
from unit.validation.fast.agreement import assert_agreement, comparable
from unit.validation.fast.columns import cleared, cleared_by_type
from unit.validation.fast.test_paths import RULES_ONLY, outcome
from unit.validation.files import contract, valid_rows

HOSTILE = [b"", b"NA", b"\0", b"NA\0", b"\xff", b"\xd9\xa3", b'"', b" ", b"x" * 3000]
FIELDS: list[tuple[dict[str, Any], str, list[bytes]]] = [
    ({"type": "integer"}, "7", [b"1", b"-2", b"x"]),
    ({"type": "integer", "bigquery": "STRING"}, "07", [b"1", b"x"]),
    ({"type": "integer", "bigquery": "BIGNUMERIC"}, "7", [b"1", b"x"]),
    ({"type": "number", "decimalChar": ","}, "1,50", [b"2,5", b"1.5"]),
    ({"type": "number", "bigquery": "FLOAT64"}, "NaN", [b"2.5", b"x"]),
    ({"type": "date"}, "2026-11-29", [b"2026-01-31", b"2026-02-30"]),
    ({"type": "datetime"}, "2026-11-29T10:00:00+02:00", [b"2026-01-31T00:00:00Z", b"x"]),
    ({"type": "time"}, "10:30:00", [b"23:59:59", b"24:00:01"]),
    ({"type": "string"}, "unknown", [b"a", "é".encode()]),
    ({"type": "string", "format": "email"}, "nobody@example.com", [b"a@b.example", b"a@b"]),
    ({"type": "string", "constraints": {"enum": ["a", "b"]}}, "b", [b"a", b"c"]),
]
ONE_BY_ONE: list[tuple[dict[str, Any], str, list[bytes]]] = [
    ({"type": "boolean"}, "true", [b"false", b"x"]),
    ({"type": "string", "bigquery": "BYTES"}, "aGk=", [b"aGk=", b"aGk"]),
    ({"type": "object"}, "{}", [b'{"a": 1}', b"["]),
]
"""Fields without a kernel of their own."""


@pytest.mark.parametrize(("field", "default", "cells"), [*FIELDS, *ONE_BY_ONE])
@pytest.mark.parametrize("required", [False, True])
def test_a_default_is_the_value_of_missing_cells(
    field: dict[str, Any], default: str, cells: list[bytes], required: bool
) -> None:
    constraints = {**field.get("constraints", {}), "required": required}
    field = {**field, "constraints": constraints, "missingValues": ["", "NA"], "default": default}
    texts, at = [*cells, *HOSTILE] * 3, len(cells)
    is_cleared = cleared(texts, **field).cleared
    if field["type"] not in ("boolean", "object") and field.get("bigquery") != "BYTES":
        assert is_cleared == assert_agreement(texts, **field)
    assert [True, True, False, False, False] == is_cleared[at : at + 5]
    found = cleared([b"NA", cells[0], b""], **field)
    assert [comparable(read(default, **field))] * 2 == [comparable(found.values[i]) for i in (0, 2)]


@pytest.mark.parametrize(("field", "default", "cells"), FIELDS)
def test_a_default_costs_no_reading_of_cells(
    field: dict[str, Any], default: str, cells: list[bytes]
) -> None:
    with counted() as work:
        found = cleared_by_type([b"", cells[0]] * 500, **field, default=default)
    assert 1000 == sum(found.cleared)
    assert 2 >= work.judged


def test_a_default_that_is_not_valid_is_a_fault_of_every_missing_cell() -> None:
    field = {"type": "integer", "default": "x"}
    assert [True, False, True] == cleared([b"1", b"", b"2"], **field).cleared
    assert ["type.integer"] == read("", **field)


@pytest.mark.parametrize("default", [None, "7"])
@pytest.mark.parametrize("block_bytes", [16, 10_000])
def test_absent_and_further_columns_are_cleared_in_bulk(
    default: str | None, block_bytes: int
) -> None:
    """No row is read with the rules, although the columns are in another order."""
    given = {} if default is None else {"default": default}
    rules = contract(
        {"name": "n", "type": "integer", "optional": True, **given},
        {"name": "key", "type": "integer", "constraints": {"unique": True}},
        {"name": "text", "optional": True},
        schema={"extraColumns": "ignore", "primaryKey": "key"},
    )
    rows = [f'"x{i}",{i},\0,y' for i in range(200)]
    file = "\n".join(["a,key,b,c", *rows]).encode()
    with counted() as work:
        found = list(validate([file], rules, vector_bytes=1, block_bytes=block_bytes))
    assert work.judged == 0
    value = None if default is None else 7
    assert [(i + 2, (value, i, None)) for i in range(200)] == [
        (line.as_py(), tuple(cell.as_py() for cell in row))  # type: ignore[attr-defined]
        for line, row in valid_rows(found)
    ]


CONTRACT = contract(
    {"name": "id", "label": ["Order ID", "id"], "type": "integer", "constraints": {"unique": True}},
    {"name": "n", "type": "integer", "optional": True, "default": "1"},
    {"name": "t", "optional": True, "constraints": {"required": True}},
    schema={"extraColumns": "ignore"},
)
FILES = [
    b"id,x\n1,a\n2,b\n1,c\nz,d\n5\n6,e,f\n",
    b"id\n1\n2\n1\nz\n",
    b"t,x,id\na,b,1\n,b,2\na,\xff,3\n\0,b,4\na,\0,5\na,b\n",
    b'x,y,id,z,n,t\n"a\nb",c,1,"d""e",,f\na"b,c,2,d,,f\na,b,3,"c,d",\xff,e\n',
    b"n,order id,t\n,1,a\n2,1,b\nx,3,c\n",
]


def test_a_label_with_nul_is_not_sought_in_rows() -> None:
    rules = contract({"name": "a", "label": "a\0"}, "b")
    file = b"a\0,b\n1,2\na\0,b\n"
    expected = outcome([file], rules, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], rules, vector_bytes=1)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("block_bytes", [1, 8, 1000])
def test_both_paths_give_the_same(file: bytes, block_bytes: int) -> None:
    expected = outcome([file], CONTRACT, vector_bytes=RULES_ONLY)
    assert expected == outcome([file], CONTRACT, vector_bytes=1, block_bytes=block_bytes)
