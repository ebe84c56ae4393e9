"""The order of durations, compared with the arithmetic of datetime."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvgate.types.duration import Duration, parse_duration

STARTS = [datetime(y, m, 1, tzinfo=UTC) for y, m in ((1696, 9), (1697, 2), (1903, 3), (1903, 7))]


def duration(text: str) -> Duration:
    found = parse_duration(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P1Y", "P12M"), ("P1D", "PT24H"), ("P1W", "P7D"), ("PT60S", "PT1M"), ("P0D", "-P0D"),
        ("P0Y", "PT0.0S"), ("PT1.50S", "PT1.5S"), ("-P1DT1H", "-PT25H"),
    ],
)  # fmt: skip
def test_equal(one: str, other: str) -> None:
    assert duration(one) == duration(other)
    assert hash(duration(one)) == hash(duration(other))


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("P27D", "P1M"), ("P1M", "P32D"), ("P364D", "P1Y"), ("P1Y", "P367D"), ("-P1D", "P0D"),
        ("PT0.1S", "PT0.11S"), ("-P2Y", "-P1Y"), ("P400Y", "P146098D"), ("P146096D", "P400Y"),
    ],
)  # fmt: skip
def test_less(less: str, more: str) -> None:
    a, b = duration(less), duration(more)
    assert (True, True, False, False) == (a < b, a <= b, a > b, a >= b)
    assert (False, False, True, True) == (b < a, b <= a, b > a, b >= a)


@pytest.mark.parametrize(
    ("one", "other"), [("P1M", "P30D"), ("P1Y", "P365DT1S"), ("P5M", "P150D"), ("P5M", "P153D")]
)
def test_neither_less_nor_more(one: str, other: str) -> None:
    a, b = duration(one), duration(other)
    assert [False] * 3 == [a < b, a > b, a == b]


def end(start: datetime, value: Duration) -> datetime:
    """The end by datetime's arithmetic, with months added by hand."""
    month = start.year * 12 + start.month - 1 + value.months
    moved = start.replace(year=month // 12, month=month % 12 + 1)
    return moved + timedelta(seconds=int(value.seconds))


values = st.builds(
    Duration, st.integers(-2000, 2000), st.integers(-(10**8), 10**8).map(Decimal)
)  # fmt: skip


@given(values, values)
def test_the_order_is_that_of_dates(a: Duration, b: Duration) -> None:
    pairs = [(end(start, a), end(start, b)) for start in STARTS]
    assert all(x < y for x, y in pairs) == (a < b)
    assert all(x <= y for x, y in pairs) == (a <= b)
    assert all(x > y for x, y in pairs) == (a > b)
    assert all(x >= y for x, y in pairs) == (a >= b)


numbers = st.integers(0, 10**15 - 1)


@given(st.booleans(), numbers, numbers, numbers, numbers, st.decimals(0, 10**6, places=9))
def test_parts_add_up(minus: bool, y: int, mo: int, d: int, h: int, s: Decimal) -> None:
    found = duration(f"{'-' * minus}P{y}Y{mo}M{d}DT{h}H{s:f}S")
    sign = -1 if minus else 1
    assert sign * (12 * y + mo) == found.months
    assert sign * (86_400 * d + 3600 * h + Fraction(s)) == Fraction(found.seconds)


@given(st.text("P0123456789YMDTHSW.-", max_size=12))
def test_any_text_is_a_duration_or_none(text: str) -> None:
    found = parse_duration(text)
    assert found is None or isinstance(found, Duration)
