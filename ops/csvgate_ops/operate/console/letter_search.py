"""Filters, text search and order of the list of letters. Pure.

Values are compared in the form in which pages show them (`printable`). So what a page shows can be
selected and typed, and addresses and forms contain no control characters.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, Self, get_args

from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.groups import By
from csvgate_ops.operate.dead_letters.owners import SELECTED, operators_first, owner_of_letter
from csvgate_ops.operate.runbook import OWNERS, Owner
from csvgate_ops.text import printable

Order = Literal["newest", "oldest", "code", "upload", "replays"]
ORDERS: Final[dict[Order, str]] = {
    "newest": "newest first",
    "oldest": "oldest first",
    "code": "code",
    "upload": "upload",
    "replays": "most replayed",
}
AGES: Final[dict[str, tuple[str, timedelta]]] = {
    "1h": ("more than an hour", timedelta(hours=1)),
    "1d": ("more than a day", timedelta(days=1)),
    "7d": ("more than a week", timedelta(days=7)),
}
GROUPINGS: Final[dict[By, str]] = {
    "code": "code",
    "function": "function",
    "dataset": "dataset",
    "day": "day (UTC)",
}
_STRINGS: Final = ("code", "function", "dataset", "upload", "text")
NONE: Final = "–"
"""Stands for an unknown dataset."""
Contains = Callable[[DeadLetter, str], bool]
"""Returns whether a letter, as its page shows it, contains a folded text."""
_ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class LetterSearch:
    """The parameters of the list's address. An empty one matches everything."""

    code: str = ""
    function: str = ""
    dataset: str = ""
    upload: str = ""
    age: str = ""
    day: str = ""
    text: str = ""
    owner: Owner | Literal[""] = ""
    order: Order = "newest"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """Unknown parameters and invalid values are ignored, because anyone can type an address."""
        given = {name: printable(args.get(name, "").strip()) for name in _STRINGS}
        known = {o: o for o in get_args(Order)}
        owners: dict[str, Owner] = {owner: owner for owner in OWNERS}
        return cls(
            **given,
            age=args["age"] if args.get("age") in AGES else "",
            owner=owners.get(args.get("owner", ""), ""),
            day=args["day"] if _day(args.get("day", "")) else "",
            order=known.get(args.get("order", ""), "newest"),
        )

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters that differ from the default, for an address."""
        defaults = asdict(LetterSearch())
        return {name: value for name, value in asdict(self).items() if value != defaults[name]}

    @property
    def is_everything(self) -> bool:
        return not set(self.parameters) - {"order"}

    def words(self) -> str:
        """Return the filters in words: `with code x, older than a day`; empty without filters."""
        unknown = "without a known dataset"
        parts = [
            (self.owner, SELECTED[self.owner] if self.owner else ""),
            (self.code, f"with code {self.code}"),
            (self.function, f"of {self.function}"),
            (self.dataset, unknown if self.dataset == NONE else f"of dataset {self.dataset}"),
            (self.upload, f"of upload {self.upload}"),
            (self.age, f"that are {AGES[self.age][0]} old" if self.age else ""),
            (self.day, f"of {self.day}"),
            (self.text, f"containing “{self.text}”"),
        ]
        return ", ".join(words for given, words in parts if given)

    def select(
        self, letters: Iterable[DeadLetter], now: datetime, contains: Contains
    ) -> list[DeadLetter]:
        """Return the letters that match: the operator's first, and those of each owner in the
        requested order. `letters` are sorted, newest first."""
        since, until = self._times(now)
        text = self.text.casefold()
        found = [
            letter
            for letter in letters
            if (not self.owner or owner_of_letter(letter) == self.owner)
            and (not self.code or printable(letter.code) == self.code)
            and (not self.function or printable(letter.function) == self.function)
            and (not self.dataset or printable(letter.dataset or NONE) == self.dataset)
            and letter.upload.startswith(self.upload)
            and since <= letter.published_at < until
            and (not text or contains(letter, text))
        ]
        ordered = _ordered(found, self.order)
        return operators_first(ordered)

    def _times(self, now: datetime) -> tuple[datetime, datetime]:
        since, until = _ALWAYS
        if day := _day(self.day):
            since = datetime(day.year, day.month, day.day, tzinfo=UTC)
            until = since + timedelta(days=1)
        if self.age:
            until = min(until, now - AGES[self.age][1])
        return since, until


def _ordered(letters: list[DeadLetter], order: Order) -> list[DeadLetter]:
    if order == "oldest":
        return letters[::-1]
    if order == "code":
        return sorted(letters, key=lambda letter: letter.code)
    if order == "upload":
        return sorted(letters, key=lambda letter: letter.upload)
    if order == "replays":
        return sorted(letters, key=lambda letter: -letter.replays)
    return letters


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year < 9999 else None


def choices(letters: Iterable[DeadLetter]) -> dict[str, list[str]]:
    """Return the values of code, function and dataset that occur among the letters."""
    found: dict[str, set[str]] = {"code": set(), "function": set(), "dataset": set()}
    for letter in letters:
        found["code"].add(letter.code)
        found["function"].add(letter.function)
        found["dataset"].add(letter.dataset or NONE)
    return {name: sorted(map(printable, values)) for name, values in found.items()}
