"""A row that cannot be computed fails its upload by name and line; it never becomes null."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.runtime.errors import Permanent
from unit.enrichment.enrich_examples import chunk, contract, derive, derived

FIELDS = {
    "n": "INT64",
    "s": "STRING",
    "a": "NUMERIC(12, 2)",
    "w": "NUMERIC",
    "f": "FLOAT64",
    "d": "DATE",
    "t": "TIMESTAMP",
    "j": "JSON",
}
ROWS: dict[str, list[Any]] = {
    "n": [1, None, 0, 7],
    "s": ["1", None, 'it\'s "secret"', "sesame: 4711"],
    "a": [Decimal("1.05"), None, Decimal("-3.33"), Decimal("1234567890.12")],
    "w": [Decimal("1.5"), None, Decimal("9" * 29), Decimal(2)],
    "f": [2.5, None, 1e300, 1.0],
    "d": [date(2026, 1, 31), None, date(9999, 12, 31), date(1, 1, 1)],
    "t": [datetime(2026, 1, 31, 23, tzinfo=UTC), None, *[datetime(2026, 1, 1, tzinfo=UTC)] * 2],
    "j": ['{"x": 1}', None, "[]", '{"x": "y"}'],
}
FAILING = [
    ("10 / n", "FLOAT64", [4], "division by zero"),
    ("a / n", "NUMERIC", [4], "division by zero"),
    ("10 % n", "INT64", [4], "division by zero"),
    ("10 // n", "INT64", [4], "division by zero"),
    ("mod(10, n)", "INT64", [4], "division by zero"),
    ("CAST(s AS INT64)", "INT64", [4, 5], "Could not convert string"),
    ("n + 9223372036854775807", "INT64", [2, 5], "Overflow in addition of INT64"),
    ("w * w", "NUMERIC", [4], "Overflow in multiplication"),
    ("w * 10", "NUMERIC", [4], ""),
    ("a", "NUMERIC(4, 2)", [5], "Casting value"),
    ("a * 1000000000000000000000", "NUMERIC", [5], ""),
    ("f * 1e300", "FLOAT64", [4], "too large for FLOAT64"),
    ("sqrt(n - 1)", "FLOAT64", [4], "square root of a negative number"),
    ("ln(n)", "FLOAT64", [4], "logarithm of zero"),
    ("s", "STRING(5)", [4, 5], "too long for STRING(5)"),
    ("encode(s)", "BYTES(5)", [4, 5], "too many bytes for BYTES(5)"),
    ("s", "JSON", [4, 5], "not JSON"),
    ("CAST(d + INTERVAL 1 DAY AS DATE)", "DATE", [4], "the year is outside the range of"),
    ("d - INTERVAL 1 DAY", "DATETIME", [5], "the year is outside the range of"),
    ("strptime(s, '%d')", "DATETIME", [4, 5], "Could not parse string"),
    ("from_hex(replace(s, '1', 'é'))", "BYTES", [2, 4, 5], "does not accept the bytes of a text"),
]


@pytest.mark.parametrize(("sql", "bigquery", "lines", "reason"), FAILING)
def test_failing_rows_are_named(sql: str, bigquery: str, lines: list[int], reason: str) -> None:
    with pytest.raises(Permanent) as raised:
        derived(sql, bigquery, FIELDS, ROWS)
    assert raised.value.code == "derive.failed"
    message = raised.value.message
    assert message.startswith(f"v = {sql} as ")
    [named] = re.findall(r"fails on lines? ([\d, ]+):", message)
    assert lines == [int(line) for line in named.split(", ")]
    assert reason in message


@pytest.mark.parametrize(("sql", "bigquery"), [case[:2] for case in FAILING])
def test_reasons_do_not_contain_values(sql: str, bigquery: str) -> None:
    """Reasons end up in logs."""
    with pytest.raises(Permanent) as raised:
        derived(sql, bigquery, FIELDS, ROWS)
    reason = raised.value.message.partition(" fails on ")[2]
    for value in ("secret", "sesame", "4711", "1234567890", "99999", "e+300"):
        assert value not in reason


@pytest.mark.parametrize("advice", ["Use TRY(", "You might want to", "Either add a cast to DOUBLE"])
def test_a_value_with_the_words_of_an_advice_is_not_repeated(advice: str) -> None:
    """DuckDB adds advice to its messages, which is left out of the reason."""
    text = f"it's sesame street {advice} 4711"
    with pytest.raises(Permanent) as raised:
        derived("from_base64(s)", "BYTES", {"s": "STRING"}, {"s": [text]})
    assert "Could not decode string" in str(raised.value)
    assert "sesame" not in str(raised.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x0b"])
@pytest.mark.parametrize("quote", ["'", '"', "it's "])
@pytest.mark.parametrize(
    ("sql", "bigquery"),
    [
        ("strptime(s, '%Y-%m-%d')", "DATETIME"),
        ("CAST(s AS INT64)", "INT64"),
        ("CAST(s AS DATE)", "DATE"),
        ("CAST(s AS INT64[])[1]", "INT64"),
        ("timezone(s, TIMESTAMP '2026-01-01')", "TIMESTAMP"),
    ],
)
def test_reasons_do_not_contain_values_of_several_lines(
    sql: str, bigquery: str, quote: str, end: str
) -> None:
    """DuckDB quotes the value as it is, so the first line may end within it."""
    with pytest.raises(Permanent) as raised:
        derived(sql, bigquery, {"s": "STRING"}, {"s": [f"o{quote}sesame street{end}12"]})
    assert "sesame" not in raised.value.message


def test_the_first_of_many() -> None:
    """The first lines are named in order, however large the chunk is."""
    values = [None if i % 7 else 0 for i in range(20_000)]
    lines = [5 * i for i in range(20_000)]
    enrichment = Enrichment(contract({"n": "INT64"}, [derive("1 / n", "FLOAT64")]), {})
    with pytest.raises(Permanent, match="fails on lines 0, 35, 70, 105, 140 and others: division"):
        enrichment.apply(chunk({"n": "INT64"}, {"n": values}, lines))


def test_rows_that_the_expression_skips_cannot_fail() -> None:
    expected = [Decimal("1.05"), None, None, Decimal("176366841.445714286")]
    sql = "CASE WHEN n = 0 THEN NULL ELSE a / n END"
    assert expected == derived(sql, "NUMERIC", FIELDS, ROWS)
    assert derived("TRY_CAST(s AS BIGINT)", "INT64", FIELDS, ROWS) == [1, None, None, None]


@pytest.mark.parametrize(
    ("sql", "bigquery", "expected"),
    [
        ("upper(s[1:2])", "STRING", ["1", None, "IT", "SE"]),
        ("'EU'", "STRING", ["EU"] * 4),
        ("NULL", "NUMERIC(12, 2)", [None] * 4),
        ("round(a)", "INT64", [1, None, -3, 1234567890]),
        ("CAST(t AS DATE)", "DATE", [date(2026, 1, 31), None, *[date(2026, 1, 1)] * 2]),
        ("json_extract_string(j, '$.x')", "STRING", ["1", None, None, "y"]),
        ("n IN (1, 7) AND a > 0", "BOOL", [True, None, False, True]),
        ("coalesce(n, -1)", "INT64", [1, -1, 0, 7]),
        ("date_trunc('month', t)", "TIMESTAMP", [datetime(2026, 1, 1, tzinfo=UTC), None]),
    ],
)
def test_values(sql: str, bigquery: str, expected: list[Any]) -> None:
    assert expected == derived(sql, bigquery, FIELDS, ROWS)[: len(expected)]


def test_no_rows() -> None:
    assert derived("a / n", "NUMERIC", FIELDS, {name: [] for name in FIELDS}) == []
