"""Constraints apply to the type, have values of the type, and leave some value allowed."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]
MEASURED = "string, object, array, list"
ORDERED = "integer, number, date, time, datetime, year, yearmonth, duration"


@pytest.mark.parametrize(
    ("kind", "constraints", "path", "message"),
    [
        (
            "integer",
            {"minLength": 1},
            "minLength",
            f"minLength applies to {MEASURED}, not to integer; drop it or change the type",
        ),
        (
            "integer",
            {"maxLength": 1},
            "maxLength",
            f"maxLength applies to {MEASURED}, not to integer; drop it or change the type",
        ),
        (
            "date",
            {"pattern": "2.*"},
            "pattern",
            "pattern applies to string, not to date; drop it or change the type",
        ),
        ("string", {"minLength": -1}, "minLength", "should be greater than or equal to 0"),
        ("string", {"minLength": 2.5}, "minLength", "should be a whole number, but is 2.5"),
        (
            "string",
            {"minLength": 3, "maxLength": 2},
            "minLength",
            "is above maxLength; no value can satisfy both",
        ),
        (
            "string",
            {"pattern": "["},
            "pattern",
            "is not a regular expression in the syntax of RE2: missing ]: [",
        ),
        (
            "string",
            {"pattern": r"(['\"]).*\1"},
            "pattern",
            "refers to an earlier group, which RE2 cannot do; write each case out",
        ),
        *(
            (
                "string",
                {name: "a"},
                name,
                f"{name} applies to {ORDERED}, not to string; drop it or change the type",
            )
            for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        ),
        ("boolean", {"minimum": False}, "minimum", None),
        ("integer", {"minimum": 1.5}, "minimum", "1.5 is not a whole number"),
        ("integer", {"minimum": "one"}, "minimum", "'one' is not a whole number"),
        ("integer", {"minimum": True}, "minimum", "true is not a whole number"),
        ("number", {"maximum": "1,5"}, "maximum", "'1,5' is not a number"),
        (
            "date",
            {"minimum": "21.11.2026"},
            "minimum",
            "'21.11.2026' is not a date such as \"2026-11-21\"",
        ),
        (
            "date",
            {"minimum": "2026-02-30"},
            "minimum",
            "'2026-02-30' is not a date such as \"2026-11-21\"",
        ),
        ("date", {"minimum": 2026}, "minimum", '2026 is not a date such as "2026-11-21"'),
        ("time", {"minimum": "9"}, "minimum", "'9' is not a time such as \"14:30:00\""),
        (
            "datetime",
            {"minimum": "2026-11-21"},
            "minimum",
            "'2026-11-21' is not a time such as \"2026-11-21T14:30:00Z\"",
        ),
        (
            "datetime",
            {"minimum": "2026-11-21T00:00:00"},
            "minimum",
            "needs a time zone, as TIMESTAMP has one; add Z for UTC",
        ),
        ("year", {"minimum": 26}, "minimum", "26 is not a year such as 2026"),
        ("year", {"minimum": "0000"}, "minimum", "'0000' is not a year such as 2026"),
        (
            "yearmonth",
            {"maximum": "2026-13"},
            "maximum",
            "'2026-13' is not a month such as \"2026-11\"",
        ),
        ("yearmonth", {"maximum": 2026}, "maximum", '2026 is not a month such as "2026-11"'),
        (
            "duration",
            {"minimum": "1 day"},
            "minimum",
            "'1 day' is not a duration such as \"P1DT12H\"",
        ),
        (
            "duration",
            {"minimum": "P1D", "maximum": "PT23H"},
            "minimum",
            "leaves no value below maximum; swap or widen them",
        ),
        (
            "geopoint",
            {"minimum": "1, 2"},
            "minimum",
            f"minimum applies to {ORDERED}, not to geopoint; drop it or change the type",
        ),
        (
            "geopoint",
            {"enum": ["1, 91"]},
            "enum[0]",
            "'1, 91' is not a point such as \"12.5, 41.9\", the longitude first",
        ),
        ("geopoint", {"enum": ["1, 2", "1.0,2"]}, "enum[1]", "'1.0,2' is listed twice; keep one"),
        ("object", {"pattern": "x"}, "pattern", None),
        (
            "object",
            {"enum": ["[1]"]},
            "enum[0]",
            "'[1]' is not the text of a JSON object such as '{\"a\": 1}'",
        ),
        (
            "array",
            {"enum": ["[1"]},
            "enum[0]",
            "'[1' is not the text of a JSON array such as \"[1, 2]\"",
        ),
        ("array", {"enum": ["[1]", "[1.0]"]}, "enum[1]", "'[1.0]' is listed twice; keep one"),
        (
            "array",
            {"minLength": 3, "maxLength": 2},
            "minLength",
            "is above maxLength; no value can satisfy both",
        ),
        ("any", {"enum": [1]}, "enum[0]", "1 is not text; put it in quotes"),
        ("any", {"maxLength": 1}, "maxLength", None),
        (
            "integer",
            {"minimum": 3, "maximum": 2},
            "minimum",
            "leaves no value below maximum; swap or widen them",
        ),
        (
            "number",
            {"exclusiveMinimum": 2, "maximum": "2.0"},
            "exclusiveMinimum",
            "leaves no value below maximum; swap or widen them",
        ),
        (
            "date",
            {"minimum": "2026-11-21", "exclusiveMaximum": "2026-11-21"},
            "minimum",
            "leaves no value below exclusiveMaximum; swap or widen them",
        ),
        (
            "string",
            {"enum": []},
            "enum",
            "is empty, so no value is allowed; list them or drop it",
        ),
        ("string", {"enum": ["a", 1]}, "enum[1]", "1 is not text; put it in quotes"),
        ("string", {"enum": [True]}, "enum[0]", "true is not text; put it in quotes"),
        ("string", {"enum": ["a", "b", "a"]}, "enum[2]", "'a' is listed twice; keep one"),
        ("number", {"enum": [1, "1.0"]}, "enum[1]", "'1.0' is listed twice; keep one"),
        ("boolean", {"enum": ["true"]}, "enum[0]", "'true' is not true or false"),
        ("integer", {"enum": [[1]]}, "enum[0]", None),
        ("string", {"enum": "abc"}, "enum", "should be a list, but is a single text; write [abc]"),
        ("string", {"required": 1}, "required", "should be true or false, but is 1"),
        (
            "string",
            {"requried": True},
            "requried",
            "unknown property `requried`; did you mean `required`?",
        ),
        (
            "string",
            {"min_length": 2},
            "min_length",
            "unknown property `min_length`; did you mean `minLength`?",
        ),
    ],
)
def test_broken_rules(
    found: Callable[..., Found],
    kind: str,
    constraints: dict[str, Any],
    path: str,
    message: str | None,
) -> None:
    field = {"name": "a", "type": kind, "constraints": constraints}
    [(where, words)] = found(schema={"fields": [field]})
    assert where == f"schema.fields[0].constraints.{path}"
    if message is not None:
        assert words == message


@pytest.mark.parametrize(
    ("bigquery", "message"),
    [
        ("DATETIME", "must have no time zone, as DATETIME has none"),
        (
            "STRING",
            "needs `bigquery` TIMESTAMP or DATETIME: without it values may or may not have a time "
            "zone, and cannot be compared",
        ),
    ],
)
def test_zones_of_bounds(found: Callable[..., Found], bigquery: str, message: str) -> None:
    constraints = {"minimum": "2026-11-21T00:00:00Z"}
    field = {
        "name": "a",
        "type": "datetime",
        "bigquery": bigquery,
        "constraints": constraints,
    }
    assert found(schema={"fields": [field]}) == [("schema.fields[0].constraints.minimum", message)]


@pytest.mark.parametrize(
    ("kind", "constraints"),
    [
        ("string", {"minLength": 2, "maxLength": 2, "pattern": "[A-Z]+", "enum": ["AB", "NO"]}),
        ("integer", {"minimum": 1, "maximum": "1", "unique": True, "required": True}),
        ("number", {"minimum": "0.10", "exclusiveMaximum": 1e3, "enum": [0.5, "0.25"]}),
        ("boolean", {"enum": [True]}),
        ("date", {"minimum": "2026-01-01", "maximum": "2026-12-31"}),
        ("time", {"minimum": "08:00", "maximum": "18:30:00.5"}),
        ("year", {"minimum": 2000, "exclusiveMaximum": "2030", "enum": [2024, "2026"]}),
        ("yearmonth", {"minimum": "2026-01", "maximum": "2026-01"}),
        ("duration", {"minimum": "P1M", "maximum": "P30D", "enum": ["P1M", "P30D"]}),
        ("geopoint", {"enum": ["12.5, 41.9", "0,0"], "required": True, "unique": True}),
        ("object", {"minLength": 1, "maxLength": 3, "enum": ['{"a": 1}', '{"a": true}']}),
        ("array", {"minLength": 0, "enum": ["[]"]}),
        ("any", {"required": True, "unique": True, "enum": ["a"]}),
        ("datetime", {"minimum": "2026-01-01T00:00:00Z", "maximum": "2026-01-01T02:00:00+01:00"}),
    ],
)
def test_valid_contracts(
    found: Callable[..., Found], kind: str, constraints: dict[str, Any]
) -> None:
    field = {"name": "a", "type": kind, "constraints": constraints}
    assert found(schema={"fields": [field]}) == []
