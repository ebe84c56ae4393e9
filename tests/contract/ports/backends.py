"""What a test can do with a backend besides using the port, as users and operators would.

Each backend answers alike; where an emulator cannot do what the service does, DIFFERENCES says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from csvgate.ports import Column, Message, ObjectInfo, ObjectStore, Publisher, TableSpec, Warehouse
from fakes.bigquery import FakeWarehouse, Table
from fakes.pubsub import FakePublisher
from fakes.storage import FakeObjectStore

PROJECT = "contract"

DIFFERENCES = {
    ("test_dots_are_no_path", "fake-gcs-server"): "keeps objects as files, and resolves ..",
    ("test_one_may_be_another_ones_folder", "fake-gcs-server"): "keeps objects as files",
    ("test_attributes_over_a_limit_are_refused", "google_broker"): "takes attributes of any size",
    ("test_a_null_in_a_required_column_is_refused", "bqemulator"): "does not enforce REQUIRED",
    ("test_a_refused_row_appends_none", "bqemulator"): "does not enforce REQUIRED",
    ("test_a_column_the_table_lacks_is_worth_a_retry", "bqemulator"): "drops unknown fields",
    ("test_a_narrower_column_contradicts", "bqemulator"): "forgets lengths and precisions",
    ("test_parameters_of_types_survive", "bqemulator"): "forgets lengths and precisions",
    ("test_a_dropped_table_loses_its_streams", "bqemulator"): "keeps the streams",
    ("test_a_replaced_table_loses_its_streams", "bqemulator"): "keeps the streams",
    ("test_a_job_in_another_location", "bqemulator"): "finds jobs by id alone",
    ("test_it_expires", "bqemulator"): "does not expire tables",
    ("test_a_job_in_another_location", "local-bigquery"): "finds jobs by id alone",
    ("test_an_added_column_has_its_length", "local-bigquery"): "forgets it in ALTER TABLE",
    ("test_an_added_column_has_its_description", "local-bigquery"): "forgets it in ALTER TABLE",
    ("test_a_greater_length", "local-bigquery"): "does not change lengths in ALTER TABLE",
    ("test_a_smaller_length_is_refused", "local-bigquery"): "accepts any length",
    ("test_more_digits", "local-bigquery"): "stores every NUMERIC as NUMERIC(38, 9)",
    ("test_numeric_becomes_bignumeric", "local-bigquery"): "takes BIGNUMERIC for narrower",
    ("test_a_date_does_not_become_a_timestamp", "local-bigquery"): "converts it",
    ("test_the_expiry_of_partitions", "local-bigquery"): "forgets it in SET OPTIONS",
    **{
        (test, "local-bigquery"): "cannot run MERGE in a transaction"
        for test in (
            "test_a_newer_row_removes_the_one_with_its_key",
            "test_a_late_older_row_does_not_come_back",
            "test_an_older_removal_changes_nothing",
            "test_latest_by_decides_in_a_file_and_between_files",
            "test_the_newest_of_several_removals_is_remembered",
            "test_a_condition_that_is_unknown_removes_nothing",
        )
    },
}
"""(test, backend) → why the emulator deviates from the service; these tests must fail."""


class Bucket(Protocol):
    """An empty bucket, and the store under test."""

    name: str

    @property
    def store(self) -> ObjectStore: ...

    def put(self, name: str, data: bytes, content_encoding: str | None = None) -> ObjectInfo: ...

    def delete(self, name: str) -> None: ...


class Topic(Protocol):
    """An empty topic, and the publisher under test."""

    name: str

    @property
    def publisher(self) -> Publisher: ...

    def received(self, count: int) -> list[Message]:
        """Return the first `count` messages that a subscriber gets, in any order."""


class Dataset(Protocol):
    """An empty dataset, and the warehouse under test."""

    name: str

    @property
    def warehouse(self) -> Warehouse: ...

    def make_table(self, table: str, columns: Sequence[Column]) -> None: ...

    def drop_table(self, table: str) -> None: ...

    def columns(self, table: str) -> list[Column]: ...

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Query all rows, in no particular order."""


@dataclass
class FakeBucket:
    name: str
    store: FakeObjectStore

    def put(self, name: str, data: bytes, content_encoding: str | None = None) -> ObjectInfo:
        return self.store.put(self.name, name, data, content_encoding)

    def delete(self, name: str) -> None:
        self.store.delete(self.name, name)


@dataclass
class FakeTopic:
    name: str
    publisher: FakePublisher

    def received(self, count: int) -> list[Message]:
        return self.publisher.topics[self.name][:count]


@dataclass
class FakeDataset:
    """`warehouse` is the fake itself, or the adapter over a service that has its streams."""

    name: str
    warehouse: Warehouse
    fake: FakeWarehouse

    def make_table(self, table: str, columns: Sequence[Column]) -> None:
        self.fake.tables[f"{self.name}.{table}"] = Table(tuple(columns))

    def drop_table(self, table: str) -> None:
        del self.fake.tables[f"{self.name}.{table}"]

    def columns(self, table: str) -> list[Column]:
        return list(self.fake.tables[f"{self.name}.{table}"].columns)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.fake.rows(f"{self.name}.{table}")


def spec(dataset: Dataset, *columns: Column, table: str = "orders") -> TableSpec:
    return TableSpec(dataset.name, table, columns)
