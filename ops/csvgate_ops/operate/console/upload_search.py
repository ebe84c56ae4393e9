"""The filters of the list of uploads, as an address gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from csvgate_ops.operate.console.uploads_index import UploadsIndex, day
from csvgate_ops.operate.references import upload_of
from csvgate_ops.operate.upload_index.lines import Line
from csvgate_ops.operate.upload_index.listed import STATES, Listed
from csvgate_ops.operate.upload_index.listing import Listing, last_day


@dataclass(frozen=True, slots=True)
class Uploads:
    found: Sequence[Listed | Line]
    """Newest first. A search by text has read the lines already."""
    is_exact: bool
    """Otherwise there may be more."""
    searched: int | None = None
    """How many uploads were searched by text, the newest first; None if all were."""


@dataclass(frozen=True, slots=True)
class UploadSearch:
    text: str = ""
    state: str = ""
    """Empty, or what is not a state, for all states."""
    since: str = ""
    until: str = ""
    """Days such as `2026-11-29` (UTC)."""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Self:
        def given(name: str) -> str:
            return arguments.get(name, "").strip()

        return cls(upload_of(given("text")), given("state"), given("since"), given("until"))

    @property
    def parameters(self) -> dict[str, str]:
        """What is asked for, for an address."""
        asked = {"text": self.text, "state": self.state, "since": self.since, "until": self.until}
        return {name: value for name, value in asked.items() if value}

    def select(self, index: UploadsIndex, known: Listing, now: datetime, enough: int) -> Uploads:
        """Return the uploads that match, newest first: those of the last reading, or of the days
        that are asked for. A search by text ends soon after it has found `enough`. Raises
        Transient, Permanent."""
        since, until = day(self.since), day(self.until)
        listing = known
        if since is not None or until is not None:
            listing = index.of_days(known, since, last_day(until, now))
        states = [state for state in STATES if state == self.state] or STATES
        chosen = [upload for upload in listing.uploads if upload.state in states]
        if not self.text:
            return Uploads(chosen, listing.is_complete)
        search = index.search(chosen, lambda line: line.has(self.text), enough)
        return Uploads(
            search.lines,
            listing.is_complete and search.is_all,
            None if search.is_all else search.searched,
        )
