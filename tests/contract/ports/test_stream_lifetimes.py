"""Streams are lost, and not found yet, as the service documents it: with the fake, and with the
adapter over a service that has the fake's streams. No emulator lets time pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.ports.backends import FakeDataset, spec
from contract.ports.documented_service import DocumentedService
from contract.ports.real import documented_dataset
from contract.ports.scripted_write import serving
from contract.ports.test_warehouse import ORDERS, SCHEMA, batch, expected, visible
from csvgate.gcp.pacing import Pace
from csvgate.ports import StreamCommitted, StreamGone, StreamKind, TableSpec
from csvgate.runtime.errors import Transient
from fakes.bigquery import FakeWarehouse

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Era:
    """A warehouse whose time passes when a test says so."""

    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    dataset: FakeDataset = field(init=False)
    service: DocumentedService = field(init=False)

    def __post_init__(self) -> None:
        self.fake = FakeWarehouse("sales", clock=lambda: self.now, remembered=30 * HOUR)
        self.service = DocumentedService(self.fake)
        self.dataset = FakeDataset("sales", self.fake, self.fake)

    @property
    def orders(self) -> TableSpec:
        return spec(self.dataset, *ORDERS)

    def stream(self, kind: StreamKind = "pending", *, finalize: bool = False) -> str:
        self.dataset.warehouse.ensure_table(self.orders)
        stream = self.dataset.warehouse.create_stream(self.orders, kind)
        self.dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        if finalize:
            assert self.dataset.warehouse.finalize(stream) == 10
        return stream

    def calls(self, stream: str) -> list[Callable[[], Any]]:
        warehouse = self.dataset.warehouse
        return [
            lambda: warehouse.append(stream, SCHEMA, [batch(0, 10)]),
            lambda: warehouse.append_once(stream, *batch(0, 10)),
            lambda: warehouse.finalize(stream),
            lambda: warehouse.commit(self.orders, [stream]),
        ]


@pytest.fixture(params=["fake", "documented"])
def era(request: pytest.FixtureRequest) -> Iterator[Era]:
    era = Era()
    if request.param == "fake":
        yield era
        return
    with serving(era.service) as host:
        era.dataset = documented_dataset(era.fake, "sales", host)
        yield era


def assert_gone(era: Era, stream: str) -> None:
    for call in era.calls(stream):
        with pytest.raises(StreamGone, match=r"stream\.gone"):
            call()


class TestPending:
    def test_a_finalized_one_lives_four_hours(self, era: Era) -> None:
        stream = era.stream(finalize=True)
        era.now += 4 * HOUR - SECOND
        assert era.dataset.warehouse.finalize(stream) == 10
        era.dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        era.now += SECOND
        assert_gone(era, stream)
        assert visible(era.dataset) == []

    def test_finalizing_it_again_does_not_prolong_its_life(self, era: Era) -> None:
        stream = era.stream(finalize=True)
        era.now += 3 * HOUR
        era.dataset.warehouse.finalize(stream)
        era.now += HOUR
        assert_gone(era, stream)

    def test_an_open_one_lives_a_day(self, era: Era) -> None:
        stream = era.stream()
        era.now += 24 * HOUR - SECOND
        era.dataset.warehouse.append(stream, SCHEMA, [batch(0, 10), batch(10, 10)])
        era.now += SECOND
        assert_gone(era, stream)

    def test_it_is_committed_within_a_day_of_its_creation(self, era: Era) -> None:
        stream = era.stream()
        era.now += 22 * HOUR
        era.dataset.warehouse.finalize(stream)
        era.now += 2 * HOUR
        assert_gone(era, stream)

    def test_a_committed_one_is_remembered_for_a_while(self, era: Era) -> None:
        first, second = era.stream(finalize=True), era.stream(finalize=True)
        era.dataset.warehouse.commit(era.orders, [first])
        era.now += 30 * HOUR - SECOND
        era.dataset.warehouse.commit(era.orders, [first, second])
        with pytest.raises(StreamCommitted):
            era.dataset.warehouse.finalize(first)
        era.now += SECOND
        assert_gone(era, first)
        assert visible(era.dataset) == expected(10)


class TestCommitted:
    def test_an_idle_one_lives_four_days(self, era: Era) -> None:
        stream = era.stream("committed")
        era.now += 96 * HOUR - SECOND
        assert era.dataset.warehouse.append_once(stream, *batch(10, 10))
        era.now += 96 * HOUR - SECOND
        assert not era.dataset.warehouse.append_once(stream, *batch(10, 10))
        era.now += SECOND
        for call in era.calls(stream)[:3]:
            with pytest.raises(StreamGone):
                call()
        assert visible(era.dataset) == expected(20)


class TestYouth:
    def test_a_stream_may_not_be_found_at_first(self, era: Era) -> None:
        era.fake.lifetimes.young = 5 * SECOND
        era.fake.lifetimes.unseen = lambda name: "/streams/" in name
        era.dataset.warehouse.ensure_table(era.orders)
        stream = era.dataset.warehouse.create_stream(era.orders, "pending")
        assert_gone(era, stream)
        era.now += 5 * SECOND
        era.dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        assert era.dataset.warehouse.finalize(stream) == 10

    def test_a_table_may_not_be_found_at_first(self, era: Era) -> None:
        era.fake.lifetimes.young = 5 * SECOND
        era.dataset.warehouse.ensure_table(era.orders)
        with pytest.raises(Transient, match=r"bigquery\.missing"):
            era.dataset.warehouse.create_stream(era.orders, "pending")
        era.now += 5 * SECOND
        assert era.dataset.warehouse.create_stream(era.orders, "pending")

    def test_a_stream_that_is_found_when_asked_is_worth_a_retry(self) -> None:
        """Only the append does not find it: the adapter asks before it believes that."""
        era = Era()
        with serving(era.service) as host:
            era.dataset = documented_dataset(era.fake, "sales", host)
            stream = era.stream()
            seen: list[str] = []

            def once(name: str) -> bool:
                seen.append(name)
                return len(seen) == 1

            era.fake.lifetimes.young, era.fake.lifetimes.unseen = 5 * SECOND, once
            with pytest.raises(Transient, match=r"stream\.unclear") as caught:
                era.dataset.warehouse.append_once(stream, *batch(10, 10))
        assert not isinstance(caught.value, StreamGone)
        assert era.service.calls[-2:] == ["append", "get"]


@pytest.mark.parametrize("refusals", [1, 3])
def test_exhausted_quotas_are_waited_out(refusals: int) -> None:
    era = Era()
    with serving(era.service) as host:
        era.dataset = documented_dataset(era.fake, "sales", host)
        streams = era.dataset.warehouse._streams  # type: ignore[attr-defined]
        pauses: list[float] = []
        streams._pace = Pace(60, clock=lambda: sum(pauses), sleep=pauses.append)
        stream = era.stream()
        for call in era.calls(stream):
            era.service.exhausted = refusals
            call()
    assert len(pauses) == 4 * refusals
    assert visible(era.dataset) == expected(10)
