"""Give up an attempt to load an upload, so that the next one can begin."""

from datetime import datetime, timedelta

from csvgate.ports import Clock, StreamGone
from csvgate.protocol.ledger.entries import Decision
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.runtime.log import log


def abandon(attempt: AttemptLedger, seal: int, reason: str, clock: Clock) -> None:
    """Decide that the attempt ends without a commit, unless it is decided already. Only this
    attempt's own decision is written: what is true of its streams says nothing about others."""
    decision = Decision(outcome="abandoned", seal=seal, reason=reason, at=clock())
    if attempt.create_decision(decision):
        fields = {"upload": attempt.upload, "attempt": attempt.number, "reason": reason}
        log("WARNING", "attempt abandoned", fields)


def abandon_if_lost(
    attempt: AttemptLedger,
    seal: int,
    gone: StreamGone,
    created: datetime,
    *,
    young: timedelta,
    clock: Clock,
) -> None:
    """Abandon the attempt because a pending stream of it is gone. Raises StreamGone if the stream
    is so young that it may still be found."""
    if clock() - created < young:
        raise gone_until(gone, created + young)
    abandon(attempt, seal, gone.message, clock)


def gone_until(gone: StreamGone, known: datetime) -> StreamGone:
    """Return the failure with the time from which on it can be believed. A dead letter carries this
    message, and whoever replays the letter must know from when that has an effect."""
    return StreamGone(
        gone.code,
        f"{gone.message}; whether it is lost can be decided from {known:%Y-%m-%d %H:%M:%S}Z on: a "
        "replay after that has an effect",
    )
