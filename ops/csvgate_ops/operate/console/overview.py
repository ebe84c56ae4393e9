"""The overview's figures about uploads. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from csvgate_ops.operate.console.pages.charts import Column, columns
from csvgate_ops.operate.dead_letters.dead_letter import VALIDATES, DeadLetter
from csvgate_ops.operate.dead_letters.owners import of_operator
from csvgate_ops.operate.upload_index.listed import STATES
from csvgate_ops.operate.upload_index.listing import Listing

Over = Literal["hour", "day", "fortnight"]
_BUCKETS: Final[dict[Over, tuple[timedelta, int, str]]] = {
    "hour": (timedelta(minutes=5), 12, "%H:%M"),
    "day": (timedelta(hours=1), 24, "%H:00"),
    "fortnight": (timedelta(days=1), 14, "%d %b"),
}
OVERS: Final[dict[Over, str]] = {
    "hour": "last hour",
    "day": "last 24 hours",
    "fortnight": "last 14 days",
}
_STATES: Final = tuple(state for state in STATES if state != "ignored")
_ROWS: Final = ("loaded", "rejected")


@dataclass(frozen=True, slots=True)
class Period:
    """The buckets of a chart, oldest first; the last one contains the current time. The first one
    is cut, so that the last hour has sixty minutes."""

    since: datetime
    start: datetime
    """When the first bucket begins."""
    size: timedelta
    labels: tuple[str, ...]

    @classmethod
    def of(cls, over: Over, now: datetime) -> "Period":
        size, number, pattern = _BUCKETS[over]
        since = now.astimezone(UTC) - size * number
        start = _floor(since, size)
        labels = tuple((start + size * place).strftime(pattern) for place in range(number + 1))
        return cls(since, start, size, labels)

    def place(self, at: datetime) -> int | None:
        """Return the number of the bucket that contains this time; None if none does."""
        place = int((_floor(at, self.size) - self.start) / self.size)
        return place if at > self.since and place < len(self.labels) else None


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures about the uploads that were received in the period."""

    over: Over
    states: tuple[tuple[str, int], ...]
    """Number of uploads by state, without objects that match no contract."""
    ignored: int
    """Objects that are not uploads: no contract matches them, or they are sidecars."""
    by_state: tuple[Column, ...]
    by_rows: tuple[Column, ...]
    uploads: int
    read: int
    loaded: int
    rejected: int
    is_partial: bool
    """The numbers of rows are lower bounds: some file was not read to its end, because a limit was
    exceeded."""
    is_exact: bool
    """All uploads of the period are counted; otherwise all numbers are lower bounds."""


def fitting(uploads: Listing, now: datetime) -> Over:
    """Return the shortest period that holds all uploads, or the longest."""
    oldest = uploads.uploads[-1].received_at if uploads.uploads else now
    for over, (size, number, _) in _BUCKETS.items():
        if now - oldest < size * number:
            return over
    return "fortnight"


def unrecorded(
    letters: Iterable[DeadLetter], uploads: Listing, read_at: datetime, since: datetime
) -> frozenset[str]:
    """Return the ids of uploads that have failed since then and are not in the list, because they
    failed before they were recorded, for example without a reference. `read_at` is when the reading
    of the list began: letters that are newer may be about uploads that it does not have yet."""
    if not uploads.covers(since):
        return frozenset()
    failed = {
        letter.upload
        for letter in of_operator(letters)
        if letter.function == VALIDATES and letter.upload
        if since < (letter.first_seen or letter.published_at) and letter.published_at < read_at
    }
    return frozenset(failed - {upload.id for upload in uploads.uploads})


def overview(uploads: Listing, over: Over, now: datetime) -> Overview:
    period = Period.of(over, now)
    states = [Counter[str]() for _ in period.labels]
    rows = [Counter[str]() for _ in period.labels]
    is_partial, ignored = False, 0
    for upload in uploads.uploads:
        place = period.place(upload.received_at)
        if place is None:
            continue
        if upload.state == "ignored":
            ignored += 1
            continue
        states[place][upload.state] += 1
        rows[place].update(loaded=upload.loaded, rejected=upload.not_loaded)
        is_partial = is_partial or upload.is_partial
    all_states, all_rows = sum(states, Counter()), sum(rows, Counter())
    return Overview(
        over=over,
        states=tuple((name, all_states[name]) for name in _STATES if all_states[name]),
        ignored=ignored,
        by_state=_columns(period.labels, _STATES, states),
        by_rows=_columns(period.labels, _ROWS, rows),
        uploads=all_states.total(),
        read=all_rows.total(),
        loaded=all_rows["loaded"],
        rejected=all_rows["rejected"],
        is_partial=is_partial,
        is_exact=uploads.covers(period.since),
    )


def _columns(
    labels: Sequence[str], kinds: Sequence[str], counted: Sequence[Counter[str]]
) -> tuple[Column, ...]:
    return columns(labels, kinds, [[found[kind] for kind in kinds] for found in counted])


def _floor(at: datetime, size: timedelta) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC) - (at - start) % size
