"""After a restart, a service still has everything that it has confirmed; the protocol needs that.

Over the emulators alone: a service as such is never restarted, but its answers hold.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

import servers
from contract.ports.backends import PROJECT, spec
from contract.ports.real import BigQueryDataset, GcsBucket, bigquery_dataset
from contract.ports.test_warehouse import ORDERS, SCHEMA, batch, expected, visible
from csvgate.gcp.storage import GcsObjectStore


def test_a_claim_is_still_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = servers.free_port()
    with servers.fake_gcs(tmp_path, port) as address:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        bucket = GcsBucket("ledger")
        assert bucket.store.create("ledger", "uploads/u/received.json", b"first", "text/plain")
        before = bucket.store.stat("ledger", "uploads/u/received.json")
    with servers.fake_gcs(tmp_path, port):
        store = GcsObjectStore(PROJECT)
        assert not store.create("ledger", "uploads/u/received.json", b"second", "text/plain")
        assert b"first" == store.read("ledger", "uploads/u/received.json")
        assert before == store.stat("ledger", "uploads/u/received.json")
        assert ["uploads/u/received.json"] == list(store.names("ledger", "uploads/"))


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BigQueryDataset, str]]:
    """Restart bqemulator after committing ten rows and appending ten more; return the stream of
    the uncommitted rows."""
    directory = tmp_path_factory.mktemp("restarted")
    with pytest.MonkeyPatch.context() as monkeypatch:
        with servers.bqemulator(directory, PROJECT) as (rest, grpc):
            monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", rest)
            dataset = bigquery_dataset("sales", grpc)
            orders = spec(dataset, *ORDERS)
            dataset.warehouse.ensure_table(orders)
            pending, committed = (
                dataset.warehouse.create_stream(orders, "pending") for _ in range(2)
            )
            for stream, first in ((committed, 0), (pending, 10)):
                dataset.warehouse.append(stream, SCHEMA, [(0, batch(first, 10)[1])])
            dataset.warehouse.finalize(committed)
            dataset.warehouse.commit(orders, [committed])
        with servers.bqemulator(directory, PROJECT) as (rest, grpc):
            monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", rest)
            yield bigquery_dataset("sales", grpc), pending


def test_committed_rows_are_there(restarted: tuple[BigQueryDataset, str]) -> None:
    dataset, _ = restarted
    assert visible(dataset) == expected(10)


@pytest.mark.xfail(reason="bqemulator keeps streams in memory", strict=True)
def test_a_pending_stream_lives_on(restarted: tuple[BigQueryDataset, str]) -> None:
    """BigQuery keeps a pending stream for a day; without it, the upload is loaded again."""
    dataset, pending = restarted
    assert 10 == dataset.warehouse.finalize(pending)
