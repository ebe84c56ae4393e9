"""The breaker of one function, as the failure boundary uses it.

What is handled costs a counter. A letter costs one listing before it is sent, one object and one or
two listings after. A ledger that cannot be read never keeps a letter from being sent.
"""

import threading
from dataclasses import dataclass, field
from typing import Final, Protocol

from csvgate.ports import Clock, Message
from csvgate.protocol.ledger.entries import Tripped
from csvgate.runtime.breaker import CountedLetter, Limits, Trip, decide, message_key
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.errors import Failure, Transient
from csvgate.runtime.log import log

_UNKNOWN: Final = 0
"""No number of a breaker: they count from 1."""


class Guard(Protocol):
    def handled(self) -> None:
        """A delivery was handled."""

    def permit(self) -> int:
        """Before a dead letter, and all that goes with it: what `sent` wants to know. Raises
        Transient `breaker.open`."""

    def sent(self, permit: int, message: Message, code: str) -> None:
        """A dead letter was sent."""


class Unguarded:
    """No breaker."""

    def handled(self) -> None:
        """Count nothing."""

    def permit(self) -> int:
        """Never open."""
        return _UNKNOWN

    def sent(self, permit: int, message: Message, code: str) -> None:
        """Count nothing."""


@dataclass(slots=True)
class Breaker:
    entries: BreakerLedger
    limits: Limits
    clock: Clock
    _handled: int = 0
    """Since the last letter of this process, whichever thread sent it."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handled(self) -> None:
        with self._lock:
            self._handled += 1

    def permit(self) -> int:
        try:
            standing = self.entries.standing()
            tripped = self.entries.tripped(standing.number) if standing.is_open else None
        except Failure as failure:
            return _unreadable(failure)
        if tripped is not None:
            raise Transient("breaker.open", explain(self.entries, tripped))
        return standing.number

    def sent(self, permit: int, message: Message, code: str) -> None:
        with self._lock:
            handled, self._handled = self._handled, 0
        if permit == _UNKNOWN:
            return
        try:
            self._count(permit, CountedLetter(self.clock(), message_key(message), handled, code))
        except Failure as failure:
            _unreadable(failure)

    def _count(self, number: int, letter: CountedLetter) -> None:
        limits = self.limits
        self.entries.add(number, letter, limits.window)
        letters = self.entries.letters(number, letter.at, limits.window, limits.letters)
        trip = decide(limits, letters, letter.at)
        if trip is None:
            return
        tripped = _entry(trip, letter)
        if self.entries.trip(number, tripped):
            log("ERROR", "breaker tripped", {"reason": explain(self.entries, tripped)})


def _entry(trip: Trip, letter: CountedLetter) -> Tripped:
    return Tripped(
        at=letter.at,
        since=trip.since,
        letters=trip.letters,
        handled=trip.handled,
        codes=trip.codes,
    )


def _unreadable(failure: Failure) -> int:
    log("WARNING", "breaker not consulted", {"code": failure.code, "reason": failure.message})
    return _UNKNOWN


def summary(tripped: Tripped) -> str:
    """What tripped it: `50 of 52 messages were dead-lettered since …: 48 a.code, 2 b.code`."""
    codes = ", ".join(f"{count} {code}" for code, count in tripped.codes.items())
    return (
        f"{tripped.letters} of {tripped.letters + tripped.handled} messages were dead-lettered "
        f"since {tripped.since:%Y-%m-%d %H:%M:%S}Z: {codes}"
    )


def explain(entries: BreakerLedger, tripped: Tripped) -> str:
    function = entries.function
    return (
        f"{function} ({entries.revision}) dead-letters nearly everything, so messages wait in its "
        f"subscription: {summary(tripped)}. Mend the cause; a new revision starts with a closed "
        f'breaker, or `csvgate breaker lift {function} --reason "…"`'
    )
