"""What the ledger says of breakers: instances come and go, and each sees only its own messages.

Layout (F is a function, R its revision, N counts from 1):
    breakers/F/R/N.tripped.json     open, until
    breakers/F/R/N.lifted.json      an operator lifted it
    breaker-letters/F/R/N/S/…       one object a letter while N has not tripped, by slot of time;
                                    their names say everything, so that one listing reads them all

A breaker belongs to a revision: a redeploy starts with a closed one.
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
    """`number` counts the trips, the next one included when the breaker is closed."""

    number: int
    is_open: bool


def standing(names: Iterable[str]) -> Standing:
    """From the names under `breakers/F/R/`."""
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
    """The entries of one function's revision."""

    ledger: Ledger
    function: str
    revision: str

    def standing(self) -> Standing:
        """One listing."""
        return standing(self.ledger.names(f"{ROOT}{self._key}/"))

    def tripped(self, number: int) -> Tripped | None:
        return self.ledger.get(Tripped, self._name(number, "tripped"))

    def lifted(self, number: int) -> Lifted | None:
        return self.ledger.get(Lifted, self._name(number, "lifted"))

    def trip(self, number: int, tripped: Tripped) -> bool:
        """False when another instance was first."""
        return self.ledger.create(self._name(number, "tripped"), tripped)

    def lift(self, number: int, lifted: Lifted) -> bool:
        """False when somebody else was first."""
        return self.ledger.create(self._name(number, "lifted"), lifted)

    def add(self, number: int, letter: CountedLetter, window: timedelta) -> None:
        at = int(letter.at.timestamp() * 1000)
        name = f"{at}-{letter.message}-{letter.handled}-{letter.code}.json"
        slot = _slot(letter.at, window)
        self.ledger.create(f"{self._letters(number)}{slot}/{name}", Timestamp(at=letter.at))

    def letters(
        self, number: int, now: datetime, window: timedelta, enough: int
    ) -> list[CountedLetter]:
        """Those of the window, and some that are older. One listing, or two when the first has
        not enough."""
        slot = _slot(now, window)
        found = list(self._in_slot(number, slot))
        if len(found) < enough:
            found += self._in_slot(number, slot - 1)
        return found

    def _in_slot(self, number: int, slot: int) -> Iterator[CountedLetter]:
        for name in self.ledger.names(f"{self._letters(number)}{slot}/"):
            if found := _LETTER.fullmatch(name.rsplit("/", 1)[1]):
                at, message, handled, code = found.groups()
                moment = datetime.fromtimestamp(int(at) / 1000, UTC)
                yield CountedLetter(moment, message, int(handled), code)

    def _letters(self, number: int) -> str:
        return f"breaker-letters/{self._key}/{number:06d}/"

    def _name(self, number: int, what: str) -> str:
        return f"{ROOT}{self._key}/{number:06d}.{what}.json"

    @property
    def _key(self) -> str:
        return f"{self.function}/{self.revision}"


def breakers(ledger: Ledger) -> list[BreakerLedger]:
    """Every revision whose breaker ever opened."""
    found: dict[tuple[str, str], BreakerLedger] = {}
    for name in ledger.names(ROOT):
        _, function, revision, _ = name.split("/")
        found.setdefault((function, revision), BreakerLedger(ledger, function, revision))
    return list(found.values())


def _slot(at: datetime, window: timedelta) -> int:
    """Slots are as long as the window, so that the window lies in the current and the last."""
    return int(at.timestamp() // window.total_seconds())
