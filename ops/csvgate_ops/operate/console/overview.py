"""The overview's figures about uploads. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from csvgate_ops.operate.console.pages.charts import Column, columns
from csvgate_ops.operate.uploads import UploadStatus

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
_STATES: Final = ("completed", "rejected", "failed", "revoked", "under way")
_ROWS: Final = ("loaded", "rejected")


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures about the uploads that were received in the period."""

    over: Over
    states: tuple[tuple[str, int], ...]
    """Number of uploads by state, without objects that match no contract."""
    by_state: tuple[Column, ...]
    by_rows: tuple[Column, ...]
    uploads: int
    read: int
    loaded: int
    rejected: int
    is_partial: bool
    """The numbers of rows are lower bounds: some file was not read to its end, because a limit was
    exceeded."""


def fitting(uploads: Iterable[UploadStatus], now: datetime) -> Over:
    """Return the shortest period that holds all uploads, or the longest."""
    oldest = min((at for u in uploads if (at := arrived(u))), default=now)
    for over, (size, number, _) in _BUCKETS.items():
        if now - oldest < size * (number - 1):
            return over
    return "fortnight"


def overview(uploads: Iterable[UploadStatus], over: Over, now: datetime) -> Overview:
    size, number, pattern = _BUCKETS[over]
    last = _floor(now, size)
    starts = [last - size * back for back in range(number - 1, -1, -1)]
    states = [Counter[str]() for _ in starts]
    rows = [Counter[str]() for _ in starts]
    is_partial = False
    for upload in uploads:
        at = arrived(upload)
        if at is None or upload.state in ("ignored", "unknown"):
            continue
        place = int((_floor(at, size) - starts[0]) / size)
        if 0 <= place < number:
            states[place][_state(upload)] += 1
            rows[place].update(loaded=loaded(upload), rejected=rejected(upload))
            is_partial = is_partial or upload.stopped_at is not None
    labels = [start.strftime(pattern) for start in starts]
    all_states, all_rows = sum(states, Counter()), sum(rows, Counter())
    return Overview(
        over=over,
        states=tuple((name, all_states[name]) for name in _STATES if all_states[name]),
        by_state=_columns(labels, _STATES, states),
        by_rows=_columns(labels, _ROWS, rows),
        uploads=all_states.total(),
        read=all_rows.total(),
        loaded=all_rows["loaded"],
        rejected=all_rows["rejected"],
        is_partial=is_partial,
    )


def arrived(upload: UploadStatus) -> datetime | None:
    return upload.timeline[0].at if upload.timeline else None


def loaded(upload: UploadStatus) -> int:
    """Rows in BigQuery: all valid rows or none."""
    return upload.counts.valid if upload.counts and upload.state == "completed" else 0


def rejected(upload: UploadStatus) -> int:
    """Rejected rows. When the whole upload was rejected, these are all rows that were read."""
    if upload.counts is None:
        return 0
    return upload.counts.read if upload.state == "rejected" else upload.counts.rejected


def _state(upload: UploadStatus) -> str:
    return upload.state if upload.state in _STATES else "under way"


def _columns(
    labels: Sequence[str], kinds: Sequence[str], counted: Sequence[Counter[str]]
) -> tuple[Column, ...]:
    return columns(labels, kinds, [[found[kind] for kind in kinds] for found in counted])


def _floor(at: datetime, size: timedelta) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return at.astimezone(UTC) - (at - start) % size
