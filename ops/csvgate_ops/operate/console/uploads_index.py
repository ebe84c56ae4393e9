"""Uploads, newest first, as the console keeps them in memory.

States and rows come from the names in the ledger's index by day, so a reading needs only listings.
Entries never change, so what a line shows is read once, when somebody looks at the line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import takewhile
from typing import Final

from csvgate.ports import Clock
from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_index.lines import Line, Search, lines, reader, search
from csvgate_ops.operate.upload_index.listed import Listed
from csvgate_ops.operate.upload_index.listing import MANY_NAMES, Listing, read_listing, today
from csvgate_ops.operate.uploads import UploadStatus, status

_MOST_KEPT: Final = 20_000
"""Entries that are kept, of about 1 KB each."""


@dataclass(slots=True)
class UploadsIndex:
    """Safe to use from several threads: at worst an entry is read twice."""

    ledger: Ledger
    clock: Clock
    _entries: dict[tuple[str, str], DayEntry] = field(default_factory=dict)
    """By upload and stage."""
    _of_days: tuple[Listing, date | None, date, Listing] | None = None
    """The days that were listed last, after which reading."""

    def read(self) -> Listing:
        """Return the newest uploads, from at most MANY_NAMES names."""
        return read_listing(self.ledger, until=today(self.clock()), most_names=MANY_NAMES)

    def of_days(self, reading: Listing, since: date | None, until: date) -> Listing:
        """Return the newest uploads of these days, both included (UTC). They come from the last
        reading if it has them all. Otherwise they are listed, and kept for the further pages until
        there is another reading."""
        start = datetime.combine(since or date.min, time(), UTC)
        if until >= today(self.clock()) and reading.covers(start):
            uploads = takewhile(lambda upload: upload.received_at >= start, reading.uploads)
            return Listing(tuple(uploads), is_complete=True)
        last = self._of_days
        if last is None or last[0] is not reading or last[1:3] != (since, until):
            found = read_listing(self.ledger, since=since, until=until, most_names=MANY_NAMES)
            last = self._of_days = reading, since, until, found
        return last[3]

    def lines(self, uploads: Sequence[Listed | Line]) -> list[Line]:
        """Return the lines in the given order; one read for each that was not read before."""
        known = [upload for upload in uploads if isinstance(upload, Line)]
        return known or lines(self._entry, [u for u in uploads if isinstance(u, Listed)])

    def search(
        self, uploads: Sequence[Listed], wanted: Callable[[Line], bool], enough: int
    ) -> Search:
        """Look for wanted lines among the newest uploads, until enough are found."""
        return search(self._entry, uploads, wanted, enough=enough)

    def status(self, upload_id: str) -> UploadStatus:
        """Return the current status of one upload; `unknown` when the ledger has no entry of it."""
        return status(self.ledger, upload_id)

    def _entry(self, upload: Listed) -> DayEntry | None:
        key = upload.id, upload.stage.text
        known = self._entries.get(key)
        if known is not None:
            return known
        found = reader(self.ledger)(upload)
        if found is not None:
            if len(self._entries) >= _MOST_KEPT:
                self._entries.clear()
            self._entries[key] = found
        return found


def day(text: str) -> date | None:
    """Return the day that an address names; None if it names none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
