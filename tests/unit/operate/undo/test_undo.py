"""`csvgate revoke` and `csvgate restore` of uploads that were appended to their table."""

from datetime import timedelta

import pytest
from cloudevents.http import CloudEvent

from csvgate.effects.model import JobResult
from csvgate.protocol.ledger.entries import AuditAction
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.protocol.staging import staged_folder
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.console.uploads_index import UploadsIndex
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.undo.examine import examine
from csvgate_ops.operate.undo.services import CannotUndo, NotYet
from csvgate_ops.operate.uploads import status
from fakes.effects import Effect
from unit.delivery import simple
from unit.operate.reconcile.test_reconcile_run import report
from unit.operate.undo.undoing import (
    ACTOR,
    BAD,
    GOOD,
    ORIGINAL,
    REASON,
    STORAGE,
    corrected,
    id_of,
    restore_in,
    revoke_in,
    send,
    services,
    with_two_corrections,
)
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import VALIDATED, World, finalized


def finalized_original(world: World) -> CloudEvent:
    """The event that the notification of the original becomes."""
    info = world.store.stat("uploads", ORIGINAL)
    assert info is not None
    return finalized(info)


def outcomes(world: World, upload: str) -> list[str]:
    return [event.outcome for event in world.finished() if event.upload.id == upload]


def test_rows_of_an_upload_and_its_corrections_leave_and_come_back() -> None:
    world, upload, corrections = with_two_corrections()
    before = loaded(world)
    assert GOOD + 3 == len(before)
    assert () == report(world).findings

    revoked = revoke_in(world, upload)
    assert ("removed", GOOD + 3) == (revoked.outcome, revoked.removed)
    assert [] == loaded(world)
    assert 1 == len(world.warehouse.jobs.started)
    between = report(world)
    assert ((), 0) == (between.findings, between.loaded)

    assert ("staged chunks", ()) == (
        (first := restore_in(world, upload)).source,
        first.corrections,
    )
    assert GOOD == len(loaded(world))
    assert () == report(world).findings
    assert tuple(corrections) == restore_in(world, upload).corrections
    assert sorted(before) == sorted(loaded(world))
    after = report(world)
    assert ((), GOOD + 3) == (after.findings, after.loaded)
    with pytest.raises(CannotUndo, match="restored already"):
        restore_in(world, upload)


def test_everybody_is_informed() -> None:
    world, upload, corrections = with_two_corrections()
    revoke_in(world, upload)
    assert ["completed", "revoked"] == outcomes(world, upload)
    event = world.finished()[-1]
    assert event.changes is not None
    assert (GOOD + 3, "upload.revoked") == (event.changes.deleted, event.code)
    assert f"revoked by {ACTOR}: {REASON}" == event.detail
    email = world.mailer.sent[-1]
    assert f"Removed {GOOD + 3} rows" in email.subject
    assert REASON in email.text
    found = status(world.ledger, upload)
    assert found.revoked is not None
    assert ("revoked", GOOD + 3, True) == (found.state, found.revoked.removed, found.emailed)
    assert {"revoked", "rows removed"} <= {step.what for step in found.timeline}
    own = status(world.ledger, corrections[0])
    assert own.revoked is not None
    assert ("revoked", upload) == (own.state, own.revoked.with_upload)
    (hint,) = hints(own, ())
    assert f"csvgate restore {upload}" in hint
    restore_in(world, upload)
    assert ["completed", "revoked", "completed"] == outcomes(world, upload)
    assert [1, 2] == [e.attempt for e in world.finished() if e.outcome == "completed"][::3]
    again = status(world.ledger, upload)
    assert ("completed", ["revoked", "commit"]) == (again.state, [a.state for a in again.attempts])


def test_the_console_does_not_keep_what_is_revoked_later() -> None:
    world, upload, _ = with_two_corrections()
    index = UploadsIndex(world.ledger, world.clock)

    def state() -> str:
        return next(found.state for found in index.read().uploads if found.id == upload)

    assert "completed" == state()
    revoke_in(world, upload)
    assert "revoked" == state()
    restore_in(world, upload)
    assert "completed" == state()


def test_what_would_be_removed_is_shown_and_nothing_is_changed() -> None:
    world, upload, _ = with_two_corrections()
    entries = list(world.ledger.names(""))
    plan = examine(services(world), upload)
    assert (GOOD + 3, "sales.orders", 3) == (plan.rows, plan.table, len(plan.loads))
    assert "DELETE FROM `p`.`sales`.`orders`" in plan.statement("p")
    assert entries == list(world.ledger.names(""))


def test_it_is_on_record_first() -> None:
    world, upload, _ = with_two_corrections()

    def refuse(effect: Effect) -> None:
        if "audit/" in effect.target:
            raise Transient("storage.unavailable", "away")

    world.effects.before = refuse
    with pytest.raises(Transient):
        revoke_in(world, upload)
    world.effects.before = lambda _: None
    assert "completed" == status(world.ledger, upload).state
    revoke_in(world, upload)
    restore_in(world, upload)
    audit = world.ledger.audit
    found = [audit.get(AUDIT_RECORDED, **p) for p in audit.find(AUDIT_RECORDED)]
    actions = sorted((a.action, a.reason) for a in found if isinstance(a, AuditAction))
    expected = [("upload.restore", "it was the right month"), ("upload.revoke", REASON)]
    assert expected == actions


def test_a_correction_that_comes_later_is_refused_until_the_upload_is_restored() -> None:
    world, upload, _ = with_two_corrections()
    revoke_in(world, upload)
    late = corrected(world, BAD)
    (reason,) = status(world.ledger, late).reasons
    assert "correction.revoked" == reason.code
    assert [] == loaded(world)
    restore_in(world, upload)
    restore_in(world, upload)
    (name,) = [n for n in world.store.buckets["rejects"] if upload in n and "_2" not in n][:1]
    data = world.store.buckets["rejects"][name].data.replace(b",twelve,", b",12,")
    last = send(world, name, data)
    assert "completed" == status(world.ledger, last).state
    assert GOOD + BAD == len(loaded(world))
    assert [last] == world.ledger.upload(upload).corrections()[2:]
    assert () == report(world).findings
    assert GOOD + BAD == revoke_in(world, upload).removed


def test_without_staged_chunks_the_file_is_read_again() -> None:
    world, upload, _ = with_two_corrections()
    before = sorted(loaded(world))
    revoke_in(world, upload)
    for name in list(world.ledger.store.names("staging", staged_folder(upload))):
        world.store.delete("staging", name)
    assert "file" == restore_in(world, upload).source
    assert 1 == len(world.publisher.topics[STORAGE])
    world.validate(finalized_original(world))
    world.drain()
    restore_in(world, upload)
    assert before == sorted(loaded(world))
    assert () == report(world).findings


def test_an_upload_of_which_nothing_is_left_cannot_be_restored() -> None:
    world, upload, _ = with_two_corrections()
    revoke_in(world, upload)
    for name in list(world.ledger.store.names("staging", staged_folder(upload))):
        world.store.delete("staging", name)
    world.store.delete("uploads", ORIGINAL)
    with pytest.raises(CannotUndo, match="upload the file again"):
        restore_in(world, upload)


def test_an_upload_that_is_not_decided_is_decided_as_revoked() -> None:
    world = World()
    world.validate(world.upload(ORIGINAL, orders(GOOD)))
    upload = id_of(world, ORIGINAL)
    assert "rejected" == revoke_in(world, upload).outcome
    assert [] == loaded(world)
    assert ["rejected"] == outcomes(world, upload)
    assert "upload.revoked" == world.finished()[-1].code
    assert "before its rows were loaded" in world.mailer.sent[-1].text
    found = status(world.ledger, upload)
    assert ("rejected", "upload.revoked") == (found.state, found.code)
    with pytest.raises(CannotUndo, match="was revoked before"):
        revoke_in(world, upload)
    restore_in(world, upload)
    assert GOOD == len(loaded(world))
    assert ["rejected", "completed"] == outcomes(world, upload)


def test_refusals() -> None:
    world, upload, corrections = with_two_corrections()
    with pytest.raises(CannotUndo, match="the ledger has no upload"):
        revoke_in(world, "0" * 20)
    with pytest.raises(CannotUndo, match=f"csvgate revoke {upload}"):
        revoke_in(world, corrections[0])
    with pytest.raises(CannotUndo, match="is not revoked"):
        restore_in(world, upload)
    bad = send(world, "orders/bad.csv", b"a\n1\n")
    with pytest.raises(CannotUndo, match="is rejected"):
        revoke_in(world, bad)
    revoke_in(world, upload)
    with pytest.raises(CannotUndo, match=f"by {ACTOR}: {REASON}"):
        revoke_in(world, upload)


def test_a_correction_under_way_is_waited_for() -> None:
    world, upload, _ = with_two_corrections()
    name, stored = list(world.store.buckets["rejects"].items())[-1]
    world.validate(world.upload(name, stored.data.replace(b",twelve,", b",12,")))
    world.delivered[VALIDATED] = len(world.publisher.topics[VALIDATED]) - 1
    with pytest.raises(NotYet, match="is under way"):
        revoke_in(world, upload)
    world.drain()
    assert GOOD + BAD == revoke_in(world, upload).removed


def test_a_job_that_failed_for_good_is_followed_by_another_one() -> None:
    world, upload, _ = with_two_corrections()
    world.warehouse.jobs.failing = lambda *_: JobResult(state="failed", reason="invalidQuery")
    with pytest.raises(CannotUndo, match="invalidQuery"):
        revoke_in(world, upload)
    assert "revoking" == status(world.ledger, upload).state
    (hint,) = hints(status(world.ledger, upload), ())
    assert f"csvgate revoke {upload}" in hint
    assert ["revoke.unfinished"] * 3 == [f.code for f in report(world).findings]
    world.warehouse.jobs.failing = lambda *_: None
    assert GOOD + 3 == revoke_in(world, upload).removed
    assert () == report(world).findings


def test_a_name_that_must_not_be_loaded_twice_is_free_after_a_revocation() -> None:
    world = World(contracts=simple.contracts(on_overwrite="refuse"))
    first = send(world, "plain/a.csv", simple.table(3))
    revoke_in(world, first)
    second = send(world, "plain/a.csv", simple.table(5))
    assert "completed" == status(world.ledger, second).state
    with pytest.raises(CannotUndo, match=f"revoke upload {second} first"):
        restore_in(world, first)
    revoke_in(world, second)
    restore_in(world, first)
    assert 3 == len(world.warehouse.rows("sales.plain"))
    third = send(world, "plain/a.csv", simple.table(1))
    (reason,) = status(world.ledger, third).reasons
    assert "file.overwrite" == reason.code
    revoke_in(world, first)
    restore_in(world, second)
    assert 5 == len(world.warehouse.rows("sales.plain"))


@pytest.mark.parametrize(("name", "identical"), [("plain/a.csv", "warn"), ("plain/b.csv", "skip")])
def test_content_that_was_loaded_again_in_the_meantime_is_not_restored(
    name: str, identical: str
) -> None:
    world = World(contracts=simple.contracts(identical=identical))
    first = send(world, "plain/a.csv", simple.table(3))
    revoke_in(world, first)
    twin = send(world, name, simple.table(3))
    assert "completed" == status(world.ledger, twin).state
    with pytest.raises(CannotUndo, match=f"revoke upload {twin} first"):
        restore_in(world, first)
    assert 3 == len(world.warehouse.rows("sales.plain"))
    revoke_in(world, twin)
    restore_in(world, first)
    assert 3 == len(world.warehouse.rows("sales.plain"))


def test_a_twin_that_the_contract_only_warns_of_does_not_prevent_a_restoration() -> None:
    world = World(contracts=simple.contracts(identical="warn"))
    first = send(world, "plain/a.csv", simple.table(3))
    send(world, "plain/b.csv", simple.table(3))
    revoke_in(world, first)
    restore_in(world, first)
    assert 6 == len(world.warehouse.rows("sales.plain"))


def test_slow_jobs_are_asked_again() -> None:
    world, upload, _ = with_two_corrections()
    world.warehouse.jobs.seconds = lambda _: 300
    with pytest.raises(Transient):
        revoke_in(world, upload)
    assert "revoking" == status(world.ledger, upload).state
    world.now += timedelta(minutes=10)
    assert GOOD + 3 == revoke_in(world, upload).removed
    assert 1 == len(world.warehouse.jobs.started)
