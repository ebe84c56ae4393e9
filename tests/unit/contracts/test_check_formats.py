"""Each rule about formats, languages and time zones has a case that breaks it, and one that follows
it."""

from collections.abc import Callable
from typing import Any

import pytest

Found = list[tuple[str, str]]

BROKEN: list[tuple[dict[str, Any], str, str | None]] = [
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
        "a list of formats applies to date, time, datetime; write one format",
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
]


@pytest.mark.parametrize(("field", "path", "message"), BROKEN)
def test_broken_rules(
    require_mistake: Callable[..., None], field: dict[str, Any], path: str, message: str | None
) -> None:
    require_mistake(field, path, message)


@pytest.mark.parametrize(
    "field",
    [
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
    ],
)
def test_valid_contracts(found: Callable[..., Found], field: dict[str, Any]) -> None:
    assert found(schema={"fields": [{"name": "a", **field}]}) == []
