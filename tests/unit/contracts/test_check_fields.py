"""Each rule about fields has a case that breaks it, and one that follows it. Rules about numbers
and formats have tables of their own."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]

BROKEN: list[tuple[dict[str, Any], str, str | None]] = [
    (
        {"name": "order id"},
        "name",
        "'order id' is not a valid BigQuery column name: use letters, digits and _, at most "
        "300, and do not begin with a digit",
    ),
    (
        {"name": "1st"},
        "name",
        "'1st' is not a valid BigQuery column name: use letters, digits and _, at most "
        "300, and do not begin with a digit",
    ),
    ({"name": ""}, "name", "is empty; write something"),
    ({"name": "_Line"}, "name", "'_Line' is reserved for csvgate; choose another name"),
    ({"name": "_upload_id"}, "name", "'_upload_id' is reserved for csvgate; choose another name"),
    (
        {"name": "_ingested_at"},
        "name",
        "'_ingested_at' is reserved for csvgate; choose another name",
    ),
    ({"name": "_csvgate_x"}, "name", "'_csvgate_x' is reserved for csvgate; choose another name"),
    *(
        (
            {"name": f"{prefix}x".lower()},
            "name",
            f"BigQuery reserves names that start with {prefix}; choose another name",
        )
        for prefix in (
            "_TABLE_",
            "_FILE_",
            "_PARTITION",
            "_ROW_TIMESTAMP",
            "__ROOT__",
            "_COLIDENTIFIER",
            "_CHANGE_SEQUENCE_NUMBER",
            "_CHANGE_TYPE",
            "_CHANGE_TIMESTAMP",
        )
    ),
    (
        {"type": "integr"},
        "type",
        "'integr' is not one of string, integer, number, boolean, date, time, datetime, year, "
        "yearmonth, duration, geopoint, object, array, list, any; did you mean `integer`?",
    ),
    ({"bigquery": "STRING("}, "bigquery", "'STRING(' is not a BigQuery type"),
    (
        {"type": "integer", "bigquery": "DATE"},
        "bigquery",
        "DATE does not hold every integer; use INT64, NUMERIC, BIGNUMERIC, FLOAT64, STRING",
    ),
    (
        {"type": "number", "bigquery": "INT64"},
        "bigquery",
        "INT64 does not hold every number; use NUMERIC, BIGNUMERIC, FLOAT64, STRING",
    ),
    (
        {"type": "string", "bigquery": "INT64"},
        "bigquery",
        "INT64 does not hold every string; use STRING, JSON, GEOGRAPHY, BYTES",
    ),
    ({"type": "boolean", "bigquery": "INT64"}, "bigquery", None),
    (
        {"type": "year", "bigquery": "DATE"},
        "bigquery",
        "DATE does not hold every year; use INT64, STRING",
    ),
    (
        {"type": "yearmonth", "bigquery": "INT64"},
        "bigquery",
        "INT64 does not hold every yearmonth; use STRING, DATE",
    ),
    (
        {"type": "duration", "bigquery": "TIME"},
        "bigquery",
        "TIME does not hold every duration; use STRING, INT64, NUMERIC",
    ),
    (
        {"type": "duration", "bigquery": "INTERVAL"},
        "bigquery",
        "'INTERVAL' is not a supported BigQuery type; use one of BIGNUMERIC, BOOL, BYTES, DATE, "
        "DATETIME, FLOAT64, GEOGRAPHY, INT64, JSON, NUMERIC, STRING, TIME, TIMESTAMP",
    ),
    (
        {"type": "geopoint", "bigquery": "JSON"},
        "bigquery",
        "JSON does not hold every geopoint; use GEOGRAPHY, STRING",
    ),
    (
        {"type": "object", "bigquery": "BYTES"},
        "bigquery",
        "BYTES does not hold every object; use JSON, STRING",
    ),
    (
        {"type": "array", "bigquery": "ARRAY<STRING>"},
        "bigquery",
        "'ARRAY<STRING>' is not a BigQuery type",
    ),
    ({"type": "any", "bigquery": "JSON"}, "bigquery", "JSON does not hold every any; use STRING"),
    ({"type": "date", "bigquery": "TIMESTAMP"}, "bigquery", None),
    ({"type": "time", "bigquery": "DATETIME"}, "bigquery", None),
    ({"type": "datetime", "bigquery": "DATE"}, "bigquery", None),
    (
        {"type": "number", "bigquery": "NUMERIC(50, 2)"},
        "bigquery",
        "'NUMERIC(50, 2)': NUMERIC holds at most 29 digits before and 9 after the point",
    ),
    ({"trueValues": ["y"]}, "trueValues", "applies to boolean, not to string; drop it"),
    ({"falseValues": ["n"]}, "falseValues", "applies to boolean, not to string; drop it"),
    (
        {"trim": True, "missingValues": ["", " - "]},
        "missingValues[1]",
        "' - ' has spaces around it, which trim removes from every cell; drop the spaces",
    ),
    (
        {"trim": True, "replace": {"J\u00a0": "true"}},
        "replace.J\u00a0",
        "'J\\xa0' has spaces around it, which trim removes from every cell; drop the spaces",
    ),
    ({"replace": {"J": "J"}}, "replace.J", "is replaced by itself; drop it"),
    (
        {"type": "boolean", "replace": {"J": "ja"}},
        "replace.J",
        "'ja' is neither true (true, True, TRUE, 1) nor false (false, False, FALSE, 0); write a "
        "text that the field takes",
    ),
    (
        {"type": "boolean", "replace": {"J": True}},
        "replace.J",
        'should be text, but true is not text; put it in quotes: "true"',
    ),
    (
        {"type": "list", "itemType": "integr"},
        "itemType",
        "'integr' is not one of string, integer, number, boolean, date, time, datetime; did you "
        "mean `integer`?",
    ),
    ({"itemType": "integer"}, "itemType", "applies to list, not to string; drop it"),
    ({"delimiter": "|"}, "delimiter", "applies to list, not to string; drop it"),
    ({"type": "list", "delimiter": ""}, "delimiter", "is empty; write the text between the items"),
    (
        {"type": "list", "delimiter": " x "},
        "delimiter",
        "' x ' should have neither letters nor digits",
    ),
    (
        {"type": "list", "itemType": "date", "delimiter": " - "},
        "delimiter",
        "' - ' has a character that items of type date may have; use another delimiter, or "
        "itemType string",
    ),
    (
        {"type": "list", "bigquery": "INT64"},
        "bigquery",
        "INT64 does not hold every list; use JSON, STRING",
    ),
    ({"trim": "yes"}, "trim", "should be true or false, but is 'yes'"),
    ({"type": "boolean", "trueValues": []}, "trueValues", "is empty; list the words"),
    (
        {"type": "boolean", "trueValues": ["0"]},
        "trueValues",
        "'0' is in trueValues and falseValues; keep it in one",
    ),
    (
        {"type": "boolean", "trueValues": ["x"], "falseValues": ["x"]},
        "falseValues",
        "'x' is in trueValues and falseValues; keep it in one",
    ),
    ({"sensitive": "yes"}, "sensitive", "should be true or false, but is 'yes'"),
    ({"missingValues": "-"}, "missingValues", "should be a list, but is a single text; write [-]"),
    (
        {"missingValues": [0]},
        "missingValues[0]",
        'should be text, but 0 is not text; put it in quotes: "0"',
    ),
]


@pytest.mark.parametrize(("field", "path", "message"), BROKEN)
def test_broken_rules(
    require_mistake: Callable[..., None], field: dict[str, Any], path: str, message: str | None
) -> None:
    require_mistake(field, path, message)


@pytest.mark.parametrize(
    "field",
    [
        {"bigquery": "STRING(40)"},
        {"bigquery": "json"},
        {"format": "email"},
        {"format": "uuid", "constraints": {"unique": True}},
        {"type": "boolean", "trueValues": ["ja"], "falseValues": ["nein"]},
        {"format": "binary"},
        {"format": "binary", "bigquery": "BYTES(16)"},
        {"type": "year", "bigquery": "STRING(4)"},
        {"type": "yearmonth", "bigquery": "DATE"},
        {"type": "duration", "bigquery": "NUMERIC(12, 3)"},
        {"type": "geopoint", "format": "object"},
        {"type": "geopoint", "format": "array", "bigquery": "STRING"},
        {"type": "object"},
        {"type": "array", "bigquery": "STRING"},
        {"type": "any"},
        {"type": "list", "delimiter": " | ", "itemType": "date", "constraints": {"minLength": 1}},
        {"type": "list", "delimiter": ".", "bigquery": "STRING(9)"},
        {"trim": False, "replace": {" J ": "true"}},
        {
            "type": "integer",
            "trim": True,
            "replace": {"n/v": "", "": "0", "none": "-"},
            "missingValues": ["", "-"],
        },
        {"title": "A", "description": "B", "sensitive": True, "missingValues": ["-", ""]},
    ],
)
def test_valid_contracts(found: Callable[..., Found], field: dict[str, Any]) -> None:
    assert found(schema={"fields": [{"name": "a", **field}]}) == []


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"fields": []}, [("schema.fields", "is empty; it needs at least one entry")]),
        (
            {"fields": [{"name": "a"}, {"name": "A"}]},
            [("schema.fields[1].name", "'A' is also fields[0]; BigQuery ignores case, rename one")],
        ),
        (
            {"fields": [{"name": "order_id"}], "primaryKey": "ordre_id"},
            [("schema.primaryKey[0]", "'ordre_id' is not a field; did you mean `order_id`?")],
        ),
        (
            {"fields": [{"name": "a"}], "primaryKey": ["a", "a"]},
            [("schema.primaryKey[1]", "'a' is listed twice; keep one")],
        ),
        (
            {"fields": [{"name": "a"}], "primaryKey": []},
            [("schema.primaryKey", "is empty; name at least one field, or drop it")],
        ),
        ({"fields": [{"name": "a"}], "primaryKey": "a"}, []),
        (
            {"fields": [{"name": "a"}], "trim": True, "missingValues": ["", " "]},
            [
                (
                    "schema.missingValues[1]",
                    "' ' has spaces around it, which trim removes from every cell; drop the spaces",
                )
            ],
        ),
    ],
)
def test_schema(found: Callable[..., Found], schema: Any, expected: Found) -> None:
    assert found(schema=schema) == expected
