"""The index of uploads by the day on which they were received (UTC).

It is a hint for operators, and no function reads it: the other entries of the ledger decide. It
makes lists and totals cheap, because names alone say in which state an upload is and how many rows
it has. Every name follows from other entries, so a repeated delivery creates nothing new.

Entries are created before the entry that lets a delivery return: `received` before the seal is
published, an end before `finished.json`, `revoked` before `removed.json`, and `restored` before
`dead.json`. So what has ended is in the index; after a crash the index may be ahead, and a retry of
the message that is not acknowledged yet catches up.

A name contains the microseconds that were left of the day. They count down, so that a listing,
which is sorted by name, begins with the newest upload and can end after one page.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, Self

from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import Counts
from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate.protocol.ledger.entries import Ignored, Received
from csvgate.protocol.ledger.ledger import Ledger

_DAY: Final = timedelta(days=1)
_MICROSECOND: Final = timedelta(microseconds=1)
MOST_LEFT: Final = _DAY // _MICROSECOND
"""The microseconds of a day."""
_PARTIAL: Final = "x"
"""Follows the number of rows of a file that was not read to its end."""
Word = Literal["received", "ignored", "failed", "completed", "rejected", "revoked", "restored"]
Ended = Literal["completed", "rejected"]
_WORDS: Final[dict[str, Word]] = {
    "received": "received",
    "ignored": "ignored",
    "failed": "failed",
    "completed": "completed",
    "rejected": "rejected",
    "revoked": "revoked",
    "restored": "restored",
}
_NUMBERS: Final[dict[Word, int]] = {"completed": 3, "rejected": 3, "revoked": 1, "restored": 1}
"""How many numbers follow the word: the attempt, the rows read and the rows rejected."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the name of an entry says about an upload."""

    word: Word
    code: str = ""
    """The code of a failure."""
    attempt: int = 0
    read: int = 0
    rejected: int = 0
    is_partial: bool = False
    """The file was not read to its end, so both numbers are lower bounds."""

    @property
    def text(self) -> str:
        """Return the stage as a part of the entry's name."""
        if self.word == "failed":
            return f"failed-{self.code}"
        partial = _PARTIAL if self.is_partial else ""
        numbers = (self.attempt, f"{self.read}{partial}", self.rejected)
        return "-".join([self.word, *map(str, numbers[: _NUMBERS.get(self.word, 0)])])

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the stage; None if the text is not one."""
        start, *rest = text.split("-")
        word = _WORDS.get(start)
        if word is None:
            return None
        if word == "failed":
            return cls(word, code=rest[0]) if len(rest) == 1 else None
        if len(rest) != _NUMBERS.get(word, 0):
            return None
        is_partial = len(rest) > 1 and rest[1].endswith(_PARTIAL)
        digits = [part.removesuffix(_PARTIAL) if at == 1 else part for at, part in enumerate(rest)]
        if not all(part.isascii() and part.isdecimal() for part in digits):
            return None
        attempt, read, rejected = [*map(int, digits), 0, 0, 0][:3]
        return cls(word, "", attempt, read, rejected, is_partial)


def day_of(received_at: datetime) -> date:
    """Return the day in UTC whose folder has the upload."""
    return received_at.astimezone(UTC).date()


def left_of(received_at: datetime) -> int:
    """Return the microseconds from `received_at` to the end of its day: at least 1."""
    end = datetime.combine(day_of(received_at), time(), UTC) + _DAY
    return (end - received_at) // _MICROSECOND


def received_at(day: str, left: int) -> datetime:
    """Return when the upload was received, from the parts of an entry's name."""
    start = datetime.combine(date.fromisoformat(day), time(), UTC)
    return start + _DAY - left * _MICROSECOND


def upload_part(name: str) -> str:
    """Return the part of an entry's name that all entries of its upload share. It is cheap, because
    a listing has hundreds of thousands of names."""
    return name.partition(".")[0]


def entry_name(upload: str, at: datetime, stage: Stage) -> str:
    """Return the name of an entry. `at` is when the upload was received."""
    day = day_of(at).isoformat()
    return DAY_STAGE.name(day=day, left=left_of(at), upload=upload, stage=stage.text)


def index_received(ledger: Ledger, received: Received) -> bool:
    """List a pinned upload. Like the other functions here, return False if the entry exists."""
    return _create(ledger, received, Stage("received"), received.received_at)


def index_ignored(ledger: Ledger, ignored: Ignored) -> bool:
    """List an object that is not an upload, by the entry about it that stands."""
    entry = DayEntry(
        upload=ignored.upload, received_at=ignored.at, at=ignored.at, code=ignored.reason
    )
    return _put(ledger, entry, Stage("ignored"))


def index_failed(ledger: Ledger, received: Received, code: str, at: datetime) -> bool:
    """List a failure for which a dead letter is sent."""
    return _create(ledger, received, Stage("failed", code=code), at, code=code)


def index_end(
    ledger: Ledger,
    received: Received,
    end: Ended,
    attempt: int,
    at: datetime,
    *,
    counts: Counts,
    stopped_at: int | None,
    code: str | None,
) -> bool:
    """List how an attempt ended. Call this once the end is certain."""
    stage = Stage(end, "", attempt, counts.read, counts.rejected, stopped_at is not None)
    return _create(ledger, received, stage, at, counts=counts, stopped_at=stopped_at, code=code)


def index_undo(
    ledger: Ledger,
    received: Received,
    word: Literal["revoked", "restored"],
    attempt: int,
    at: datetime,
) -> bool:
    """List that an operator has revoked the rows of an attempt, or has restored it, so that the
    next attempt begins."""
    return _create(ledger, received, Stage(word, attempt=attempt), at)


def _create(
    ledger: Ledger,
    received: Received,
    stage: Stage,
    at: datetime,
    *,
    counts: Counts | None = None,
    stopped_at: int | None = None,
    code: str | None = None,
) -> bool:
    entry = DayEntry(
        upload=received.upload,
        dataset=received.dataset,
        received_at=received.received_at,
        at=at,
        counts=counts,
        stopped_at=stopped_at,
        code=code,
    )
    return _put(ledger, entry, stage)


def _put(ledger: Ledger, entry: DayEntry, stage: Stage) -> bool:
    at = entry.received_at
    day, left = day_of(at).isoformat(), left_of(at)
    return ledger.create(
        DAY_STAGE, entry, day=day, left=left, upload=entry.upload.id, stage=stage.text
    )
