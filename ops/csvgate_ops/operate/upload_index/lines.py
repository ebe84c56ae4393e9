"""What a line of a list shows of an upload: one read of the index for each line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from pydantic import BaseModel

from csvgate.protocol.events import Counts, UploadRef
from csvgate.protocol.ledger.day_entries import DayEntry
from csvgate.protocol.ledger.day_index import day_of, left_of
from csvgate.protocol.ledger.day_paths import DAY_STAGE
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.upload_index.listed import Listed, ListState

MOST_SEARCHED: Final = 2_000
"""The uploads whose entries a search by text or dataset reads, the newest first."""
_READERS: Final = 8
_AT_ONCE: Final = 64
"""Entries that are read before the next are looked for: a search ends soon after its last hit."""
Entries = Callable[[Listed], DayEntry | None]
"""Reads the entry that decides the state of an upload."""


class Line(BaseModel):
    """One upload in a list. Fields are None if the index does not have them."""

    id: str
    state: ListState
    received_at: datetime
    at: datetime | None = None
    """When the upload reached its state."""
    upload: UploadRef | None = None
    dataset: str | None = None
    """Empty for an object that no contract matches."""
    counts: Counts | None = None
    stopped_at: int | None = None
    """The line at which the reading of the rows ended, because a limit was certainly exceeded."""
    is_partial: bool = False
    """The counts are lower bounds."""
    codes: tuple[str, ...] = ()
    """Why it failed, was ignored, or was rejected although its rows are valid."""
    loaded: int = 0
    """Rows in BigQuery."""

    def has(self, text: str) -> bool:
        """Return whether the object name or the dataset contains the text, or the id begins with
        it. Letter case does not matter."""
        wanted = text.casefold()
        name = self.upload.name.casefold() if self.upload else ""
        return wanted in name or wanted in (self.dataset or "") or self.id.startswith(wanted)


def reader(ledger: Ledger) -> Entries:
    """Return a function that reads an entry from the ledger. One that cannot be read as an entry
    counts as missing: the index is a hint, and the other lines matter."""

    def read(upload: Listed) -> DayEntry | None:
        at = upload.received_at
        day, left = day_of(at).isoformat(), left_of(at)
        stage = upload.stage.text
        try:
            return ledger.get(DAY_STAGE, day=day, left=left, upload=upload.id, stage=stage)
        except Permanent as failure:
            if failure.code != "ledger.corrupt":
                raise
            return None

    return read


def lines(read: Entries, uploads: Iterable[Listed]) -> list[Line]:
    """Return the lines in the given order."""
    return list(stream(read, uploads))


def stream(read: Entries, uploads: Iterable[Listed]) -> Iterator[Line]:
    """Yield the lines in the given order. Entries are read in portions, at the same time."""
    rest = iter(uploads)
    with ThreadPoolExecutor(_READERS) as readers:
        while portion := list(islice(rest, _AT_ONCE)):
            entries = readers.map(read, portion)
            yield from (_line(*pair) for pair in zip(portion, entries, strict=True))


def _line(upload: Listed, entry: DayEntry | None) -> Line:
    codes = upload.codes if upload.state == "failed" else ()
    if entry is not None and entry.code and not codes:
        codes = (entry.code,)
    end = upload.end
    return Line(
        id=upload.id,
        state=upload.state,
        received_at=upload.received_at,
        at=entry.at if entry else None,
        upload=entry.upload if entry else None,
        dataset=entry.dataset if entry else None,
        counts=Counts(read=end.read, valid=end.read - end.rejected, rejected=end.rejected)
        if end
        else None,
        stopped_at=entry.stopped_at if entry else None,
        is_partial=upload.is_partial,
        codes=codes,
        loaded=upload.loaded,
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What a search by text or dataset has found, newest first."""

    lines: list[Line]
    searched: int
    """How many uploads were looked at, the newest first."""
    is_all: bool
    """Every upload was looked at; otherwise there may be more lines."""


def search(
    read: Entries,
    uploads: Sequence[Listed],
    wanted: Callable[[Line], bool],
    *,
    enough: int,
    most: int | None = MOST_SEARCHED,
) -> Search:
    """Search the newest `most` uploads, until `enough` lines are found. Each upload that is looked
    at costs a read."""
    found, looked, rest = list[Line](), 0, iter(uploads[:most])
    while len(found) < enough and (portion := list(islice(rest, _AT_ONCE))):
        looked += len(portion)
        found += [line for line in stream(read, portion) if wanted(line)]
    return Search(found, looked, is_all=looked == len(uploads))
