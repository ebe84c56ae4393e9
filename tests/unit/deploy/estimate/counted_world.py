"""The pipeline in memory, with a count of all requests that Google would charge."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from csvgate.chunks.arrow import decode
from csvgate.contracts.match import Contracts
from csvgate.ports import Message
from csvgate_ops.deploy.estimate.footprint import ENVELOPE_BYTES
from enrichment.handler import Enricher
from fakes.bigquery import FakeWarehouse
from world import COMPLETE, VALIDATED, World, letters_of, shipped_contracts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa


class CountedWarehouse(FakeWarehouse):
    """Adds up the bytes of what is appended."""

    appended_bytes = 0

    def append(
        self, stream: str, schema: "pa.Schema", batches: "Iterable[tuple[int, pa.RecordBatch]]"
    ) -> None:
        every = list(batches)
        self.appended_bytes += sum(batch.nbytes for _, batch in every)
        super().append(stream, schema, every)

    def append_once(self, stream: str, offset: int, rows: "pa.RecordBatch") -> bool:
        self.appended_bytes += rows.nbytes
        return super().append_once(stream, offset, rows)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one upload asked for, without the uploader's own request and the reads for the
    notification that Cloud Storage itself makes."""

    writes: int
    """Class A operations: writes and pages of listings."""
    reads: int
    """Class B operations: reads of metadata, of objects and of each range of a large one."""
    ledger_objects: int
    effects: Counter[str]
    """The number of changes by their kind, for example `bigquery.append`."""
    chunks: int
    staged_bytes: int
    table_bytes: int
    messages: dict[str, int]
    volumes: dict[str, int] = field(default_factory=dict)


def run(
    name: str,
    data: bytes,
    chunk_bytes: int,
    contracts: Contracts | None = None,
    *,
    shares: bool = True,
    sidecar: tuple[str, bytes] | None = None,
    replaces: bool = False,
) -> Seen:
    """Count the calls for an upload to a warm pipeline, which has loaded another one before: the
    references are in the ledger, and a shared stream is open. `shares` is false if small uploads
    are loaded over pending streams. The object `sidecar` is uploaded first. `replaces` is true if
    the rows of the other upload disappear."""
    world = World(chunk_bytes=chunk_bytes, contracts=contracts or shipped_contracts())
    world.warehouse = warehouse = CountedWarehouse(
        "sales", effects=world.effects, clock=world.clock
    )
    world.restart()
    if not shares:
        handler = cast(Enricher, world.enrich.handler)
        world.enrich = replace(world.enrich, handler=replace(handler, shared=None))
    world.store.put("uploads", "orders/first.ctl", b"rows=1")
    world.validate(world.upload("orders/first.csv", FIRST))
    world.drain()
    world.effects.log.clear()
    world.effects.looks.clear()
    warehouse.appended_bytes = 0
    buckets, topics = world.store.buckets, world.publisher.topics
    objects = {bucket: set(names) for bucket, names in buckets.items()}
    before = {topic: len(messages) for topic, messages in topics.items()}
    loaded = 0 if replaces else len(warehouse.rows("sales.orders"))
    if sidecar is not None:
        assert "ignored: sidecar" == world.validate(world.upload(*sidecar))
    assert world.validate(world.upload(name, data)).startswith("sealed")
    world.drain()
    effects = Counter(effect.kind for effect in world.effects.log)
    looks = Counter(effect.kind for effect in world.effects.looks)
    fresh = {topic: messages[before[topic] :] for topic, messages in topics.items()}
    staged = [o for n, o in buckets["staging"].items() if n not in objects["staging"]]
    rows = len(warehouse.rows("sales.orders")) - loaded
    assert sum(decode(each.data).num_rows for each in staged) == rows
    by_role = {
        "validated": fresh[VALIDATED],
        "complete": fresh[COMPLETE],
        "dead_letter": fresh[letters_of("validate_and_parse")],
    }
    return Seen(
        writes=sum(effects[kind] for kind in WRITES) + sum(looks[kind] for kind in LISTINGS),
        reads=sum(looks[kind] for kind in READS),
        ledger_objects=len(buckets["ledger"].keys() - objects["ledger"]),
        effects=effects,
        chunks=len(staged),
        staged_bytes=sum(each.info.size for each in staged),
        table_bytes=warehouse.appended_bytes,
        messages={role: len(messages) for role, messages in by_role.items()},
        volumes={role: sum(map(_volume, messages)) for role, messages in by_role.items()},
    )


WRITES = ("storage.create", "storage.write")
LISTINGS = ("storage.names", "storage.generations")
READS = ("storage.stat", "storage.read", "storage.stream")
FIRST = (
    b"order_id,customer_id,email,country,currency,amount,quantity,ordered_at,status,notes\n"
    b"ORD-00000001,C0000001,a@example.com,DE,EUR,1.00,1,2026-11-20T10:00:00Z,NEW,\n"
)


def _volume(message: Message) -> int:
    attributes = sum(len(k.encode()) + len(v.encode()) for k, v in message.attributes.items())
    return len(message.data) + attributes + ENVELOPE_BYTES
