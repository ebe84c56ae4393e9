"""Deliberate faults that a simulator on ports cannot catch, because no fault of a service brings
them to light: each has a test here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from csvgate.contracts.model import Contract
from csvgate.ports import TableSpec
from csvgate.protocol import plan
from csvgate.protocol.events import ChunkAddress
from csvgate.protocol.identity import PROTOCOL_VERSION
from csvgate.protocol.ledger.entries import SharedAppend
from csvgate.protocol.messages.validated_records import SealedUpload
from csvgate.protocol.staging import staged_uri
from csvgate.runtime.errors import Permanent, Transient
from enrichment import sealed_load
from enrichment.handler import Enricher
from enrichment.load_shared import SharedLoader
from enrichment.sealed_load import SealedLoad
from enrichment.shared_streams import SharedStreams
from fakes.bigquery import FakeWarehouse
from simulate.happenings import send
from simulate.scenarios import SMALL, A
from simulate.sequence import Scenario, Sequence
from simulate.world import shop
from simulate.world.swap import swapped

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _loaded() -> tuple[Enricher, SealedLoad]:
    """An upload of three rows that was loaded, and a cold instance of enrich_records."""
    sequence = Sequence(Scenario("", send(A, shop.file("5", "6", "7")), revision=SMALL))
    sequence.run()
    (sent,) = sequence.people.sent
    enricher = sequence.cloud.enricher().handler
    assert isinstance(enricher, Enricher)
    entries = sequence.cloud.ledger.upload(sent.upload.id)
    received, seal = entries.received(), entries.seal(1)
    assert received is not None
    assert seal is not None
    loaded = enricher.plans.load(seal.plan, received)
    return enricher, SealedLoad(entries, received, 1, seal, loaded)


def test_bytes_that_were_not_sealed_are_not_decoded() -> None:
    _, load = _loaded()

    def decode(_: bytes) -> Any:
        raise AssertionError("decoded")

    with swapped(sealed_load, "decode", decode), pytest.raises(Transient, match=r"chunk\.corrupt"):
        load.enriched(0, b"other bytes")


@pytest.mark.parametrize("extra", [1, 2])
def test_a_stream_that_ends_within_the_rows_is_neither_loaded_nor_dead(extra: int) -> None:
    enricher, load = _loaded()
    shared = enricher.shared
    assert isinstance(shared, SharedLoader)
    warehouse = shared.warehouse
    assert isinstance(warehouse, FakeWarehouse)
    table = load.plan.table
    name = warehouse.create_stream(table, "committed")
    warehouse.streams[name].rows.extend({} for _ in range(4 + extra))
    place = SharedAppend(stream=name, created=NOW, offset=4, rows=3, nonce="n")
    attempt = load.entries.attempt(2)
    with pytest.raises(Permanent, match=r"load\.contradictory"):
        shared._fence(load, attempt, place, NOW)
    assert attempt.dead() is None


def test_rows_of_another_schema_go_to_another_stream() -> None:
    warehouse = FakeWarehouse("sales")
    spec = TableSpec("sales", "orders", ())
    streams = SharedStreams(warehouse, lambda: NOW)
    one, other = pa.schema({"id": pa.string()}), pa.schema({"id": pa.int64()})
    first = streams.take(spec, one)
    streams.give_back(first, spec, one)
    assert streams.take(spec, other).name != first.name
    assert streams.take(spec, one).name == first.name


def test_a_stream_is_dropped_once_it_was_idle() -> None:
    warehouse = FakeWarehouse("sales")
    spec, schema = TableSpec("sales", "orders", ()), pa.schema({"id": pa.string()})
    now = [NOW]
    streams = SharedStreams(warehouse, lambda: now[0])
    first = streams.take(spec, schema)
    streams.give_back(first, spec, schema)
    now[0] += timedelta(minutes=10)
    assert streams.take(spec, schema).name != first.name


def test_two_versions_of_the_protocol_never_share_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    (contract, *_) = shop.contracts(1)
    assert isinstance(contract, Contract)
    before = plan.plan_id(contract, "e1", 16, [])
    monkeypatch.setattr(plan, "PROTOCOL_VERSION", PROTOCOL_VERSION + 1)
    assert plan.plan_id(contract, "e1", 16, []) != before


def test_an_address_that_differs_from_the_seal_is_not_read() -> None:
    enricher, load = _loaded()
    sha256 = load.seal.chunks[0].sha256
    right = staged_uri(enricher.staging_bucket, load.upload, sha256)
    chunk = ChunkAddress(index=0, rows=3, sha256=sha256, dataref=right)
    work = SealedUpload(load.upload, load.seal.plan, 1, chunk)
    assert load.seal in enricher._read(work)
    for wrong in (
        chunk.model_copy(update={"dataref": "gs://elsewhere/a.arrow"}),
        chunk.model_copy(update={"sha256": "0" * 64}),
        chunk.model_copy(update={"index": 1}),
    ):
        with pytest.raises(Permanent, match=r"event\.malformed"):
            enricher._read(replace(work, chunk=wrong))
