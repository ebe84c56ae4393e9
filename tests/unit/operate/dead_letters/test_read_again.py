"""A chunk that is gone from the staging bucket: a replay has the file read again, from the same
generation, and every row is loaded once."""

import json
from datetime import datetime, timedelta

from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.protocol.ledger.entries import Received
from csvgate_ops.operate.dead_letters.actions.read import read
from csvgate_ops.operate.dead_letters.actions.replay import replay
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.filters import Filter
from unit.operate.dead_letters.contexts import REALLY, TRANSPORT, LetterWorld
from unit.operate.loads import (
    NAME,
    complete_once,
    deliver,
    letter_codes,
    passes,
    replay_failures,
    sealed,
)
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders

MISSING = Filter(codes=("chunk.missing",))


def without_chunks() -> tuple[LetterWorld, str]:
    """The staged chunks are deleted after two of them were loaded; the others are letters."""
    there, upload, messages = sealed()
    for message in messages[:2]:
        there.world.deliver("validated-records", message)
    there.world.store.buckets["staging"].clear()
    there.world.restart()
    deliver(there, messages[2:])
    assert {"chunk.missing"} == letter_codes(there)
    assert [] == loaded(there.world)
    return there, upload


def pin(there: LetterWorld, upload: str) -> Received:
    received = there.world.ledger.upload(upload).received()
    assert received is not None
    return received


def test_a_replay_reads_the_file_again_and_loads_every_row_once() -> None:
    there, upload = without_chunks()
    letter = next(it for it in read(there.context).letters if it.code == "chunk.missing")
    shown = show(there.context, letter.id)
    assert shown.replayable
    assert f"to {TRANSPORT}, so that its upload is read again" in shown.replay
    report = replay_failures(there)
    assert all("read again" in outcome.detail for outcome in report.outcomes)
    entries = there.world.ledger.upload(upload)
    decisions = [entries.attempt(number).decision() for number in (1, 2)]
    assert ["abandoned", "commit"] == [it.outcome for it in decisions if it]
    complete_once(there)
    assert set() == letter_codes(there)


def test_the_notification_is_that_of_the_pinned_generation() -> None:
    there, upload = without_chunks()
    there.world.store.versioned = True
    there.world.upload(NAME, orders(7))  # overwrites it
    received = pin(there, upload)
    replay(there.context, MISSING, REALLY)
    message = there.world.publisher.topics[TRANSPORT][-1]
    resource = json.loads(message.data)
    assert (str(received.upload.generation), str(received.size), received.crc32c) == (
        resource["generation"],
        resource["size"],
        resource["crc32c"],
    )
    created = datetime.fromisoformat(resource["timeCreated"])
    assert abs(received.created_at - created) < timedelta(milliseconds=1)
    assert "OBJECT_FINALIZE" == message.attributes["eventType"]
    there.deliver()
    complete_once(there)


def test_without_the_file_a_replay_ends_the_upload_as_rejected() -> None:
    """It cannot be loaded any more. What waits for its end, such as a correction or the next upload
    of the name, must not wait for ever."""
    there, upload = without_chunks()
    there.world.store.delete("uploads", NAME)
    report = replay_failures(there)
    assert report.count("done")
    assert all("its file is gone" in outcome.detail for outcome in report.outcomes)
    assert [] == loaded(there.world)
    assert "rejected" in {event.outcome for event in there.world.finished()}
    end = end_of_upload(there.world.ledger.upload(upload))
    assert end is not None
    assert "rejected" == end.finished.outcome
    letters = {each.code for each in read(there.context).letters}
    assert "chunk.missing" not in letters
    assert "file.gone" in letters


def test_once_the_upload_has_ended_the_message_itself_is_sent() -> None:
    there, _ = without_chunks()
    letters = list(there.world.letters("enrich_records"))
    replay_failures(there)
    complete_once(there)
    there.world.publisher.topics["enrich-records-dead-letter"] += letters
    passes(there, hours=1)
    sent = len(there.world.publisher.topics[TRANSPORT])
    report = replay_failures(there)
    assert report.count("done")
    assert sent == len(there.world.publisher.topics[TRANSPORT])
    complete_once(there)
    assert set() == letter_codes(there)
