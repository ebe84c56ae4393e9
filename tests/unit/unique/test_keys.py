"""Unique keys, in memory and on disk."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique.column_hash import hash_column
from csvgate.unique.keys import SpillingKeys, fingerprint

KEYS = st.one_of(
    st.text(max_size=3),
    st.text(min_size=30, max_size=40),
    st.integers(-3, 3),
    st.binary(max_size=2),
)


@given(st.lists(KEYS), st.integers(0, 5))
def test_in_the_index_is_as_in_the_dictionary(keys: list[str | int | bytes], most: int) -> None:
    spilling, memory = SpillingKeys(most), dict[str | int | bytes, int]()
    for line, key in enumerate(keys, 2):
        first = memory.setdefault(fingerprint(key), line)
        assert (None if first == line else first) == spilling.claim(key, line)
        assert (None if first == line else first) == spilling.claim(key, line)
    spilling.close()


def test_what_is_in_the_index_is_gone_from_the_dictionary() -> None:
    keys = SpillingKeys(10)
    assert [None] * 100 == [keys.claim(f"key {i}", i) for i in range(1, 101)]
    assert (3, 90) == (keys.claim("key 3", 200), keys.claim("key 90", 200))
    assert {} == keys._memory
    keys.close()


def test_keys_claimed_one_by_one_and_by_the_column_are_the_same() -> None:
    keys = SpillingKeys()
    long = "x" * 100
    assert [None] * 3 == [keys.claim(key, line) for line, key in enumerate(["a", long, "b"], 2)]
    column = hash_column(pa.array(["c", long, "c", "a"]))
    assert [0, 3, 5, 2] == keys.index().claim(column, np.arange(5, 9)).tolist()
    assert (5, 4, None) == (keys.claim("c", 9), keys.claim("b", 9), keys.claim("d", 9))
    keys.close()


def test_few_keys_need_no_numpy() -> None:
    program = (
        "import sys; from csvgate.unique.keys import SpillingKeys; keys = SpillingKeys(1000)\n"
        "for n in range(250): keys.claim((n, 'x', 1.5), n + 1)\n"
        "assert 'numpy' not in sys.modules; keys.claim((250, 'x', 1.5), 251)\n"
        "assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1"), Decimal("1.00")),
        (Decimal("100"), Decimal("1e2")),
        (Decimal("0"), Decimal("-0.00")),
        (0.0, -0.0),
        (
            datetime(2026, 1, 1, 12, tzinfo=UTC),
            datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))).astimezone(UTC),
        ),
        (("a", Decimal("1")), ("a", Decimal("1.0"))),
    ],
)
def test_equal_values_are_one_key(one: object, other: object) -> None:
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1"), Decimal("10")),
        (Decimal("1"), Decimal("-1")),
        (Decimal("1.1"), Decimal("11")),
        ("x" * 40, "x" * 41),
        (("a", "bc"), ("ab", "c")),
        (("a", ""), ("", "a")),
        (True, False),
    ],
)
def test_different_values_are_two(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)
