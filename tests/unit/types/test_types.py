"""Tables for the types that are neither strings, numbers, booleans nor times: a text, and its value
or codes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from unit.types.cell import exact, read
from unit.validation.files import contract, faults

DEEP = "[" * 501 + "]" * 501


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("year", "2026", 2026), ("year", "0001", 1), ("year", "9999", 9999), ("year", "", None),
        ("year", "0000", ["type.year"]), ("year", "26", ["type.year"]),
        ("year", "-2026", ["type.year"]), ("year", "+2026", ["type.year"]),
        ("year", "12026", ["type.year"]), ("year", "2026Z", ["type.year"]),
        ("year", " 2026", ["type.year"]), ("year", "2026\n", ["type.year"]),
        ("year", "٢٠٢٦", ["type.year"]),
        ("yearmonth", "2026-11", "2026-11"), ("yearmonth", "0001-01", "0001-01"),
        ("yearmonth", "2026-00", ["type.yearmonth"]), ("yearmonth", "2026-13", ["type.yearmonth"]),
        ("yearmonth", "0000-01", ["type.yearmonth"]), ("yearmonth", "2026-1", ["type.yearmonth"]),
        ("yearmonth", "202611", ["type.yearmonth"]),
        ("yearmonth", "2026-11-01", ["type.yearmonth"]),
        ("any", "x", "x"), ("any", "", None), ("any", " 1 ", " 1 "),
    ],
)  # fmt: skip
def test_years_months_and_any(type_: str, text: str, expected: object) -> None:
    assert expected == read(text, type=type_)


@pytest.mark.parametrize(
    "text",
    [
        "P1Y", "P1M", "P1D", "PT1H", "PT1M", "PT1S", "P2W", "P1Y2M3DT4H5M6S", "PT0.5S", "PT6.70S",
        "-P1D", "P0D", "P1YT1S", "P400D", "PT36H",
    ],
)  # fmt: skip
def test_durations(text: str) -> None:
    assert text == read(text, type="duration")


@pytest.mark.parametrize(
    "text",
    [
        "P", "PT", "P1", "1D", "P1DT", "P1S", "PT1D", "P1M1Y", "P1W1D", "P0.5D", "PT.5S", "PT5.S",
        "PT0,5S", "p1d", "+P1D", "P-1D", " P1D", "P1D\n", "P١D", "36:00", "P" + "9" * 16 + "D", "1",
    ],
)  # fmt: skip
def test_not_durations(text: str) -> None:
    assert ["type.duration"] == read(text, type="duration")


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("INT64", "P1DT1H1M1S", 90_061), ("INT64", "-PT90S", -90), ("INT64", "P1W", 604_800),
        ("INT64", "PT1.0S", 1), ("INT64", "PT1.5S", ["bigquery.scale"]),
        ("INT64", "P1M", ["bigquery.duration"]), ("INT64", "P0Y1D", 86_400),
        ("INT64", "P1Y1D", ["bigquery.duration"]),
        ("INT64", f"P{'9' * 15}D", ["bigquery.range"]),
        ("NUMERIC", "PT1.5S", "1.5"), ("NUMERIC", "-PT0.25S", "-0.25"),
        ("NUMERIC", "PT0.0000000001S", ["bigquery.scale"]),
        ("NUMERIC(3, 1)", "PT100S", ["bigquery.range"]),
        ("STRING(4)", "PT100S", ["bigquery.length"]),
    ],
)  # fmt: skip
def test_durations_in_columns(column: str, text: str, expected: object) -> None:
    assert expected == exact(read(text, type="duration", bigquery=column))


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("default", "12.5, 41.9", "POINT(12.5 41.9)"), ("default", "12.5,41.9", "POINT(12.5 41.9)"),
        ("default", "-180, 90", "POINT(-180 90)"), ("default", "180.0,-90.00", "POINT(180 -90)"),
        ("default", "+1,.5", "POINT(1 0.5)"), ("default", "-0,-0.0", "POINT(0 0)"),
        ("default", "1e-05, 1E1", "POINT(0.00001 10)"), ("default", "100,5.", "POINT(100 5)"),
        ("default", "", None),
        ("default", "180.1, 0", ["type.geopoint"]), ("default", "0, 90.1", ["type.geopoint"]),
        ("default", "41.9 12.5", ["type.geopoint"]), ("default", "12.5", ["type.geopoint"]),
        ("default", "1,2,3", ["type.geopoint"]), ("default", " 1, 2", ["type.geopoint"]),
        ("default", "[1, 2]", ["type.geopoint"]), ("default", "NaN, 0", ["type.geopoint"]),
        ("default", "1_0, 0", ["type.geopoint"]), ("default", "N 12, E 5", ["type.geopoint"]),
        ("default", "1e999999999, 0", ["type.geopoint"]), ("default", "1;2", ["type.geopoint"]),
        ("array", "[12.5, 41.9]", "POINT(12.5 41.9)"), ("array", " [1,2] ", "POINT(1 2)"),
        ("array", "[1]", ["type.geopoint"]), ("array", "[1, 2, 3]", ["type.geopoint"]),
        ("array", '["1", "2"]', ["type.geopoint"]), ("array", "[true, 2]", ["type.geopoint"]),
        ("array", "1, 2", ["type.geopoint"]), ("array", "[1, 2", ["type.geopoint"]),
        ("array", "[200, 2]", ["type.geopoint"]),
        ("object", '{"lon": 12.5, "lat": 41.9}', "POINT(12.5 41.9)"),
        ("object", '{"lat": 41.9, "lon": 12.5}', "POINT(12.5 41.9)"),
        ("object", '{"lon": 12.5}', ["type.geopoint"]), ("object", "[1, 2]", ["type.geopoint"]),
        ("object", '{"lon": 1, "lat": 2, "alt": 3}', ["type.geopoint"]),
        ("object", '{"lon": 1, "lon": 1, "lat": 2}', ["type.geopoint"]),
        ("object", '{"lon": 1, "lat": null}', ["type.geopoint"]),
    ],
)  # fmt: skip
def test_geopoints(form: str, text: str, expected: object) -> None:
    assert expected == read(text, type="geopoint", format=form)


@pytest.mark.parametrize(
    ("type_", "text", "right"),
    [
        ("object", "{}", True), ("object", '{"a": {"b": [1, null, true]}}', True),
        ("object", ' {"a": 1} ', True), ("object", '{"a": 1.50e2}', True),
        ("object", "[]", False), ("object", "null", False), ("object", '"{}"', False),
        ("object", "{'a': 1}", False), ("object", "{a: 1}", False), ("object", "{", False),
        ("object", '{"a": 1,}', False), ("object", '{"a": NaN}', False),
        ("object", '{"a": 1, "a": 1}', False), ("object", '{"x": {"a": 1, "a": 2}}', False),
        ("object", '{"a": "\\ud800"}', False), ("object", '{"a": "\\ud83d\\ude00"}', True),
        ("object", '{"a": 01}', False), ("object", '{"a": "\t"}', False),
        ("array", "[]", True), ("array", "[1, [2]]", True), ("array", "{}", False),
        ("array", "1", False), ("array", "[1, 2", False), ("array", "[1; 2]", False),
        ("array", "[" * 500 + "]" * 500, True), ("array", DEEP, False),
        ("array", "[" * 100_000, False), ("array", f'["{DEEP}"]', True),
        ("array", "[1e99999999999999999999]", False),
    ],
)  # fmt: skip
def test_json(type_: str, text: str, right: bool) -> None:
    assert (text if right else [f"type.{type_}"]) == read(text, type=type_, bigquery="STRING")


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("0.1", True), ("0.10000000000000001", True), ("12345678.123456789", True),
        ("123456789.123456789", False),
        ("0.12345678901234567890", False), ("9223372036854775807", True),
        ("18446744073709551615", True), ("18446744073709551616", False),
        ("18446744073709551617", False), ("-9223372036854775808", True),
        ("-9223372036854775809", False), ("1e308", True), ("1e309", False), ("1e-400", False),
        ("1.7976931348623157e+308", True), ("100000000000000000000", True),
    ],
)  # fmt: skip
def test_numbers_that_a_json_column_keeps(number: str, right: bool) -> None:
    expected: object = f"[{number}]" if right else ["bigquery.json"]
    assert expected == read(f"[{number}]", type="array")
    assert expected == read(f"[{number}]", type="string", bigquery="JSON")
    assert f"[{number}]" == read(f"[{number}]", type="array", bigquery="STRING")


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', DEEP, "1 2"])
def test_a_json_column_of_text_is_as_strict(text: str) -> None:
    assert ["bigquery.json"] == read(text, bigquery="JSON")


def test_a_yearmonth_in_a_date_column_is_its_first_day() -> None:
    assert date(2026, 11, 1) == read("2026-11", type="yearmonth", bigquery="DATE")


def test_string_columns_get_the_text_of_the_cell() -> None:
    assert ["2026", "1 ,2", "[1,2]"] == [
        read("2026", type="year", bigquery="STRING"),
        read("1 ,2", type="any"),
        read("[1,2]", type="geopoint", format="array", bigquery="STRING"),
    ]


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("aGk=", "STRING", "aGk="), ("aGk=", "BYTES", b"hi"), ("aGk", "STRING", ["format.binary"]),
        ("a Gk=", "STRING", ["format.binary"]), ("é", "BYTES", ["format.binary"]),
        ("aGk=", "BYTES(1)", ["bigquery.length"]),
    ],
)  # fmt: skip
def test_binary(text: str, column: str, expected: object) -> None:
    assert expected == read(text, format="binary", bigquery=column)


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ({"type": "year", "constraints": {"minimum": 2000, "maximum": "2030"}}, "2026", 2026),
        ({"type": "year", "constraints": {"minimum": 2000}}, "1999", ["constraint.minimum"]),
        ({"type": "year", "constraints": {"enum": ["2024", 2026]}}, "2026", 2026),
        ({"type": "year", "constraints": {"enum": [2024]}}, "2026", ["constraint.enum"]),
        ({"type": "yearmonth", "constraints": {"exclusiveMaximum": "2026-11"}}, "2026-11",
         ["constraint.exclusive_maximum"]),
        ({"type": "yearmonth", "constraints": {"enum": ["2026-11"]}}, "2026-11", "2026-11"),
        ({"type": "duration", "constraints": {"minimum": "PT1H"}}, "PT3600S", "PT3600S"),
        ({"type": "duration", "constraints": {"minimum": "PT1H"}}, "PT59M59.9S",
         ["constraint.minimum"]),
        ({"type": "duration", "constraints": {"maximum": "P31D"}}, "P1M", "P1M"),
        ({"type": "duration", "constraints": {"maximum": "P30D"}}, "P1M", ["constraint.maximum"]),
        ({"type": "duration", "constraints": {"minimum": "P30D"}}, "P1M", ["constraint.minimum"]),
        ({"type": "duration", "constraints": {"enum": ["P1W"]}}, "P7D", "P7D"),
        ({"type": "geopoint", "constraints": {"enum": ["12.50, 41.9"]}, "format": "array"},
         "[12.5, 41.90]", "POINT(12.5 41.9)"),
        ({"type": "object", "constraints": {"minLength": 2}}, '{"a": 1}',
         ["constraint.min_length"]),
        ({"type": "array", "constraints": {"maxLength": 2}}, "[1, 2, 3]",
         ["constraint.max_length"]),
        ({"type": "array", "constraints": {"maxLength": 2}}, "[1, 2]", "[1, 2]"),
        ({"type": "object", "constraints": {"enum": ['{"a": 1, "b": [true]}']}},
         '{"b":[true],"a":1.0}', '{"b":[true],"a":1.0}'),
        ({"type": "array", "constraints": {"enum": ["[1]"]}}, "[true]", ["constraint.enum"]),
        ({"type": "any", "constraints": {"enum": ["a"]}}, "b", ["constraint.enum"]),
        ({"type": "year", "missingValues": ["0000"]}, "0000", None),
    ],
)  # fmt: skip
def test_constraints(field: dict[str, Any], text: str, expected: object) -> None:
    assert expected == read(text, **field)


def test_messages_name_the_bound_as_the_contract_writes_it() -> None:
    bounds = {"a": ("yearmonth", "2026-11"), "b": ("duration", "P1DT12H")}
    fields = [{"name": n, "type": t, "constraints": {"minimum": m}} for n, (t, m) in bounds.items()]
    from csvgate.validation.validate import validate

    [batch] = validate([b"a,b\n2020-01,PT1S\n"], contract(*fields))
    [row] = batch.rejected
    assert ["is below the minimum of 2026-11", "is below the minimum of P1DT12H"] == [
        fault.message for fault in row.faults
    ]


def test_unique_compares_the_values_of_columns() -> None:
    unique = {"constraints": {"unique": True}}
    rules = contract(
        {"name": "a", "type": "duration", "bigquery": "INT64", **unique},
        {"name": "b", "type": "geopoint", **unique},
        {"name": "c", "type": "yearmonth", **unique},
    )
    data = b'a,b,c\nP1W,"1, 2",2026-01\nP7D,"1.0,2",2026-02\n'
    expected = [(3, "a", "constraint.unique"), (3, "b", "constraint.unique")]
    assert expected == faults(data, rules)


def test_decimals_are_not_rounded_on_the_way() -> None:
    value = read(f"PT{'9' * 15}.123456789S", type="duration", bigquery="NUMERIC")
    assert Decimal(f"{'9' * 15}.123456789") == value
