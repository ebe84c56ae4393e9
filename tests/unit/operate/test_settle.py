"""`csvgate settle` writes a verdict only where one is possible, and names the hour before it is."""

from datetime import datetime, timedelta

import pytest

from csvgate.protocol.ledger.entries import AuditAction, Dead, Decision, Settled, SharedAppend
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.protocol.stream_ages import StreamAges, horizon, named_time
from csvgate.runtime.errors import Transient
from csvgate_ops.cli.operate.settle import next_steps
from csvgate_ops.operate.settle import CannotSettle, Settlement, Verdict, settle
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import letter_world
from unit.operate.loads import decided, decision_of, sealed
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World


def run(
    world: World, upload: str, verdict: Verdict = "committed", attempt: int | None = None
) -> Settlement:
    return settle(
        world.ledger,
        upload,
        verdict,
        actor="ada@here",
        reason="I looked",
        attempt=attempt,
        clock=world.clock,
    )


def verdict_of(settled: Settlement) -> str:
    assert isinstance(settled.entry, Settled)
    return settled.entry.verdict


def recorded(world: World) -> list[AuditAction]:
    found = [
        world.ledger.audit.get(AUDIT_RECORDED, **p) for p in world.ledger.audit.find(AUDIT_RECORDED)
    ]
    return [entry for entry in found if entry]


def hour_of(world: World, upload: str) -> datetime:
    there = world.ledger.upload(upload).attempt(1).decision()
    found = horizon(there) if there else None
    assert found is not None
    return found


def test_a_verdict_is_audited_and_stands() -> None:
    there, upload = decided()
    settled = run(there.world, upload)
    entry = there.world.ledger.upload(upload).attempt(1).settled()
    assert settled.entry == entry
    assert isinstance(entry, Settled)
    assert ("committed", "ada@here", "I looked") == (entry.verdict, entry.actor, entry.reason)
    (action,) = recorded(there.world)
    assert "upload.settle" == action.action
    assert {"upload": upload, "attempt": 1, "verdict": "committed"} == action.details
    (step,) = next_steps(settled, " --project p")
    assert f"csvgate dlq replay --upload {upload}" in step
    assert "--code bigquery.unavailable" in step
    assert "--project p --yes" in step


def test_nothing_is_settled_that_cannot_be_recorded() -> None:
    there, upload = decided()

    def refuse(effect: Effect) -> None:
        if "audit/" in effect.target:
            raise Transient("storage.unavailable", "away")

    there.world.effects.before = refuse
    with pytest.raises(Transient):
        run(there.world, upload)
    assert there.world.ledger.upload(upload).attempt(1).settled() is None


def test_not_loaded_is_refused_until_the_hour_and_names_it() -> None:
    there, upload = decided()
    hour = hour_of(there.world, upload)
    there.world.now = hour - timedelta(seconds=1)
    with pytest.raises(CannotSettle, match=f"until {named_time(hour)}"):
        run(there.world, upload, "not-loaded")
    assert [] == recorded(there.world)
    there.world.now = hour
    assert "not-loaded" == verdict_of(run(there.world, upload, "not-loaded"))


def test_the_hour_is_earlier_where_streams_are_believed_gone_sooner() -> None:
    """On the local cloud."""
    there, upload = decided()
    there.world.now += timedelta(minutes=30)
    ages = StreamAges(timedelta(minutes=1))
    settled = settle(
        there.world.ledger,
        upload,
        "not-loaded",
        actor="ada",
        reason="I looked",
        clock=there.world.clock,
        ages=ages,
    )
    assert "not-loaded" == verdict_of(settled)


def test_committed_can_be_said_at_once() -> None:
    there, upload = decided()
    assert there.world.now < hour_of(there.world, upload)
    assert "committed" == verdict_of(run(there.world, upload))


def test_a_verdict_cannot_be_changed() -> None:
    there, upload = decided()
    run(there.world, upload)
    there.world.now += timedelta(days=2)
    with pytest.raises(CannotSettle, match="was settled as committed by ada@here"):
        run(there.world, upload, "not-loaded")
    assert 1 == len(recorded(there.world))


def test_an_unknown_upload() -> None:
    with pytest.raises(CannotSettle, match="has no upload ab12"):
        run(World(), "ab12")


def test_an_attempt_that_is_not_decided() -> None:
    there, upload, _ = sealed()
    with pytest.raises(CannotSettle, match="not decided yet"):
        run(there.world, upload)


def test_a_finished_upload() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(3)))
    there.world.drain()
    with pytest.raises(CannotSettle, match="is finished: it completed at"):
        run(there.world, upload_id(there.world, "orders/a.csv"))


def test_a_rejected_upload() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", b"a\n1\n"))
    there.world.drain()
    with pytest.raises(CannotSettle, match="decided as rejected"):
        run(there.world, upload_id(there.world, "orders/a.csv"))


def test_only_the_current_attempt_is_settled() -> None:
    """After the first attempt is dead, its verdict would have no effect."""
    there, upload = decided()
    world, entries = there.world, there.world.ledger.upload(upload)
    entries.attempt(1).mark_dead(Dead(reason="gone", at=world.clock()))
    with pytest.raises(CannotSettle, match="is not the current one, which is attempt 2"):
        run(world, upload, attempt=1)
    first = decision_of_attempt(world, upload, 1)
    entries.attempt(2).create_decision(first.model_copy(update={"at": world.clock()}))
    assert 2 == run(world, upload, attempt=2).attempt
    assert entries.attempt(1).settled() is None


def decision_of_attempt(world: World, upload: str, number: int) -> Decision:
    found = world.ledger.upload(upload).attempt(number).decision()
    assert found is not None
    return found


def test_the_hour_is_25_hours_after_the_oldest_stream() -> None:
    there, upload = decided()
    decision = decision_of(there, upload)
    assert decision.pending is not None
    oldest = min(s.created for s in there.world.warehouse.streams.values())
    assert timedelta(hours=25) == StreamAges().commit_within
    assert abs(decision.pending.oldest - oldest) < timedelta(seconds=1)
    assert decision.pending.oldest + timedelta(hours=25) == horizon(decision)


def test_the_hour_of_a_shared_stream_and_of_a_commit_without_rows() -> None:
    at = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
    place = SharedAppend(stream="s", created=at, offset=0, rows=1, nonce="n")
    commit = Decision(outcome="commit", seal=1, at=at + timedelta(hours=3))
    assert at + timedelta(hours=25) == horizon(commit.model_copy(update={"shared": place}))
    assert horizon(commit) is None


def test_a_commit_without_rows_needs_no_verdict() -> None:
    there, upload, _ = sealed()
    commit = Decision(outcome="commit", seal=1, at=there.world.clock())
    there.world.ledger.upload(upload).attempt(1).create_decision(commit)
    with pytest.raises(CannotSettle, match="no row to load"):
        run(there.world, upload)
