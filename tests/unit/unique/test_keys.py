"""Unique keys claimed one by one: in a dictionary, and in the index."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.unique.keyed_hash import KeyedHash
from csvgate.unique.keys import GrowingKeySet, fingerprint

KEYED = KeyedHash()
KEYS = st.one_of(
    st.text(max_size=3),
    st.text(min_size=30, max_size=40),
    st.integers(-3, 3),
    st.binary(max_size=2),
)


@given(st.lists(KEYS), st.integers(0, 5))
def test_the_index_answers_like_the_dictionary(keys: list[str | int | bytes], most: int) -> None:
    growing, memory = GrowingKeySet(KEYED, most), dict[str | bytes, int]()
    for line, key in enumerate(keys, 2):
        first = memory.setdefault(fingerprint(key, KEYED), line)
        assert (None if first == line else first) == growing.claim(key, line)
        assert (None if first == line else first) == growing.claim(key, line)


def test_keys_that_move_to_the_index_leave_the_dictionary() -> None:
    keys = GrowingKeySet(KEYED, 2)
    long = "x" * 100
    assert [None] * 3 == [keys.claim(key, line) for line, key in enumerate(["a", long, "b"], 2)]
    assert [None] * 100 == [keys.claim(f"key {i}", i) for i in range(1, 101)]
    assert (3, 90, 3, 4) == tuple(keys.claim(k, 200) for k in ("key 3", "key 90", long, "b"))
    assert {} == keys._dictionary


def test_few_keys_need_no_numpy() -> None:
    program = (
        "import sys; from csvgate.unique.keys import GrowingKeySet, KeyedHash\n"
        "keys = GrowingKeySet(KeyedHash(), 250)\n"
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
    assert fingerprint(one, KEYED) == fingerprint(other, KEYED)


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
    assert fingerprint(one, KEYED) != fingerprint(other, KEYED)
