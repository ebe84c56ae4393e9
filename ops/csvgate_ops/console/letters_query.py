"""What a person asked of the list of letters: filters, text and order. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, Self, get_args

from csvgate_ops.dlq.filters import Filter
from csvgate_ops.dlq.groups import By
from csvgate_ops.dlq.letter import Letter

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
BYS: Final[dict[By, str]] = {
    "code": "code",
    "function": "function",
    "dataset": "dataset",
    "day": "day",
}
NONE: Final = "–"
"""Stands for letters that tell no dataset."""


@dataclass(frozen=True, slots=True)
class Query:
    """As in the address: empty means any."""

    code: str = ""
    function: str = ""
    dataset: str = ""
    upload: str = ""
    age: str = ""
    day: str = ""
    text: str = ""
    order: Order = "newest"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        """Whatever is unknown or nonsensical is left out: an address can be anything."""
        order = args.get("order", "")
        known = {o: o for o in get_args(Order)}
        return cls(
            **{name: args.get(name, "").strip() for name in ("code", "function", "dataset")},
            upload=args.get("upload", "").strip(),
            age=args["age"] if args.get("age") in AGES else "",
            day=args["day"] if _day(args.get("day", "")) else "",
            text=args.get("text", "").strip(),
            order=known.get(order, "newest"),
        )

    @property
    def parameters(self) -> dict[str, str]:
        """What differs from the plain list, for an address."""
        plain = asdict(Query())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}

    @property
    def is_everything(self) -> bool:
        return not set(self.parameters) - {"order"}

    def words(self) -> str:
        """`with code x, older than a day`; empty when everything is meant."""
        told = [
            (self.code, f"with code {self.code}"),
            (self.function, f"of {self.function}"),
            (self.dataset, f"of dataset {self.dataset}"),
            (self.dataset == NONE, "of no known dataset"),
            (self.upload, f"of upload {self.upload}"),
            (self.age, f"that are {AGES[self.age][0]} old" if self.age else ""),
            (self.day, f"of {self.day}"),
            (self.text, f"containing “{self.text}”"),
        ]
        if self.dataset == NONE:
            told = [t for t in told if t[1] != f"of dataset {NONE}"]
        return ", ".join(words for given, words in told if given)

    def select(self, letters: Iterable[Letter], now: datetime) -> list[Letter]:
        """Those that match, in the order asked for. `letters` come newest first."""
        wanted, text = self._filter(now), self.text.casefold()
        found = [
            letter
            for letter in letters
            if wanted.matches(letter)
            and (self.dataset != NONE or not letter.dataset)
            and (not text or _contains(letter, text))
        ]
        return _ordered(found, self.order)

    def _filter(self, now: datetime) -> Filter:
        until = now - AGES[self.age][1] if self.age else None
        since = None
        if day := _day(self.day):
            since = datetime(day.year, day.month, day.day, tzinfo=UTC)
            until = min(until or since + timedelta(days=1), since + timedelta(days=1))
        return Filter(
            codes=(_literal(self.code),) if self.code else (),
            functions=(self.function,) if self.function else (),
            datasets=(self.dataset,) if self.dataset not in ("", NONE) else (),
            uploads=(self.upload,) if self.upload else (),
            since=since,
            until=until,
        )


def _literal(code: str) -> str:
    """A code for Filter, which takes patterns: a letter's code can be any text, and its signs mean
    themselves."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in code)


def _contains(letter: Letter, text: str) -> bool:
    """In the message, the id, an attribute or what is kept of the data."""
    if text in letter.message.casefold() or text in letter.id:
        return True
    if any(text in value.casefold() for value in letter.attributes.values()):
        return True
    return letter.kind != "arrow chunk" and text.encode() in (letter.data or b"").lower()


def _ordered(letters: list[Letter], order: Order) -> list[Letter]:
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
        return date.fromisoformat(text)
    except ValueError:
        return None


def choices(letters: Sequence[Letter]) -> dict[str, list[str]]:
    """What there is to choose from: values of code, function and dataset among the letters."""
    found = {
        "code": {letter.code for letter in letters},
        "function": {letter.function for letter in letters},
        "dataset": {letter.dataset or NONE for letter in letters},
    }
    return {name: sorted(values) for name, values in found.items()}
