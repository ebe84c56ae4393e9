"""Counting the rows of a load, with the fake and with the emulators; the query as it is sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from google.api_core import exceptions as api_exceptions

from contract.ports.backends import Dataset, spec
from csvgate.gcp.count_rows import RowCounter, query_parameters, query_text
from csvgate.gcp.pacing import Pace
from csvgate.ports import (
    Column,
    LoadedRows,
    PartitionBounds,
    Partitioning,
    TableOptions,
    TableSpec,
)
from csvgate.runtime.errors import Transient

api: Any = api_exceptions  # their constructors have no types
LOADED = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
COLUMNS = (
    Column("_upload_id", "STRING", required=True),
    Column("_ingested_at", "TIMESTAMP", required=True),
    Column("day", "DATE"),
    Column("Moment", "TIMESTAMP"),
    Column("local", "DATETIME"),
)
SCHEMA = pa.schema(
    [
        ("_upload_id", pa.string()),
        ("_ingested_at", pa.timestamp("us", "UTC")),
        ("day", pa.date32()),
        ("Moment", pa.timestamp("us", "UTC")),
        ("local", pa.timestamp("us")),
    ]
)


def load(
    table: TableSpec,
    bounds: PartitionBounds | None = None,
    upload: str = "u1",
    ingested_at: datetime = LOADED,
) -> LoadedRows:
    return LoadedRows(table, upload, ingested_at, bounds)


@pytest.fixture
def orders(dataset: Dataset) -> TableSpec:
    """Three rows of the load that is counted, and one of each that differs from it in one way."""
    orders = spec(dataset, *COLUMNS)
    dataset.warehouse.ensure_table(orders)
    days = [date(2026, 11, 20), date(2026, 11, 22), None, date(2026, 11, 21), date(2026, 11, 21)]
    local = [day and datetime(day.year, day.month, day.day, 8) for day in days]
    later = LOADED + timedelta(microseconds=1)
    rows = pa.record_batch(
        [
            pa.array(["u1", "u1", "u1", "u2", "u1"]),
            pa.array([LOADED, LOADED, LOADED, LOADED, later], SCHEMA.field(1).type),
            pa.array(days, pa.date32()),
            pa.array(local, pa.timestamp("us")).cast(SCHEMA.field(3).type),
            pa.array(local, SCHEMA.field(4).type),
        ],
        schema=SCHEMA,
    )
    stream = dataset.warehouse.create_stream(orders, "pending")
    dataset.warehouse.append(stream, SCHEMA, [(0, rows)])
    assert dataset.warehouse.count_rows(load(orders)) == 0
    dataset.warehouse.finalize(stream)
    dataset.warehouse.commit(orders, [stream])
    return orders


def test_rows_are_counted_by_upload_and_time(dataset: Dataset, orders: TableSpec) -> None:
    count = dataset.warehouse.count_rows
    assert count(load(orders)) == 3
    assert count(load(orders, upload="u2")) == 1
    assert count(load(orders, ingested_at=LOADED + timedelta(microseconds=1))) == 1
    assert count(load(orders, ingested_at=LOADED - timedelta(microseconds=1))) == 0
    assert count(load(orders, upload="u3")) == 0


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ("day", "2026-11-20", "2026-11-22"),
        ("Moment", "2026-11-20 08:00:00+00", "2026-11-22 08:00:00+00"),
        ("local", "2026-11-20 08:00:00", "2026-11-22 08:00:00"),
    ],
)
def test_bounds_are_inclusive_and_leave_rows_without_a_value(
    dataset: Dataset, orders: TableSpec, column: str, low: str, high: str
) -> None:
    count = dataset.warehouse.count_rows
    assert count(load(orders, PartitionBounds(column, low, high))) == 3
    assert count(load(orders, PartitionBounds(column, low, low))) == 2
    assert count(load(orders, PartitionBounds(column, high, high))) == 2


def test_a_table_that_does_not_exist_has_no_rows(dataset: Dataset) -> None:
    assert dataset.warehouse.count_rows(load(spec(dataset, *COLUMNS))) == 0


def test_a_dropped_table_has_no_rows(dataset: Dataset, orders: TableSpec) -> None:
    dataset.drop_table("orders")
    assert dataset.warehouse.count_rows(load(orders)) == 0


class Client:
    """Records queries; `answers` are their results or errors, in order, and then 3 rows."""

    project = "p"

    def __init__(self, *answers: Exception, table_exists: bool = True) -> None:
        self.answers, self.table_exists = list(answers), table_exists
        self.asked: list[dict[str, Any]] = []

    def query(self, query: str, **options: Any) -> Any:
        self.asked.append({"query": query, **options})
        return self

    def result(self, **options: Any) -> list[tuple[int]]:
        assert options["job_retry"] is None
        if self.answers:
            raise self.answers.pop(0)
        return [(3,)]

    def get_table(self, *_: Any, **__: Any) -> None:
        if not self.table_exists:
            raise api.NotFound("Not found: Table")


TABLE = TableSpec("sales", "orders", COLUMNS)


def counted(client: Client, pauses: list[float] | None = None) -> int:
    taken: list[float] = [] if pauses is None else pauses
    pace = Pace(60, clock=lambda: sum(taken), sleep=taken.append)
    stand_in: Any = client
    bounds = PartitionBounds("day", "2026-11-20", "2026-11-22")
    return RowCounter(stand_in, pace).count(load(TABLE, bounds))


def test_the_query_is_asked_afresh_each_time() -> None:
    """A cached result, or that of an earlier job, would hide a commit that has taken effect."""
    client = Client()
    assert [counted(client), counted(client)] == [3, 3]
    first, second = client.asked
    assert first["job_id"] != second["job_id"]
    assert [asked["job_config"].use_query_cache for asked in client.asked] == [False, False]
    assert first["job_retry"] is None


def test_the_query_names_the_partitions_and_types_its_parameters() -> None:
    client = Client()
    counted(client)
    (asked,) = client.asked
    assert asked["query"] == (
        "SELECT COUNT(*) FROM `p`.`sales`.`orders` WHERE `_upload_id` = @upload"
        " AND `_ingested_at` = @ingested_at AND (`day` BETWEEN @low AND @high OR `day` IS NULL)"
    )
    sent = asked["job_config"].to_api_repr()["query"]["queryParameters"]
    assert [
        (p["name"], p["parameterType"]["type"], p["parameterValue"]["value"]) for p in sent
    ] == [
        ("upload", "STRING", "u1"),
        ("ingested_at", "TIMESTAMP", "2026-11-21 12:00:00.123456+00:00"),
        ("low", "DATE", "2026-11-20"),
        ("high", "DATE", "2026-11-22"),
    ]


@pytest.mark.parametrize(
    ("partitions", "condition"),
    [
        (Partitioning("Day"), "(`Day` >= DATE '0001-01-01' OR `Day` IS NULL)"),
        (
            Partitioning("moment", "hour"),
            "(`moment` >= TIMESTAMP '0001-01-01 00:00:00+00' OR `moment` IS NULL)",
        ),
        (
            Partitioning("branch", None, 0, 9, 1),
            "(`branch` >= -9223372036854775808 OR `branch` IS NULL)",
        ),
        (
            Partitioning(None, "day"),
            "(_PARTITIONTIME >= TIMESTAMP '0001-01-01 00:00:00+00' OR _PARTITIONTIME IS NULL)",
        ),
    ],
)
def test_a_table_that_requires_a_filter_gets_one(partitions: Partitioning, condition: str) -> None:
    """Also if the bounds are unknown: BigQuery would refuse the query."""
    options = TableOptions(require_partition_filter=True)
    columns = (*COLUMNS, Column("branch", "INTEGER"))
    table = replace(TABLE, columns=columns, partition_by=partitions, options=options)
    assert query_text(load(table), "p").endswith(f"`_ingested_at` = @ingested_at AND {condition}")
    bounds = PartitionBounds("day", "2026-11-20", "2026-11-22")
    assert query_text(load(table, bounds), "p").endswith(" OR `day` IS NULL)")
    assert condition not in query_text(load(table, bounds), "p")


@pytest.mark.parametrize(
    ("column", "low", "type_"),
    [
        ("moment", "2026-11-20 08:00:00.5+00", "TIMESTAMP"),
        ("LOCAL", "2026-11-20 08:00:00", "DATETIME"),
    ],
)
def test_bounds_are_sent_as_they_are(column: str, low: str, type_: str) -> None:
    bounds = PartitionBounds(column, low, low)
    *_, sent, _ = (p.to_api_repr() for p in query_parameters(load(TABLE, bounds)))
    assert sent["parameterType"] == {"type": type_}
    assert sent["parameterValue"] == {"value": low}


def test_not_found_is_only_believed_of_the_table() -> None:
    """Zero rows of a load let it be loaded again, so that a lost job must not look like that."""
    with pytest.raises(Transient, match=r"bigquery\.missing"):
        counted(Client(api.NotFound("Not found: Job")))
    assert counted(Client(api.NotFound("Not found: Table"), table_exists=False)) == 0


@pytest.mark.parametrize(
    "refusal",
    [
        api.TooManyRequests("x"),
        api.Forbidden("x", errors=[{"reason": "rateLimitExceeded"}]),
        api.Forbidden("x", errors=[{"reason": "quotaExceeded"}]),
    ],
    ids=str,
)
def test_an_exhausted_quota_is_waited_out(refusal: Exception) -> None:
    client, pauses = Client(refusal, refusal), list[float]()
    assert counted(client, pauses) == 3
    assert len(pauses) == 2
    assert len({asked["job_id"] for asked in client.asked}) == 3


def test_a_missing_permission_is_named() -> None:
    with pytest.raises(Transient, match=r"bigquery\.forbidden"):
        counted(Client(api.Forbidden("bigquery.jobs.create")))
