"""A ledger with the index of many uploads, generated, and a count of what is asked for."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, cast

from csvgate.ports import ObjectStore
from csvgate.protocol.events import UploadRef
from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.day_index import Stage, entry_name, received_at
from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate.protocol.ledger.ledger import Ledger

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PAGE = 1000
"""Names in one answer, as csvgate.gcp.storage asks for them."""
DATASETS = ("orders", "customers", "returns")


@dataclass
class CountedStore:
    """Answers listings and reads of the index from the names alone."""

    ordered: list[str]
    listings: int = 0
    reads: list[str] = field(default_factory=list)

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        start = bisect_left(self.ordered, prefix)
        while True:
            self.listings += 1
            found = self.ordered[start : start + PAGE]
            for name in found:
                if not name.startswith(prefix):
                    return
                yield name
            if len(found) < PAGE:
                return
            start += PAGE

    def read(self, bucket: str, name: str) -> bytes | None:
        self.reads.append(name)
        parts = DAY_STAGE.parse(name)
        if parts is None:
            return None
        at = received_at(parts["day"], parts["left"])
        number = int(parts["upload"], 16)
        object_name = f"{DATASETS[number % 3]}/{at:%Y-%m-%d}-{number}.csv"
        ref = UploadRef(id=parts["upload"], bucket=bucket, name=object_name, generation=number)
        entry = DayEntry(upload=ref, dataset=DATASETS[number % 3], received_at=at, at=at)
        return entry.model_dump_json().encode()

    def asked(self) -> tuple[int, int]:
        """Return the listing requests and the reads since this was called."""
        asked = self.listings, len(self.reads)
        self.listings, self.reads = 0, []
        return asked


ENDS = ("completed-1-100-0",) * 95 + ("rejected-1-40-40", "failed-stream.gone", "ignored", "")
"""The second stage of each upload in turn; an empty one is under way."""


def ledger_of(uploads: int, every: timedelta) -> tuple[Ledger, CountedStore]:
    """Return a ledger that received an upload `every` so often until NOW."""
    ends, names = cycle(ENDS), list[str]()
    for number in range(uploads):
        at, upload = NOW - every * number, f"{number:020x}"
        end = next(ends)
        first = Stage("ignored" if end == "ignored" else "received")
        names.append(entry_name(upload, at, first))
        stage = Stage.parse(end)
        if stage is not None and end != "ignored":
            names.append(entry_name(upload, at, stage))
    store = CountedStore(sorted(names))
    return Ledger(cast("ObjectStore", cast("Any", store)), "ledger", "audit"), store
