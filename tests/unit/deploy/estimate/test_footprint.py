"""The footprint model matches the requests that the pipeline really makes."""

import gzip
from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest

from csvgate.contracts.load import load
from csvgate.gcp.storage import RANGE_BYTES
from csvgate_ops.deploy.estimate.footprint import Footprint, chunk_count, footprint
from csvgate_ops.deploy.estimate.sample_file import measure
from csvgate_ops.deploy.estimate.upload_size import Shape, UploadSize
from unit.deploy.estimate.counted_world import Seen, run
from unit.protocol.orders import HEADER, orders, row
from world import ROOT

CONTRACT = load(ROOT / "contracts" / "orders.yaml")
SHAPE = Shape.of(CONTRACT)
UPLOADS = {
    "one chunk": ("orders/a.csv", orders(20), 1 << 20),
    "several chunks": ("orders/a.csv", orders(200), 4096),
    "many chunks": ("orders/a.csv", HEADER + b"".join(map(row, range(1000, 2500))), 2048),
    "rejected rows": ("orders/a.csv", orders(60, bad=9), 1 << 20),
    "rejected rows, several chunks": ("orders/a.csv", orders(300, bad=20), 4096),
    "no rows": ("orders/a.csv", HEADER, 1 << 20),
    "gzip": ("orders/a.csv.gz", gzip.compress(orders(200)), 4096),
}


@pytest.fixture(params=list(UPLOADS.values()), ids=list(UPLOADS))
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[UploadSize, Footprint, Seen]:
    name, data, chunk_bytes = request.param
    path = tmp_path / Path(name).name
    path.write_bytes(data)
    size = measure(path, CONTRACT)
    return size, modelled(size, chunk_bytes), run(name, data, chunk_bytes)


def modelled(size: UploadSize, chunk_bytes: int) -> Footprint:
    return footprint(size, SHAPE, chunk_bytes=chunk_bytes, instances=1, range_bytes=RANGE_BYTES)


def test_requests_to_storage(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.chunks == foot.chunks
    assert seen.writes == foot.writes - 1
    assert seen.reads == foot.reads - 1
    assert seen.ledger_objects == foot.ledger_objects


def test_requests_to_bigquery(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.effects["bigquery.create_stream"] == foot.chunks
    assert seen.effects["bigquery.finalize"] == foot.chunks
    assert seen.effects["bigquery.append"] == foot.appends
    assert seen.effects["bigquery.commit"] == (1 if foot.chunks else 0)


def test_messages(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.messages == {
        topic: messages for topic, (messages, _) in foot.topics.items() if topic != "events"
    }
    delivered = 1 + seen.messages["validated"] + seen.messages["complete"]
    assert delivered == foot.deliveries


def test_bytes_of_messages(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    """Apart from the chunks' own data, which depends on where it is cut."""
    size, foot, seen = pair
    # As many bytes as the chunks had, cut as the file was.
    as_cut = replace(size, wire_bytes=seen.wire_bytes)
    again = modelled(as_cut, ceil(size.csv_bytes / max(1, foot.chunks)))
    assert again.chunks == foot.chunks
    expected = again.topics["validated"][1] - seen.wire_bytes
    observed = seen.volumes["validated"] - seen.wire_bytes
    assert observed == pytest.approx(expected, rel=0.5)
    assert seen.volumes["complete"] == pytest.approx(foot.topics["complete"][1], rel=0.6)


def test_bytes_into_bigquery(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    size, _, seen = pair
    assert seen.table_bytes == pytest.approx(size.table_bytes, rel=0.2)


def test_bytes_of_a_full_chunk() -> None:
    _, data, chunk_bytes = UPLOADS["one chunk"]
    seen = run("orders/a.csv", data, chunk_bytes)
    assert 1 == seen.chunks
    assert 0 < seen.wire_bytes < 7_000_000


def size_of(rows: int, row_bytes: int, wire_bytes: int = 0) -> UploadSize:
    return UploadSize(
        stored_bytes=rows * row_bytes,
        csv_bytes=rows * row_bytes,
        rows=rows,
        rejected=0,
        reject_bytes=0,
        wire_bytes=wire_bytes,
        table_bytes=0,
    )


def test_a_chunk_ends_at_its_cells_too() -> None:
    assert 1 == chunk_count(size_of(1_000, 4), Shape(fields=1), 16 << 20)
    assert 3 == chunk_count(size_of(2_500_000, 4), Shape(fields=1), 16 << 20)


def test_a_chunk_too_large_for_a_message_is_halved() -> None:
    assert 1 == chunk_count(size_of(1_000, 100, wire_bytes=7_000_000), Shape(), 16 << 20)
    assert 2 == chunk_count(size_of(1_000, 100, wire_bytes=7_000_001), Shape(), 16 << 20)
    assert 4 == chunk_count(size_of(1_000, 100, wire_bytes=14_000_001), Shape(), 16 << 20)


def test_shape_of_a_contract() -> None:
    assert Shape() == SHAPE
