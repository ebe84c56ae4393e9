"""The pipeline in memory, counting every request that Cloud Storage would charge."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from csvgate.chunks.arrow import decode
from csvgate.gcp.storage import RANGE_BYTES
from csvgate.ports import Message, ObjectInfo
from csvgate_ops.deploy.estimate.footprint import ENVELOPE_BYTES, PAGE
from fakes.bigquery import FakeWarehouse
from fakes.storage import FakeObjectStore
from world import COMPLETE, VALIDATED, World, letters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa


class CountedStore(FakeObjectStore):
    """Counts reads (class B) and listings (class A, by pages); writes are in `effects`."""

    def __init__(self, inner: FakeObjectStore) -> None:
        super().__init__(effects=inner.effects)
        self.buckets = inner.buckets
        self.reads = self.listings = 0

    def stat(self, bucket: str, name: str, generation: int | None = None) -> ObjectInfo | None:
        self.reads += 1
        return super().stat(bucket, name, generation)

    def read(self, bucket: str, name: str, generation: int | None = None) -> bytes | None:
        self.reads += 1
        return super().read(bucket, name, generation)

    def stream(self, bucket: str, name: str, generation: int) -> Iterator[bytes]:
        self.reads += 1 + -(-len(self.buckets[bucket][name].data) // RANGE_BYTES)
        return super().stream(bucket, name, generation)

    def names(self, bucket: str, prefix: str) -> Iterator[str]:
        found = list(super().names(bucket, prefix))
        self.listings += max(1, -(-len(found) // PAGE))
        return iter(found)


class CountedWarehouse(FakeWarehouse):
    """Adds up the bytes of what is appended."""

    appended_bytes = 0

    def append(
        self, stream: str, schema: "pa.Schema", batches: "Iterable[tuple[int, pa.RecordBatch]]"
    ) -> None:
        every = list(batches)
        self.appended_bytes += sum(batch.nbytes for _, batch in every)
        super().append(stream, schema, every)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one upload asked for, the uploader's own request and its notification left out."""

    writes: int
    reads: int
    ledger_objects: int
    effects: Counter[str]
    chunks: int
    wire_bytes: int
    table_bytes: int
    messages: dict[str, int]
    volumes: dict[str, int] = field(default_factory=dict)


def run(name: str, data: bytes, chunk_bytes: int) -> Seen:
    """Of an upload to a pipeline that saw another one before: references are in the ledger."""
    world = World(chunk_bytes=chunk_bytes)
    world.validate(world.upload("orders/first.csv", FIRST))
    world.drain()
    store = CountedStore(world.store)
    store._generation = world.store._generation
    world.store = store
    world.warehouse = warehouse = CountedWarehouse("sales", effects=world.effects)
    world.restart()
    world.effects.log.clear()
    before = {topic: len(messages) for topic, messages in world.publisher.topics.items()}
    ledger = len(store.buckets["ledger"])
    assert world.validate(world.upload(name, data)).startswith("validated")
    world.drain()
    effects = Counter(effect.kind for effect in world.effects.log)
    fresh = {t: m[before[t] :] for t, m in world.publisher.topics.items()}
    chunks = [m for m in fresh[VALIDATED] if m.attributes["ce-type"].startswith("csvgate.records")]
    assert sum(decode(chunk.data).num_rows for chunk in chunks) == len(
        world.warehouse.rows("sales.orders")
    )
    topics = {
        "validated": fresh[VALIDATED],
        "complete": fresh[COMPLETE],
        "dead_letter": fresh[letters_of("validate_and_parse")],
    }
    return Seen(
        writes=effects["storage.create"] + effects["storage.write"] + store.listings,
        reads=store.reads,
        ledger_objects=len(store.buckets["ledger"]) - ledger,
        effects=effects,
        chunks=len(chunks),
        wire_bytes=sum(len(chunk.data) for chunk in chunks),
        table_bytes=warehouse.appended_bytes,
        messages={name: len(messages) for name, messages in topics.items()},
        volumes={name: sum(map(_volume, messages)) for name, messages in topics.items()},
    )


FIRST = (
    b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"
    b"ORD-00000001,C0000001,a@example.com,DE,EUR,1.00,1,2026-11-20T10:00:00Z,NEW,\n"
)


def _volume(message: Message) -> int:
    attributes = sum(len(k.encode()) + len(v.encode()) for k, v in message.attributes.items())
    return len(message.data) + attributes + ENVELOPE_BYTES
