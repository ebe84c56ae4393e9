"""Each rule about fields has a case that breaks it, and one that follows it."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]

NOT_BARE: dict[str, dict[str, Any]] = {
    "affixes": {"affixes": ["€"]},
    "percentAsFraction": {"percentAsFraction": True},
    "negative": {"negative": ["trailing"]},
}
AFFIXES: list[tuple[str, dict[str, Any], str]] = [
    ("", {}, "is empty; drop it"),
    ("EUR", {}, "'EUR' is listed twice; keep one"),
    (
        "€ ",
        {},
        "'€ ' has spaces around it; drop them, they are accepted in any case",
    ),
    (
        "%",
        {"percentAsFraction": True},
        "'%' is part of every cell because of percentAsFraction; drop it here",
    ),
    *(
        (
            sign,
            {},
            f"{sign!r} has a sign or a parenthesis; see `negative` for how numbers may be negative",
        )
        for sign in ("(", "-", "-x", "(EUR)", "a+", "a\u2212b")
    ),
    (
        ".-",
        {"negative": ["trailing"]},
        "'.-' has a minus, which `negative: [trailing]` would read as the sign; drop one of them",
    ),
    *(
        (
            digits,
            {"groupChar": "x"},
            f"{digits!r} has digits that could be part of the number; only a unit such as "
            "m2 may have them",
        )
        for digits in ("2x", "e3", "E-3", "x00", ".5", "€5", "٣")
    ),
    (".", {}, "'.' ends with the decimal point, so .5 would have two meanings; drop it"),
]
"""The second text in `affixes`, other properties, and the mistake."""
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
    (
        {"decimalChar": ","},
        "decimalChar",
        "applies to integer and number, not to string; drop it",
    ),
    (
        {"type": "integer", "decimalChar": ","},
        "decimalChar",
        "applies to an integer with wholeDecimals only; drop it",
    ),
    (
        {"type": "integer", "wholeDecimals": True, "groupChar": "."},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
    (
        {"type": "number", "decimalChar": "’", "groupChar": "'"},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
    ({"affixes": ["€"]}, "affixes", "applies to integer and number, not to string; drop it"),
    (
        {"type": "integer", "percentAsFraction": True},
        "percentAsFraction",
        "applies to number, not to integer; drop it",
    ),
    (
        {"type": "number", "wholeDecimals": True},
        "wholeDecimals",
        "applies to integer, not to number; drop it",
    ),
    (
        {"type": "date", "negative": ["trailing"]},
        "negative",
        "applies to integer and number, not to date; drop it",
    ),
    (
        {"type": "number", "negative": ["behind"]},
        "negative[0]",
        "'behind' is not one of leading, trailing, parentheses",
    ),
    (
        {"type": "number", "negative": "trailing"},
        "negative",
        "should be a list, but is a single text; write [trailing]",
    ),
    (
        {"type": "number", "negative": []},
        "negative",
        "is empty; list leading, trailing or parentheses, or drop it",
    ),
    (
        {"type": "number", "negative": ["trailing", "trailing"]},
        "negative[1]",
        "'trailing' is listed twice; keep one",
    ),
    *(
        (
            {"type": "number", "bareNumber": False, **more},
            "bareNumber",
            f"cannot be used with {name}, because it drops any text around a number; drop it, "
            "and list such texts in affixes",
        )
        for name, more in NOT_BARE.items()
    ),
    *(
        ({"type": "number", "affixes": ["EUR", affix], **more}, "affixes[1]", message)
        for affix, more, message in AFFIXES
    ),
    (
        {"type": "number", "affixes": ["$", "$."]},
        "affixes[1]",
        "'$.' ends with the decimal point, so $.5 would have two meanings; drop it",
    ),
    ({"groupChar": ","}, "groupChar", "applies to integer and number, not to string; drop it"),
    ({"bareNumber": False}, "bareNumber", "applies to integer and number, not to string; drop it"),
    ({"trueValues": ["y"]}, "trueValues", "applies to boolean, not to string; drop it"),
    ({"falseValues": ["n"]}, "falseValues", "applies to boolean, not to string; drop it"),
    (
        {"type": "number", "decimalChar": "comma"},
        "decimalChar",
        "'comma' should be one character, neither a digit nor a sign",
    ),
    (
        {"type": "number", "groupChar": "0"},
        "groupChar",
        "'0' should be one character, neither a digit nor a sign",
    ),
    (
        {"type": "number", "groupChar": "."},
        "groupChar",
        "is the same as decimalChar, so numbers would have two meanings; change one of them",
    ),
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
    (
        {"format": "mail"},
        "format",
        "'mail' is not a format of string; use default, email, uri, uuid, binary",
    ),
    (
        {"type": "integer", "format": "any"},
        "format",
        "'any' is not a format of integer; use default",
    ),
    (
        {"type": "geopoint", "format": "wkt"},
        "format",
        "'wkt' is not a format of geopoint; use default, array, object",
    ),
    ({"type": "year", "format": "%y"}, "format", "'%y' is not a format of year; use default"),
    (
        {"type": "yearmonth", "format": "%m.%Y"},
        "format",
        "'%m.%Y' is not a format of yearmonth; use default",
    ),
    ({"type": "array", "format": "csv"}, "format", "'csv' is not a format of array; use default"),
    (
        {"format": "email", "bigquery": "BYTES"},
        "format",
        "BYTES does not hold email; use STRING",
    ),
    (
        {"format": "binary", "bigquery": "JSON"},
        "format",
        "JSON does not hold binary; use STRING or BYTES",
    ),
    (
        {"type": "date", "format": "DD.MM.YYYY"},
        "format",
        "'DD.MM.YYYY' is not a format of date; use default, any, excel or a pattern such as "
        "%d.%m.%Y",
    ),
    (
        {"format": ["email"]},
        "format",
        "a list of formats applies to date and time and datetime; write one format",
    ),
    ({"type": "date", "format": []}, "format", "is empty; list the formats, or drop it"),
    (
        {"type": "date", "format": [f"%Y{'-' * n}%m-%d" for n in range(1, 22)]},
        "format",
        "has 21 formats; a field may have at most 20, so drop some",
    ),
    (
        {"type": "date", "format": ["%d.%m.%Y", "%Q"]},
        "format[1]",
        "'%Q' is not a strptime pattern that can be read",
    ),
    (
        {"type": "date", "format": ["any", "%d.%m.%y", "any"]},
        "format[2]",
        "'any' is listed twice; keep one",
    ),
    (
        {"type": "date", "format": ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y"]},
        "format[2]",
        "'%m/%d/%Y' and '%d/%m/%Y' read '05/04/2003' as different values; keep one of them",
    ),
    (
        {"type": "date", "format": ["%d%m%y", "%y%m%d"]},
        "format[1]",
        "'%y%m%d' and '%d%m%y' read '211126' as different values; keep one of them",
    ),
    (
        {"type": "date", "format": ["%Y%m%d", "%d%m%Y"]},
        "format[1]",
        "'%d%m%Y' and '%Y%m%d' read '20030405' as different values; keep one of them",
    ),
    (
        {"type": "datetime", "format": ["epoch", "epoch_ms"]},
        "format[1]",
        "'epoch_ms' and 'epoch' read '1795271459' as different values; keep one of them",
    ),
    (
        {"type": "time", "format": ["%H:%M", "%M:%S"]},
        "format[1]",
        "'%M:%S' and '%H:%M' read '14:30' as different values; keep one of them",
    ),
    (
        {"type": "datetime", "format": ["epoch", "%d.%m.%Y %H:%M"]},
        "format[1]",
        "it has no %z, and TIMESTAMP needs a time zone; add %z, or a `timezone` to the "
        "field, or use `bigquery: DATETIME`",
    ),
    (
        {"type": "datetime", "format": "epoch", "bigquery": "DATETIME"},
        "format",
        "DATETIME does not hold epoch; use TIMESTAMP or STRING",
    ),
    (
        {"type": "datetime", "format": "excel"},
        "format",
        "excel has no time zone, and TIMESTAMP needs one; add a `timezone` to the field, or use "
        "`bigquery: DATETIME`",
    ),
    (
        {"type": "datetime", "timezone": "Europe/Berln"},
        "timezone",
        "'Europe/Berln' is not the IANA name of a time zone; did you mean `Europe/Berlin`?",
    ),
    (
        {"type": "datetime", "timezone": "../x"},
        "timezone",
        "'../x' is not the IANA name of a time zone; write, for example, Europe/Berlin",
    ),
    ({"type": "datetime", "timezone": "CET"}, "timezone", None),
    (
        {"type": "datetime", "timezone": "Europe/Berlin", "bigquery": "DATETIME"},
        "timezone",
        "applies to TIMESTAMP columns, not to DATETIME; drop it, or use TIMESTAMP",
    ),
    (
        {"type": "datetime", "timezone": "Europe/Berlin", "format": ["epoch", "%Y-%m-%d %H:%M%z"]},
        "timezone",
        "has no effect, because every format states the time zone of its cells; drop it",
    ),
    (
        {"type": "date", "format": "%d. %B %Y", "language": "xx"},
        "language",
        None,
    ),
    ({"type": "date", "format": "%d. %B %Y", "language": "de-AT"}, "language", None),
    (
        {"type": "date", "format": ["%d.%m.%Y", "any"], "language": "de"},
        "language",
        "has no effect, because no format has %b, %B, %a or %A; drop it",
    ),
    (
        {"type": "date", "format": "%B %c", "language": "de"},
        "language",
        "'%B %c' has a directive that cannot be used with `language`; replace it",
    ),
    (
        {"type": "date", "format": ["%d %b %y", "%y %b %d"], "language": "fr"},
        "format[1]",
        "'%y %b %d' and '%d %b %y' read '21 nov 26' as different values; keep one of them",
    ),
    (
        {"type": "time", "format": "%H:%M", "language": "de"},
        "language",
        "applies to date and datetime, not to time; drop it",
    ),
    ({"type": "date", "timezone": "UTC"}, "timezone", "applies to datetime, not to date; drop it"),
    (
        {"type": "time", "format": "excel"},
        "format",
        "'excel' is not a format of time; use default, any or a pattern such as %d.%m.%Y",
    ),
    (
        {"type": "datetime", "format": "%c %Z"},
        "format",
        "'%c %Z' has %Z beside a directive that cannot be read with it; replace it",
    ),
    ({"type": "date", "format": 20}, "format", "should be text or a list, but is 20"),
    (
        {"type": "date", "format": "%Q"},
        "format",
        "'%Q' is not a strptime pattern that can be read",
    ),
    (
        {"type": "datetime", "format": "%d.%m.%Y %H:%M"},
        "format",
        "it has no %z, and TIMESTAMP needs a time zone; add %z, or a `timezone` to the "
        "field, or use `bigquery: DATETIME`",
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
    found: Callable[..., Found], field: dict[str, Any], path: str, message: str | None
) -> None:
    [(where, words)] = found(schema={"fields": [{"name": "a", **field}]})
    assert where == f"schema.fields[0].{path}"
    if message is not None:
        assert words == message


@pytest.mark.parametrize(
    "field",
    [
        {"bigquery": "STRING(40)"},
        {"bigquery": "json"},
        {"format": "email"},
        {"format": "uuid", "constraints": {"unique": True}},
        {"type": "integer", "bigquery": "NUMERIC", "groupChar": " ", "bareNumber": False},
        {"type": "number", "decimalChar": ",", "groupChar": ".", "bigquery": "BIGNUMERIC(40, 2)"},
        {
            "type": "number",
            "affixes": ["€", "Rs", "Rs.", "m2", ".-", "US $"],
            "negative": ["leading"],
        },
        {"type": "number", "percentAsFraction": True, "negative": ["trailing", "parentheses"]},
        {"type": "integer", "groupChar": ".", "affixes": ["."]},
        {"type": "integer", "wholeDecimals": True, "decimalChar": ",", "groupChar": "."},
        {"type": "boolean", "trueValues": ["ja"], "falseValues": ["nein"]},
        {"type": "date", "format": "%d.%m.%Y"},
        {"type": "time", "format": "any"},
        {"type": "datetime", "format": "%d.%m.%Y %H:%M %z"},
        {"type": "datetime", "format": "%d.%m.%Y %H:%M", "bigquery": "DATETIME"},
        {"type": "date", "format": ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%b %d, %Y", "default"]},
        {"type": "date", "format": ["%d/%m/%Y"]},
        {"type": "time", "format": ["%H:%M", "%H:%M:%S", "%I:%M %p"]},
        {"type": "datetime", "format": ["any", "epoch", "%d/%b/%Y:%H:%M:%S %z"]},
        {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S %Z"},
        {"type": "datetime", "format": "excel", "bigquery": "DATETIME"},
        {"type": "datetime", "format": "excel", "timezone": "Europe/Berlin"},
        {"type": "date", "format": ["%d. %B %Y", "%d.%m.%Y", "%d %b %y"], "language": "de"},
        {"type": "datetime", "format": ["epoch", "any"], "timezone": "UTC"},
        {"type": "datetime", "bigquery": "STRING"},
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
