"""Filters that format numbers, times and sizes for templates. Times are in UTC and say so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from csvgate.text import counted, percent
from csvgate_ops.operate.dead_letters.expiry import clock_difference, expires, expires_soon
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


def moment(at: datetime, now: datetime) -> str:
    """Return the time of day, and the date if it is not today's: `14:03:10 UTC`."""
    at = at.astimezone(UTC)
    return f"{at:%H:%M:%S} UTC" if at.date() == now.astimezone(UTC).date() else timestamp(at)


def precise(at: datetime) -> str:
    """Return the time of day with milliseconds, for a timeline."""
    return f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03d} UTC"


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
        "moment": lambda at: moment(at, now()),
        "precise": precise,
        "after": after,
        "size": byte_size,
        "expires": lambda at: expires(at, now()),
        "expires_soon": lambda at: expires_soon(at, now()),
        "clock_difference": clock_difference,
    }
