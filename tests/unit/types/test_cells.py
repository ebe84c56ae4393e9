"""Tables of cells: a text, and the column's value or the codes of its faults."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from csvgate.types.common.field_type import CellFault
from csvgate.types.common.spaces import SPACES
from csvgate.validation.cells import Cells
from unit.types.cell import read
from unit.validation.files import contract


def test_boolean() -> None:
    assert [True, False, True] == [read(t, type="boolean") for t in ("true", "FALSE", "1")]
    assert ["type.boolean"] == read("yes", type="boolean")
    assert False is read("no", type="boolean", trueValues=["yes"], falseValues=["no"])
    assert ["type.boolean"] == read("true", type="boolean", trueValues=["yes"])


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("default", "2026-02-28", date(2026, 2, 28)),
        ("default", "2026-02-29", ["type.date"]),
        ("default", "20260228", ["type.date"]),
        ("default", "2026-W01-1", ["type.date"]),
        ("default", "2026-2-8", ["type.date"]),
        ("default", "٢٠٢٦-٠١-٠١", ["type.date"]),
        ("default", "0000-01-01", ["bigquery.range"]),
        ("default", "10000-01-01", ["type.date"]),
        ("any", "2026/2/8", date(2026, 2, 8)),
        ("any", "8.2.2026", date(2026, 2, 8)),
        ("any", "2026-02-08", date(2026, 2, 8)),
        ("any", "02/08/2026", ["type.date"]),
        ("any", "2026/02-08", ["type.date"]),
        ("%d.%m.%Y", "08.02.2026", date(2026, 2, 8)),
        ("%d.%m.%Y", "30.02.2026", ["type.date"]),
        ("%d.%m.%Y", "٠٨.02.2026", ["type.date"]),
    ],
)
def test_date(format_: str, text: str, expected: object) -> None:
    assert expected == read(text, type="date", format=format_)


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("default", "14:30:00", time(14, 30)),
        ("default", "14:30:00.000001", time(14, 30, 0, 1)),
        ("default", "14:30:00.0000010", time(14, 30, 0, 1)),
        ("default", "14:30:00.0000001", ["bigquery.scale"]),
        ("default", "14:30", ["type.time"]),
        ("default", "24:00:00", ["type.time"]),
        ("any", "24:00", ["type.time"]),
        ("%H:%M", "24:00", ["type.time"]),
        ("default", "14:30:00Z", ["type.time"]),
        ("any", "9:05", time(9, 5)),
        ("%H.%M", "14.30", time(14, 30)),
    ],
)
def test_time(format_: str, text: str, expected: object) -> None:
    assert expected == read(text, type="time", format=format_)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T14:30:00Z", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("2026-11-21T14:30:00.5+02:00", datetime(2026, 11, 21, 12, 30, 0, 500000, UTC)),
        ("2026-11-21T14:30:00", ["bigquery.time_zone"]),
        ("2026-11-21T14:30:00.1234567Z", ["bigquery.scale"]),
        ("0001-01-01T00:00:00+01:00", ["bigquery.range"]),
        ("9999-12-31T23:59:59-01:00", ["bigquery.range"]),
        ("0000-01-01T00:00:00Z", ["bigquery.range"]),
        ("2026-11-21 14:30:00Z", ["type.datetime"]),
        ("2026-11-21T14:30Z", ["type.datetime"]),
        ("2026-11-21T14:30:00z", ["type.datetime"]),
        ("2026-11-21T25:30:00Z", ["type.datetime"]),
        ("2026-11-21T14:30:00+99:00", ["type.datetime"]),
        ("2026-11-21", ["type.datetime"]),
        ("x 1:22:33.1234567", ["type.datetime"]),
    ],
)
def test_timestamp(text: str, expected: object) -> None:
    assert expected == read(text, type="datetime")


@pytest.mark.parametrize(
    ("properties", "text", "expected"),
    [
        ({"bigquery": "DATETIME"}, "2026-11-21T14:30:00", datetime(2026, 11, 21, 14, 30)),
        ({"bigquery": "DATETIME"}, "2026-11-21T14:30:00Z", ["bigquery.time_zone"]),
        ({"bigquery": "STRING"}, "2026-11-21T14:30:00Z", "2026-11-21T14:30:00Z"),
        ({"format": "any"}, "2026-11-21 14:30 Z", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ({"format": "any"}, "21.11.2026 14:30+0100", datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
        ({"format": "any"}, "21/11/2026 14:30Z", ["type.datetime"]),
        ({"format": "%Y%m%d %H%M%z"}, "20261121 1430Z", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_datetime(properties: dict[str, Any], text: str, expected: object) -> None:
    assert expected == read(text, type="datetime", **properties)


@pytest.mark.parametrize(
    ("constraints", "text", "expected"),
    [
        ({"minLength": 2, "maxLength": 3}, "ab", "ab"),
        ({"minLength": 2}, "é", ["constraint.min_length"]),
        ({"maxLength": 2}, "ééé", ["constraint.max_length"]),
        ({"pattern": "[a-z]+"}, "abc", "abc"),
        ({"pattern": "[a-z]+"}, "abc\n", ["constraint.pattern"]),
        ({"pattern": "a|b"}, "bx", ["constraint.pattern"]),
        ({"pattern": ".*@.*"}, "@" * 100_000, "@" * 100_000),
        ({"pattern": ".*@.*"}, "a" * 100_000, ["constraint.pattern"]),
        ({"enum": ["a", "b"]}, "A", ["constraint.enum"]),
        ({"maxLength": 1, "pattern": "[0-9]", "enum": ["1"]}, "ab",
         ["constraint.max_length", "constraint.pattern", "constraint.enum"]),
    ],
)  # fmt: skip
def test_constraints_of_text(constraints: dict[str, Any], text: str, expected: object) -> None:
    assert expected == read(text, constraints=constraints)


@pytest.mark.parametrize(
    ("type_", "constraints", "text", "expected"),
    [
        ("integer", {"minimum": 1, "maximum": 3}, "1", 1),
        ("integer", {"minimum": 1}, "0", ["constraint.minimum"]),
        ("integer", {"exclusiveMaximum": 3}, "3", ["constraint.exclusive_maximum"]),
        ("number", {"maximum": 0.1}, "0.1", Decimal("0.1")),
        ("number", {"maximum": 0.1}, "0.1000000001", ["constraint.maximum", "bigquery.scale"]),
        ("number", {"exclusiveMinimum": 0}, "0.0", ["constraint.exclusive_minimum"]),
        ("number", {"enum": [1, 2.5]}, "2.50", Decimal("2.5")),
        ("date", {"minimum": "2026-01-01"}, "2025-12-31", ["constraint.minimum"]),
        ("datetime", {"maximum": "2026-01-01T00:00:00Z"}, "2026-01-01T01:00:00+01:00",
         datetime(2026, 1, 1, tzinfo=UTC)),
        ("time", {"maximum": "12:00"}, "12:00:01", ["constraint.maximum"]),
    ],
)  # fmt: skip
def test_constraints_of_other_types(
    type_: str, constraints: dict[str, Any], text: str, expected: object
) -> None:
    assert expected == read(text, type=type_, constraints=constraints)


def test_not_a_number_violates_every_bound() -> None:
    nan = {"type": "number", "bigquery": "FLOAT64", "constraints": {"minimum": 0, "maximum": 1}}
    assert ["constraint.minimum", "constraint.maximum"] == read("NaN", **nan)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("BYTES", "aGk=", b"hi"),
        ("BYTES", "aGk", ["bigquery.bytes"]),
        ("BYTES", "é", ["bigquery.bytes"]),
        ("BYTES(1)", "aGk=", ["bigquery.length"]),
        ("JSON", '{"a": [1]}', '{"a": [1]}'),
        ("JSON", "{", ["bigquery.json"]),
        ("JSON", "NaN", ["bigquery.json"]),
        ("JSON", "[" * 100_000, ["bigquery.json"]),
        ("STRING(2)", "éé", "éé"),
        ("STRING(2)", "ééé", ["bigquery.length"]),
    ],
)
def test_text_in_other_columns(kind: str, text: str, expected: object) -> None:
    assert expected == read(text, bigquery=kind)


def test_the_missing_values_of_a_field_replace_those_of_the_schema() -> None:
    rules = contract("a", {"name": "b", "missingValues": []}, schema={"missingValues": ["-"]})
    a, b = (Cells(field, rules.schema_, required=True) for field in rules.schema_.fields)
    assert ["", "", "-"] == [a[""], b[""], b["-"]]
    with pytest.raises(CellFault) as caught:
        a["-"]
    assert [("constraint.required", "is required, but has no value")] == list(caught.value.faults)


@pytest.mark.parametrize("space", SPACES)
def test_every_kind_of_space_is_trimmed(space: str) -> None:
    assert space.isspace()
    assert 5 == read(f"{space}5{space}{space}", type="integer", trim=True)
    assert ["type.integer"] == read(f"{space}5", type="integer")
    assert f"a{space}b" == read(f"{space}a{space}b\n", trim=True)
    assert None is read(space * 3, type="date", trim=True)


def test_a_trimmed_cell_is_judged_without_its_spaces() -> None:
    limits = {"maxLength": 2, "pattern": "[a-z]+"}
    assert "ab" == read("  ab  ", trim=True, bigquery="STRING(2)", constraints=limits)
    assert "1.50" == read(" 1.50 ", trim=True, type="number", bigquery="STRING")
    assert None is read(" n/a ", trim=True, missingValues=["n/a"])
    assert "\x1ca" == read(" \x1ca", trim=True)


def test_a_field_decides_before_the_schema_whether_it_is_trimmed() -> None:
    fields: list[dict[str, Any]] = [{"name": "a"}, {"name": "b", "trim": False}]
    rules = contract(*fields, schema={"trim": True})
    a, b = (Cells(field, rules.schema_, required=False) for field in rules.schema_.fields)
    assert ["x", " x "] == [a[" x "], b[" x "]]


def test_the_schema_decides_whether_the_items_of_a_list_are_trimmed() -> None:
    rules = contract({"name": "a", "type": "list"}, schema={"trim": True})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    assert '["a","b"]' == cells[" a , b"]


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ({"type": "boolean", "replace": {"J": "true", "N": "false"}}, "J", True),
        ({"type": "boolean", "replace": {"J": "true", "N": "false"}}, "false", False),
        ({"type": "boolean", "replace": {"J": "true", "N": "false"}}, "j", ["type.boolean"]),
        ({"type": "integer", "replace": {"n/v": ""}}, "n/v", None),
        ({"type": "integer", "replace": {"n/v": ""}}, "n/v ", ["type.integer"]),
        ({"type": "integer", "replace": {"n/v": ""}, "trim": True}, " n/v ", None),
        ({"type": "integer", "replace": {"none": "0"}}, "none", 0),
        ({"type": "integer", "replace": {"": "0"}}, "", 0),
        ({"type": "integer", "replace": {"": "0"}, "trim": True}, "  ", 0),
        ({"replace": {"a": "b", "b": "c"}}, "a", "b"),
        ({"replace": {"-": ""}, "missingValues": ["-"]}, "-", ""),
        ({"replace": {"x": "-"}, "missingValues": ["-"]}, "x", None),
        ({"replace": {"x": "long"}, "bigquery": "STRING(3)"}, "x", ["bigquery.length"]),
        ({"replace": {"x": "y"}, "constraints": {"enum": ["y"]}}, "x", "y"),
        ({"replace": {"x": "y"}, "constraints": {"enum": ["x"]}}, "x", ["constraint.enum"]),
    ],
)
def test_a_replaced_cell_is_read_as_its_new_text(
    field: dict[str, Any], text: str, expected: object
) -> None:
    found = read(text, **field)
    assert (expected, type(expected)) == (found, type(found))


def test_a_cell_that_stands_for_a_missing_value_is_a_fault_if_it_is_required() -> None:
    rules = contract({"name": "a", "replace": {"n/v": "", "": "x"}})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=True)
    assert "x" == cells[""]
    with pytest.raises(CellFault) as caught:
        cells["n/v"]
    assert [("constraint.required", "is required, but has no value")] == list(caught.value.faults)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ({}, "a,b", '["a","b"]'),
        ({"delimiter": "|"}, "a|b,c|", '["a","b,c",""]'),
        ({"delimiter": "; "}, "a; b;c", '["a","b;c"]'),
        ({}, 'Zoë,"x"\\', '["Zoë","\\"x\\"\\\\"]'),
        ({}, "a, b ", '["a"," b "]'),
        ({"trim": True}, " a, b\u00a0,", '["a","b",""]'),
        ({"bigquery": "STRING"}, "a, b", "a, b"),
        ({"bigquery": "STRING(3)"}, "a, b", ["bigquery.length"]),
        ({"bigquery": "STRING", "trim": True}, " a, b ", "a, b"),
        ({"missingValues": ["-"]}, "", "[]"),
        ({"itemType": "integer"}, "1,-2,+3,007", "[1,-2,3,7]"),
        ({"itemType": "integer"}, "1,2.5", ["type.list"]),
        ({"itemType": "integer"}, "1,,2", ["type.list"]),
        ({"itemType": "integer"}, "1, 2", ["type.list"]),
        ({"itemType": "integer", "trim": True}, "1, 2", "[1,2]"),
        ({"itemType": "integer"}, "18446744073709551615", "[18446744073709551615]"),
        ({"itemType": "integer"}, "1,18446744073709551616", ["bigquery.json"]),
        ({"itemType": "integer"}, "1" * 500, ["type.list"]),
        ({"itemType": "number"}, "1.50,.5,1e3,-0", "[1.50,0.5,1E+3,-0]"),
        ({"itemType": "number"}, "0.12345678901234567890", ["bigquery.json"]),
        ({"itemType": "number"}, "1,NaN", ["type.list"]),
        ({"itemType": "boolean"}, "true,0", "[true,false]"),
        ({"itemType": "boolean"}, "true,yes", ["type.list"]),
        ({"itemType": "date"}, "2026-11-21,2024-02-29", '["2026-11-21","2024-02-29"]'),
        ({"itemType": "date"}, "2026-11-31", ["type.list"]),
        ({"itemType": "time", "delimiter": "/"}, "14:30:00/09:05:00", '["14:30:00","09:05:00"]'),
        ({"itemType": "datetime"}, "2026-11-21T14:30:00Z", '["2026-11-21T14:30:00Z"]'),
        ({"itemType": "datetime"}, "2026-11-21", ["type.list"]),
        ({"constraints": {"minLength": 2, "maxLength": 3}}, "a", ["constraint.min_length"]),
        ({"constraints": {"minLength": 2, "maxLength": 3}}, "a,b,c,d", ["constraint.max_length"]),
        ({"itemType": "integer", "constraints": {"enum": ["[1, 2]"]}}, "1,02", "[1,2]"),
        ({"itemType": "integer", "constraints": {"enum": ["[1, 2]"]}}, "2,1", ["constraint.enum"]),
        ({"constraints": {"enum": ['["a"]']}, "replace": {"x": "a"}}, "x", '["a"]'),
        ({"itemType": "boolean", "constraints": {"enum": ["[1]"]}}, "true", ["constraint.enum"]),
    ],
)  # fmt: skip
def test_list(field: dict[str, Any], text: str, expected: object) -> None:
    found = read(text, type="list", **field)
    assert expected == found
    if isinstance(found, str) and field.get("bigquery") is None:
        json.loads(found)


def test_a_fault_of_a_list_says_what_is_wrong_with_an_item() -> None:
    rules = contract({"name": "a", "type": "list", "itemType": "date"})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    with pytest.raises(CellFault) as caught:
        cells["2026-11-21,2026-11-31"]
    assert [("type.list", "has an item that is not a date that exists")] == list(
        caught.value.faults
    )


def test_the_number_of_remembered_texts_is_bounded() -> None:
    rules = contract("a")
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    texts = [str(i) for i in range(10_000)] + ["x" * 1000]
    assert texts == [cells[text] for text in texts]
    assert (4096, False) == (len(cells), "x" * 1000 in cells)


def test_texts_with_faults_are_remembered_beside_any_number_of_values() -> None:
    rules = contract({"name": "a", "type": "integer"})
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    for text in [*map(str, range(10_000)), *(f"x{i}" for i in range(10_000)), "x" * 1000]:
        with suppress(CellFault):
            cells[text]
    assert [f"x{i}" for i in range(1024)] == list(cells.faulty)
    assert 4096 == len(cells)


def test_many_columns_remember_less_each() -> None:
    rules = contract(*(f"c{i}" for i in range(1024)))
    cells = Cells(rules.schema_.fields[0], rules.schema_, required=False)
    assert 100 == len([cells[str(i)] for i in range(100)])
    assert 64 == len(cells)
