"""Rows made narrow for the way, and wide again."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate
from typing import TypeVar

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvgate.chunks.narrowing import narrow, widen

T = TypeVar("T")
ROWS = 1003
"""So many, and they are made narrow, even without a few."""
WHOLES = st.sampled_from([None, 0, -1, 127, 128, -129, 2**15, -(2**31), 2**31, 2**63 - 1])
DECIMALS = st.sampled_from(
    [None, *map(Decimal, ("0", "-0.01", "999999999.999999999", "1000000000", "-1e28", "1e-9"))]
)
MOMENTS = st.sampled_from(
    [
        None,
        *(datetime(2026, 11, 21, 14, 30, second, tzinfo=UTC) for second in (0, 1)),
        datetime(2026, 11, 21, 14, 30, 0, 250_000, tzinfo=UTC),
        datetime(2026, 11, 21, 14, 30, 0, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2093, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
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
    moments=st.lists(MOMENTS, min_size=1, max_size=4),
    texts=st.lists(st.sampled_from([None, "", "a", "é", "ü"]), min_size=1, max_size=4),
    start=st.integers(0, 3),
)
def test_the_values_come_back(
    steps: list[int],
    wholes: list[object],
    decimals: list[object],
    moments: list[datetime | None],
    texts: list[object],
    start: int,
) -> None:
    lines = list(accumulate(repeated(steps), initial=2))[:ROWS]
    whole = pa.array(repeated(wholes), pa.int64())
    decimal = pa.array(repeated(decimals), pa.decimal128(38, 9))
    text = pa.array(repeated(texts), pa.string())
    zoned = pa.array(repeated(moments), pa.timestamp("us", "UTC"))
    local = zoned.cast(pa.timestamp("us"))
    rows = batch(lines, whole=whole, decimal=decimal, zoned=zoned, local=local, text=text)
    rows = rows.slice(start)
    assert pa.Table.from_batches([rows]).equals(there_and_back(rows))
    coded = rows.set_column(5, "text", rows["text"].dictionary_encode())
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
    values = pa.array(repeated([2**40, 5]), pa.int64())
    bitmap = pa.py_buffer(bytes([0b10101010]) * (ROWS // 8 + 1))
    column = pa.Array.from_buffers(pa.int64(), ROWS, [bitmap, values.buffers()[1]])
    found = narrow(batch(list(range(ROWS)), a=column))
    assert pa.int8() == found.schema.field("a").type
    assert (
        repeated([None, 5]) == there_and_back(batch(list(range(ROWS)), a=column))["a"].to_pylist()
    )


def test_a_slice_is_made_narrow_too() -> None:
    decimals = pa.array([Decimal(n) for n in range(2 * ROWS)], pa.decimal128(38, 9))
    rows = batch(list(range(2 * ROWS)), a=decimals).slice(ROWS)
    assert pa.Table.from_batches([rows]).equals(there_and_back(rows))
    assert pa.decimal32(9, 0) == narrow(rows).schema.field("a").type


def test_few_rows_stay_as_they_are() -> None:
    rows = batch([2, 3], a=pa.array([1, 2]))
    assert rows is narrow(rows)


@pytest.mark.parametrize("before", [b"", b"x", b"99999999999999999999999"])
def test_a_forged_start_of_the_lines_is_refused(before: bytes) -> None:
    field = pa.field("_line", pa.int8(), metadata={b"line before the first step": before})
    table = pa.table([pa.array([1], pa.int8())], schema=pa.schema([field]))
    with pytest.raises(ValueError, match="int64"):
        widen(table)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("19.99", pa.decimal32(9, 2)),
        ("9999999.99", pa.decimal32(9, 2)),
        ("10000000.01", pa.decimal64(18, 2)),
        ("12582", pa.decimal32(9, 0)),
        ("0", pa.decimal32(9, 0)),
        ("-0.000000001", pa.decimal32(9, 9)),
        ("999999999.999999999", pa.decimal64(18, 9)),
    ],
)
def test_decimals_have_no_more_digits_than_they_need(value: str, kind: pa.DataType) -> None:
    zeros = [Decimal(0)] * (ROWS - 1)
    for wide in (pa.decimal128(38, 9), pa.decimal64(18, 9)):
        column = pa.array([*zeros, Decimal(value)], wide)
        found = narrow(batch(list(range(ROWS)), a=column))
        assert kind == found.schema.field("a").type
        assert (
            column.to_pylist()
            == there_and_back(batch(list(range(ROWS)), a=column))["a"].to_pylist()
        )


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), pa.int32()),
        (datetime(2024, 6, 1, 0, 0, 0, 250_000, tzinfo=UTC), pa.int32()),
        (datetime(2092, 1, 1, tzinfo=UTC), pa.timestamp("us", "UTC")),
        (datetime(2025, 1, 1, 0, 0, 0, 1, tzinfo=UTC), pa.timestamp("us", "UTC")),
    ],
)
def test_moments_are_narrow_when_near_each_other_for_their_unit(
    second: datetime, kind: pa.DataType
) -> None:
    first = (
        datetime(2024, 1, 1, tzinfo=UTC) if second.year < 2092 else datetime(1, 1, 1, tzinfo=UTC)
    )
    moments = [first, second, *[first] * (ROWS - 2)]
    found = narrow(batch(list(range(ROWS)), a=pa.array(moments, pa.timestamp("us", "UTC"))))
    assert kind == found.schema.field("a").type


def test_texts_of_one_length_do_not_tell_it_each() -> None:
    cases: list[tuple[list[str | None], pa.DataType]] = [
        (["ORD-1", "ORD-2"], pa.binary(5)),
        (["é", "ab"], pa.binary(2)),
        (["a", "bc"], pa.string()),
        ([""], pa.string()),
        (["a", None], pa.string()),
    ]
    for texts, kind in cases:
        found = narrow(batch(list(range(ROWS)), a=pa.array(repeated(texts), pa.string())))
        assert kind == found.schema.field("a").type


def test_bytes_of_one_length_stay_bytes() -> None:
    rows = batch(list(range(ROWS)), a=pa.array([b"\xff"] * ROWS, pa.binary()))
    assert pa.Table.from_batches([rows]).equals(there_and_back(rows))


def test_forged_text_is_refused() -> None:
    table = pa.table([pa.array([2]), pa.array([b"\xff"], pa.binary(1))], names=["_line", "a"])
    with pytest.raises(ValueError, match="UTF8"):
        widen(table)


@pytest.mark.parametrize(
    ("notes", "value"),
    [
        ({"zero": "0", "tens": "7", "zone": ""}, 1),
        ({"zero": "0", "tens": "-1", "zone": ""}, 1),
        ({"zero": "0", "tens": "x", "zone": ""}, 1),
        ({"zero": "0"}, 1),
        ({"zero": "", "tens": "0"}, 1),
        ({"zero": "0", "tens": "0", "zone": "Mars"}, 1),
        ({"zero": "9223372036854775807", "tens": "0", "zone": ""}, 1),
        ({"zero": "0", "tens": "6", "zone": ""}, 2**62),
        ({"zero": "0", "tens": "6", "zone": ""}, "text"),
    ],
)
def test_forged_notes_of_moments_are_refused(notes: dict[str, str], value: object) -> None:
    column = pa.array([value])
    fields = [pa.field("_line", pa.int64()), pa.field("a", column.type, metadata=notes)]
    table = pa.table([pa.array([2]), column], schema=pa.schema(fields))
    with pytest.raises(ValueError):  # noqa: PT011 - says what is wrong in several ways
        widen(table)
