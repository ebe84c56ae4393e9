"""A small upload whose append has an unknown outcome: it is repeated at its place, and believed
lost only when the stream is closed before it, or is old and was twice not found."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from csvgate.ports import Column, Message, StreamGone
from csvgate.protocol.ledger.entries import Decision
from csvgate.runtime.errors import Failure, Transient
from csvgate_ops.operate.settle import settle
from fakes.bigquery import Stream, Table
from fakes.effects import Effect
from unit.delivery.outages import (
    NAME,
    SMALL,
    attempts,
    check_completed,
    codes,
    failing,
    replay_all,
    upload_id,
)
from unit.operate.dead_letters.contexts import LetterWorld, letter_world
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import VALIDATED, World, published

TABLE = "sales.orders"
CLAIM, OLD, SECOND = timedelta(seconds=60), timedelta(hours=1), timedelta(minutes=10)


def claimed(*, is_executed: bool) -> LetterWorld:
    """One delivery has claimed its place in a stream that holds rows of another upload. Its append
    has failed: the rows are there and the answer is lost, or it never arrived."""
    there = letter_world()
    world = there.world
    world.validate(world.upload("orders/before.csv", orders(3)))
    world.drain()
    world.validate(world.upload(NAME, orders(SMALL)))
    step = failing("bigquery.append")
    if is_executed:
        world.effects.after = step
    else:
        world.effects.before = step
    with pytest.raises(Transient, match="no answer"):
        world.enrich(published(message(world), 1))
    world.effects.before = world.effects.after = lambda _: None
    world.delivered[VALIDATED] += 1
    world.restart()
    return there


def message(world: World) -> Message:
    return world.publisher.topics[VALIDATED][1]


def again(world: World) -> str:
    """One more delivery: its outcome, or the code of its failure."""
    world.restart()
    try:
        return world.enrich(published(message(world), 2))
    except Failure as failure:
        return failure.code


def decision(world: World, attempt: int = 1) -> Decision:
    found = world.ledger.upload(upload_id(world)).attempt(attempt).decision()
    assert found is not None
    return found


def stream(world: World) -> Stream:
    place = decision(world).shared
    assert place is not None
    return world.warehouse.streams[place.stream]


def rows(world: World) -> int:
    found = [row for row in loaded(world) if row[0] == upload_id(world)]
    assert len(found) == len(set(found))
    return len(found)


def check(there: LetterWorld, attempt: int) -> None:
    there.world.drain()
    world = there.world
    world.warehouse.tables[TABLE].rows[:] = [
        row for row in world.warehouse.rows(TABLE) if row["_upload_id"] == upload_id(world)
    ]
    world.publisher.topics["enrichment-complete"] = [
        event
        for event in world.publisher.topics["enrichment-complete"]
        if event.attributes["ce-uploadid"] == upload_id(world)
    ]
    world.mailer.sent[:] = [each for each in world.mailer.sent if NAME in each.subject]
    check_completed(there, SMALL, attempt)


EXECUTED = pytest.mark.parametrize("is_executed", [True, False], ids=["appended", "not appended"])


@EXECUTED
def test_others_wait_until_the_claim_is_a_minute_old(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    at = decision(world).at
    world.now = at + CLAIM - timedelta(milliseconds=200)
    assert "load.claimed" == again(world)
    assert (SMALL if is_executed else 0) == rows(world)
    world.now = at + CLAIM
    assert "completed" == again(world)
    check(there, attempt=1)


@EXECUTED
def test_the_same_append_is_repeated_at_its_place(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    world.now += CLAIM
    appends = len(world.effects.log)
    assert "completed" == again(world)
    place = decision(world).shared
    assert place is not None
    assert [f"{place.stream}@3"] == [
        each.target for each in world.effects.log[appends:] if each.kind == "bigquery.append"
    ]
    check(there, attempt=1)


@EXECUTED
def test_a_closed_stream_says_whether_the_rows_are_in_it(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    stream(world).state = "finalized"
    world.now += CLAIM
    assert "completed" == again(world)
    assert ["commit"] if is_executed else ["commit, dead", "commit"] == attempts(world)
    check(there, attempt=1 if is_executed else 2)


def test_the_stream_is_closed_before_the_attempt_is_given_up() -> None:
    """An append that is still on its way must not be executed after the next attempt has loaded the
    rows."""
    there = claimed(is_executed=False)
    world = there.world
    there_rows = stream(world).rows
    del there_rows[2:]  # as if the upload before had been lost: the append leaves a gap
    world.now += CLAIM
    assert "completed" == again(world)
    assert "finalized" == stream(world).state
    assert ["commit, dead", "commit"] == attempts(world)
    check(there, attempt=2)


def test_a_stream_that_does_not_see_a_column_of_its_table_is_closed() -> None:
    """The table was altered after the stream was created: the append would fail for ever."""
    there = claimed(is_executed=False)
    world = there.world
    old = world.ledger.upload(upload_id(world)).attempt(1).decision().shared.stream  # type: ignore[union-attr]

    def refuse(effect: Effect) -> None:
        if effect.target.startswith(f"{old}@"):
            raise Transient("table.schema", "no such column")

    world.effects.before = refuse
    world.now += CLAIM
    assert "completed" == again(world)
    assert ["commit, dead", "commit"] == attempts(world)
    check(there, attempt=2)


@pytest.mark.parametrize("change", ["the table", "the dataset"])
def test_a_message_that_comes_again_after_the_end_is_acknowledged(change: str) -> None:
    """Whatever became of the table since: a failure would be announced for a loaded upload."""
    there = claimed(is_executed=True)
    world = there.world
    world.now += CLAIM
    assert "completed" == again(world)
    if change == "the table":
        world.warehouse.tables[TABLE] = Table((Column("amount", "STRING"),))
    else:
        world.warehouse.datasets.clear()
    assert "finished before" == again(world)
    assert [] == world.letter_codes()


def test_a_count_within_the_rows_is_for_a_person() -> None:
    """An append shows all rows or none: something else wrote to the stream."""
    there = claimed(is_executed=False)
    world = there.world
    shared = stream(world)
    shared.rows.append(dict(shared.rows[0]))
    shared.state = "finalized"
    world.now += CLAIM
    assert "dead-lettered: load.contradictory" == again(world)
    world.drain()
    world.now += timedelta(hours=26)
    settle(
        world.ledger,
        upload_id(world),
        "not-loaded",
        actor="tester@here",
        reason="a test",
        clock=world.clock,
    )
    replay_all(there)
    check(there, attempt=2)


def hide(world: World) -> Callable[[], None]:
    """The service does not find the stream for now; return how it does again."""
    (name,) = world.warehouse.streams
    kept = world.warehouse.streams.pop(name)

    def show() -> None:
        world.warehouse.streams[name] = kept

    return show


@EXECUTED
def test_a_young_stream_is_never_believed_gone(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    show = hide(world)
    created = decision(world).shared.created  # type: ignore[union-attr]
    for minutes in (2, 20, 40, 59):
        world.now = created + timedelta(minutes=minutes)
        assert "stream.gone" == again(world)
    show()
    assert "completed" == again(world)
    assert ["commit"] == attempts(world)
    check(there, attempt=1)


@EXECUTED
def test_an_old_stream_is_believed_gone_when_it_was_twice_not_found(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    hide(world)
    world.now += OLD
    first = world.now
    assert "stream.gone" == again(world)
    world.now = first + SECOND - timedelta(seconds=1)
    assert "stream.gone" == again(world), "ten minutes are not over"
    world.now = first + SECOND + timedelta(seconds=1)
    assert "completed" == again(world)
    assert ["commit"] if is_executed else ["commit, dead", "commit"] == attempts(world)
    check(there, attempt=1 if is_executed else 2)


def one_more(world: World) -> datetime | None:
    """Deliver once; return the time that the failure names, or None if there is none."""
    try:
        world.enricher()(published(message(world), 2))
    except StreamGone as gone:
        match = re.search(r"from (\S+ \S+) UTC on", gone.message)
        assert match
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return None


def test_the_letters_of_a_stream_that_is_not_found_name_the_time_of_the_next_step() -> None:
    """No moment too early: the times of streams have fractions of a second."""
    there = claimed(is_executed=False)
    world = there.world
    hide(world)
    world.now += CLAIM
    steps = 0
    while (found := one_more(world)) is not None and steps < 5:
        world.now = found
        steps += 1
    assert 2 == steps, "it is old, and it is missed for the second time"
    check(there, attempt=2)


@EXECUTED
def test_a_stream_that_is_found_at_the_second_look_is_used(*, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    show = hide(world)
    world.now += OLD
    assert "stream.gone" == again(world)
    show()
    world.now += SECOND
    assert "completed" == again(world)
    assert ["commit"] == attempts(world)
    check(there, attempt=1)


@EXECUTED
def test_idle_for_five_days(*, is_executed: bool) -> None:
    """The service has deleted the stream; a letter's replay finds out by the rows."""
    there = claimed(is_executed=is_executed)
    world = there.world
    world.now += timedelta(days=5)
    assert "dead-lettered: stream.gone" == world.deliver(VALIDATED, message(world))
    world.now += SECOND
    replay_all(there)
    check(there, attempt=1 if is_executed else 2)


def drop(world: World) -> None:
    del world.warehouse.tables[TABLE]


def replace(world: World) -> None:
    world.warehouse.tables[TABLE] = Table(world.warehouse.tables[TABLE].columns)


@EXECUTED
@pytest.mark.parametrize("lose", [drop, replace])
def test_the_table_is_lost(lose: Callable[[World], None], *, is_executed: bool) -> None:
    there = claimed(is_executed=is_executed)
    world = there.world
    lose(world)
    world.now += OLD
    world.deliver(VALIDATED, message(world))
    assert ["stream.gone"] == codes(there)
    world.now += SECOND
    replay_all(there)
    check(there, attempt=2)


@EXECUTED
def test_the_staged_chunk_is_gone(*, is_executed: bool) -> None:
    """The append cannot be repeated: the stream is closed, and says whether the rows are in it."""
    there = claimed(is_executed=is_executed)
    world = there.world
    for name in list(world.store.buckets["staging"]):
        world.store.delete("staging", name)
    world.now += CLAIM
    outcome = world.deliver(VALIDATED, message(world))
    if is_executed:
        assert "completed" == outcome
        check(there, attempt=1)
        return
    assert "dead-lettered: chunk.missing" == outcome
    replay_all(there)
    world.drain()
    check(there, attempt=int(attempts(world).index("commit")) + 1)
