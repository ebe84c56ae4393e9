"""The streams of the Warehouse port: with the fake, with the adapter over a service that behaves as
documented, and with the adapter over bqemulator.

local-bigquery is not used, because its streams answer other codes than documented, and calls at the
same time take effect twice: docs/architecture.md, "The local cloud".
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from contract.ports.backends import Dataset, spec
from csvgate.ports import Column, StreamCommitted, StreamGone, StreamKind, StreamShort, TableSpec
from csvgate.runtime.errors import Permanent, Transient

pytestmark = pytest.mark.parametrize("dataset", ["fake", "documented", "bqemulator"], indirect=True)

ORDERS = (Column("order_id", "STRING", required=True), Column("quantity", "INT64"))
SCHEMA = pa.schema([("order_id", pa.string()), ("quantity", pa.int64())])


def batch(first: int, rows: int) -> tuple[int, pa.RecordBatch]:
    numbers = range(first, first + rows)
    ids = pa.array([f"O{n}" for n in numbers])
    return first, pa.record_batch([ids, pa.array(numbers, pa.int64())], schema=SCHEMA)


def expected(rows: int) -> list[tuple[str, int]]:
    return [(f"O{n}", n) for n in range(rows)]


def visible(dataset: Dataset, table: str = "orders") -> list[tuple[str, int]]:
    rows = [(row["order_id"], row["quantity"]) for row in dataset.rows(table)]
    return sorted(rows, key=lambda row: row[1])


def unknown(stream: str) -> str:
    """A stream of the same table that does not exist."""
    return f"{stream.rpartition('/')[0]}/0123456789abcdef"


@pytest.fixture
def orders(dataset: Dataset) -> TableSpec:
    orders = spec(dataset, *ORDERS)
    dataset.warehouse.ensure_table(orders)
    return orders


@pytest.fixture
def stream(dataset: Dataset, orders: TableSpec) -> str:
    return dataset.warehouse.create_stream(orders, "pending")


class TestAppend:
    def test_rows_are_invisible_until_the_commit(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        assert visible(dataset) == []
        assert dataset.warehouse.finalize(stream) == 10
        assert visible(dataset) == []
        dataset.warehouse.commit(orders, [stream])
        assert visible(dataset) == expected(10)

    def test_offsets_that_exist_are_passed_over(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        batches = [batch(n, 10) for n in range(0, 100, 10)]
        dataset.warehouse.append(stream, SCHEMA, batches[:4])
        dataset.warehouse.append(stream, SCHEMA, batches)
        dataset.warehouse.append(stream, SCHEMA, batches)
        assert dataset.warehouse.finalize(stream) == 100
        dataset.warehouse.commit(orders, [stream])
        assert visible(dataset) == expected(100)

    def test_two_may_append_the_same_at_once(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        """A delivery and its repetition append the same rows; each offset is taken once."""
        batches = [batch(n, 10) for n in range(0, 100, 10)]

        def append(_: int) -> bool:
            try:
                dataset.warehouse.append(stream, SCHEMA, batches)
            except Transient:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(append, range(2)))
        assert append(2), "alone, it goes through"
        assert dataset.warehouse.finalize(stream) == 100
        dataset.warehouse.commit(orders, [stream])
        assert visible(dataset) == expected(100)

    def test_a_gap_is_worth_a_retry(self, dataset: Dataset, stream: str) -> None:
        with pytest.raises(Transient, match=r"append\.gap"):
            dataset.warehouse.append(stream, SCHEMA, [batch(0, 10), batch(11, 10)])
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10), batch(10, 10)])
        assert dataset.warehouse.finalize(stream) == 20

    def test_nothing_to_append(self, dataset: Dataset, stream: str) -> None:
        dataset.warehouse.append(stream, SCHEMA, [])
        assert dataset.warehouse.finalize(stream) == 0

    def test_the_callers_exception_passes(self, dataset: Dataset, stream: str) -> None:
        def batches() -> Iterator[tuple[int, pa.RecordBatch]]:
            yield batch(0, 10)
            raise KeyError

        with pytest.raises(KeyError):
            dataset.warehouse.append(stream, SCHEMA, batches())
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10), batch(10, 10)])
        assert dataset.warehouse.finalize(stream) == 20

    def test_a_finalized_stream_that_has_them_all(self, dataset: Dataset, stream: str) -> None:
        batches = [batch(n, 10) for n in range(0, 100, 10)]
        dataset.warehouse.append(stream, SCHEMA, batches)
        dataset.warehouse.finalize(stream)
        dataset.warehouse.append(stream, SCHEMA, batches)

    def test_a_stream_finalized_too_early(self, dataset: Dataset, stream: str) -> None:
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        dataset.warehouse.finalize(stream)
        with pytest.raises(StreamShort, match=r"stream\.short"):
            dataset.warehouse.append(stream, SCHEMA, [batch(0, 10), batch(10, 10)])

    def test_a_committed_stream(self, dataset: Dataset, orders: TableSpec, stream: str) -> None:
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        dataset.warehouse.finalize(stream)
        dataset.warehouse.commit(orders, [stream])
        with pytest.raises(StreamCommitted, match=r"stream\.committed"):
            dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        assert visible(dataset) == expected(10)

    def test_a_stream_that_is_no_more(self, dataset: Dataset, stream: str) -> None:
        with pytest.raises(StreamGone, match=r"stream\.gone"):
            dataset.warehouse.append(unknown(stream), SCHEMA, [batch(0, 10)])

    def test_a_null_in_a_required_column_is_refused(self, dataset: Dataset, stream: str) -> None:
        nothing = pa.record_batch([pa.array([None], pa.string()), pa.array([1])], schema=SCHEMA)
        with pytest.raises(Permanent):
            dataset.warehouse.append(stream, SCHEMA, [(0, nothing)])

    def test_a_column_the_table_lacks_is_worth_a_retry(self, dataset: Dataset, stream: str) -> None:
        schema = SCHEMA.append(pa.field("more", pa.int64()))
        more = pa.record_batch([pa.array(["O1"]), pa.array([1]), pa.array([2])], schema=schema)
        with pytest.raises(Transient, match=r"table\.schema"):
            dataset.warehouse.append(stream, schema, [(0, more)])


class TestFinalize:
    def test_it_may_be_repeated(self, dataset: Dataset, stream: str) -> None:
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        assert [dataset.warehouse.finalize(stream) for _ in range(3)] == [10, 10, 10]

    def test_a_stream_that_is_no_more(self, dataset: Dataset, stream: str) -> None:
        with pytest.raises(StreamGone, match=r"stream\.gone"):
            dataset.warehouse.finalize(unknown(stream))


class TestCommit:
    def finalized(self, dataset: Dataset, orders: TableSpec, first: int, rows: int) -> str:
        stream = dataset.warehouse.create_stream(orders, "pending")
        offset, rows_ = batch(first, rows)
        dataset.warehouse.append(stream, SCHEMA, [(offset - first, rows_)])
        dataset.warehouse.finalize(stream)
        return stream

    def test_all_streams_at_once(self, dataset: Dataset, orders: TableSpec) -> None:
        streams = [self.finalized(dataset, orders, n, 10) for n in range(0, 50, 10)]
        dataset.warehouse.commit(orders, streams)
        assert visible(dataset) == expected(50)

    def test_it_may_be_repeated(self, dataset: Dataset, orders: TableSpec) -> None:
        streams = [self.finalized(dataset, orders, n, 10) for n in range(0, 30, 10)]
        for _ in range(3):
            dataset.warehouse.commit(orders, streams)
        dataset.warehouse.commit(orders, [*streams, streams[0]])
        assert visible(dataset) == expected(30)

    def test_several_may_at_once(self, dataset: Dataset, orders: TableSpec) -> None:
        streams = [self.finalized(dataset, orders, n, 1000) for n in range(0, 8000, 1000)]

        def commit(_: int) -> bool:
            try:
                dataset.warehouse.commit(orders, streams)
            except Transient:
                return False
            return True

        with ThreadPoolExecutor(4) as threads:
            assert any(threads.map(commit, range(4)))
        dataset.warehouse.commit(orders, streams)
        assert visible(dataset) == expected(8000)

    def test_streams_of_two_uploads_do_not_mix(self, dataset: Dataset, orders: TableSpec) -> None:
        first, second = (self.finalized(dataset, orders, n, 10) for n in (0, 10))
        dataset.warehouse.commit(orders, [first])
        assert visible(dataset) == expected(10)
        dataset.warehouse.commit(orders, [second])
        assert visible(dataset) == expected(20)

    def test_a_stream_that_nobody_commits_stays_invisible(
        self, dataset: Dataset, orders: TableSpec
    ) -> None:
        """The loser of a race for a chunk leaves such a stream behind."""
        self.finalized(dataset, orders, 10, 5)
        dataset.warehouse.commit(orders, [self.finalized(dataset, orders, 0, 10)])
        assert visible(dataset) == expected(10)

    def test_no_streams(self, dataset: Dataset, orders: TableSpec) -> None:
        dataset.warehouse.commit(orders, [])
        assert visible(dataset) == []

    def test_a_stream_without_rows(self, dataset: Dataset, orders: TableSpec, stream: str) -> None:
        dataset.warehouse.finalize(stream)
        dataset.warehouse.commit(orders, [stream, self.finalized(dataset, orders, 0, 3)])
        assert visible(dataset) == expected(3)

    def test_an_open_stream_commits_none(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        done = self.finalized(dataset, orders, 0, 10)
        dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        with pytest.raises(Transient, match=r"commit\.refused"):
            dataset.warehouse.commit(orders, [done, stream])
        assert visible(dataset) == []

    def test_a_stream_that_is_no_more_commits_none(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        done = self.finalized(dataset, orders, 0, 10)
        with pytest.raises(StreamGone, match=r"stream\.gone"):
            dataset.warehouse.commit(orders, [done, unknown(stream)])
        assert visible(dataset) == []

    def test_one_committed_stream_proves_the_commit(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        """The service commits all or none, so the list of a repeated commit never differs."""
        first, second = (self.finalized(dataset, orders, n, 10) for n in (0, 10))
        dataset.warehouse.commit(orders, [first])
        dataset.warehouse.commit(orders, [first, second])
        dataset.warehouse.commit(orders, [unknown(stream), stream, first])
        assert visible(dataset) == expected(10)

    def test_a_committed_stream_is_not_finalized_again(
        self, dataset: Dataset, orders: TableSpec
    ) -> None:
        done = self.finalized(dataset, orders, 0, 10)
        dataset.warehouse.commit(orders, [done])
        with pytest.raises(StreamCommitted, match=r"stream\.committed"):
            dataset.warehouse.finalize(done)

    def test_a_dropped_table_loses_its_streams(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        done = self.finalized(dataset, orders, 0, 10)
        dataset.drop_table("orders")
        self.lost(dataset, orders, stream, done)

    def test_a_replaced_table_loses_its_streams(
        self, dataset: Dataset, orders: TableSpec, stream: str
    ) -> None:
        done = self.finalized(dataset, orders, 0, 10)
        dataset.drop_table("orders")
        dataset.make_table("orders", ORDERS)
        self.lost(dataset, orders, stream, done)
        assert visible(dataset) == []

    def lost(self, dataset: Dataset, orders: TableSpec, stream: str, done: str) -> None:
        with pytest.raises(StreamGone):
            dataset.warehouse.append(stream, SCHEMA, [batch(0, 10)])
        with pytest.raises(StreamGone):
            dataset.warehouse.finalize(stream)
        with pytest.raises(StreamGone):
            dataset.warehouse.commit(orders, [done])


class TestCommittedStream:
    """Rows of a stream of this kind are visible at once."""

    @pytest.fixture
    def shared(self, dataset: Dataset, orders: TableSpec) -> str:
        return dataset.warehouse.create_stream(orders, "committed")

    def test_rows_are_visible_at_once(self, dataset: Dataset, shared: str) -> None:
        for first in (0, 10):
            assert dataset.warehouse.append_once(shared, *batch(first, 10))
            assert visible(dataset) == expected(first + 10)

    def test_a_repeated_append_appends_nothing(self, dataset: Dataset, shared: str) -> None:
        assert dataset.warehouse.append_once(shared, *batch(0, 10))
        assert not dataset.warehouse.append_once(shared, *batch(0, 10))
        assert not dataset.warehouse.append_once(shared, *batch(0, 3))
        assert visible(dataset) == expected(10)

    def test_a_gap(self, dataset: Dataset, shared: str) -> None:
        with pytest.raises(Transient, match=r"append\.gap"):
            dataset.warehouse.append_once(shared, *batch(1, 10))
        assert visible(dataset) == []

    def test_finalizing_is_a_fence(self, dataset: Dataset, shared: str) -> None:
        dataset.warehouse.append_once(shared, *batch(0, 10))
        assert [dataset.warehouse.finalize(shared) for _ in range(2)] == [10, 10]
        with pytest.raises(StreamShort, match=r"stream\.short"):
            dataset.warehouse.append_once(shared, *batch(10, 10))
        assert not dataset.warehouse.append_once(shared, *batch(0, 10))
        assert visible(dataset) == expected(10)

    def test_one_of_many_appends_at_an_offset_wins(self, dataset: Dataset, shared: str) -> None:
        with ThreadPoolExecutor(4) as threads:
            won = list(
                threads.map(
                    lambda _: dataset.warehouse.append_once(shared, *batch(0, 10)), range(8)
                )
            )
        assert won.count(True) == 1
        assert visible(dataset) == expected(10)

    def test_a_refused_row_appends_none(self, dataset: Dataset, shared: str) -> None:
        ids = pa.array(["O1", None], pa.string())
        wrong = pa.record_batch([ids, pa.array([1, 2])], schema=SCHEMA)
        with pytest.raises(Permanent, match=r"rows\.refused"):
            dataset.warehouse.append_once(shared, 0, wrong)
        assert visible(dataset) == []
        assert dataset.warehouse.append_once(shared, *batch(0, 10))

    def test_it_cannot_be_committed(self, dataset: Dataset, orders: TableSpec, shared: str) -> None:
        dataset.warehouse.finalize(shared)
        with pytest.raises(Permanent, match=r"commit\.refused"):
            dataset.warehouse.commit(orders, [shared])

    def test_one_that_does_not_exist(self, dataset: Dataset, shared: str) -> None:
        with pytest.raises(StreamGone, match=r"stream\.gone"):
            dataset.warehouse.append_once(unknown(shared), *batch(0, 10))


@pytest.mark.parametrize("kind", ["pending", "committed"])
def test_a_stream_needs_a_table(dataset: Dataset, kind: StreamKind) -> None:
    with pytest.raises(Transient, match=r"bigquery\.missing"):
        dataset.warehouse.create_stream(spec(dataset, *ORDERS), kind)
