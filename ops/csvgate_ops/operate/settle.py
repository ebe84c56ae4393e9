"""Settles an upload that csvgate cannot bring to an end by itself.

There are two cases (docs/dead-letters.md). Whether a commit took effect is not certain if some rows
of the upload are visible and others are not, for example because a person deleted some: an operator
looks at the table and says what is true, and enrich_records finishes the upload or loads it again
in the next attempt. If the rows can never be loaded, for example because a derived column fails,
the operator rejects the upload, and what waits for its end continues.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from csvgate.ports import Clock
from csvgate.protocol.ledger.attempts import CurrentAttempt, current_attempt
from csvgate.protocol.ledger.entries import Decision, Settled
from csvgate.protocol.ledger.ledger import Ledger, UploadLedger
from csvgate.protocol.ledger.paths import FAILURE_NOTE
from csvgate.protocol.stream_ages import StreamAges, horizon, named_time
from csvgate_ops.operate.audit import now, record
from csvgate_ops.program import program

Verdict = Literal["committed", "not-loaded", "rejected"]
LOADER = "enrich_records"
"""The function whose dead letter finishes the upload once it is settled."""
_SERVICE: Final = StreamAges()


class CannotSettle(Exception):
    """The message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Settlement:
    upload: str
    attempt: int
    entry: Settled | Decision
    """What was written to the ledger; a decision if the upload was settled as rejected."""
    codes: tuple[str, ...]
    """Codes of the dead letters of enrich_records about this upload: one of them is replayed
    next."""


def settle(
    ledger: Ledger,
    upload: str,
    verdict: Verdict,
    *,
    actor: str,
    reason: str,
    attempt: int | None = None,
    clock: Clock = now,
    ages: StreamAges = _SERVICE,
) -> Settlement:
    """Record the verdict about the current attempt of an upload, by its whole id. The audit entry
    is written first, and nothing is settled if that fails. Raises CannotSettle, Transient and
    Permanent."""
    entries = ledger.upload(upload)
    if entries.received() is None:
        raise CannotSettle(f"the ledger has no upload {upload}; `{program()} status` lists uploads")
    current = current_attempt(entries)
    if attempt is not None and attempt != current.number:
        raise CannotSettle(
            f"attempt {attempt} of upload {upload} is not the current one, which is attempt "
            f"{current.number}; `{program()} status {upload}` shows all of them"
        )
    where = f"attempt {current.number} of upload {upload}"
    decision = current.decision
    details = {"upload": upload, "attempt": current.number, "verdict": verdict}
    if verdict == "rejected":
        entry = _rejection(where, entries, current, f"settled by {actor}: {reason}", clock())
        record(ledger, "upload.settle", actor, reason, details, clock)
        if not current.entries.create_decision(entry):
            raise CannotSettle(
                f"{where} was decided by a delivery in the meantime; `{program()} status {upload}` "
                "shows how"
            )
        return Settlement(upload, current.number, entry, tuple(_letters(ledger, upload)))
    if decision is None or decision.outcome != "commit":
        decided = "not decided yet" if decision is None else f"decided as {decision.outcome}"
        raise CannotSettle(f"{where} is {decided}, so there is no commit to settle")
    if finished := current.entries.finished():
        raise CannotSettle(f"{where} is finished: it {finished.outcome} at {_at(finished.at)}")
    if standing := current.entries.settled():
        raise CannotSettle(_settled_before(where, standing))
    _check_hour(where, horizon(decision, ages), verdict, clock())
    record(ledger, "upload.settle", actor, reason, details, clock)
    settled = Settled(verdict=verdict, actor=actor, reason=reason, at=clock())
    if not current.entries.settle(settled) and (standing := current.entries.settled()) != settled:
        raise CannotSettle(_settled_before(where, standing or settled))
    return Settlement(upload, current.number, settled, tuple(_letters(ledger, upload)))


def _rejection(
    where: str, entries: UploadLedger, current: CurrentAttempt, reason: str, at: datetime
) -> Decision:
    """Return the decision that ends an upload which can never be loaded. None of its rows is or can
    become visible: that requires a decision to commit, and each attempt has only one decision.
    Raises CannotSettle."""
    standing = entries.standing_seal()
    if standing is None:
        raise CannotSettle(
            f"{where} cannot be settled, because the upload is not sealed: replay its letter of "
            "validate_and_parse, which reads the file first"
        )
    if current.decision is not None:
        raise CannotSettle(
            f"{where} is decided as {current.decision.outcome}, so it cannot be settled as "
            "rejected any more"
        )
    return Decision(outcome="rejected", seal=standing[0], reason=reason, at=at)


def _check_hour(where: str, hour: datetime | None, verdict: Verdict, at: datetime) -> None:
    """Raises CannotSettle when the commit may still take effect: then the next attempt, which
    `not-loaded` opens, could load every row twice."""
    if hour is None:
        raise CannotSettle(f"{where} has no row to load, so there is nothing to settle")
    if verdict == "not-loaded" and at < hour:
        raise CannotSettle(
            f"{where} may still be committed by BigQuery until {named_time(hour)}, so it cannot be "
            "settled as not-loaded yet; look at the table again after that time"
        )


def _settled_before(where: str, standing: Settled) -> str:
    return (
        f"{where} was settled as {standing.verdict} by {standing.actor} at {_at(standing.at)}: "
        f"{standing.reason}"
    )


def _letters(ledger: Ledger, upload: str) -> Iterable[str]:
    for parts in ledger.find(FAILURE_NOTE, upload=upload):
        if parts["function"] == LOADER:
            yield parts["code"]


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
