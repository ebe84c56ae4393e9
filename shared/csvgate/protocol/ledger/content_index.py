"""The index of uploads by their content, to find what is loaded already.

A content is a table with the size and CRC32C of a file. Its first upload creates `first.json`, and
that is all that an upload with new content does here. Another upload finds the name taken; if it is
loaded all the same, it is indexed under its object name, so that finding an earlier upload of the
same name never depends on how many other names have the content.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Literal

from csvgate.light_dataclass import dataclass
from csvgate.protocol.identity import digest
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.content_entries import ContentEntry
from csvgate.protocol.ledger.content_paths import FIRST_CONTENT, LATER_CONTENT
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.runtime.errors import Transient

MOST_LOOKED_AT: Final = 8
"""The most uploads of a name that are looked at, the newest first."""
_MOST_LISTED: Final = 1000
"""The most entries that are listed, which is one page."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
State = Literal["loaded", "under_way", "not_loaded", "no_rows"]


@dataclass(frozen=True, slots=True)
class Content:
    """The uploads of one content."""

    ledger: Ledger
    id: str

    @classmethod
    def of(cls, ledger: Ledger, table: str, size: int, crc32c: str) -> "Content":
        """`table` is `dataset.table`, and `crc32c` is in base64."""
        return cls(ledger, digest("content", table, str(size), crc32c))

    def claim(self, ours: ContentEntry) -> ContentEntry:
        """Return the first upload with this content: this one unless there was one before."""
        return self.ledger.create_or_get(FIRST_CONTENT, ours, content=self.id)

    def first(self) -> ContentEntry | None:
        """Return the first upload with this content; None if it was never indexed."""
        return self.ledger.get(FIRST_CONTENT, content=self.id)

    def add(self, ours: ContentEntry) -> None:
        """Index a later upload, which is going to be loaded."""
        at = (ours.at - _EPOCH) // timedelta(microseconds=1)
        parts = {"content": self.id, "object": name_of(ours), "upload": ours.upload.id}
        self.ledger.create(LATER_CONTENT, ours, **parts, at=at)

    def others(self, ours: ContentEntry, first: ContentEntry) -> Iterator[ContentEntry]:
        """Yield the uploads that may have the same bytes as `ours`, those of the same name before
        the others."""
        found = self._same_name_first(ours, first)
        return (entry for entry in found if not (entry.md5 and ours.md5 and entry.md5 != ours.md5))

    def _same_name_first(self, ours: ContentEntry, first: ContentEntry) -> Iterator[ContentEntry]:
        if first.upload.name == ours.upload.name:
            yield first
        yield from self._of_name(ours)
        if first.upload.name != ours.upload.name:
            yield first
        yield from self._of_other_names(ours)

    def _of_name(self, ours: ContentEntry) -> Iterator[ContentEntry]:
        """Yield the later uploads of the same object name, the newest first."""
        found = list(self.ledger.find(LATER_CONTENT, content=self.id, object=name_of(ours)))
        return self._entries(found, ours)

    def _of_other_names(self, ours: ContentEntry) -> Iterator[ContentEntry]:
        """Yield later uploads of other object names, the newest first."""
        listed = islice(self.ledger.find(LATER_CONTENT, content=self.id), _MOST_LISTED)
        mine = name_of(ours)
        return self._entries([parts for parts in listed if parts["object"] != mine], ours)

    def _entries(
        self, found: list[dict[str, str | int]], ours: ContentEntry
    ) -> Iterator[ContentEntry]:
        found.sort(key=lambda parts: parts["at"], reverse=True)
        others = (parts for parts in found if parts["upload"] != ours.upload.id)
        for parts in islice(others, MOST_LOOKED_AT):
            entry = self.ledger.get(LATER_CONTENT, **parts)
            if entry is None:
                name = LATER_CONTENT.name(**parts)
                raise Transient("ledger.vanished", f"{name} was listed and is gone")
            yield entry


def name_of(entry: ContentEntry) -> str:
    """Return the part of an entry's name that stands for its object name."""
    return digest(entry.upload.bucket, entry.upload.name)


def state_of(entries: UploadLedger) -> State:
    """Return whether the rows of an upload are in its table. One that has failed for now counts as
    under way, one that ended without a valid row has no rows, and one whose revocation has begun is
    not loaded any more."""
    current = current_attempt(entries)
    finished = current.entries.finished() if current.decision else None
    if current.decision is None or finished is None:
        return "under_way"
    if finished.outcome != "completed":
        return "not_loaded"
    seal = entries.seal(current.decision.seal)
    if seal is None or not seal.counts.valid:
        return "no_rows"
    # Imported here because few uploads have the content of another one.
    from csvgate.protocol.ledger.revocations import RevocationLedger

    return "not_loaded" if RevocationLedger(current.entries).revoked() else "loaded"
