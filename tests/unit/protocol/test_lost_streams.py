"""Write streams that are lost before the commit: the upload is read again under another plan, and
every row is there once."""

from datetime import timedelta

from csvgate.ports import Message
from csvgate.protocol.ledger.entries import OutcomeClaim
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.filters import Filter
from unit.operate.dead_letters.contexts import REALLY, LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from unit.protocol.test_replayed_letters import unfailed
from world import VALIDATED, World, finalized

GOOD, BAD = 120, 3
NAME = "orders/a.csv"


def half_loaded() -> tuple[LetterWorld, list[Message]]:
    """Two chunks are in their streams; the other chunks and the marker are not delivered yet."""
    there = letter_world()
    world = there.world
    world.validate(world.upload(NAME, orders(GOOD, bad=BAD)))
    messages = list(world.publisher.topics[VALIDATED])
    assert len(messages) > 3
    world.delivered[VALIDATED] = len(messages)
    for message in messages[:2]:
        world.deliver(VALIDATED, message)
    assert 2 == len(world.warehouse.streams)
    return there, messages


def lose_streams(world: World) -> None:
    for stream in list(world.warehouse.streams):
        world.warehouse.expire(stream)


def deliver_rest(there: LetterWorld, messages: list[Message]) -> None:
    for message in messages:
        there.world.deliver(VALIDATED, message)
    there.world.drain()


def replay_lost(there: LetterWorld) -> None:
    report = replay(there.context, Filter(codes=("stream.gone",)), REALLY)
    assert 0 == report.count("failed", "skipped")
    assert report.count("done")
    assert all("read again" in outcome.detail for outcome in report.outcomes)
    there.deliver()
    there.world.restart()


def in_the_end(there: LetterWorld) -> None:
    unfailed(there)
    rows = loaded(there.world)
    assert GOOD == len(rows) == len(set(rows))
    upload = upload_id(there.world, NAME)
    assert {"completed"} == {event.outcome for event in there.world.finished()}
    outcomes = [email.custom_args["outcome"] for email in there.world.mailer.sent]
    assert 1 == outcomes.count("completed")
    claim = there.world.ledger.upload(upload).outcome_claim()
    assert claim is not None
    validated = there.world.ledger.upload(upload).plan(claim.plan).validated()
    assert validated is not None
    assert (GOOD, BAD) == (validated.counts.valid, validated.counts.rejected)


def test_streams_lost_after_a_long_outage_are_found_before_the_claim() -> None:
    there, messages = half_loaded()
    lose_streams(there.world)
    there.world.now += timedelta(days=2)
    deliver_rest(there, messages[2:])
    assert "stream.gone" in there.world.letter_codes()
    assert there.world.ledger.upload(upload_id(there.world, NAME)).outcome_claim() is None
    replay_lost(there)
    in_the_end(there)


def test_a_stream_lost_in_the_middle_of_a_chunk() -> None:
    there, messages = half_loaded()
    lose_streams(there.world)
    entries = there.world.store.buckets["ledger"]
    for name in [name for name in entries if name.endswith(".done.json")]:
        del entries[name]  # as if the instance had died before it was marked
    deliver_rest(there, messages)
    assert there.world.letter_codes().count("stream.gone") == 2
    replay_lost(there)
    in_the_end(there)


def test_again_and_again() -> None:
    there, messages = half_loaded()
    for _ in range(3):
        lose_streams(there.world)
        there.world.now += timedelta(days=2)
        deliver_rest(there, messages[2:])
        report = replay(there.context, Filter(codes=("stream.gone",)), REALLY)
        assert report.count("done")
        (event, *_) = there.world.publisher.topics["eventarc-validate-and-parse"][-1:]
        assert "OBJECT_FINALIZE" == event.attributes["eventType"]
    there.deliver()
    in_the_end(there)


def test_the_old_plan_may_still_end_and_then_the_other_does_nothing() -> None:
    """A plan was abandoned although its streams exist; the plan that is first ends the upload."""
    there, messages = half_loaded()
    upload = upload_id(there.world, NAME)
    received = there.world.ledger.upload(upload).received()
    assert received is not None
    there.world.ledger.upload(upload).plan(received.plan).abandon(there.world.clock())
    info = there.world.store.stat("uploads", NAME)
    assert info is not None
    there.world.validate(finalized(info))
    deliver_rest(there, messages[2:])
    check_once(there)


def check_once(there: LetterWorld) -> None:
    rows = loaded(there.world)
    assert GOOD == len(rows) == len(set(rows))
    assert ["completed"] == [event.outcome for event in there.world.finished()]


def test_once_a_commit_was_begun_nothing_is_restarted() -> None:
    there, messages = half_loaded()
    lose_streams(there.world)
    upload = upload_id(there.world, NAME)
    entries = there.world.ledger.upload(upload)
    received = entries.received()
    assert received is not None
    entries.claim_outcome(
        OutcomeClaim(plan=received.plan, outcome="completed", at=there.world.clock())
    )
    deliver_rest(there, messages[2:])
    (letter,) = [it for it in read(there.context).letters if it.code == "stream.gone"][:1]
    report = replay(there.context, Filter(codes=("stream.gone",)), REALLY)
    assert {"skipped"} == {outcome.result for outcome in report.outcomes}
    detail = show(there.context, letter.id)
    assert not detail.replayable
    assert f"_upload_id = '{upload}'" in detail.replay
    assert [] == loaded(there.world)
