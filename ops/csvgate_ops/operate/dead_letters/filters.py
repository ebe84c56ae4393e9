"""Which letters are meant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter


@dataclass(frozen=True, slots=True)
class Filter:
    """All that is given must hold; of several values of one property any one."""

    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """`*` stands for anything: `bigquery.*`."""
    functions: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    """Ids, or how they begin."""
    since: datetime | None = None
    """Dead-lettered then or later."""
    until: datetime | None = None
    """Dead-lettered before."""

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    def matches(self, letter: DeadLetter) -> bool:
        return (
            (not self.ids or letter.id in self.ids)
            and (not self.codes or any(fnmatchcase(letter.code, code) for code in self.codes))
            and (not self.functions or letter.function in self.functions)
            and (not self.datasets or letter.dataset in self.datasets)
            and (not self.uploads or any(letter.upload.startswith(u) for u in self.uploads if u))
            and (self.since is None or letter.dead_lettered_at >= self.since)
            and (self.until is None or letter.dead_lettered_at < self.until)
        )

    def of(self, letters: Iterable[DeadLetter]) -> list[DeadLetter]:
        """Those that match, in the order given."""
        return [letter for letter in letters if self.matches(letter)]

    def as_json(self) -> dict[str, object]:
        """What is given, for the audit trail."""
        given = {
            "ids": list(self.ids),
            "codes": list(self.codes),
            "functions": list(self.functions),
            "datasets": list(self.datasets),
            "uploads": list(self.uploads),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }
        return {name: value for name, value in given.items() if value}
