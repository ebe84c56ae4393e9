"""Decimals stay exact: results equal those of Python's Decimal, halves away from zero."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.enrichment.rows.enrich_rows import Enrichment
from csvgate.runtime.errors import Permanent
from unit.enrichment.enrich_examples import chunk, contract, derive, derived, reference

AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)
RATES = st.decimals("0.000001", 9999, places=6, allow_nan=False)
CENT = Decimal("0.01")


def away(value: Decimal, unit: Decimal = CENT) -> Decimal:
    """Rounded half away from zero, which Python calls half up."""
    with localcontext(prec=100):
        return value.quantize(unit, ROUND_HALF_UP)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    with localcontext(prec=100):
        return away(dividend / divisor, Decimal("1e-9"))


@settings(deadline=None)
@given(
    rates=st.lists(RATES, min_size=1, max_size=5, unique=True),
    rows=st.lists(st.tuples(AMOUNTS | st.none(), st.integers(0, 5)), max_size=50),
)
def test_amount_times_rate(rates: list[Decimal], rows: list[tuple[Decimal | None, int]]) -> None:
    """The rate comes from a reference; an unknown or null operand gives null."""
    fields = {"amount": "NUMERIC(12, 2)", "currency": "STRING"}
    steps = [
        {"lookup": {"reference": "ref", "by": "currency", "add": ["rate"]}},
        derive("round(amount * rate, 2)", "NUMERIC(15, 2)"),
    ]
    enrichment = Enrichment(
        contract(fields, steps, {"ref": {"object": "ref.csv", "key": "k"}}),
        {"ref": reference("k,rate\n" + "".join(f"c{i},{r:f}\n" for i, r in enumerate(rates)))},
    )
    lines = [10 + 3 * i for i in range(len(rows))]
    found = enrichment.apply(
        chunk(
            fields, {"amount": [a for a, _ in rows], "currency": [f"c{i}" for _, i in rows]}, lines
        )
    )
    expected = [
        None if amount is None or i >= len(rates) else away(amount * rates[i]) for amount, i in rows
    ]
    assert expected == found.column("v").to_pylist()
    assert lines == found.column("_line").to_pylist()


@pytest.mark.parametrize(
    ("sql", "bigquery"), [("round(a * b, 2)", "NUMERIC"), ("a * b", "NUMERIC(20, 2)")]
)
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("0.05", "0.1", "0.01"),
        ("-0.05", "0.1", "-0.01"),
        ("0.15", "0.1", "0.02"),
        ("-0.25", "0.1", "-0.03"),
        ("0.04", "0.1", "0"),
        ("1.005", "1", "1.01"),
        ("-1.005", "1", "-1.01"),
    ],
)
def test_halves_go_away_from_zero(a: str, b: str, expected: str, sql: str, bigquery: str) -> None:
    fields = {"a": "NUMERIC(9, 3)", "b": "NUMERIC(9, 3)"}
    values = {"a": [Decimal(a)], "b": [Decimal(b)]}
    assert [Decimal(expected)] == derived(sql, bigquery, fields, values)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(AMOUNTS, RATES | RATES.map(lambda r: -r)), min_size=1, max_size=20))
def test_quotients(rows: list[tuple[Decimal, Decimal]]) -> None:
    """Quotients are those of BigQuery's NUMERIC: nine digits, halves away from zero."""
    fields = {"a": "NUMERIC(12, 2)", "b": "NUMERIC(10, 6)"}
    values = {"a": [a for a, _ in rows], "b": [b for _, b in rows]}
    expected = [quotient(a, b) for a, b in rows]
    assert expected == derived("a / b", "NUMERIC", fields, values)
    assert [away(q) for q in expected] == derived("round(a / b, 2)", "NUMERIC", fields, values)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(AMOUNTS, st.integers(1, 1000)), min_size=1, max_size=20))
def test_quotients_by_integers(rows: list[tuple[Decimal, int]]) -> None:
    fields = {"a": "NUMERIC", "n": "INT64"}
    values: dict[str, list[Any]] = {"a": [a for a, _ in rows], "n": [n for _, n in rows]}
    assert [quotient(a, Decimal(n)) for a, n in rows] == derived("a / n", "NUMERIC", fields, values)
    assert [quotient(a, Decimal(n * 8)) for a, n in rows] == derived(
        "a * 0.5 / (n * 4)", "NUMERIC", fields, values
    )


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals(-(10**29) + 1, 10**29 - 1, places=9),
            st.decimals(-(10**29) + 1, 10**29 - 1, places=9),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_unbounded_numerics_are_exact_or_fail(rows: list[tuple[Decimal, Decimal]]) -> None:
    fields = {"a": "NUMERIC", "b": "NUMERIC"}
    values = {"a": [a for a, _ in rows], "b": [b for _, b in rows]}
    with localcontext(prec=100):
        sums = [a + b for a, b in rows]
        products = [away(a * b, Decimal("1e-9")) for a, b in rows]
    for sql, expected in [("a + b", sums), ("a * b", products)]:
        try:
            found = derived(sql, "NUMERIC", fields, values)
        except Permanent as error:
            found = [error.code]
        assert found in (expected, ["derive.failed"])


DIGITS = {"a": "NUMERIC(12, 2)", "b": "NUMERIC(10, 6)", "w": "NUMERIC", "n": "INT64"}


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            AMOUNTS,
            RATES,
            st.decimals(-(10**12), 10**12, places=9),
            st.integers(1, 10**6),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_decimals_of_different_digits_meet_without_rounding(
    rows: list[tuple[Decimal, Decimal, Decimal, int]],
) -> None:
    """DuckDB alone would round some of these to two digits, or take them through DOUBLE."""
    values: dict[str, list[Any]] = {
        name: [row[at] for row in rows] for at, name in enumerate(DIGITS)
    }
    nine = Decimal("1e-9")
    for sql, expected in {
        "a * b * n": [away(a * b * n, nine) for a, b, _, n in rows],
        "CASE WHEN n % 2 = 0 THEN a * n ELSE a * b END": [
            away(a * b if n % 2 else a * n, nine) for a, b, _, n in rows
        ],
        "coalesce(NULL, a * b, w)": [away(a * b, nine) for a, b, _, _ in rows],
        "greatest(a * b, w, n)": [away(max(a * b, w, Decimal(n)), nine) for a, b, w, n in rows],
        "least(n, a, w, b)": [min(n, a, w, b) for a, b, w, n in rows],
        "if(a > w, a, w)": [max(a, w) for a, _, w, _ in rows],
        "w % b": [w % b for _, b, w, _ in rows],
        "[a * n, w][2]": [w for _, _, w, _ in rows],
    }.items():
        assert derived(sql, "NUMERIC", DIGITS, values) == expected, sql


@pytest.mark.parametrize("sql", ["a * 1000000", "1000000 * a", "a * 1000000.00", "1e6::INT * a"])
def test_products_of_more_than_18_digits(sql: str) -> None:
    fields = {"a": "NUMERIC(12, 2)"}
    values = {"a": [Decimal("-9999999999.99")]}
    assert derived(sql, "NUMERIC", fields, values) == [Decimal("-9999999999990000")]


def test_results_become_wider_types_exactly() -> None:
    fields = {"a": "NUMERIC(12, 2)"}
    values = {"a": [Decimal("-1234567890.12"), None]}
    for bigquery in ("NUMERIC", "BIGNUMERIC", "BIGNUMERIC(50, 20)", "BIGNUMERIC(30, 2)"):
        assert values["a"] == derived("a", bigquery, fields, values)
    assert derived("a", "FLOAT64", fields, values) == [-1234567890.12, None]
