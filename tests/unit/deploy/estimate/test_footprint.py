"""The footprint model matches the requests that the pipeline really makes."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from csvgate.chunks.append_requests import REQUEST_BYTES
from csvgate.chunks.arrow import MAX_BYTES
from csvgate.contracts.load import load
from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract, Totals
from csvgate.gcp.storage import RANGE_BYTES
from csvgate_ops.deploy.estimate.footprint import (
    Footprint,
    announcement_bytes,
    chunk_count,
    footprint,
)
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


def modelled(
    size: UploadSize, chunk_bytes: int, shape: Shape = SHAPE, *, shares: bool = True
) -> Footprint:
    return footprint(size, shape, chunk_bytes=chunk_bytes, range_bytes=RANGE_BYTES, shares=shares)


def agree(foot: Footprint, seen: Seen) -> None:
    """Every request to Cloud Storage is counted. The model adds the upload itself and the
    notification of it."""
    assert seen.chunks == foot.chunks
    assert seen.writes == foot.writes - 1
    assert seen.reads == foot.reads - 1
    assert seen.ledger_objects == foot.ledger_objects


def test_requests_to_storage(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    agree(foot, seen)


def without_references() -> Contracts:
    """The orders contract without lookups."""
    return Contracts([CONTRACT.model_copy(update={"enrich": (), "references": {}})])


def measured(folder: Path, name: str, data: bytes, contract: Contract) -> UploadSize:
    path = folder / Path(name).name
    path.write_bytes(data)
    return measure(path, contract)


def test_the_budget_of_a_small_clean_upload(tmp_path: Path) -> None:
    """The numbers of the delivery protocol: 10 writes, 4 reads, 2 messages, one append over a
    stream that it shares. A contract with references adds a read of the pin and one of each
    reference."""
    contracts = without_references()
    (contract,) = contracts
    name, data, chunk_bytes = UPLOADS["one chunk"]
    seen = run(name, data, chunk_bytes, contracts)
    assert (10, 4) == (seen.writes, seen.reads)
    assert {"validated": 1, "complete": 1, "dead_letter": 0} == seen.messages
    bigquery = {kind: n for kind, n in seen.effects.items() if kind.startswith("bigquery")}
    assert {"bigquery.append": 1} == bigquery
    foot = modelled(measured(tmp_path, name, data, contract), chunk_bytes, Shape.of(contract))
    agree(foot, seen)
    with_references = run(name, data, chunk_bytes)
    assert (10, 4 + 1 + SHAPE.references) == (with_references.writes, with_references.reads)


def test_a_sidecar_has_an_event_of_its_own_and_is_read_with_the_upload(tmp_path: Path) -> None:
    name, data, chunk_bytes = UPLOADS["rejected rows"]
    totals = Totals(pattern="^rows=(?P<rows>[0-9]+)", sidecar="{stem}.ctl")
    contract = CONTRACT.model_copy(update={"totals": totals})
    sidecar = "orders/a.ctl", b"rows=69"
    seen = run(name, data, chunk_bytes, Contracts([contract]), sidecar=sidecar)
    without = run(name, data, chunk_bytes)
    assert (2, 2, 2) == (
        seen.writes - without.writes,
        seen.reads - without.reads,
        seen.ledger_objects - without.ledger_objects,
    )
    size = measured(tmp_path, name, data, contract)
    foot = modelled(size, chunk_bytes, Shape.of(contract))
    assert (seen.writes, seen.reads) == (foot.writes - 2, foot.reads - 2)
    assert (seen.ledger_objects, 1) == (foot.ledger_objects, foot.sidecars)
    plain = modelled(size, chunk_bytes)
    assert 1 == foot.deliveries - plain.deliveries == foot.topics["events"][0] - 1


FRESH = HEADER + b"".join(map(row, range(1000, 1200)))
"""Orders that the table does not have."""
WAYS = {
    "replace": ("on_overwrite: append", "on_overwrite: replace"),
    "replace_table": ("on_overwrite: append", "replace: table"),
    "replace_by": ("on_overwrite: append", "replace_by: [country]"),
    "merge": ("on_overwrite: append", "merge: {key: [order_id]}"),
    "insert_unique": ("unique: true", "unique: table"),
}
"""Disposition → the change of the contract."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("data", "chunk_bytes"), [(FRESH, 1 << 20), (FRESH, 4096), (HEADER, 4096)])
def test_requests_for_the_log_of_statements(
    way: str, data: bytes, chunk_bytes: int, tmp_path: Path
) -> None:
    text = (ROOT / "contracts" / "orders.yaml").read_text().replace(*WAYS[way])
    file = tmp_path / "orders.yaml"
    file.write_text(text)
    contract = load(file)
    shape = Shape.of(contract)
    assert way == shape.disposition
    name, contracts = "orders/a.csv", Contracts([contract])
    # The other upload has an order from Germany, as this one has.
    replaces = way == "replace_table" or (way == "replace_by" and data is FRESH)
    seen = run(name, data, chunk_bytes, contracts, replaces=replaces)
    size = measured(tmp_path, name, data, contract)
    agree(modelled(size, chunk_bytes, shape), seen)
    is_changed = data is FRESH or way == "replace_table"
    assert int(is_changed) == seen.effects["bigquery.start_job"]


def test_a_small_upload_over_a_stream_of_its_own(tmp_path: Path) -> None:
    name, data, chunk_bytes = UPLOADS["one chunk"]
    seen = run(name, data, chunk_bytes, shares=False)
    size = measured(tmp_path, name, data, CONTRACT)
    foot = modelled(size, chunk_bytes, shares=False)
    agree(foot, seen)
    assert 1 == foot.streams == seen.effects["bigquery.create_stream"]


def test_an_upload_too_large_for_one_append_has_a_stream_of_its_own() -> None:
    size = size_of(1_000, 100)
    small = modelled(replace(size, table_bytes=REQUEST_BYTES), 16 << 20)
    large = modelled(replace(size, table_bytes=REQUEST_BYTES + 1), 16 << 20)
    assert ("shared", 1, 0) == (small.lane, small.chunks, small.streams)
    assert ("pending", 1, 1) == (large.lane, large.chunks, large.streams)


def test_requests_to_bigquery(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.effects["bigquery.create_stream"] == foot.streams
    assert seen.effects["bigquery.finalize"] == foot.streams
    assert seen.effects["bigquery.append"] == foot.appends
    assert seen.effects["bigquery.commit"] == (1 if foot.streams else 0)


def test_messages(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.messages == {
        topic: messages for topic, (messages, _) in foot.topics.items() if topic != "events"
    }
    delivered = 1 + seen.messages["validated"] + seen.messages["complete"]
    assert delivered == foot.deliveries


def test_bytes_of_messages(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    _, foot, seen = pair
    assert seen.volumes["validated"] == pytest.approx(announcement_bytes(foot.chunks), rel=0.1)
    assert seen.volumes["complete"] == pytest.approx(foot.topics["complete"][1], rel=0.6)
    number, charged = foot.topics["validated"]
    assert charged == max(announcement_bytes(foot.chunks), 1000 * number)


def test_staged_bytes(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    """A file that is cut into small chunks compresses less well than the sample."""
    size, foot, seen = pair
    assert seen.staged_bytes <= size.wire_bytes + 4096 * foot.chunks


def test_bytes_into_bigquery(pair: tuple[UploadSize, Footprint, Seen]) -> None:
    size, _, seen = pair
    assert seen.table_bytes == pytest.approx(size.table_bytes, rel=0.2)


def test_bytes_of_a_full_chunk() -> None:
    _, data, chunk_bytes = UPLOADS["one chunk"]
    seen = run("orders/a.csv", data, chunk_bytes)
    assert 1 == seen.chunks
    assert 0 < seen.staged_bytes < MAX_BYTES


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


def test_a_chunk_above_the_limit_is_halved() -> None:
    assert 1 == chunk_count(size_of(1_000, 100, wire_bytes=MAX_BYTES), Shape(), 16 << 20)
    assert 2 == chunk_count(size_of(1_000, 100, wire_bytes=MAX_BYTES + 1), Shape(), 16 << 20)
    assert 4 == chunk_count(size_of(1_000, 100, wire_bytes=2 * MAX_BYTES + 1), Shape(), 16 << 20)


def test_shape_of_a_contract() -> None:
    assert Shape() == SHAPE
