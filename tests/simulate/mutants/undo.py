"""Bugs of revoking and restoring: step 10 of the delivery protocol."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from typing import Any

from csvgate.effects import run_job
from csvgate.effects.model import JobResult
from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.day_index import index_undo
from csvgate.protocol.ledger.effect_entries import Removed
from csvgate.protocol.ledger.entries import Dead
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.ledger.revocations import RevocationLedger
from csvgate.protocol.ledger.scope_log import effect_claim
from csvgate_ops.operate.undo import examine, loads, removal, restore, revoke
from csvgate_ops.operate.undo.restore import Restoration
from enrichment.count_visible import CountedRows
from intake import corrections
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _without_slot() -> Swap:
    """The place among the corrections is not taken."""

    def take(services: Any, plan: Any) -> Any:
        slots = services.ledger.upload(plan.upload).slots()
        return len(slots), examine.loaded(services, plan, slots)

    return swapped(revoke, "_take_slot", take)


def _slot_ignored() -> Swap:
    """Corrections do not look at what a place is taken for."""
    return swapped(corrections, "_require_restored", lambda *_: None)


def _beside_corrections() -> Swap:
    """The rows are removed while a correction is under way."""
    original = end_of_upload

    def found(services: Any, slots: Any) -> Any:
        ended = [s for s in slots if original(services.upload(s.upload)) is not None]
        return loads.loads_of_corrections(services, ended)

    return swapped(examine, "loads_of_corrections", found)


def _removed_before_the_job() -> Swap:
    """The rows are said to be gone before they are."""

    def at_once(_services: Any, _found: Any, revoked: Any) -> JobResult:
        return JobResult(state="done", deleted=revoked.rows)

    return swapped(revoke, "remove", at_once)


def _running_job_believed() -> Swap:
    original = run_job.JobRunner._result

    def result(self: Any, job: Any, entry: Any) -> Any:
        found = self.warehouse.result(job, 0)
        if found is not None and found.state == "running":
            return JobResult(state="done")
        return original(self, job, entry)

    return swapped(run_job.JobRunner, "_result", result)


def _undecided_left_alone() -> Swap:
    """An upload that is not loaded yet is not decided, so that it is loaded later."""

    def reject(services: Any, plan: Any, _reason: str) -> Any:
        return revoke.Revocation(plan, "rejected")

    return swapped(revoke, "_reject", reject)


def _restored_before_it_is_removed() -> Swap:
    """An upload is restored while its rows are being removed."""
    original = RevocationLedger.removed
    return swapped(RevocationLedger, "removed", lambda self: original(self) or self.revoked())


def _attempt_left_open() -> Swap:
    """The revoked attempt is not ended, so that the next one never begins."""
    return swapped(restore, "_open_next", lambda *_: None)


def _corrections_beside_their_original() -> Swap:
    """Corrections are restored together with their original, not after it."""
    original = restore.plan_restore

    def plan(services: Any, upload: str) -> Restoration:
        found = original(services, upload)
        return replace(found, corrections=found.corrections + found.waiting, waiting=())

    return swapped(restore, "plan_restore", plan)


def _correction_restored_without_slot() -> Swap:
    return swapped(restore, "_take_slot", lambda *_: None)


def _nothing_sent() -> Swap:
    """The restored upload is not announced to the functions."""
    return swapped(restore, "_send", lambda *_: None)


def _state_kept() -> Swap:
    """The log says after a revocation that the table still has the rows."""
    return swapped(removal.Removal, "state_after", lambda _self, state: state)


def _next_attempt_by_claim() -> Swap:
    """A revocation in the log is claimed under the name of the load's own effect."""
    original = effect_claim
    return swapped(removal, "effect_claim", lambda attempt, *_: original(attempt))


def _dead_before_restored() -> Swap:
    """Whoever restores does not say so, only ends the attempt."""

    def open_next(services: Any, current: Any, restored: Any) -> None:
        attempt: AttemptLedger = current.entries
        attempt.mark_dead(Dead(reason="restored", at=services.clock()))

    return swapped(restore, "_open_next", open_next)


class _Endless(AttemptLedger):
    def finished(self) -> None:
        """It looks as if the attempt had not ended."""


def _removed_before_it_is_listed() -> Swap:
    """`removed.json` is created first: the command that continues says that nothing is to do."""
    original = RevocationLedger.mark_removed

    def listed(ledger: Any, received: Any, word: Any, number: int, at: Any) -> None:
        attempt = ledger.upload(received.upload.id).attempt(number)
        if word == "revoked":
            original(RevocationLedger(attempt), Removed(rows=0, bytes_scanned=0, at=at))
        index_undo(ledger, received, word, number, at)

    return swapped(revoke, "index_undo", listed)


def _gone_taken_for_never_loaded() -> Swap:
    """Rows that are gone after the end of the attempt are taken for rows that were never there."""
    original = CountedRows.settle

    def settle(self: Any, load: Any, attempt: AttemptLedger, reason: str) -> bool:
        there = _Endless(**{each.name: getattr(attempt, each.name) for each in fields(attempt)})
        return original(self, load, there, reason)

    return swapped(CountedRows, "settle", settle)


UNDO: dict[str, Callable[[], Swap]] = {
    "revoke without slot": _without_slot,
    "slot of a revocation ignored": _slot_ignored,
    "revoke beside a correction under way": _beside_corrections,
    "removed before the job": _removed_before_the_job,
    "running job of a revocation believed": _running_job_believed,
    "undecided upload not decided as revoked": _undecided_left_alone,
    "restored before it is removed": _restored_before_it_is_removed,
    "revoked attempt left open": _attempt_left_open,
    "corrections restored beside their original": _corrections_beside_their_original,
    "correction restored without slot": _correction_restored_without_slot,
    "restored upload not announced to the functions": _nothing_sent,
    "state of the scope kept after a revocation": _state_kept,
    "revocation claimed as the load": _next_attempt_by_claim,
    "restored without saying so": _dead_before_restored,
    "removed before it is listed": _removed_before_it_is_listed,
    "revoked rows taken for rows that were never loaded": _gone_taken_for_never_loaded,
}
