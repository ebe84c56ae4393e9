"""Rows made narrow for the way, and wide again."""

from decimal import Decimal
from itertools import accumulate
from typing import TypeVar

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.engine.narrowing import narrow, widen

T = TypeVar("T")
ROWS = 1000
"""So many, and they are made narrow."""
WHOLES = st.sampled_from([None, 0, -1, 127, 128, -129, 2**15, -(2**31), 2**31, 2**63 - 1])
DECIMALS = st.sampled_from(
    [None, *map(Decimal, ("0", "-0.01", "999999999.999999999", "1000000000", "-1e28", "1e-9"))]
)
LINES = st.lists(st.integers(-3, 400), min_size=1, max_size=5)


def there_and_back(rows: pa.RecordBatch) -> pa.Table:
    return widen(pa.Table.from_batches([narrow(rows)]))


def batch(lines: list[int], **columns: pa.Array) -> pa.RecordBatch:
    return pa.record_batch(
        [pa.array(lines, pa.int64()), *columns.values()], names=["_line", *columns]
    )


def repeated(values: list[T]) -> list[T]:
    return (values * ROWS)[:ROWS]


@settings(deadline=None)
@given(
    steps=LINES,
    wholes=st.lists(WHOLES, min_size=1, max_size=4),
    decimals=st.lists(DECIMALS, min_size=1, max_size=4),
    texts=st.lists(st.sampled_from([None, "", "a", "é"]), min_size=1, max_size=4),
)
def test_the_values_come_back(
    steps: list[int], wholes: list[object], decimals: list[object], texts: list[object]
) -> None:
    lines = list(accumulate(repeated(steps), initial=2))[:ROWS]
    whole = pa.array(repeated(wholes), pa.int64())
    decimal = pa.array(repeated(decimals), pa.decimal128(38, 9))
    text = pa.array(repeated(texts), pa.string())
    rows = batch(lines, whole=whole, decimal=decimal, text=text)
    coded = batch(lines, whole=whole, decimal=decimal, text=text.dictionary_encode())
    assert pa.Table.from_batches([rows]).equals(there_and_back(coded))


def test_numbers_are_as_narrow_as_they_can_be() -> None:
    columns = dict[str, pa.Array]()
    least = pa.array([-128] * ROWS)
    for kind, most in (("int8", 127), ("int16", 128), ("int32", 2**15), ("int64", 2**31)):
        columns[kind] = pa.array([most, *least.to_pylist()[1:]])
    columns["decimal64"] = pa.array([Decimal("999999999.99")] * ROWS, pa.decimal128(38, 9))
    columns["decimal128"] = pa.array([Decimal("1000000000")] * ROWS, pa.decimal128(38, 9))
    found = narrow(batch(list(range(2, ROWS + 2)), **columns))
    kinds = {name: str(found.schema.field(name).type).split("(")[0] for name in columns}
    assert {name: name for name in columns} == kinds
    assert pa.int8() == found.schema.field("_line").type


def test_nulls_over_garbage_stay_null() -> None:
    values = pa.array([2**40, 5] * (ROWS // 2), pa.int64())
    bitmap = pa.py_buffer(bytes([0b10101010]) * (ROWS // 8))
    column = pa.Array.from_buffers(pa.int64(), ROWS, [bitmap, values.buffers()[1]])
    found = narrow(batch(list(range(ROWS)), a=column))
    assert pa.int8() == found.schema.field("a").type
    assert [None, 5] * (ROWS // 2) == there_and_back(batch(list(range(ROWS)), a=column))[
        "a"
    ].to_pylist()


def test_a_slice_is_made_narrow_too() -> None:
    decimals = pa.array([Decimal(n) for n in range(2 * ROWS)], pa.decimal128(38, 9))
    rows = batch(list(range(2 * ROWS)), a=decimals).slice(ROWS)
    assert pa.Table.from_batches([rows]).equals(there_and_back(rows))
    assert pa.types.is_decimal64(narrow(rows).schema.field("a").type)


def test_few_rows_stay_as_they_are() -> None:
    rows = batch([2, 3], a=pa.array([1, 2]))
    assert rows is narrow(rows)


@pytest.mark.parametrize("before", [b"", b"x", b"99999999999999999999999"])
def test_a_forged_start_of_the_lines_is_refused(before: bytes) -> None:
    field = pa.field("_line", pa.int8(), metadata={b"line before the first step": before})
    table = pa.table([pa.array([1], pa.int8())], schema=pa.schema([field]))
    with pytest.raises(ValueError, match="int64"):
        widen(table)
