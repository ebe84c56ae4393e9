"""Remove the rows of an upload and of its corrections from their table, in one statement."""

from datetime import timedelta
from typing import Final, Literal

from csvgate.contracts.effects import disposition
from csvgate.effects.model import JobResult
from csvgate.light_dataclass import dataclass
from csvgate.protocol.events import Changes, UploadFinished
from csvgate.protocol.ledger.day_index import index_undo
from csvgate.protocol.ledger.effect_entries import Removed, Revoked
from csvgate.protocol.ledger.entries import CorrectionSlot, Decision, Seal
from csvgate.protocol.ledger.revocations import REVOKED_CODE, RevocationLedger
from csvgate.protocol.outcome_events import OutcomeTopic
from csvgate_ops.operate.audit import record
from csvgate_ops.operate.undo.announce import publish_marker
from csvgate_ops.operate.undo.examine import JOB_PREFIX, Plan, examine, loaded
from csvgate_ops.operate.undo.removal import removal_of, remove
from csvgate_ops.operate.undo.services import NotYet, Services

OPERATOR: Final = "operator"
"""The source of events that an operator's command publishes."""
_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Revocation:
    """What was done."""

    plan: Plan
    outcome: Literal["removed", "rejected"]
    """`rejected`: nothing was loaded yet, and nothing will be."""
    removed: int = 0
    """How many rows have left the table."""
    bytes_scanned: int = 0


def revoke(services: Services, upload: str, *, actor: str, reason: str) -> Revocation:
    """Revoke an upload, by its whole id; or continue a revocation that was interrupted. The audit
    entry is written first, and nothing is revoked if that fails. Raises CannotUndo, Transient and
    Permanent; after a Transient the same command continues."""
    plan = examine(services, upload)
    details = {"upload": upload, "attempt": plan.attempt, "table": plan.table, "rows": plan.rows}
    record(services.ledger, "upload.revoke", actor, reason, details, services.clock)
    if plan.effect is None:
        return _reject(services, plan, f"revoked by {actor}: {reason}")
    slot, plan = _take_slot(services, plan)
    revoked = _pin(services, plan, slot, actor, reason)
    statement = revoked.effect.statement
    result = remove(services, removal_of(plan.received, plan.table, statement), revoked)
    _announce(services, plan, revoked, result)
    removed = Removed(rows=result.deleted, bytes_scanned=result.bytes_scanned, at=services.clock())
    for load in reversed(revoked.loads):
        entries = services.ledger.upload(load.upload)
        if received := entries.received():
            index_undo(services.ledger, received, "revoked", load.attempt, removed.at)
        RevocationLedger(entries.attempt(load.attempt)).mark_removed(removed)
    return Revocation(plan, "removed", result.deleted, result.bytes_scanned)


def _reject(services: Services, plan: Plan, reason: str) -> Revocation:
    """Decide the attempt as revoked: then none of its rows can become visible. enrich_records
    announces its end."""
    entries = services.ledger.upload(plan.upload)
    decision = Decision(
        outcome="rejected",
        seal=plan.seal,
        reason=reason,
        code=REVOKED_CODE,
        at=services.clock(),
    )
    attempt = entries.attempt(plan.attempt)
    if not attempt.create_decision(decision):
        standing = attempt.decision()
        if standing is None or standing.code != REVOKED_CODE:
            raise NotYet(
                f"attempt {plan.attempt} of upload {plan.upload} was decided by a delivery in the "
                "meantime; run the command again"
            )
    # No message of the upload may be left that would make enrich_records announce the end: all of
    # them may be dead letters, or nobody has sent one since the upload was restored.
    publish_marker(services, plan.received, plan.seal)
    return Revocation(plan, "rejected")


def _take_slot(services: Services, plan: Plan) -> tuple[int, Plan]:
    """Take the next place among the corrections, or find the one that was taken before. Return it,
    and the plan with the corrections in the places before. Later corrections see the revocation;
    earlier ones must have ended. Raises NotYet."""
    entries = services.ledger.upload(plan.upload)
    slots = entries.slots()
    for number, slot in enumerate(slots):
        if slot.revokes == plan.attempt:
            return number, plan if plan.begun else loaded(services, plan, slots[:number])
    before = plan.received.received_at
    if disposition(plan.contract) != "append":
        before = plan.received.created_at
    while True:
        found = loaded(services, plan, slots)
        at = slots[-1].ingested_at if slots else before
        ours = CorrectionSlot(upload=plan.upload, revokes=plan.attempt, ingested_at=at + _STEP)
        slot = entries.claim_correction_slot(len(slots), ours)
        if slot.revokes == plan.attempt:
            return len(slots), found
        slots.append(slot)


def _pin(services: Services, plan: Plan, slot: int, actor: str, reason: str) -> Revoked:
    """Return the revocation that stands. The same entry is kept for each correction that goes with
    the upload."""
    effect = plan.effect
    assert effect is not None  # noqa: S101 - `revoke` has seen it
    ours = Revoked(
        upload=plan.upload,
        attempt=plan.attempt,
        slot=slot,
        loads=plan.loads,
        effect=effect,
        job_prefix=JOB_PREFIX,
        actor=actor,
        reason=reason,
        at=services.clock(),
    )
    attempt = services.ledger.upload(plan.upload).attempt(plan.attempt)
    revoked = RevocationLedger(attempt).revoke(ours)
    for load in revoked.loads[1:]:
        attempt = services.ledger.upload(load.upload).attempt(load.attempt)
        RevocationLedger(attempt).revoke(revoked)
    return revoked


def _announce(services: Services, plan: Plan, revoked: Revoked, result: JobResult) -> None:
    received = plan.received
    seal = services.ledger.upload(plan.upload).seal(plan.seal)
    assert isinstance(seal, Seal)  # noqa: S101 - `examine` has read it
    finished = UploadFinished(
        upload=received.upload,
        plan=seal.plan,
        dataset=received.dataset,
        outcome="revoked",
        attempt=plan.attempt,
        code=REVOKED_CODE,
        table=plan.table,
        counts=seal.counts,
        changes=Changes(deleted=result.deleted),
        detail=f"revoked by {revoked.actor}: {revoked.reason}",
        received_at=received.received_at,
        finished_at=revoked.at,
    )
    topic = OutcomeTopic(services.publisher, services.complete_topic, OPERATOR, services.clock)
    topic.publish(finished, received.trace)
