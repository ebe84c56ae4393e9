"""Rows of a later attempt do not make an earlier one succeed: all attempts load the same rows."""

from datetime import UTC, datetime

from csvgate.protocol.ledger.entries import Dead
from enrichment.count_visible import CountedRows
from enrichment.handler import Enricher
from enrichment.sealed_load import SealedLoad
from simulate.happenings import send
from simulate.scenarios import A
from simulate.sequence import Scenario, Sequence
from simulate.world import shop

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_attempt_that_is_dead_stays_dead_when_the_next_one_has_loaded_the_rows() -> None:
    sequence = Sequence(Scenario("", send(A, shop.file("5", "6", "7"))))
    sequence.run()
    (sent,) = sequence.people.sent
    cloud = sequence.cloud
    enricher = cloud.enricher().handler
    assert isinstance(enricher, Enricher)
    entries = cloud.ledger.upload(sent.upload.id)
    received, seal = entries.received(), entries.seal(1)
    assert received is not None
    assert seal is not None
    load = SealedLoad(entries, received, 1, seal, enricher.plans.load(seal.plan, received))
    counted = CountedRows(cloud.warehouse, cloud.clock)
    assert counted.settle(load, entries.attempt(1), "gone")
    entries.attempt(1).mark_dead(Dead(reason="another delivery found out", at=NOW))
    assert not counted.settle(load, entries.attempt(1), "gone")
