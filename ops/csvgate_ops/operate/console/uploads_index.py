"""Uploads, newest first, as the console keeps them in memory.

States and rows come from the names in the ledger's index by day, so a reading needs only listings.
Entries never change, so what a line shows is read once, when somebody looks at the line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from csvgate.ports import Clock
from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_index.lines import Line, lines, matching, reader
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

    def read(self) -> Listing:
        """Return the newest uploads, as many as MANY_NAMES names tell of."""
        return self.of_days(None, today(self.clock()))

    def of_days(self, since: date | None, until: date) -> Listing:
        """Return the newest uploads of these days, both included (UTC)."""
        return read_listing(self.ledger, since=since, until=until, most_names=MANY_NAMES)

    def lines(self, uploads: Sequence[Listed | Line]) -> list[Line]:
        """Return the lines in the given order; one read for each that was not read before."""
        known = [upload for upload in uploads if isinstance(upload, Line)]
        return known or lines(self._entry, [u for u in uploads if isinstance(u, Listed)])

    def matching(
        self, uploads: Sequence[Listed], wanted: Callable[[Line], bool]
    ) -> tuple[list[Line], bool]:
        """Return the lines that are wanted among the newest uploads, and whether these are all."""
        return matching(self._entry, uploads, wanted)

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
