"""Filters that format numbers, times and sizes for templates. Times are in UTC."""

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


def timestamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


def clock(at: datetime) -> str:
    """Time of day with milliseconds, for a timeline."""
    return f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03d}"


def after(earlier: datetime, later: datetime) -> str:
    """Return the time between two steps: `+0.124 s`, and in words from one minute."""
    passed: timedelta = later - earlier
    seconds = passed.total_seconds()
    return f"+{seconds:.3f} s" if seconds < 60 else f"+{rough_duration(seconds)}"


def filters(now: Callable[[], datetime]) -> dict[str, Callable[..., str]]:
    """Return the filters by their names in templates."""
    return {
        "number": number,
        "counted": counted,
        "percent": percent,
        "span": rough_duration,
        "ago": lambda at: ago(at, now()),
        "timestamp": timestamp,
        "clock": clock,
        "after": after,
        "size": byte_size,
    }
