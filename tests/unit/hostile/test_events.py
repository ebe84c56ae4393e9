"""Forged or mangled storage events end in a dead letter that names the field, or in an outcome that
says why nothing was done, and never in an exception that is retried for nothing."""

from contextlib import suppress
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.protocol.events import STORAGE_FINALIZED
from csvgate.runtime.errors import Transient
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import World, finalized

GOOD: dict[str, Any] = {
    "bucket": "uploads",
    "name": "orders/a.csv",
    "generation": "1",
    "size": "1",
}
MALFORMED: dict[str, tuple[Any, str]] = {
    "no data": (None, "the event's data is not a JSON object"),
    "text": ("orders/a.csv", "not a JSON object"),
    "a list": ([GOOD], "not a JSON object"),
    **{f"no {f}": ({k: v for k, v in GOOD.items() if k != f}, f"data.{f}:") for f in GOOD},
    "empty name": ({**GOOD, "name": ""}, "data.name: expected a string"),
    "a number as name": ({**GOOD, "name": 7}, "data.name: expected a string"),
    "a list as bucket": ({**GOOD, "bucket": ["uploads"]}, "data.bucket: expected a string"),
    "half a character": (
        {**GOOD, "name": "orders/\ud800.csv"},
        "data.name: contains a lone surrogate",
    ),
    "a negative generation": ({**GOOD, "generation": "-1"}, "data.generation: expected a number"),
    "a fraction": ({**GOOD, "generation": 1.5}, "data.generation: expected a number"),
    "true": ({**GOOD, "generation": True}, "data.generation: expected a number"),
    "other digits": ({**GOOD, "generation": "١٢"}, "data.generation: expected a number"),
    "a traversal": ({**GOOD, "generation": "../1"}, "data.generation: expected a number"),
    "ten thousand digits": ({**GOOD, "size": "9" * 10_000}, "data.size: expected at most 64 bits"),
    "an object as size": ({**GOOD, "size": {"$gt": 0}}, "data.size: expected a number"),
}


def event(data: Any, **attributes: str) -> CloudEvent:
    source = "//storage.googleapis.com/projects/_/buckets/uploads"
    given = {"type": STORAGE_FINALIZED, "source": source, "id": "1", **attributes}
    return CloudEvent(given, data)


@pytest.mark.parametrize(("data", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(data: Any, message: str) -> None:
    world = World()
    assert "dead-lettered: event.malformed" == world.validate(event(data))
    (letter,) = world.letters("validate_and_parse")
    assert message in letter.attributes["csvgate-message"]
    assert [] == list(world.ledger.names("uploads/"))


def test_another_type_of_event() -> None:
    world = World()
    deleted = event(GOOD, type="google.cloud.storage.object.v1.deleted")
    assert "dead-lettered: event.malformed" == world.validate(deleted)


def test_another_bucket() -> None:
    world = World()
    for bucket, outcome in (
        ("somebody-elses", "ignored: other bucket"),
        ("ledger", "ignored: other bucket"),
        ("rejects", "ignored: reject file"),
    ):
        assert outcome == world.validate(event({**GOOD, "bucket": bucket}))
    assert [] == list(world.ledger.names("uploads/"))


def test_an_object_that_is_not_there() -> None:
    """A forged event of an object that does not exist ends in a dead letter, and loads nothing."""
    world = World()
    assert "sealed: file_fault" == world.validate(event(GOOD))
    world.drain()
    assert (["file.gone"], []) == (world.letter_codes(), loaded(world))


def test_a_forged_source_changes_nothing() -> None:
    """Only the data say which object it is, and the object itself is read."""
    world = World()
    real = finalized(world.store.put("uploads", "orders/a.csv", orders(5)))
    forged = event(real.data, source="//evil.example/\n<script>", subject="objects/other.csv")
    assert "sealed: valid" == world.validate(forged)
    world.drain()
    assert [2, 3, 4, 5, 6] == [line for _, line in loaded(world)]


@pytest.mark.parametrize(
    "metadata",
    [{"size": "0"}, {"size": "400"}, {"size": str(10**18)}, {"crc32c": "AAAAAA=="}],
    ids=["empty", "shorter", "endless", "checksum"],
)
def test_a_size_that_is_not_the_objects(metadata: dict[str, str]) -> None:
    """The upload is pinned with it, and nothing is concluded from it: the next delivery asks for
    the metadata of the object itself."""
    world = World()
    world.contracts = Contracts(_limited(each) for each in world.contracts)
    world.restart()
    real = finalized(world.store.put("uploads", "orders/a.csv", orders(5)))
    with suppress(Transient):
        world.validate(event({**real.data, **metadata}))
    assert "sealed: valid" == world.validate(real)
    world.drain()
    assert 5 == len(loaded(world))


def _limited(contract: Contract) -> Contract:
    limits = contract.limits.model_copy(update={"max_bytes": 10_000})
    return contract.model_copy(update={"limits": limits})


@pytest.mark.parametrize("traceparent", ["x" * 5_000, "\n\r\0", "00-" + "0" * 32, "é"])
def test_a_forged_trace(traceparent: str) -> None:
    world = World()
    real = finalized(world.store.put("uploads", "orders/a.csv", orders(5)))
    world.validate(event(real.data, traceparent=traceparent))
    world.drain()
    assert 5 == len(loaded(world))
