"""Selects the uploads that `csvgate status` lists, and says how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from csvgate.protocol.ledger.ledger import Ledger
from csvgate.text import counted
from csvgate_ops.operate.upload_index.lines import (
    MOST_SEARCHED,
    Line,
    lines,
    reader,
    search,
)
from csvgate_ops.operate.upload_index.listed import STATES
from csvgate_ops.operate.upload_index.listing import FEW_NAMES, Totals, last_day, read_listing


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; without any of them, all uploads."""

    states: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    dataset: str | None = None
    text: str | None = None

    def wants(self, line: Line) -> bool:
        """Return whether the line matches the filters by dataset and text."""
        is_dataset = self.dataset is None or line.dataset == self.dataset
        return is_dataset and (self.text is None or line.has(self.text))

    @property
    def reads_entries(self) -> bool:
        """Whether names alone do not say which uploads match."""
        return self.dataset is not None or self.text is not None


@dataclass(frozen=True, slots=True)
class Selected:
    lines: Sequence[Line]
    totals: Totals
    """The totals of all uploads that match."""
    searched: int | None = None
    """How many uploads were looked at, the newest first; None if all were, or if every upload
    matches."""


def select(ledger: Ledger, filters: Filters, most: int, now: datetime) -> Selected:
    """Return up to `most` uploads, newest first; 0 stands for all. A line costs one read. A search
    by text or dataset reads one entry for each upload that it looks at, and ends soon after it has
    found `most`."""
    until = last_day(filters.until, now)
    names = FEW_NAMES if most else None
    listing = read_listing(ledger, since=filters.since, until=until, most_names=names)
    in_state = [u for u in listing.uploads if not filters.states or u.state in filters.states]
    read = reader(ledger)
    if not filters.reads_entries:
        shown = lines(read, in_state[: most or None])
        of_all = filters.states and not listing.is_complete
        totals = Totals.of(in_state, is_exact=listing.is_complete)
        return Selected(shown, totals, len(listing.uploads) if of_all else None)
    # One more than is shown, so that it is known whether there are more.
    enough, searched = (most + 1, MOST_SEARCHED) if most else (len(in_state) + 1, None)
    found = search(read, in_state, filters.wants, enough=enough, most=searched)
    is_exact = listing.is_complete and found.is_all
    totals = Totals.of(found.lines, is_exact=is_exact)
    return Selected(found.lines[: most or None], totals, None if is_exact else found.searched)


def totals(selected: Selected) -> str:
    """Return how many uploads match, by state, such as "At least 4,100 uploads: …"."""
    found = selected.totals
    at_least = "" if found.is_exact else "at least "
    number = counted(found.uploads, "upload")
    by_state = [
        f"{at_least}{found.by_state[state]:,} {state}"
        for state in STATES
        if found.by_state.get(state)
    ]
    shown = len(selected.lines)
    first = f"The newest {shown:,} of {at_least}{number}" if shown < found.uploads else number
    if shown >= found.uploads and at_least:
        first = f"At least {number}"
    parts = [f"{first}: {', '.join(by_state)}." if by_state else "0 uploads."]
    if selected.searched is not None:
        parts.append(f"Only the newest {counted(selected.searched, 'upload')} were searched.")
    if not found.is_exact:
        parts.append("--since and --until choose days; --most 0 counts everything.")
    return " ".join(parts)
