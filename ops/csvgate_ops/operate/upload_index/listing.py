"""Lists uploads by day, newest first, with a bounded number of requests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_index.lines import Line
from csvgate_ops.operate.upload_index.listed import Listed, listed

FEW_NAMES: Final = 5_000
"""Names that a command lists before its totals say "at least": 5 requests, about 2,000 uploads."""
MANY_NAMES: Final = 20_000
"""Names that the console lists: 20 requests, about 9,000 uploads."""
_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=366)
_EARLIEST: Final = date(2020, 1, 1)
"""No upload is older. A month before the first day would cost a request, and a function that was
taken over could name any day."""


@dataclass(frozen=True, slots=True)
class Listing:
    uploads: tuple[Listed, ...]
    """Newest first."""
    is_complete: bool
    """Every upload of the period is in the list; otherwise its totals are lower bounds."""

    def covers(self, since: datetime) -> bool:
        """Return whether every upload received since then is in the list."""
        return self.is_complete or (bool(self.uploads) and self.uploads[-1].received_at <= since)


@dataclass(slots=True)
class _Budget:
    """Counts names, and ends the listing once there were too many."""

    left: int | None
    is_spent: bool = False

    def take(self, names: Iterator[str]) -> Iterator[str]:
        for name in names:
            if self.left == 0:
                self.is_spent = True
                return
            if self.left is not None:
                self.left -= 1
            yield name


def read_listing(
    ledger: Ledger, *, until: date, since: date | None = None, most_names: int | None = None
) -> Listing:
    """Return the uploads that were received from the day `since`, by default the first one, to the
    day `until`, both included (UTC). The listing stops after `most_names` names."""
    budget, found = _Budget(most_names), dict[str, Listed]()
    for day in _days(ledger, since, until):
        names = ledger.names(DAY_STAGE.folder(day=day.isoformat()))
        for upload in listed(budget.take(names)):
            # An object may be ignored at first and loaded later: the later entry counts.
            found.setdefault(upload.id, upload)
        if budget.is_spent:
            # The last upload may have entries that were not listed.
            if found:
                found.popitem()
            break
    return Listing(tuple(found.values()), is_complete=not budget.is_spent)


def today(now: datetime) -> date:
    """Return the last day that can have uploads. The clock of an instance may be ahead."""
    return (now.astimezone(UTC) + timedelta(minutes=5)).date()


def last_day(until: date | None, now: datetime) -> date:
    """Return the last day to list: `until`, by default today. A day in the far future is replaced,
    because each month before it would cost a request."""
    latest = today(now)
    return latest if until is None else min(until, latest + _YEAR)


def _days(ledger: Ledger, since: date | None, until: date) -> Iterator[date]:
    """Yield the days from `until` back to `since`, without those of months that are empty. Each
    month costs a request with one answer, and so does the first day of all."""
    first = _first_day(ledger, DAY_STAGE.prefix())
    if first is None:
        return
    since = max(first, since or first)
    day = until
    while day >= since:
        start = day.replace(day=1)
        month = DAY_STAGE.prefix(day=f"{start:%Y-%m}").removesuffix("/")
        if start <= first or _first_day(ledger, month) is not None:
            while day >= max(start, since):
                yield day
                day -= _DAY
        day = start - _DAY


def _first_day(ledger: Ledger, prefix: str) -> date | None:
    """Return the first day that has an entry, among names with this prefix, or a later day if that
    is not plausible."""
    for name in ledger.names(prefix):
        if parts := DAY_STAGE.parse(name):
            try:
                return max(date.fromisoformat(parts["day"]), _EARLIEST)
            except ValueError:
                continue
    return None


@dataclass(slots=True)
class Totals:
    """How many uploads are in each state."""

    by_state: dict[str, int] = field(default_factory=dict)
    is_exact: bool = True

    @classmethod
    def of(cls, uploads: Iterable[Listed | Line], *, is_exact: bool) -> "Totals":
        totals = cls(is_exact=is_exact)
        for upload in uploads:
            totals.by_state[upload.state] = totals.by_state.get(upload.state, 0) + 1
        return totals

    @property
    def uploads(self) -> int:
        return sum(self.by_state.values())
