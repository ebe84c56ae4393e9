"""The filter that selects letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Self

from csvgate.text import counted
from csvgate_ops.operate.dead_letters.content.visible_text import contains
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.owners import owner_of_letter
from csvgate_ops.operate.runbook import OWNERS, Owner


@dataclass(frozen=True, slots=True)
class Filter:
    """A letter matches when it has one of the given values of every property that is given."""

    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """`*` matches any characters: `bigquery.*`."""
    functions: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    """Ids or their beginnings."""
    since: datetime | None = None
    """Dead-lettered at this time or later."""
    until: datetime | None = None
    """Dead-lettered before this time."""
    owners: tuple[Owner, ...] = ()
    text: str = ""
    """A text that occurs in the letter as it is shown without a reveal."""

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    def matches(self, letter: DeadLetter, context: DeadLetterContext) -> bool:
        return (
            (not self.ids or letter.id in self.ids)
            and (not self.codes or any(fnmatchcase(letter.code, code) for code in self.codes))
            and (not self.functions or letter.function in self.functions)
            and (not self.datasets or letter.dataset in self.datasets)
            and (not self.uploads or any(letter.upload.startswith(u) for u in self.uploads if u))
            and (self.since is None or letter.published_at >= self.since)
            and (self.until is None or letter.published_at < self.until)
            and (not self.owners or owner_of_letter(letter) in self.owners)
            and (not self.text or contains(letter, self.text.casefold(), context))
        )

    def of(self, letters: Iterable[DeadLetter], context: DeadLetterContext) -> list[DeadLetter]:
        """Return the letters that match, in the same order."""
        return [letter for letter in letters if self.matches(letter, context)]

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Return the filter that `as_json` describes, without the text, which it does not keep.
        Other kinds of values are ignored."""

        def texts(name: str) -> tuple[str, ...]:
            found = given.get(name)
            return tuple(map(str, found)) if isinstance(found, list) else ()

        def time(name: str) -> datetime | None:
            try:
                return datetime.fromisoformat(str(given[name]))
            except (KeyError, ValueError):
                return None

        return cls(
            ids=texts("ids"),
            codes=texts("codes"),
            functions=texts("functions"),
            datasets=texts("datasets"),
            uploads=texts("uploads"),
            since=time("since"),
            until=time("until"),
            owners=tuple(owner for owner in OWNERS if owner in texts("owners")),
        )

    def as_json(self) -> dict[str, object]:
        """Return the given values, for the audit log."""
        given = {
            "ids": list(self.ids),
            "codes": list(self.codes),
            "functions": list(self.functions),
            "datasets": list(self.datasets),
            "uploads": list(self.uploads),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "owners": list(self.owners),
            # The text itself may be what a contract hides, and the audit log keeps it for years.
            "text": f"a text of {counted(len(self.text), 'character')}" if self.text else "",
        }
        return {name: value for name, value in given.items() if value}
