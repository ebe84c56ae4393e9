"""How sizes, declared values and BigQuery types are parsed."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.contracts.model import parse_size
from csvgate.types.bigquery import BigQueryType, parse
from csvgate.types.common.field_type import Scalar
from csvgate.types.common.json_text import hashable
from csvgate.types.duration import Duration
from csvgate.types.geopoint import Geopoint
from csvgate.types.registry import FIELD_TYPES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5GiB", 5 * 2**30),
        ("100 MB", 100_000_000),
        ("1.5 kib", 1536),
        ("512", 512),
        ("512 B", 512),
        (" 2TiB ", 2 * 2**40),
        (7, 7),
        (None, None),
    ],
)
def test_sizes(text: object, expected: object) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize("text", ["", "GiB", "5 GiBB", "-5MB", "5e3", "1,5MB", "0.1B"])
def test_not_sizes(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (size|whole number of bytes)"):
        parse_size(text)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("a", "string", "a"),
        (3, "integer", 3),
        ("+03", "integer", 3),
        (0.1, "number", Decimal("0.1")),
        (1e22, "number", Decimal("1e22")),
        ("1.50", "number", Decimal("1.50")),
        (True, "boolean", True),
        ("2026-11-21", "date", date(2026, 11, 21)),
        ("14:30", "time", time(14, 30)),
        ("14:30:05.250", "time", time(14, 30, 5, 250000)),
        ("2026-11-21T14:30:00Z", "datetime", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("2026-11-21 15:30+01:00", "datetime", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("2026-11-21T14:30", "datetime", datetime(2026, 11, 21, 14, 30)),
        (2026, "year", 2026),
        ("2026", "year", 2026),
        ("2026-11", "yearmonth", date(2026, 11, 1)),
        ("P1DT1S", "duration", Duration(0, Decimal(86_401))),
        ("-P1Y1M", "duration", Duration(-13, Decimal(0))),
        ("12.50,41.9", "geopoint", Geopoint(Decimal("12.5"), Decimal("41.9"))),
        ('{"a": [1]}', "object", hashable({"a": [Decimal(1)]})),
        ("[null]", "array", hashable([None])),
        ("x", "any", "x"),
    ],
)
def test_declared_values(value: Scalar, kind: str, expected: object) -> None:
    actual = FIELD_TYPES[kind].cast(value)
    assert (type(actual), actual) == (type(expected), expected)


@given(
    st.text() | st.integers() | st.booleans() | st.floats(),
    st.sampled_from(sorted(FIELD_TYPES)),
)
def test_any_declared_value_is_cast_or_refused(value: Scalar, kind: str) -> None:
    with suppress(ValueError):
        FIELD_TYPES[kind].cast(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string", BigQueryType("STRING")),
        ("STRING(40)", BigQueryType("STRING", length=40)),
        ("Integer", BigQueryType("INT64")),
        ("decimal(12,2)", BigQueryType("NUMERIC", precision=12, scale=2)),
        (" NUMERIC ( 38 , 9 ) ", BigQueryType("NUMERIC", precision=38, scale=9)),
        ("NUMERIC(5)", BigQueryType("NUMERIC", precision=5, scale=0)),
        ("BIGNUMERIC(76, 38)", BigQueryType("BIGNUMERIC", precision=76, scale=38)),
    ],
)
def test_bigquery_types(text: str, expected: BigQueryType) -> None:
    assert parse(text) == expected
    assert parse(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "STRUCT<a INT64>",
        "ARRAY<STRING>",
        "TEXT",
        "STRING(0)",
        "STRING(1, 2)",
        "INT64(3)",
        "NUMERIC(39, 9)",
        "NUMERIC(12, 10)",
        "NUMERIC(2, 3)",
        "NUMERIC(0)",
        "NUMERIC(12, 2",
    ],
)
def test_not_bigquery_types(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
