"""Hashes of keys, which are the same one by one and by the column."""

from collections.abc import Hashable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique.column_hash import combine_columns, hash_column
from csvgate.unique.keyed_hash import KeyedHash

KEYED = KeyedHash()
NUMERIC = st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(f"{n}E-9"))
WIDE = st.integers(-(10**76) + 1, 10**76 - 1).map(lambda n: Decimal(f"{n}E-38"))
CUTS = st.sampled_from([0, 1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 127, 128, 129, 200])
TEXTS = st.one_of(st.text(max_size=150), CUTS.flatmap(lambda n: st.text("ab\0é", max_size=n)))
BIG = Context(prec=100)
COLUMNS: dict[str, tuple[Any, Any]] = {
    "string": (pa.string(), TEXTS),
    "large_string": (pa.large_string(), TEXTS),
    "string_view": (pa.string_view(), TEXTS),
    "binary": (pa.binary(), CUTS.flatmap(lambda n: st.binary(max_size=n))),
    "fixed_binary": (pa.binary(4), st.binary(min_size=4, max_size=4)),
    "coded": (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["", "a", "b" * 20])),
    "int64": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "int32": (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "uint64": (pa.uint64(), st.integers(0, 2**64 - 1)),
    "bool": (pa.bool_(), st.booleans()),
    "float64": (pa.float64(), st.floats()),
    "numeric": (pa.decimal128(38, 9), NUMERIC),
    "cents": (pa.decimal128(20, 2), st.decimals(-(10**17), 10**17, places=2)),
    "fine": (pa.decimal128(38, 20), st.decimals(-(10**17), 10**17, places=20)),
    "bignumeric": (pa.decimal256(76, 38), WIDE),
    "date": (pa.date32(), st.dates()),
    "date64": (pa.date64(), st.dates()),
    "time": (pa.time64("us"), st.times()),
    "timestamp": (pa.timestamp("us", "UTC"), st.datetimes(timezones=st.just(UTC))),
    "datetime": (pa.timestamp("us"), st.datetimes()),
    "seconds": (pa.timestamp("s"), st.datetimes().map(lambda t: t.replace(microsecond=0))),
    "nothing": (pa.null(), st.none()),
}


def one_by_one(values: list[Any]) -> list[list[int]]:
    return [list(KEYED.value(value)) for value in values]


@pytest.mark.parametrize("name", COLUMNS)
@given(st.data())
def test_a_column_is_hashed_as_its_values(name: str, data: st.DataObject) -> None:
    type_, strategy = COLUMNS[name]
    values = data.draw(st.lists(st.none() | strategy, max_size=20))
    array = pa.array(values, type_)
    assert one_by_one(values) == hash_column(array, KEYED).tolist()
    assert one_by_one(values[2:-1]) == hash_column(array[2:-1], KEYED).tolist()


def test_the_chunks_of_a_column_follow_one_another() -> None:
    values = [f"key {n}" * (n % 12) for n in range(70_000)]
    chunks = pa.chunked_array([values[:10], [], values[10:]])
    assert one_by_one(values) == hash_column(chunks, KEYED).tolist()
    assert one_by_one(values[:9]) == hash_column(values[:9], KEYED).tolist()
    assert [] == hash_column([], KEYED).tolist()


@given(st.lists(st.tuples(TEXTS, st.none() | st.dates(), NUMERIC), min_size=1))
def test_groups_are_hashed_as_tuples(rows: list[tuple[str, date | None, Decimal]]) -> None:
    texts, days, numbers = zip(*rows, strict=True)
    columns = [
        pa.array(texts),
        pa.array(days, pa.date32()),
        pa.array(numbers, pa.decimal128(38, 9)),
    ]
    hashes = [hash_column(each, KEYED) for each in columns]
    assert one_by_one(rows) == combine_columns(hashes, KEYED).tolist()


@pytest.mark.parametrize("number", range(32))
def test_values_and_groups_are_hashed_alike_under_any_key(number: int) -> None:
    """The two words of a hash can be small or large, as integers of 64 bits."""
    keyed = KeyedHash(bytes([number]) * 32)
    rows = [("a", Decimal("1.5")), ("b" * 40, None)]
    columns = [pa.array(["a", "b" * 40]), pa.array([Decimal("1.5"), None], pa.decimal128(38, 9))]
    hashes = [hash_column(each, keyed) for each in columns]
    for position, found in enumerate(hashes):
        assert [keyed.value(row[position]) for row in rows] == [tuple(h) for h in found.tolist()]
    combined = combine_columns(hashes, keyed).tolist()
    assert [keyed.value(row) for row in rows] == [tuple(h) for h in combined]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1"), Decimal("1.00")),
        (Decimal("100"), Decimal("1e2")),
        (Decimal("0"), Decimal("-0.00")),
        (Decimal("0"), Decimal("0e50")),
        (Decimal("1e60"), Decimal("10e59")),
        (Decimal("0." + "1" * 30), Decimal("0." + "1" * 30 + "00")),
        (0.0, -0.0),
        (float("nan"), -float("nan")),
        (
            datetime(2026, 1, 1, 12, tzinfo=UTC),
            datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))),
        ),
        (("a", Decimal("1")), ("a", Decimal("1.0"))),
    ],
)
def test_equal_values_hash_equal(one: Hashable, other: Hashable) -> None:
    assert KEYED.value(one) == KEYED.value(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", 1),
        ("a", b"a"),
        ("a", "a\0"),
        ("x" * 16, "x" * 16 + "\0"),
        ("x" * 70, "x" * 71),
        ("x" * 130, "x" * 131),
        (1, Decimal(1)),
        (1, 1 + 2**64),
        (-1, 2**64 - 1),
        (Decimal("1e60"), Decimal("1e61")),
        (Decimal("1e-10"), Decimal(0)),
        (Decimal("1e60"), Decimal("-1e60")),
        (Decimal("1." + "0" * 200 + "1"), Decimal(1)),
        (float("inf"), -float("inf")),
        (date(2026, 1, 1), datetime(2026, 1, 1)),
        (datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
        (time(1, 2, 3), time(1, 2, 3, 4)),
        (("a", "bc"), ("ab", "c")),
        (("a", ""), ("", "a")),
        (("a",), ("a", None)),
        (("a",), "a"),
        # 128 bits of billionths that are the bytes of 01e-10, and their number.
        (Decimal("7975367974709495237422895349.455204656"), Decimal("1e-10")),
        (Decimal(-(1 << 64)).scaleb(-9, BIG), Decimal(1 << 64).scaleb(-9, BIG)),
        (2**63, -(2**63)),
        (2**64, 0),
    ],
)
def test_different_values_hash_differently(one: Hashable, other: Hashable) -> None:
    assert KEYED.value(one) != KEYED.value(other)


def all_different(values: list[Hashable]) -> bool:
    return len(values) == len({KEYED.value(value) for value in values})


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 14, 15, 16, 17, 31, 32, 33, 127, 128, 129, 200])
def test_every_bit_of_a_string_and_its_length_count(length: int) -> None:
    """The lengths are around those at which the method of hashing changes."""
    plain = b"m" * length
    flipped = [
        plain[:at] + bytes([plain[at] ^ 1 << bit]) + plain[at + 1 :]
        for at in range(length)
        for bit in range(8)
    ]
    padded = [plain + b"\0" * more for more in range(1, 60)]
    assert all_different([plain, *flipped, *padded])
    swapped = [bytes([1]) + bytes(at) + bytes([2]) for at in range(length)]
    assert all_different([*swapped, *(text[::-1] for text in swapped)])


def test_all_short_strings_differ() -> None:
    shorts = [bytes([a, b]) for a in range(256) for b in range(256)]
    assert all_different([b"", *(bytes([a]) for a in range(256)), *shorts])
    found = hash_column(pa.array(shorts, pa.binary()), KEYED)
    assert len(shorts) == len(np.unique(found[:, 0]))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([2**at for at in range(63)] + [-(2**at) for at in range(64)] + [0], pa.int64()),
        ([date.min, date.max, date(1969, 12, 31), date(1970, 1, 1)], pa.date32()),
        ([time.min, time.max, time(0, 0, 0, 1), time(0, 1), time(1)], pa.time64("us")),
        ([datetime.min, datetime.max, datetime(1969, 12, 31, 23, 59, 59, 999_999)], None),
        ([5e-324, -5e-324, 1.7976931348623157e308, float("inf"), 0.0, float("nan")], pa.float64()),
        ([Decimal(f"{sign}1e{at}") for at in range(-9, 29) for sign in ("", "-")], None),
    ],
)
def test_the_ends_of_a_type_differ(values: list[Hashable], kind: Any) -> None:
    assert all_different(values)
    assert one_by_one(values) == hash_column(pa.array(values, kind), KEYED).tolist()


def test_a_digest_is_of_the_bytes_and_their_kind() -> None:
    data = b"x" * 100
    assert KEYED.digest(data, 7) == KEYED.digest(memoryview(b"ab" + data + b"c")[2:-1], 7)
    assert KEYED.digest(data, 7) != KEYED.digest(data, 8)
    assert KEYED.digest(data, 7) != KEYED.digest(data[1:], 7)


def test_lone_surrogates_have_a_hash() -> None:
    """Bytes that are not UTF-8 are read as such characters."""
    texts = ["\udcff", "\udcfe", "\udcff\udcff", "a\udc80" * 9, "a\udc81" * 9]
    assert all_different([*texts])


@pytest.mark.parametrize("form", ["{}", "OR-{:09d}", "{:036d}", "{:x}" * 6])
def test_first_words_are_spread_evenly(form: str) -> None:
    """The filter and the sort of `KeyIndex` rely on it."""
    keys = [form.format(*[n] * 6) for n in range(50_000)]
    first = hash_column(pa.array(keys), KEYED)[:, 0]
    for shift in (0, 6, 12, 18, 32, 41, 58):
        counts = np.bincount((first >> np.uint64(shift) & np.uint64(63)).astype(np.int64))
        assert 50_000 / 64 * 0.8 < counts.min()
        assert 50_000 / 64 * 1.2 > counts.max()
    assert 50_000 == len(np.unique(first))


@pytest.mark.parametrize("length", [*range(1, 70), 127, 128, 129, 150])
def test_every_byte_of_a_text_counts(length: int) -> None:
    """Texts that differ in a single byte, wherever it is, are different keys in both hashes."""
    texts = ["a" * length, *("a" * at + "b" + "a" * (length - at - 1) for at in range(length))]
    assert len(texts) == len({KEYED.value(text) for text in texts})
    assert len(texts) == len(np.unique(hash_column(pa.array(texts), KEYED), axis=0))


@pytest.mark.parametrize("number", range(16))
def test_columns_and_groups_under_many_keys(number: int) -> None:
    """Half of all words are over 2**63, and numpy takes some pairs of words for floats."""
    keyed = KeyedHash(bytes([number]) * 32)
    rows = [("a", 1, None), ("b" * 40, -1, None), (None, None, None)]
    columns = [
        pa.array([row[0] for row in rows]),
        pa.array([row[1] for row in rows]),
        pa.nulls(3, pa.string()),
    ]
    hashes = [hash_column(column, keyed) for column in columns]
    for column, found in zip(columns, hashes, strict=True):
        assert found.tolist() == [list(keyed.value(value)) for value in column.to_pylist()]
    assert combine_columns(hashes, keyed).tolist() == [list(keyed.value(row)) for row in rows]
