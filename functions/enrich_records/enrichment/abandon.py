"""Give up an attempt to load an upload, so that the next one can begin."""

from datetime import datetime, timedelta

from csvgate.ports import Clock, StreamGone
from csvgate.protocol.ledger.entries import Decision
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.stream_ages import named_time
from csvgate.runtime.log import log


def abandon(attempt: AttemptLedger, seal: int, reason: str, clock: Clock) -> None:
    """Decide that the attempt ends without a commit, unless it is decided already. Only the
    decision of this attempt is written: the state of its streams proves nothing about other
    attempts."""
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
    asked: datetime,
    young: timedelta,
    clock: Clock,
) -> None:
    """Abandon the attempt because a pending stream of it is gone. `asked` is the time before the
    call that did not find it: this process may be paused between the call and its answer. Raises
    StreamGone if the stream was so young then that it may still be found."""
    if asked - created < young:
        raise gone_until(gone, created + young)
    abandon(attempt, seal, gone.message, clock)


def gone_until(gone: StreamGone, known: datetime) -> StreamGone:
    """Return the failure with the time from which it can be believed. The dead letter carries this
    message, so whoever replays the letter knows from when that has an effect."""
    return StreamGone(
        "stream.gone",
        f"{gone.message}. Whether it is lost can be decided from {named_time(known)} on; replay "
        "the dead letter then",
    )
