"""A stream that is not found counts as lost only once it is old. Its age is never overestimated,
and a letter about a younger one names the time from which its replay has an effect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from csvgate.ports import StreamGone, TableSpec
from csvgate.protocol.ledger.ledger import Ledger
from enrichment.abandon import abandon_if_lost
from enrichment.shared_streams import SharedStreams
from fakes.effects import Effect, Effects
from fakes.storage import FakeObjectStore
from simulate.happenings import send
from simulate.scenarios import A
from simulate.sequence import Scenario, Sequence
from simulate.world import shop
from world import World

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SLOW = timedelta(hours=2)
SPEC = TableSpec("sales", "orders", ())


def _slow_creation(world: World) -> None:
    """The creation of a stream takes hours, as for a process that stood still."""

    def before(effect: Effect) -> None:
        if effect.kind == "bigquery.create_stream":
            world.now += SLOW

    world.effects.before = before


def test_a_shared_stream_is_not_taken_to_be_older_than_it_is() -> None:
    world = World(effects=Effects())
    world.warehouse.ensure_table(SPEC)
    _slow_creation(world)
    found = SharedStreams(world.warehouse, world.clock).take(SPEC, pa.schema([]))
    assert found.created >= world.warehouse.streams[found.name].created


def test_a_pending_stream_is_not_taken_to_be_older_than_it_is() -> None:
    sequence = Sequence(Scenario("", send(A, shop.file("5", "6", "7"))))
    cloud = sequence.cloud
    original = cloud.warehouse.create_stream

    def create(spec: TableSpec, kind: str) -> str:
        cloud.now += SLOW
        return original(spec, kind)  # type: ignore[arg-type]

    cloud.warehouse.create_stream = create  # type: ignore[method-assign]
    sequence.run()
    (sent,) = sequence.people.sent
    claim = cloud.ledger.upload(sent.upload.id).attempt(1).chunk_stream(1, 0)
    assert claim is not None
    assert claim.at >= cloud.warehouse.streams[claim.stream].created


@pytest.mark.parametrize("call", ["append", "finalize"])
def test_a_pause_after_the_answer_makes_no_stream_old(call: str) -> None:
    sequence = Sequence(Scenario("", send(A, shop.file("5", "6", "7"))))
    cloud = sequence.cloud
    original, hidden = getattr(cloud.warehouse, call), [True]

    def hide_once(*arguments: Any) -> Any:
        if hidden:
            hidden.clear()
            cloud.now += SLOW
            raise StreamGone("stream.gone", "the young stream was not found")
        return original(*arguments)

    setattr(cloud.warehouse, call, hide_once)
    sequence.run()
    assert not hidden
    (sent,) = sequence.people.sent
    decision = cloud.ledger.upload(sent.upload.id).attempt(1).decision()
    assert decision is not None
    assert decision.outcome == "commit"


def test_a_letter_about_a_young_stream_names_the_time_from_which_its_replay_has_an_effect() -> None:
    ledger = Ledger(FakeObjectStore("ledger"), "ledger")
    attempt = ledger.upload("a").attempt(1)
    with pytest.raises(StreamGone, match="from 2026-11-21 12:10:01 UTC on; replay the dead"):
        abandon_if_lost(
            attempt,
            1,
            StreamGone("stream.gone", "gone"),
            NOW,
            asked=NOW,
            young=timedelta(minutes=10),
            clock=lambda: NOW,
        )
    assert attempt.decision() is None
