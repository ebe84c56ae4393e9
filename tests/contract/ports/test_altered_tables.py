"""A table that was altered, of which the Storage Write API has the earlier columns for a while."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pytest
from google.cloud.bigquery_storage_v1 import types

from contract.ports.backends import FakeDataset, spec
from contract.ports.documented_service import DocumentedService
from contract.ports.real import documented_dataset
from contract.ports.scripted_write import serving
from csvgate.gcp.write_api.altered_tables import WAIT_SECONDS, AlteredTables, require_columns
from csvgate.ports import Column, StreamKind, TableSpec
from csvgate.runtime.errors import Permanent, Transient
from fakes.bigquery import FakeWarehouse, Table

OLD = (Column("sale", "STRING"), Column("city", "STRING(20)"), Column("must", "INT64", True))
NEW = (
    Column("sale", "STRING"),
    Column("city", "STRING(40)"),
    Column("must", "INT64"),
    Column("price", "NUMERIC(12, 2)"),
)
ROWS = pa.record_batch({"sale": ["S1"], "price": pa.array([None], pa.decimal128(12, 2))})


@dataclass
class Altered:
    """A service whose Storage Write API learns of the new columns after `waits` pauses."""

    dataset: FakeDataset
    service: DocumentedService
    waits: int = 0
    pauses: list[float] = field(default_factory=list)

    @property
    def table(self) -> Table:
        return self.dataset.fake.tables[self.spec.id]

    @property
    def spec(self) -> TableSpec:
        return spec(self.dataset, *NEW)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == self.waits:
            self.table.seen = None

    def create(self, kind: StreamKind = "pending") -> str:
        return self.dataset.warehouse.create_stream(self.spec, kind)


@pytest.fixture
def altered() -> Iterator[Altered]:
    fake = FakeWarehouse("shop")
    service = DocumentedService(fake)
    with serving(service) as host:
        there = Altered(documented_dataset(fake, "shop", host), service)
        fake.tables[there.spec.id] = Table(NEW, seen=OLD)
        streams: Any = there.dataset.warehouse
        streams._streams._altered = AlteredTables(there.pause)
        yield there


@pytest.mark.parametrize("kind", ["pending", "committed"])
def test_a_stream_is_created_when_the_service_knows_the_columns(
    altered: Altered, kind: StreamKind
) -> None:
    altered.waits = 2
    altered.create(kind)
    assert altered.pauses == [3.0, 6.0]
    assert altered.service.calls == ["create"] * 3


def test_the_wait_is_bounded_and_says_what_is_not_known_yet(altered: Altered) -> None:
    with pytest.raises(Transient) as caught:
        altered.create()
    assert (caught.value.code, caught.value.message) == (
        "table.schema",
        "table shop.orders has the columns of the contract, but BigQuery's Storage Write API still "
        "has earlier ones: city: expected STRING(40) NULLABLE, found STRING(20) NULLABLE; "
        "must: expected INT64 NULLABLE, found INT64 REQUIRED; "
        "price: expected NUMERIC(12, 2) NULLABLE, not in the table. It needs some minutes after "
        "ALTER TABLE; nothing was written, and a retry continues",
    )
    assert sum(altered.pauses) == WAIT_SECONDS
    assert altered.service.calls == ["create"] * 5


def test_a_table_that_was_not_altered_is_not_waited_for(altered: Altered) -> None:
    altered.table.seen = None
    altered.create()
    assert (altered.pauses, altered.service.calls) == ([], ["create"])


def test_an_append_is_repeated_until_the_service_knows_the_columns(altered: Altered) -> None:
    """The servers of the service do not learn of a change at the same moment."""
    altered.table.seen = None
    pending, committed = altered.create("pending"), altered.create("committed")
    altered.table.columns = (*altered.table.columns[:2], *altered.table.columns[3:])
    altered.table.seen, altered.waits = OLD[:2], 1
    altered.dataset.warehouse.append(pending, ROWS.schema, [(0, ROWS)])
    altered.table.seen, altered.waits = OLD[:2], 2
    assert altered.dataset.warehouse.append_once(committed, 0, ROWS)
    assert altered.pauses == [3.0, 3.0]
    fake = altered.dataset.fake
    assert [len(fake.streams[name].rows) for name in (pending, committed)] == [1, 1]


def test_an_append_that_never_fits_ends_with_the_words_of_the_service(altered: Altered) -> None:
    altered.table.seen = None
    stream = altered.create()
    altered.table.seen = OLD
    with pytest.raises(Transient, match=r"SCHEMA_MISMATCH_EXTRA_FIELDS\. The table was altered"):
        altered.dataset.warehouse.append(stream, ROWS.schema, [(0, ROWS)])
    assert sum(altered.pauses) == WAIT_SECONDS
    assert altered.dataset.fake.streams[stream].rows == []


@pytest.mark.parametrize(
    "failure", [Transient("bigquery.unavailable", "x"), Permanent("rows.refused", "x")], ids=str
)
def test_other_failures_are_not_waited_for(failure: Exception) -> None:
    pauses: list[float] = []

    def call() -> None:
        raise failure

    with pytest.raises(type(failure)):
        AlteredTables(pauses.append)(call)
    assert pauses == []


def test_all_types_are_understood_and_unknown_ones_do_no_harm() -> None:
    names = {
        "STRING": "STRING", "INT64": "INT64", "FLOAT64": "DOUBLE", "BYTES": "BYTES",
        "BOOL": "BOOL", "TIMESTAMP": "TIMESTAMP", "DATE": "DATE", "TIME": "TIME",
        "DATETIME": "DATETIME", "GEOGRAPHY": "GEOGRAPHY", "NUMERIC": "NUMERIC",
        "BIGNUMERIC": "BIGNUMERIC", "JSON": "JSON",
    }  # fmt: skip
    orders = TableSpec("shop", "orders", tuple(Column(n.lower(), n) for n in names))
    fields = [
        types.TableFieldSchema(name=ours.lower(), type_=theirs) for ours, theirs in names.items()
    ]
    more = [
        types.TableFieldSchema(name="more", type_="STRUCT", mode="REPEATED"),
        types.TableFieldSchema(name="new", type_=99),
    ]
    require_columns(orders, types.TableSchema(fields=[*fields, *more]))
    wider = replace(
        orders, columns=(Column("string", "STRING(3)"), Column("numeric", "NUMERIC(3)"))
    )
    require_columns(wider, types.TableSchema(fields=fields))
    require_columns(orders, types.TableSchema())
    with pytest.raises(Transient, match=r"json: expected JSON NULLABLE, not in the table\. It"):
        require_columns(orders, types.TableSchema(fields=fields[:-1]))
