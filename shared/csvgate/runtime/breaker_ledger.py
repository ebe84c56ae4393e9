"""What the ledger says of breakers: instances come and go, and each sees only its own messages.

A breaker belongs to a revision: a redeploy starts with a closed one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from csvgate.protocol.ledger.entries import Lifted, Timestamp, Tripped
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import BREAKER_LETTER, BREAKER_LIFTED, BREAKER_TRIPPED, Part
from csvgate.runtime.breaker import CountedLetter


@dataclass(frozen=True, slots=True)
class Standing:
    """`number` counts the trips, the next one included when the breaker is closed."""

    number: int
    is_open: bool


def standing(names: Iterable[str]) -> Standing:
    """From the names of one revision's entries."""
    tripped, lifted = 0, 0
    for name in names:
        if found := BREAKER_TRIPPED.parse(name):
            tripped = max(tripped, found["number"])
        elif found := BREAKER_LIFTED.parse(name):
            lifted = max(lifted, found["number"])
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
        return standing(self.ledger.names(BREAKER_TRIPPED.prefix(**self._key)))

    def tripped(self, number: int) -> Tripped | None:
        return self.ledger.get(BREAKER_TRIPPED, **self._key, number=number)

    def lifted(self, number: int) -> Lifted | None:
        return self.ledger.get(BREAKER_LIFTED, **self._key, number=number)

    def trip(self, number: int, tripped: Tripped) -> bool:
        """False when another instance was first."""
        return self.ledger.create(BREAKER_TRIPPED, tripped, **self._key, number=number)

    def lift(self, number: int, lifted: Lifted) -> bool:
        """False when somebody else was first."""
        return self.ledger.create(BREAKER_LIFTED, lifted, **self._key, number=number)

    def add(self, number: int, letter: CountedLetter, window: timedelta) -> None:
        self.ledger.create(
            BREAKER_LETTER,
            Timestamp(at=letter.at),
            **self._key,
            number=number,
            slot=_slot(letter.at, window),
            at=int(letter.at.timestamp() * 1000),
            message=letter.message,
            handled=letter.handled,
            code=letter.code,
        )

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
        """The names say everything, so that one listing reads all letters of a slot."""
        for found in self.ledger.find(BREAKER_LETTER, **self._key, number=number, slot=slot):
            at = datetime.fromtimestamp(found["at"] / 1000, UTC)
            yield CountedLetter(at, found["message"], found["handled"], found["code"])

    @property
    def _key(self) -> dict[str, Part]:
        return {"function": self.function, "revision": self.revision}


def breakers(ledger: Ledger) -> list[BreakerLedger]:
    """Every revision whose breaker ever opened."""
    found: dict[tuple[str, str], BreakerLedger] = {}
    for parts in ledger.find(BREAKER_TRIPPED):
        function, revision = parts["function"], parts["revision"]
        found.setdefault((function, revision), BreakerLedger(ledger, function, revision))
    return list(found.values())


def _slot(at: datetime, window: timedelta) -> int:
    """Slots are as long as the window, so that the window lies in the current and the last."""
    return int(at.timestamp() // window.total_seconds())
