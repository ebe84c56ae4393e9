"""Changes that somebody with access to a topic or a bucket could make to an upload under way."""

import json
from hashlib import sha256
from typing import Any

import pyarrow as pa

from csvgate.ports import Message
from csvgate.protocol.ledger.entries import Seal, StagedChunk
from csvgate.protocol.ledger.paths import SEAL
from csvgate.protocol.messages.validated_records import sealed_messages
from csvgate.protocol.staging import staged_name
from unit.protocol.orders import orders
from world import VALIDATED, World


def announced(world: World, rows: int = 30) -> Message:
    """The message of a small upload, which is sealed and has one chunk."""
    world.validate(world.upload("orders/a.csv", orders(rows)))
    return world.publisher.topics[VALIDATED][-1]


def upload_of(message: Message) -> str:
    return message.attributes["ce-uploadid"]


def seal_of(world: World, message: Message) -> Seal:
    seal = world.ledger.upload(upload_of(message)).seal(1)
    assert seal is not None
    return seal


def staged(world: World, message: Message) -> tuple[str, bytes]:
    """Name and bytes of the staged chunk."""
    name = staged_name(upload_of(message), seal_of(world, message).chunks[0].sha256)
    return name, world.store.buckets["staging"][name].data


def changed(message: Message, chunk: dict[str, Any]) -> Message:
    """The message with changes of the chunk's address."""
    data = json.loads(message.data)
    data["chunk"] |= chunk
    return Message(json.dumps(data).encode(), message.attributes)


def sealed_as(world: World, message: Message, data: bytes, rows: int = 30) -> Message:
    """Stage other bytes, seal and announce them: what follows from the digest holds for them."""
    seal, upload = seal_of(world, message), upload_of(message)
    digest = sha256(data).hexdigest()
    world.store.put("staging", staged_name(upload, digest), data)
    chunk = StagedChunk(rows=rows, bytes=len(data), sha256=digest)
    forged = seal.model_copy(update={"chunks": (chunk,)})
    world.store.put(
        "ledger", SEAL.name(upload=upload, seal=1), forged.model_dump_json(by_alias=True).encode()
    )
    received = world.ledger.upload(upload).received()
    assert received is not None
    (found,) = sealed_messages(received, 1, forged, staging_bucket="staging")
    return found


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
