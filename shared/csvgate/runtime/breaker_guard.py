"""The breaker of one function, as the failure boundary uses it.

A finished upload only increments a counter. A dead letter costs one listing before it is sent, and
one object and one or two listings afterwards. If the ledger cannot be read, the dead letter is sent
as if there were no breaker.
"""

import threading
from dataclasses import field
from typing import Final, Protocol

from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock
from csvgate.protocol.ledger.entries import Tripped
from csvgate.runtime.breaker import CountedLetter, Limits, Trip, decide
from csvgate.runtime.breaker_ledger import BreakerLedger
from csvgate.runtime.errors import Failure, Transient
from csvgate.runtime.log import log

UNCOUNTED: Final = frozenset({"event.malformed"})
"""Codes that do not count towards the breaker. Anyone with the right to publish can send malformed
messages, and must not be able to stop the function."""
_UNKNOWN: Final = 0
"""The permit while the ledger cannot be read; breakers are numbered from 1."""


class Guard(Protocol):
    """The part of a breaker that the failure boundary uses."""

    def handled(self) -> None:
        """Record that a delivery finished its upload."""

    def permit(self) -> int:
        """Ask before anything is done for a dead letter. Returns the permit to pass to `sent`;
        raises Transient `breaker.open`."""

    def sent(self, permit: int, subject: str, code: str) -> None:
        """Record that a dead letter was sent about this upload, or about this message."""


class Unguarded:
    """A guard without a breaker: it permits everything and counts nothing."""

    def handled(self) -> None:
        """Count nothing."""

    def permit(self) -> int:
        """Permit always."""
        return _UNKNOWN

    def sent(self, permit: int, subject: str, code: str) -> None:
        """Count nothing."""


@dataclass(slots=True)
class Breaker:
    """Opens according to the dead letters of all instances, which it counts in the ledger."""

    entries: BreakerLedger
    limits: Limits
    clock: Clock
    _handled: int = 0
    """Deliveries that finished an upload since the last dead letter of this process, by any
    thread."""
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

    def sent(self, permit: int, subject: str, code: str) -> None:
        if code in UNCOUNTED:
            return
        with self._lock:
            handled, self._handled = self._handled, 0
        if permit == _UNKNOWN:
            return
        try:
            self._count(permit, CountedLetter(self.clock(), subject, handled, code))
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
    log(
        "WARNING",
        "the breaker could not be read",
        {"code": failure.code, "reason": failure.message},
    )
    return _UNKNOWN


def summary(tripped: Tripped) -> str:
    """Return what tripped it: `50 of 52 uploads were dead-lettered since …: 48 a.code, …`."""
    codes = ", ".join(f"{count} {code}" for code, count in tripped.codes.items())
    return (
        f"{tripped.letters} of {tripped.letters + tripped.handled} uploads were dead-lettered "
        f"since {tripped.since:%Y-%m-%d %H:%M:%S} UTC: {codes}"
    )


def explain(entries: BreakerLedger, tripped: Tripped) -> str:
    """Return the message of the failure `breaker.open`."""
    function = entries.function
    return (
        f"{function} ({entries.revision}) dead-letters nearly everything, so messages wait in its "
        f"subscription: {summary(tripped)}. Fix the cause, then deploy a new revision, which "
        f'starts with a closed breaker, or run `csvgate breaker lift {function} --reason "…"`'
    )
