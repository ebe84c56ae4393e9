"""Write streams that are lost before the commit: the upload is loaded in the next attempt without
an operator, and every row is there once."""

from csvgate.ports import Message
from unit.operate.dead_letters.contexts import LetterWorld
from unit.operate.loads import complete_once, deliver, letter_codes, passes, sealed
from world import VALIDATED, finalized


def half_loaded() -> tuple[LetterWorld, str, list[Message]]:
    """Two chunks are in their streams; the messages of the others and the marker are returned."""
    there, upload, messages = sealed()
    for message in messages[:2]:
        there.world.deliver(VALIDATED, message)
    assert 2 == len(there.world.warehouse.streams)
    return there, upload, messages[2:]


def lose_streams(there: LetterWorld) -> None:
    for stream in list(there.world.warehouse.streams):
        there.world.warehouse.expire(stream)


def attempts(there: LetterWorld, upload: str) -> list[str]:
    entries = there.world.ledger.upload(upload)
    found = [entries.attempt(number).decision() for number in range(1, 6)]
    return [decision.outcome for decision in found if decision]


def in_the_end(there: LetterWorld) -> None:
    complete_once(there)
    assert set() == letter_codes(there)


def test_streams_lost_after_a_long_outage_are_found_before_the_decision() -> None:
    there, upload, rest = half_loaded()
    passes(there, days=2)
    deliver(there, rest)
    assert ["abandoned", "commit"] == attempts(there, upload)
    in_the_end(there)


def test_a_stream_lost_in_the_middle_of_a_chunk() -> None:
    there, upload, rest = half_loaded()
    messages = there.world.publisher.topics[VALIDATED]
    passes(there, hours=2)
    lose_streams(there)
    entries = there.world.store.buckets["ledger"]
    for name in [name for name in entries if name.endswith(".done.json")]:
        del entries[name]  # as if the instance had died before it was marked
    deliver(there, [*messages[:2], *rest])
    assert ["abandoned", "commit"] == attempts(there, upload)
    in_the_end(there)


def test_again_and_again() -> None:
    there, upload, rest = half_loaded()
    for _ in range(3):
        passes(there, days=2)
        # Only one of the messages arrives; then nothing happens for two days.
        there.world.deliver(VALIDATED, rest[0])
    deliver(there, rest)
    assert "commit" == attempts(there, upload)[-1]
    assert {"abandoned"} == set(attempts(there, upload)[:-1])
    in_the_end(there)


def test_the_storage_event_arrives_again_in_between() -> None:
    there, _, rest = half_loaded()
    passes(there, days=2)
    info = there.world.store.stat("uploads", "orders/a.csv")
    assert info is not None
    there.world.validate(finalized(info))
    deliver(there, rest)
    in_the_end(there)
