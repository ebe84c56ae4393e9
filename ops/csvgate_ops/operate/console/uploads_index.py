"""Uploads, newest first, read from the ledger once and kept.

A ledger holds a year of uploads and each takes some ten reads to tell in full. So when each arrived
is read once and for all (it never changes), and the rest only of the newest and of those looked at.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_list import Arrival, arrival, upload_ids
from csvgate_ops.operate.uploads import UploadStatus, status

NEWEST: Final = 300
"""Uploads told in full at each reading: those of the overview."""
_READERS: Final = 8


@dataclass(frozen=True, slots=True)
class Uploads:
    arrivals: tuple[Arrival, ...]
    """Every upload, newest first."""
    newest: tuple[UploadStatus, ...]
    """Up to NEWEST, newest first."""


@dataclass(slots=True)
class UploadsIndex:
    """Safe to read from several threads: at worst something is read twice."""

    ledger: Ledger
    _arrivals: dict[str, Arrival] = field(default_factory=dict)
    _ended: dict[str, UploadStatus] = field(default_factory=dict)

    def read(self) -> Uploads:
        missing = [i for i in upload_ids(self.ledger) if i not in self._arrivals]
        with ThreadPoolExecutor(_READERS) as readers:
            for found in readers.map(lambda i: arrival(self.ledger, i), missing):
                if found is not None:
                    self._arrivals[found.upload.id] = found
        ordered = sorted(self._arrivals.values(), key=lambda a: (a.at, a.upload.id), reverse=True)
        newest = self.told(a.upload.id for a in ordered[:NEWEST])
        return Uploads(tuple(ordered), tuple(newest))

    def told(self, ids: Iterable[str]) -> Sequence[UploadStatus]:
        """In full, in this order; what has ended is not read again."""
        with ThreadPoolExecutor(_READERS) as readers:
            return list(readers.map(self._told, ids))

    def fresh(self, upload_id: str) -> UploadStatus:
        """One upload as it is at this moment; state `unknown` without a trace of it."""
        found = status(self.ledger, upload_id)
        self._keep(found)
        return found

    def _told(self, upload_id: str) -> UploadStatus:
        return self._ended.get(upload_id) or self.fresh(upload_id)

    def _keep(self, found: UploadStatus) -> None:
        """Only what will not change: a failed upload may still complete, an email comes after the
        end."""
        if found.state == "ignored" or (found.state in ("completed", "rejected") and found.emailed):
            self._ended[found.id] = found
