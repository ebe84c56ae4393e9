"""Uploads, newest first, read from the ledger and kept in memory.

A ledger holds a year of uploads, and the full status of one takes about ten reads. So the arrival
of each upload, which never changes, is read once, and the status only of the newest uploads and of
those that somebody looks at.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from csvgate.protocol.ledger import paths
from csvgate.protocol.ledger.effect_paths import RESTORED, REVOKED
from csvgate.protocol.ledger.ledger import Ledger
from csvgate_ops.operate.upload_list import Arrival, arrival
from csvgate_ops.operate.uploads import UploadStatus, status

NEWEST: Final = 300
"""Uploads whose status is read each time; the overview counts these."""
_READERS: Final = 8


@dataclass(frozen=True, slots=True)
class Uploads:
    arrivals: tuple[Arrival, ...]
    """Every upload, newest first."""
    newest: tuple[UploadStatus, ...]
    """Up to NEWEST, newest first."""


@dataclass(slots=True)
class UploadsIndex:
    """Safe to use from several threads: at worst an upload is read twice."""

    ledger: Ledger
    _arrivals: dict[str, Arrival] = field(default_factory=dict)
    _ended: dict[str, UploadStatus] = field(default_factory=dict)

    def read(self) -> Uploads:
        ids, revoked = _listed(self.ledger)
        for upload_id in revoked:
            self._ended.pop(upload_id, None)
        missing = [i for i in ids if i not in self._arrivals]
        with ThreadPoolExecutor(_READERS) as readers:
            for found in readers.map(lambda i: arrival(self.ledger, i), missing):
                if found is not None:
                    self._arrivals[found.upload.id] = found
        ordered = sorted(self._arrivals.values(), key=lambda a: (a.at, a.upload.id), reverse=True)
        newest = self.statuses(a.upload.id for a in ordered[:NEWEST])
        return Uploads(tuple(ordered), tuple(newest))

    def statuses(self, ids: Iterable[str]) -> Sequence[UploadStatus]:
        """Return the statuses in the given order. An upload that has ended is not read again."""
        with ThreadPoolExecutor(_READERS) as readers:
            return list(readers.map(self._status, ids))

    def fresh(self, upload_id: str) -> UploadStatus:
        """Return the current status of one upload; `unknown` when the ledger has no entry of it."""
        found = status(self.ledger, upload_id)
        self._keep(found)
        return found

    def _status(self, upload_id: str) -> UploadStatus:
        return self._ended.get(upload_id) or self.fresh(upload_id)

    def _keep(self, found: UploadStatus) -> None:
        """Keep only a final status: a failed upload may still complete, and the email is sent after
        the upload has ended."""
        if found.state == "ignored" or (found.state in ("completed", "rejected") and found.emailed):
            self._ended[found.id] = found


def _listed(ledger: Ledger) -> tuple[list[str], set[str]]:
    """Return the ids of all uploads, and of those that were ever revoked or restored, which may
    happen after an upload has ended. It is one listing."""
    ids, revoked = dict[str, None](), set[str]()
    for name in ledger.names(paths.UPLOADS):
        upload = paths.upload_of(name)
        ids.setdefault(upload)
        if REVOKED.parse(name) or RESTORED.parse(name):
            revoked.add(upload)
    return list(ids), revoked
