"""Numbers, times and sizes in words. Times are UTC, as everywhere in csvgate."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from csvgate.text import counted, percent
from csvgate_ops.text import byte_size, rough_duration


def number(value: int) -> str:
    return f"{value:,}"


def ago(at: datetime, now: datetime) -> str:
    passed = (now - at).total_seconds()
    if passed < 1:
        return "just now"
    return f"{rough_duration(passed)} ago"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


def clock(at: datetime) -> str:
    """Time of day, to the millisecond, for a timeline."""
    return f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03d}"


def after(earlier: datetime, later: datetime) -> str:
    """`+0.124 s`, or in words from a minute on."""
    passed: timedelta = later - earlier
    seconds = passed.total_seconds()
    return f"+{seconds:.3f} s" if seconds < 60 else f"+{rough_duration(seconds)}"


def filters(now: Callable[[], datetime]) -> dict[str, Callable[..., str]]:
    """By the names that templates use."""
    return {
        "number": number,
        "counted": counted,
        "percent": percent,
        "span": rough_duration,
        "ago": lambda at: ago(at, now()),
        "moment": moment,
        "clock": clock,
        "after": after,
        "size": byte_size,
    }
