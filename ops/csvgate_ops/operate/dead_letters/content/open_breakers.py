"""Add to the message of a letter that its function's breaker was open, and which codes opened it.

A message that Pub/Sub forwards while the breaker is open has no reason. The ledger knows when the
breaker was open, and why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.breaker_guard import summary
from csvgate.runtime.breaker_ledger import Opening, openings
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.dead_letters.content.parse import gave_up
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter

AFTER_LIFT: Final = timedelta(minutes=15)
"""Pub/Sub forwards a message up to 10 minutes (the longest backoff) after its last delivery, so
that the delivery may have met an open breaker that was lifted since."""


def with_breakers(letters: Iterable[DeadLetter], context: DeadLetterContext) -> list[DeadLetter]:
    """Add to the message of each letter that an open breaker explains what opened it and how to
    proceed. This takes one listing of the ledger per function, and one or two reads per trip. If
    the ledger cannot be read, the messages stay as they are, because the letters matter more."""
    found = list(letters)
    concerned = {letter.function for letter in found if _is_concerned(letter)}
    known = concerned & {route.function for route in context.routes}
    trips = {function: _openings(context.ledger, function) for function in sorted(known)}
    return [
        replace(letter, message=_message(letter, trips.get(letter.function, ())))
        if _is_concerned(letter)
        else letter
        for letter in found
    ]


def opening_at(trips: Iterable[Opening], at: datetime, revision: str = "") -> Opening | None:
    """Return the latest opening that lasted at that time, of this revision if one is given."""
    lasting = [
        trip
        for trip in trips
        if trip.tripped.at <= at
        and (trip.lifted is None or at <= trip.lifted + AFTER_LIFT)
        and (not revision or trip.revision == revision)
    ]
    return max(lasting, key=lambda trip: trip.tripped.at, default=None)


def _is_concerned(letter: DeadLetter) -> bool:
    return letter.platform_forwarded or letter.breaker_was_open


def _openings(ledger: Ledger, function: str) -> Sequence[Opening]:
    try:
        return openings(ledger, function)
    except Failure:
        return ()


def _message(letter: DeadLetter, trips: Sequence[Opening]) -> str:
    if letter.breaker_was_open:
        trip = opening_at(trips, letter.dead_lettered_at, letter.revision)
        why = f": {summary(trip.tripped)}" if trip else ""
        return (
            f"{letter.message} (last attempt, while the breaker of {letter.function} was open"
            f"{why}. {_proceed(letter.function)})"
        )
    trip = opening_at(trips, letter.dead_lettered_at)
    if trip is None:
        return letter.message
    return (
        f"{gave_up(letter.attributes)}: the breaker of {letter.function} (revision "
        f"{trip.revision}) was open: {summary(trip.tripped)}. {_proceed(letter.function)}. The "
        f"message is unchanged. If revision {trip.revision} was not in service any more, see the "
        "function's logs"
    )


def _proceed(function: str) -> str:
    return (
        "Fix that cause, deploy a new revision or run "
        f"`csvgate breaker lift {function}`, then replay this letter"
    )
