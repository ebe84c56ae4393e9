"""Foreign or changed messages on csvgate's topics end in a dead letter with the reason, and none of
their rows is loaded."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from csvgate.ports import Message
from csvgate.protocol.ledger.paths import SEAL
from unit.hostile.forging import announced, changed, seal_of, staged, upload_of
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World

IDS = {"ce-uploadid": "0123456789abcdef0123", "ce-plan": "0123456789abcdef", "ce-seal": "1"}
DIGEST = "0123456789abcdef" * 4
OURS = {
    "ce-id": "1",
    "ce-source": "//csvgate/validate_and_parse",
    "ce-specversion": "1.0",
    "ce-type": "csvgate.records.validated.v1",
    **IDS,
}
ADDRESS: dict[str, Any] = {
    "index": 0,
    "rows": 1,
    "sha256": DIGEST,
    "dataref": f"gs://staging/0123456789abcdef0123/{DIGEST}.arrow",
}
STRANGE: dict[str, Mapping[str, str]] = {
    "no event": {},
    "another version": {**OURS, "ce-specversion": "9.9"},
    "another type": {**OURS, "ce-type": "com.example.x"},
    "a newer type": {**OURS, "ce-type": "csvgate.records.validated.v2"},
    "no upload": {k: v for k, v in OURS.items() if k != "ce-uploadid"},
    "traversal": {**OURS, "ce-uploadid": "../../references/x"},
    "capitals": {**OURS, "ce-plan": "ABCDEF"},
    "no seal": {k: v for k, v in OURS.items() if k != "ce-seal"},
    "a negative seal": {**OURS, "ce-seal": "-1"},
    "a seal of no number": {**OURS, "ce-seal": "../1"},
    "a huge seal": {**OURS, "ce-seal": "9" * 1_000},
}


@pytest.mark.parametrize("attributes", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"<script>", b"[" * 100_000, json.dumps(ADDRESS).encode()]
)
def test_not_ours(attributes: Mapping[str, str], data: bytes) -> None:
    check_letter(Message(data, attributes), "event.malformed")


@pytest.mark.parametrize("kind", ["csvgate.records.validated.v1", "csvgate.upload.validated.v1"])
@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"<script>", b"[" * 100_000, b"{}", b"null", b'{"index": 0}']
)
def test_other_data_than_an_address(data: bytes, kind: str) -> None:
    check_letter(Message(data, {**OURS, "ce-type": kind}), "event.malformed")


def check_letter(message: Message, code: str) -> None:
    """The message becomes a dead letter with its own bytes, and nothing else."""
    world = World()
    assert f"dead-lettered: {code}" == world.deliver(VALIDATED, message)
    (letter,) = world.letters("enrich_records")
    assert (message.data, code) == (letter.data, letter.attributes["csvgate-code"])
    assert message.attributes.items() <= letter.attributes.items()
    assert [] == list(world.ledger.names("uploads/"))


def test_an_upload_that_nobody_sealed() -> None:
    check_letter(Message(json.dumps(ADDRESS).encode(), OURS), "seal.unknown")


def test_the_marker_of_an_upload_that_nobody_sealed() -> None:
    world = World()
    marker = announced(world)
    check_letter(Message(marker.data, {**marker.attributes, **IDS}), "seal.unknown")


@pytest.mark.parametrize(
    ("attribute", "value", "code"),
    [("ce-seal", "2", "seal.unknown"), ("ce-plan", "ef" * 8, "event.malformed")],
)
def test_a_seal_or_plan_that_the_upload_does_not_have(
    attribute: str, value: str, code: str
) -> None:
    world = World()
    message = announced(world)
    forged = Message(message.data, {**message.attributes, attribute: value})
    assert f"dead-lettered: {code}" == world.deliver(VALIDATED, forged)
    assert [] == loaded(world)
    world.drain()
    assert 30 == len(loaded(world)), "the true one still loads"


@pytest.mark.parametrize(
    "address",
    [
        {"dataref": "gs://evil/x.arrow"},
        {"dataref": "https://evil.example/x.arrow"},
        {"dataref": "file:///etc/passwd"},
        {"dataref": ""},
        {"sha256": DIGEST},
        {"sha256": DIGEST, "dataref": f"gs://staging/0123456789abcdef0123/{DIGEST}.arrow"},
        {"index": 1},
        {"index": 10**9},
    ],
    ids=["bucket", "web", "file", "none", "digest", "another upload", "next", "far"],
)
def test_a_forged_address_is_never_followed(address: dict[str, Any]) -> None:
    world = World()
    message = announced(world)
    seen = len(world.effects.looks)
    outcome = world.deliver(VALIDATED, changed(message, address))
    assert "dead-lettered: event.malformed" == outcome
    upload = upload_of(message)
    for effect in world.effects.looks[seen:]:
        if effect.kind.startswith("storage."):
            assert effect.target.startswith((f"staging/{upload}/", "ledger/"))
    assert [] == loaded(world)
    world.drain()
    assert 30 == len(loaded(world)), "the true one still loads"


def test_the_digest_of_another_chunk_of_the_same_upload() -> None:
    """Both objects are in the staging bucket, and intact."""
    world = World()
    world.validate(world.upload("orders/a.csv", orders(100)))
    first, second, *_ = world.publisher.topics[VALIDATED]
    swapped = Message(
        json.dumps({**json.loads(second.data), "index": json.loads(first.data)["index"]}).encode(),
        second.attributes,
    )
    assert "dead-lettered: event.malformed" == world.deliver(VALIDATED, swapped)
    world.drain()
    assert 100 == len(loaded(world)) == len(set(loaded(world)))


@pytest.mark.parametrize("rows", [1, 29, 31, 1_000_000])
def test_another_number_of_rows_than_the_seal_lists(rows: int) -> None:
    world = World()
    message = announced(world)
    forged = changed(message, {"rows": rows})
    assert "dead-lettered: event.malformed" == world.deliver(VALIDATED, forged)
    assert [] == loaded(world)
    world.drain()
    assert 30 == len(loaded(world)), "the true one still loads"


@pytest.mark.parametrize(
    "claim",
    [
        {"counts": {"read": 1, "valid": 1, "rejected": 0}},
        {"status": "over_limit"},
        {"dataset": "customers"},
        {"plan": "ef" * 8},
        {"seal": 2},
        {"chunks": 0},
        {"chunk": None},
        {"validated_at": "2026-11-21T00:00:00Z"},
        {"upload": {"bucket": "uploads", "name": "orders/b.csv", "generation": 1, "id": "0" * 20}},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_a_marker_that_contradicts_the_seal_or_the_pin(claim: dict[str, object]) -> None:
    world = World()
    message = announced(world)
    forged = Message(json.dumps({**json.loads(message.data), **claim}).encode(), message.attributes)
    assert "dead-lettered: event.malformed" == world.deliver(VALIDATED, forged)
    assert [] == loaded(world)
    world.drain()
    (finished,) = world.finished()[-1:]
    assert ("completed", 30, 30) == (finished.outcome, finished.counts.valid, len(loaded(world)))


def test_a_seal_that_makes_an_upload_somebody_elses_correction() -> None:
    """Its rows would carry the `_upload_id` of the other upload."""
    world = World()
    theirs = upload_of(announced(world))
    world.validate(world.upload("orders/b.csv", orders(3)))
    ours = world.publisher.topics[VALIDATED][-1]
    seal = seal_of(world, ours).model_copy(update={"corrects": theirs})
    name = SEAL.name(upload=upload_of(ours), seal=1)
    world.store.put("ledger", name, seal.model_dump_json(by_alias=True).encode())
    assert "dead-lettered: seal.unknown" == world.deliver(VALIDATED, ours)
    assert [] == loaded(world)


def test_a_message_cannot_ask_for_another_object_of_the_staging_bucket() -> None:
    """Somebody else's chunk, under the upload's own seal."""
    world = World()
    theirs = announced(world)
    world.validate(world.upload("orders/b.csv", orders(3)))
    ours = world.publisher.topics[VALIDATED][-1]
    name, _ = staged(world, theirs)
    digest = name.rpartition("/")[2].removesuffix(".arrow")
    forged = changed(ours, {"sha256": digest, "dataref": f"gs://staging/{name}"})
    assert "dead-lettered: event.malformed" == world.deliver(VALIDATED, forged)
    assert [] == loaded(world)


def finished_message(world: World) -> Message:
    world.validate(world.upload("orders/a.csv", orders(5)))
    world.drain()
    return world.publisher.topics[COMPLETE][0]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "failed"},
        {"outcome": "promoted"},
        {"counts": {"read": "many"}},
        {"upload": {"bucket": "b", "name": "n", "generation": 1, "id": "../../x"}},
        {"dataset": None},
    ],
    ids=["another outcome", "no outcome", "no counts", "traversal", "no dataset"],
)
def test_a_forged_outcome(change: dict[str, object]) -> None:
    world = World()
    message = finished_message(world)
    world.mailer.sent.clear()
    data = json.dumps({**json.loads(message.data), **change}).encode()
    outcome = world.deliver(COMPLETE, Message(data, message.attributes))
    assert "dead-lettered: event.malformed" == outcome
    assert [] == world.mailer.sent


def test_an_outcome_of_an_unknown_dataset() -> None:
    """The recipients are those of our contracts, never of the message."""
    world = World()
    message = finished_message(world)
    data = json.dumps({**json.loads(message.data), "dataset": "x@evil.example"}).encode()
    outcome = world.deliver(COMPLETE, Message(data, message.attributes))
    assert "dead-lettered: notify.no_contract" == outcome
