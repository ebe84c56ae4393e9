"""Storage events with wrong types, missing fields, forged sources, other buckets; and names that
an object may have: each ends in a named outcome."""

from typing import Any

import pytest
from cloudevents.http import CloudEvent

from csvgate.events import STORAGE_FINALIZED
from unit.protocol.invariants import check, rejected
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

GOOD = {"bucket": "uploads", "name": "orders/a.csv", "generation": "1", "size": "10"}
MALFORMED = "dead-lettered: event.malformed"


def event(data: Any, **attributes: str) -> CloudEvent:
    return CloudEvent({"type": STORAGE_FINALIZED, "source": "s", "id": "1", **attributes}, data)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        b"\xff",
        3,
        {},
        {**GOOD, "bucket": None},
        {**GOOD, "bucket": ["uploads"]},
        {**GOOD, "name": ""},
        {**GOOD, "name": 7},
        {**GOOD, "generation": "-1"},
        {**GOOD, "generation": True},
        {**GOOD, "generation": 1.5},
        {**GOOD, "generation": "１"},
        {**GOOD, "generation": "9" * 5000},
        {**GOOD, "size": {}},
        *({k: v for k, v in GOOD.items() if k != missing} for missing in GOOD),
    ],
    ids=lambda data: f"{data!r:.60}",
)
def test_an_event_of_another_shape_is_a_dead_letter(data: Any) -> None:
    world = World()
    assert MALFORMED == world.validate(event(data))
    assert ["event.malformed"] == world.letter_codes()


@pytest.mark.parametrize("kind", ["google.cloud.storage.object.v1.deleted", "x", "\n"])
def test_an_event_of_another_type_is_a_dead_letter(kind: str) -> None:
    assert MALFORMED == World().validate(event(GOOD, type=kind))


def test_a_forged_source_opens_no_other_bucket() -> None:
    forged = {**GOOD, "bucket": "ledger", "name": "uploads/x/received.json"}
    source = "//storage.googleapis.com/projects/_/buckets/uploads"
    world = World()
    assert "ignored: other bucket" == world.validate(event(forged, source=source))
    assert ([], []) == (world.letter_codes(), world.finished())


def test_an_object_that_never_was_ends_as_gone() -> None:
    world = World()
    assert "validated: file_fault" == world.validate(event(GOOD))
    world.drain()
    assert ["file.gone"] == world.letter_codes()
    assert ["rejected"] == [finished.outcome for finished in world.finished()]


NAMES = {
    "newline": "orders/a\nb\r\nBcc: x@example.com.csv",
    "quotes": "orders/'; DROP TABLE orders; --\"`.csv",
    "html": "orders/<img src=x onerror=alert(1)>.csv",
    "formula": "orders/=HYPERLINK(1).csv",
    "traversal": "orders/..%2f..%2fledger.csv",
    "dots": "orders/...csv",
    "scripts": "orders/日本-العربية-\u202egpj.csv",
    "format": "orders/%s{0}{upload}${x}.csv",
    "1,024 bytes": "orders/" + "ü" * 506 + "x.csv",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_is_loaded_and_its_rows_come_back(name: str) -> None:
    world = World()
    assert len(name.encode()) <= 1024
    assert "validated: valid" == world.validate(world.upload(name, orders(20, bad=2)))
    world.drain()
    check(world, upload_id(world, name), valid=20, bad=2)
    assert 2 == len(rejected(world))
    (reject_name,) = world.store.buckets["rejects"]
    assert len(reject_name.encode()) <= 1024
    (email,) = world.mailer.sent
    assert "\n" not in email.subject
    assert "\r" not in email.subject
    assert "<img" not in email.html


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_can_be_corrected(name: str) -> None:
    world = World()
    world.validate(world.upload(name, orders(20, bad=2)))
    world.drain()
    ((reject_name, stored),) = world.store.buckets["rejects"].items()
    mended = stored.data.replace(b",twelve,", b",12,")
    assert "validated: valid" == world.validate(world.upload(reject_name, mended))
    world.drain()
    assert 22 == len(world.warehouse.rows("sales.orders"))
