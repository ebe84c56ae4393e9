"""How old the figures of a page are, which readings failed, and whether clocks differ. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from csvgate_ops.operate.console.snapshot import Reading
from csvgate_ops.operate.dead_letters.expiry import CLOCKS_DIFFER

What = Literal["letters", "breakers", "uploads"]
NAMES: Final[dict[What, str]] = {
    "letters": "dead letters",
    "breakers": "breakers",
    "uploads": "uploads",
}
ON_OVERVIEW: Final[tuple[What, ...]] = ("letters", "breakers", "uploads")
_TOGETHER: Final = timedelta(seconds=5)
"""Readings that began within this time have one age: that of the oldest of them."""


@dataclass(frozen=True, slots=True)
class Age:
    """What was read at the same time."""

    what: tuple[What, ...]
    read_at: datetime
    is_stale: bool

    @property
    def words(self) -> str:
        """Return what was read, such as `Dead letters and breakers`."""
        return _words(self.what)


@dataclass(frozen=True, slots=True)
class Failed:
    """A reading that fails, while the page shows the last good one."""

    what: What
    error: str
    since: datetime
    """When the first reading after the last good one failed."""
    last_good: datetime | None
    """When the last good reading began; None if there was none."""

    @property
    def words(self) -> str:
        return NAMES[self.what]


@dataclass(frozen=True, slots=True)
class Freshness:
    ages: tuple[Age, ...]
    """The newest first, one for each age."""
    failed: tuple[Failed, ...]
    is_reading: bool

    @property
    def oldest(self) -> datetime | None:
        return self.ages[-1].read_at if self.ages else None

    @property
    def stale(self) -> tuple[Age, ...]:
        return tuple(age for age in self.ages if age.is_stale)

    def older(self, what: What) -> datetime | None:
        """Return when this was read, if anything else on the page was read later."""
        return next((age.read_at for age in self.ages[1:] if what in age.what), None)


def freshness(
    readings: Mapping[What, Reading[Any]],
    shown: Sequence[What],
    now: datetime,
    stale_after: float,
) -> Freshness:
    """Return the ages of what a page shows, and the failures of all readings. Figures are stale
    when they are older than `stale_after` seconds."""
    times = {what: at for what in shown if (at := readings[what].read_at) is not None}
    return Freshness(
        ages=tuple(
            Age(what, at, (now - at).total_seconds() > stale_after) for what, at in _grouped(times)
        ),
        failed=tuple(
            Failed(what, reading.error, reading.failing_since, reading.read_at)
            for what, reading in readings.items()
            if reading.error and reading.failing_since is not None
        ),
        is_reading=any(readings[what].is_under_way for what in shown),
    )


def _grouped(times: Mapping[What, datetime]) -> list[tuple[tuple[What, ...], datetime]]:
    found: list[tuple[list[What], datetime, datetime]] = []
    for what, at in sorted(times.items(), key=lambda item: item[1], reverse=True):
        if found and found[-1][1] - at <= _TOGETHER:
            names, newest, _ = found[-1]
            found[-1] = ([*names, what], newest, at)
        else:
            found.append(([what], at, at))
    return [(tuple(w for w in NAMES if w in names), oldest) for names, _, oldest in found]


def _words(what: Sequence[What]) -> str:
    names = [NAMES[each] for each in what]
    text = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return text[:1].upper() + text[1:]


def ahead(latest: datetime | None, now: datetime) -> timedelta | None:
    """Return by how much a time that a service has written lies in the future, if the difference
    shows that this machine's clock is wrong."""
    if latest is None or latest - now <= CLOCKS_DIFFER:
        return None
    return latest - now
