"""The state of breakers in the ledger, which all instances of a function share.

Layout (F is a function, R its revision, N counts from 1):
    breakers/F/R/N.tripped.json     the breaker is open from now on
    breakers/F/R/N.lifted.json      an operator closed it again
    breaker-letters/F/R/N/S/…       one object per dead letter before trip N, by time slot S; the
                                    name holds all data, so that one listing reads all of them

A breaker belongs to a revision, so a new deploy starts with a closed one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from csvgate.protocol.ledger import Ledger
from csvgate.protocol.ledger_entries import Lifted, Timestamp, Tripped
from csvgate.runtime.breaker import CountedLetter

ROOT: Final = "breakers/"
_LETTER: Final = re.compile(r"([0-9]+)-([0-9a-f]+)-([0-9]+)-([^/]*)\.json")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the breaker is open. `number` is that of its trip, or of the next one if closed."""

    number: int
    is_open: bool


def standing(names: Iterable[str]) -> Standing:
    """Return the state that the object names under `breakers/F/R/` describe."""
    tripped, lifted = 0, 0
    for name in names:
        number, _, what = name.rsplit("/", 1)[1].partition(".")
        if what == "tripped.json":
            tripped = max(tripped, int(number))
        elif what == "lifted.json":
            lifted = max(lifted, int(number))
    is_open = tripped > lifted
    return Standing(tripped if is_open else max(tripped, lifted) + 1, is_open)


@dataclass(frozen=True, slots=True)
class BreakerLedger:
    """The ledger entries of the breaker of one revision of a function."""

    ledger: Ledger
    function: str
    revision: str

    def standing(self) -> Standing:
        """Read the current state with one listing."""
        return standing(self.ledger.names(f"{ROOT}{self._key}/"))

    def tripped(self, number: int) -> Tripped | None:
        return self.ledger.get(Tripped, self._name(number, "tripped"))

    def lifted(self, number: int) -> Lifted | None:
        return self.ledger.get(Lifted, self._name(number, "lifted"))

    def trip(self, number: int, tripped: Tripped) -> bool:
        """Record a trip; return False if another instance was first."""
        return self.ledger.create(self._name(number, "tripped"), tripped)

    def lift(self, number: int, lifted: Lifted) -> bool:
        """Record that an operator lifted it; return False if another operator was first."""
        return self.ledger.create(self._name(number, "lifted"), lifted)

    def add(self, number: int, letter: CountedLetter, window: timedelta) -> None:
        at = int(letter.at.timestamp() * 1000)
        name = f"{at}-{letter.message}-{letter.handled}-{letter.code}.json"
        slot = _slot(letter.at, window)
        self.ledger.create(f"{self._letters(number)}{slot}/{name}", Timestamp(at=letter.at))

    def letters(
        self, number: int, now: datetime, window: timedelta, enough: int
    ) -> list[CountedLetter]:
        """Return the dead letters within the window, and some older ones, with one listing; with
        a second one if the first finds fewer than `enough`."""
        slot = _slot(now, window)
        found = list(self._in_slot(number, slot))
        if len(found) < enough:
            found += self._in_slot(number, slot - 1)
        return found

    def _in_slot(self, number: int, slot: int) -> Iterator[CountedLetter]:
        for name in self.ledger.names(f"{self._letters(number)}{slot}/"):
            if found := _LETTER.fullmatch(name.rsplit("/", 1)[1]):
                at, message, handled, code = found.groups()
                sent_at = datetime.fromtimestamp(int(at) / 1000, UTC)
                yield CountedLetter(sent_at, message, int(handled), code)

    def _letters(self, number: int) -> str:
        return f"breaker-letters/{self._key}/{number:06d}/"

    def _name(self, number: int, what: str) -> str:
        return f"{ROOT}{self._key}/{number:06d}.{what}.json"

    @property
    def _key(self) -> str:
        return f"{self.function}/{self.revision}"


def breakers(ledger: Ledger) -> list[BreakerLedger]:
    """Return the breaker of every revision whose breaker has ever tripped."""
    found: dict[tuple[str, str], BreakerLedger] = {}
    for name in ledger.names(ROOT):
        _, function, revision, _ = name.split("/")
        found.setdefault((function, revision), BreakerLedger(ledger, function, revision))
    return list(found.values())


def _slot(at: datetime, window: timedelta) -> int:
    """Number the time slots. They are as long as the window, so it lies in at most two slots."""
    return int(at.timestamp() // window.total_seconds())
