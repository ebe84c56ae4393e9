"""Pending streams that are lost before the decision: the attempt is abandoned, the next one loads
every row once, and whatever happens to an attempt is written to that attempt alone."""

from datetime import timedelta

import pytest

from csvgate.ports import Message
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.entries import Decision
from csvgate.runtime.errors import Transient
from fakes.effects import Effect
from unit.delivery.outages import (
    LARGE,
    NAME,
    attempts,
    check_completed,
    codes,
    replay_all,
    upload_id,
)
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import VALIDATED, World, finalized, published

OLD = timedelta(minutes=30)
"""Older than streams that the service may not find although they exist."""


def half_loaded() -> tuple[LetterWorld, list[Message]]:
    """Two chunks are in their streams; the other chunks and the marker are not delivered yet."""
    there = letter_world()
    world = there.world
    world.validate(world.upload(NAME, orders(LARGE)))
    messages = list(world.publisher.topics[VALIDATED])
    assert len(messages) > 3
    world.delivered[VALIDATED] = len(messages)
    for message in messages[:2]:
        assert world.deliver(VALIDATED, message).startswith("waiting: ")
    assert 2 == len(world.warehouse.streams)
    return there, messages


def lose_streams(world: World) -> None:
    for stream in list(world.warehouse.streams):
        world.warehouse.expire(stream)


def deliver(there: LetterWorld, messages: list[Message]) -> None:
    for message in messages:
        there.world.deliver(VALIDATED, message)
    there.world.drain()


def test_streams_lost_in_a_long_outage() -> None:
    """The chunks that were done are announced again, because their messages are acknowledged."""
    there, messages = half_loaded()
    there.world.now += timedelta(days=2)
    deliver(there, messages[2:])
    check_completed(there, LARGE, attempt=2)
    assert ["abandoned", "commit"] == attempts(there.world)


def test_a_stream_lost_in_the_middle_of_a_chunk() -> None:
    there, messages = half_loaded()
    lose_streams(there.world)
    there.world.now += OLD
    entries = there.world.store.buckets["ledger"]
    for name in [name for name in entries if name.endswith(".done.json")]:
        del entries[name]  # as if the instance had died before it was marked
    deliver(there, messages)
    check_completed(there, LARGE, attempt=2)


def test_streams_are_lost_again_and_again() -> None:
    there, messages = half_loaded()
    world = there.world
    for number in range(1, 4):
        assert number == current_attempt(world.ledger.upload(upload_id(world))).number
        lose_streams(world)
        world.now += OLD
        for message in messages:
            world.deliver(VALIDATED, message)
    world.drain()
    check_completed(there, LARGE, attempt=4)
    assert ["abandoned"] * 3 + ["commit"] == attempts(there.world)


def test_a_young_stream_that_is_not_found_is_not_believed_lost() -> None:
    """The service does not find what was created seconds ago."""
    world = World()
    world.warehouse.lifetimes.young = timedelta(seconds=30)
    world.validate(world.upload(NAME, orders(LARGE)))
    world.drain()
    assert LARGE == len(loaded(world)) == len(set(loaded(world)))
    assert ["commit"] == attempts(world)
    assert [] == world.letter_codes()


def test_an_abandoned_attempt_whose_streams_exist_never_takes_effect() -> None:
    there, messages = half_loaded()
    world = there.world
    first = world.ledger.upload(upload_id(world)).attempt(1)
    first.create_decision(Decision(outcome="abandoned", seal=1, reason="a test", at=world.clock()))
    deliver(there, messages[2:])
    check_completed(there, LARGE, attempt=2)
    assert ["abandoned", "commit"] == attempts(world)


def test_whoever_finds_a_later_attempt_publishes_everything_again_before_it_returns() -> None:
    """The one that abandoned the attempt may crash before."""
    there, messages = half_loaded()
    world = there.world
    first = world.ledger.upload(upload_id(world)).attempt(1)
    first.create_decision(Decision(outcome="abandoned", seal=1, reason="a test", at=world.clock()))
    before = len(world.publisher.topics[VALIDATED])
    world.deliver(VALIDATED, messages[-1])
    again = world.publisher.topics[VALIDATED][before:]
    assert messages == again
    world.deliver(VALIDATED, messages[-1])
    assert len(messages) == len(world.publisher.topics[VALIDATED]) - before, "once per attempt"
    world.drain()
    check_completed(there, LARGE, attempt=2)


def test_a_publication_that_fails_is_repeated() -> None:
    there, messages = half_loaded()
    world = there.world
    first = world.ledger.upload(upload_id(world)).attempt(1)
    first.create_decision(Decision(outcome="abandoned", seal=1, reason="a test", at=world.clock()))

    def refuse(effect: Effect) -> None:
        if effect.kind == "pubsub.publish":
            raise Transient("pubsub.unavailable", "no answer")

    world.effects.before = refuse
    with pytest.raises(Transient, match=r"pubsub\.unavailable"):
        world.enrich(published(messages[-1], 1))
    world.effects.before = lambda _: None
    deliver(there, messages[-1:])
    check_completed(there, LARGE, attempt=2)


def test_fewer_rows_in_the_streams_than_were_sealed_are_not_committed() -> None:
    """The attempt is abandoned, and the replay of its letter loads the upload again."""
    there, messages = half_loaded()
    world = there.world
    next(iter(world.warehouse.streams.values())).rows.pop()
    deliver(there, messages[2:])
    assert "commit.row_count" in codes(there)
    assert [] == loaded(world) or attempts(world) == ["abandoned", "commit"]
    replay_all(there)
    check_completed(there, LARGE, attempt=2)


def test_more_rows_in_a_stream_than_were_sealed_are_not_committed() -> None:
    there, messages = half_loaded()
    stream = next(iter(there.world.warehouse.streams.values()))
    stream.rows.append(dict(stream.rows[0]))
    deliver(there, messages[2:])
    assert "commit.row_count" in codes(there)
    replay_all(there)
    check_completed(there, LARGE, attempt=2)


def test_streams_are_finalized_only_when_all_chunks_are_done() -> None:
    """A finalized stream lives for four hours only, and the other chunks may take longer."""
    there, messages = half_loaded()
    assert {"open"} == {stream.state for stream in there.world.warehouse.streams.values()}
    there.world.now += timedelta(hours=5)
    deliver(there, messages[2:])
    check_completed(there, LARGE, attempt=1)


def test_the_frozen_list_of_streams_is_what_is_committed() -> None:
    """A chunk of the attempt whose claim disappears changes nothing any more."""
    there, messages = half_loaded()
    world = there.world

    def crash(effect: Effect) -> None:
        if effect.kind == "bigquery.commit":
            raise Transient("bigquery.unavailable", "no answer")

    world.effects.before = crash
    for message in messages[2:]:
        with_letters = world.deliver(VALIDATED, message)
    assert "dead-lettered: bigquery.unavailable" == with_letters
    world.effects.before = lambda _: None
    decision = world.ledger.upload(upload_id(world)).attempt(1).decision()
    assert decision is not None
    assert decision.pending is not None
    assert set(world.warehouse.streams) == set(decision.pending.streams)
    # Each time is taken after the stream was created, so that no stream seems older than it is.
    attempt = world.ledger.upload(upload_id(world)).attempt(1)
    claims = [claim for index in range(3) if (claim := attempt.chunk_stream(1, index))]
    assert min(claim.at for claim in claims) == decision.pending.oldest
    assert min(s.created for s in world.warehouse.streams.values()) <= decision.pending.oldest
    for name in [n for n in world.store.buckets["ledger"] if n.endswith(".stream.json")]:
        world.store.delete("ledger", name)
    replay_all(there)
    check_completed(there, LARGE, attempt=1)


def test_a_missing_chunk_is_read_again_under_the_next_seal() -> None:
    """The staged objects are gone before any chunk was loaded."""
    there = letter_world()
    world = there.world
    world.validate(world.upload(NAME, orders(LARGE)))
    for name in list(world.store.buckets["staging"]):
        world.store.delete("staging", name)
    world.drain()
    assert {"chunk.missing"} == set(codes(there))
    replay_all(there)
    world.drain()
    check_completed(there, LARGE, attempt=2)
    entries = world.ledger.upload(upload_id(world))
    assert entries.standing_seal() is not None
    assert ["abandoned", "commit"] == attempts(world)


def test_a_staged_chunk_that_is_gone_after_the_commit_is_not_missed() -> None:
    """The lifecycle rule of the staging bucket deletes it, and the event comes again."""
    world = World()
    event = world.upload(NAME, orders(LARGE))
    world.validate(event)
    for message in world.publisher.topics[VALIDATED]:
        world.deliver(VALIDATED, message)
    for name in list(world.store.buckets["staging"]):
        world.store.delete("staging", name)
    info = world.store.stat("uploads", NAME)
    assert info is not None
    assert "finished before" == world.validate(finalized(info))
    for message in world.publisher.topics[VALIDATED]:
        assert "finished before" == world.deliver(VALIDATED, message)
    assert ["commit"] == attempts(world)
