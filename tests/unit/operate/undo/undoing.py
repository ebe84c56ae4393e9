"""Uploads of orders that are revoked and restored."""

from csvgate.protocol.identity import Upload
from csvgate_ops.operate.undo.restore import Restoration, restore
from csvgate_ops.operate.undo.revoke import Revocation, revoke
from csvgate_ops.operate.undo.services import Services
from unit.protocol.orders import orders
from world import COMPLETE, VALIDATED, World

STORAGE = "uploads-notifications"
ACTOR, REASON = "ada@here", "the wrong month"
GOOD, BAD = 40, 4
ORIGINAL = "orders/a.csv"


def services(world: World) -> Services:
    world.publisher.topics.setdefault(STORAGE, [])
    return Services(
        ledger=world.ledger,
        warehouse=world.warehouse,
        publisher=world.publisher,
        storage_topic=STORAGE,
        validated_topic=VALIDATED,
        complete_topic=COMPLETE,
        staging_bucket="staging",
        clock=world.clock,
    )


def revoke_in(world: World, upload: str) -> Revocation:
    found = revoke(services(world), upload, actor=ACTOR, reason=REASON)
    world.drain()
    return found


def restore_in(world: World, upload: str) -> Restoration:
    """Restore an upload, and deliver everything."""
    found = restore(services(world), upload, actor=ACTOR, reason="it was the right month")
    world.drain()
    return found


def send(world: World, name: str, data: bytes) -> str:
    """Upload, deliver everything, and return the upload's id."""
    world.validate(world.upload(name, data))
    world.drain()
    return id_of(world, name)


def id_of(world: World, name: str) -> str:
    info = world.store.stat("uploads", name)
    assert info is not None
    return Upload(info.bucket, info.name, info.generation).id


def corrected(world: World, number: int) -> str:
    """Correct the first so many rows of the newest reject file; return the correction's id."""
    name, stored = list(world.store.buckets["rejects"].items())[-1]
    return send(world, name, stored.data.replace(b",twelve,", b",12,", number))


def with_two_corrections() -> tuple[World, str, list[str]]:
    """A world with an upload, and the ids of the upload and of its two corrections."""
    world = World()
    upload = send(world, ORIGINAL, orders(GOOD, bad=BAD))
    return world, upload, [corrected(world, 1), corrected(world, 2)]
