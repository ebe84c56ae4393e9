"""Numbers, times and sizes in words. Times are UTC, as everywhere in csvgate."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def number(value: int) -> str:
    return f"{value:,}"


def counted(value: int, thing: str, things: str = "") -> str:
    """`1 letter`, `2,000 letters`"""
    return f"{value:,} {thing if value == 1 else things or f'{thing}s'}"


def percent(part: int, whole: int) -> str:
    """Of nothing: a dash. Little is never shown as none, nor almost all as all."""
    if not whole:
        return "–"
    if 0 < part < whole * 0.001:
        return "< 0.1%"
    if whole > part > whole * 0.999:
        return "> 99.9%"
    return f"{100 * part / whole:.1f}%"


def span(seconds: float) -> str:
    """In the largest unit that fits: `3 days`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return "< 1 second"


def ago(at: datetime, now: datetime) -> str:
    passed = (now - at).total_seconds()
    if passed < 1:
        return "just now"
    return f"{span(passed)} ago"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


def clock(at: datetime) -> str:
    """Time of day, to the millisecond, for a timeline."""
    return f"{at.astimezone(UTC):%H:%M:%S}.{at.microsecond // 1000:03d}"


def after(earlier: datetime, later: datetime) -> str:
    """`+0.124 s`, or in words from a minute on."""
    passed: timedelta = later - earlier
    seconds = passed.total_seconds()
    return f"+{seconds:.3f} s" if seconds < 60 else f"+{span(seconds)}"


def size(octets: int) -> str:
    if octets < 1024:
        return counted(octets, "byte")
    for unit, power in (("KiB", 1), ("MiB", 2), ("GiB", 3)):
        if octets < 1024 ** (power + 1) or unit == "GiB":
            return f"{octets / 1024**power:.1f} {unit}"
    raise AssertionError("GiB takes all")


def filters(now: Callable[[], datetime]) -> dict[str, Callable[..., str]]:
    """By the names that templates use."""
    return {
        "number": number,
        "counted": counted,
        "percent": percent,
        "span": span,
        "ago": lambda at: ago(at, now()),
        "moment": moment,
        "clock": clock,
        "after": after,
        "size": size,
    }
