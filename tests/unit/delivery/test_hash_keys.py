"""Each upload has a secret hash key in its pin. All its deliveries use it, and it is nowhere
else."""

import logging
from typing import Any

import pytest

from csvgate.protocol.ledger.entries import Received
from csvgate.protocol.plan import plan_of_engine
from csvgate.runtime.errors import Transient
from csvgate.unique.keyed_hash import KEY_BYTES
from csvgate.validation.validate import validate
from fakes.effects import Effect
from intake import read_upload
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

NAMES = ["orders/a.csv", "orders/b.csv"]


def received(world: World, name: str) -> Received:
    found = world.ledger.upload(upload_id(world, name)).received()
    assert found is not None
    return found


@pytest.fixture
def keys_used(monkeypatch: pytest.MonkeyPatch) -> list[bytes | None]:
    """The key of each reading of a file."""
    used = list[bytes | None]()

    def recorded(*args: Any, hash_key: bytes | None = None, **options: Any) -> Any:
        used.append(hash_key)
        return validate(*args, hash_key=hash_key, **options)

    monkeypatch.setattr(read_upload, "validate", recorded)
    return used


def test_every_delivery_uses_the_key_of_the_pin(keys_used: list[bytes | None]) -> None:
    world, failing = World(), True

    def refuse(effect: Effect) -> None:
        if failing and effect.target.startswith("staging/"):
            raise Transient("storage.unavailable", "the staging bucket does not answer")

    world.effects.before = refuse
    event = world.upload(NAMES[0], orders(20, bad=2))
    for _ in range(2):
        with pytest.raises(Transient):
            world.validate(event)
        world.restart()
    failing = False
    assert "sealed: valid" == world.validate(event)
    key = bytes.fromhex(received(world, NAMES[0]).hash_key)
    assert [key] * 3 == keys_used
    assert KEY_BYTES == len(key)


def test_every_upload_has_another_key(keys_used: list[bytes | None]) -> None:
    world = World()
    for name in [*NAMES, NAMES[0]]:
        world.validate(world.upload(name, orders(5)))
    assert 3 == len(set(keys_used))


def test_the_key_is_in_the_pin_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World()
    world.validate(world.upload(NAMES[0], orders(20, bad=5)))
    world.drain()
    pin = received(world, NAMES[0])
    key = pin.hash_key
    objects = {
        (bucket, name)
        for bucket, stored in world.store.buckets.items()
        for name, each in stored.items()
        if key.encode() in each.data
    }
    assert {("ledger", f"uploads/{pin.upload.id}/received.json")} == objects
    messages = [each for topic in world.publisher.topics.values() for each in topic]
    assert messages
    assert world.mailer.sent
    for said in (messages, world.mailer.sent, caplog.records, caplog.text, pin):
        assert key not in repr(said)


def test_the_key_does_not_change_the_plan() -> None:
    world = World()
    world.validate(world.upload(NAMES[0], orders(5)))
    pin = received(world, NAMES[0])
    other = pin.model_copy(update={"hash_key": "00" * KEY_BYTES})
    assert plan_of_engine(pin, pin.engine) == plan_of_engine(other, other.engine) == pin.plan
