"""The state of breakers in the ledger, which all instances of a function share.

A breaker belongs to a revision, so a new deploy starts with a closed one.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.entries import Lifted, Timestamp, Tripped
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import BREAKER_LETTER, BREAKER_LIFTED, BREAKER_TRIPPED, Part
from csvgate.runtime.breaker import CountedLetter


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the breaker is open. `number` is that of its trip, or of the next one if closed."""

    number: int
    is_open: bool


def standing(names: Iterable[str]) -> Standing:
    """Return the state that the names of one revision's entries describe."""
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
    """The ledger entries of the breaker of one revision of a function."""

    ledger: Ledger
    function: str
    revision: str

    def standing(self) -> Standing:
        """Read the current state with one listing."""
        return standing(self.ledger.names(BREAKER_TRIPPED.prefix(**self._key)))

    def tripped(self, number: int) -> Tripped | None:
        return self.ledger.get(BREAKER_TRIPPED, **self._key, number=number)

    def lifted(self, number: int) -> Lifted | None:
        return self.ledger.get(BREAKER_LIFTED, **self._key, number=number)

    def trip(self, number: int, tripped: Tripped) -> bool:
        """Record a trip; return False if another instance was first."""
        return self.ledger.create(BREAKER_TRIPPED, tripped, **self._key, number=number)

    def lift(self, number: int, lifted: Lifted) -> bool:
        """Record that an operator lifted it; return False if another operator was first."""
        return self.ledger.create(BREAKER_LIFTED, lifted, **self._key, number=number)

    def add(self, number: int, letter: CountedLetter, window: timedelta) -> None:
        self.ledger.create(
            BREAKER_LETTER,
            Timestamp(at=letter.at),
            **self._key,
            number=number,
            slot=_slot(letter.at, window),
            at=int(letter.at.timestamp() * 1000),
            subject=letter.subject,
            handled=letter.handled,
            code=letter.code,
        )

    def letters(
        self, number: int, now: datetime, window: timedelta, enough: int
    ) -> list[CountedLetter]:
        """Return the dead letters within the window, and some older ones, with one listing; with
        a second one if the first finds fewer than `enough` different subjects."""
        slot = _slot(now, window)
        found = list(self._in_slot(number, slot))
        if len({letter.subject for letter in found}) < enough:
            found += self._in_slot(number, slot - 1)
        return found

    def _in_slot(self, number: int, slot: int) -> Iterator[CountedLetter]:
        """Yield the dead letters of a slot. Their names hold all data, so one listing is enough."""
        for found in self.ledger.find(BREAKER_LETTER, **self._key, number=number, slot=slot):
            at = datetime.fromtimestamp(found["at"] / 1000, UTC)
            yield CountedLetter(at, found["subject"], found["handled"], found["code"])

    @property
    def _key(self) -> dict[str, Part]:
        return {"function": self.function, "revision": self.revision}


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that a revision's breaker opened."""

    revision: str
    tripped: Tripped
    lifted: datetime | None
    """None if nobody lifted it. It has no effect any more once another revision is in service."""


def openings(ledger: Ledger, function: str) -> list[Opening]:
    """Return every time that the breaker of any revision of the function opened."""
    found = []
    for parts in ledger.find(BREAKER_TRIPPED, function=function):
        if tripped := ledger.get(BREAKER_TRIPPED, **parts):
            lifted = ledger.get(BREAKER_LIFTED, **parts)
            found.append(Opening(parts["revision"], tripped, lifted.at if lifted else None))
    return found


def breakers(ledger: Ledger) -> list[BreakerLedger]:
    """Return the breaker of every revision whose breaker has ever tripped."""
    found: dict[tuple[str, str], BreakerLedger] = {}
    for parts in ledger.find(BREAKER_TRIPPED):
        function, revision = parts["function"], parts["revision"]
        found.setdefault((function, revision), BreakerLedger(ledger, function, revision))
    return list(found.values())


def _slot(at: datetime, window: timedelta) -> int:
    """Number the time slots. They are as long as the window, so it lies in at most two slots."""
    return int(at.timestamp() // window.total_seconds())
