"""Sums of columns are exact in every type and form that a batch may have."""

from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from typing import Any

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa

from csvgate.totals.column_sums import sum_of

EXACT = Context(prec=200)
LARGEST = 2**63 - 1
INTS = [*[LARGEST] * 5, -1, 0, -(2**63), 7, -(2**32), 2**32 - 1, -(2**31)]
NUMERIC = [Decimal(f"{'9' * 29}.{'9' * 9}")] * 20 + [Decimal("-0.000000001"), Decimal(-(10**28))]
BIGNUMERIC = [Decimal(f"{'9' * 38}.{'9' * 38}")] * 20 + [Decimal("-1e-38"), Decimal(-(10**37))]
COLUMNS: dict[str, tuple[list[Any], Any]] = {
    "INT64": (INTS, pa.int64()),
    "NUMERIC": (NUMERIC, pa.decimal128(38, 9)),
    "BIGNUMERIC": (BIGNUMERIC, pa.decimal256(76, 38)),
    "negative": ([number.copy_negate() for number in BIGNUMERIC], pa.decimal256(76, 38)),
}
FORMS: dict[str, Callable[[list[Any], Any], tuple[Sequence[object], list[Any]]]] = {
    "list": lambda values, _: (values, values),
    "list with nulls": lambda values, _: ([None, *values, None], values),
    "array": lambda values, kind: (pa.array(values, kind), values),
    "nulls": lambda values, kind: (
        pa.array([None, *values, None, values[0]], kind),
        [*values, values[0]],
    ),
    "nulls over values": lambda values, kind: (
        pa.Array.from_buffers(
            kind, len(values), [pa.py_buffer(b"\x09" * 9), pa.array(values, kind).buffers()[1]]
        ),
        [value for at, value in enumerate(values) if at % 8 in (0, 3)],
    ),
    "slice": lambda values, kind: (pa.array(values, kind).slice(3, 5), values[3:8]),
    "slice with nulls": lambda values, kind: (
        pa.array([None, *values, None], kind).slice(2, len(values)),
        values[1:],
    ),
    "dictionary": lambda values, kind: (
        pa.array([*values, None, *values], kind).dictionary_encode(),
        values * 2,
    ),
    "empty": lambda _, kind: (pa.array([], kind), []),
    "only nulls": lambda _, kind: (pa.nulls(3, kind), []),
    "empty list": lambda *_: ([], []),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", COLUMNS)
def test_the_sum_does_not_round_or_overflow(name: str, form: str) -> None:
    column, values = FORMS[form](*COLUMNS[name])
    expected = Decimal(0)
    for value in values:
        expected = EXACT.add(expected, Decimal(value))
    found = sum_of(column)
    assert isinstance(found, Decimal)
    assert expected == found
