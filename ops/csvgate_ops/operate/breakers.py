"""Lists the breakers of all functions and lifts them for an operator."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, JsonValue

from csvgate.protocol.ledger.entries import Lifted
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.runtime.breaker_guard import summary
from csvgate.runtime.breaker_ledger import BreakerLedger, breakers
from csvgate_ops.operate.audit import now, record


class BreakerState(BaseModel):
    """The latest state of the breaker of one revision; without a revision it never opened."""

    function: str
    state: Literal["closed", "open", "lifted"]
    revision: str | None = None
    number: int = 0
    """How often it has opened."""
    tripped_at: datetime | None = None
    tripped_by: str = ""
    lifted_at: datetime | None = None
    lifted_by: str = ""
    reason: str = ""


def states(ledger: Ledger, functions: Iterable[str]) -> list[BreakerState]:
    """Return the state of every function's breaker; if several revisions of a function had an open
    breaker, the latest trip comes first."""
    found = [_state(entries) for entries in breakers(ledger)]
    by_trip = sorted(found, key=_tripped_at, reverse=True)
    known = {state.function for state in found}
    order = [*functions, *sorted(known - set(functions))]
    every = [*by_trip, *(BreakerState(function=f, state="closed") for f in order if f not in known)]
    return sorted(every, key=lambda state: order.index(state.function))


def lift(
    ledger: Ledger,
    function: str,
    actor: str,
    reason: str,
    clock: Callable[[], datetime] = now,
    *,
    verified_by: str = "",
) -> Iterator[BreakerState]:
    """Lift the open breakers of all revisions of the function, and yield each. The audit entry is
    written first, and nothing is lifted if that fails."""
    for entries in breakers(ledger):
        standing = entries.standing()
        if entries.function != function or not standing.is_open:
            continue
        details: dict[str, JsonValue] = {
            "function": function,
            "revision": entries.revision,
            "number": standing.number,
        }
        record(ledger, "breaker.lift", actor, reason, details, clock, verified_by=verified_by)
        entries.lift(standing.number, Lifted(at=clock(), actor=actor, reason=reason))
        yield _state(entries)


def _state(entries: BreakerLedger) -> BreakerState:
    standing = entries.standing()
    number = standing.number if standing.is_open else standing.number - 1
    tripped = entries.tripped(number)
    lifted = None if standing.is_open else entries.lifted(number)
    return BreakerState(
        function=entries.function,
        state="open" if standing.is_open else "lifted",
        revision=entries.revision,
        number=number,
        tripped_at=tripped.at if tripped else None,
        tripped_by=summary(tripped) if tripped else "",
        lifted_at=lifted.at if lifted else None,
        lifted_by=lifted.actor if lifted else "",
        reason=lifted.reason if lifted else "",
    )


def _tripped_at(state: BreakerState) -> float:
    return state.tripped_at.timestamp() if state.tripped_at else 0.0
