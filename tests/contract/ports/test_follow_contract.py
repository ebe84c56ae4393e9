"""Tables follow their contracts: the statements that a deploy plans, executed by local-bigquery.

bqemulator is not used, because a table that it has altered does not show the change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from google.api_core import exceptions as api_exceptions
from google.cloud.bigquery import DatasetReference, TableReference

from contract.ports.backends import PROJECT
from contract.ports.real import BigQueryDataset
from csvgate.contracts.model import Contract
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.compare import table_plan
from csvgate_ops.deploy.tables.copy_rows import copy_statement
from csvgate_ops.deploy.tables.expected import expected
from csvgate_ops.deploy.tables.model import Change, Clustering, ExistingTable, Statement
from csvgate_ops.deploy.tables.read import existing
from unit.deploy.tables.sales_table import contract

api: Any = api_exceptions  # their constructors have no types

pytestmark = pytest.mark.parametrize("dataset", ["local-bigquery"], indirect=True)

ID = {"name": "sale_id"}
DAY = {"name": "day", "type": "date"}


def number(name: str, bigquery: str = "NUMERIC") -> dict[str, str]:
    return {"name": name, "type": "number", "bigquery": bigquery}


@dataclass
class Sales:
    """A table that csvgate has created, with one row, and the deploy that alters it."""

    dataset: BigQueryDataset

    def contract(self, *fields: Mapping[str, Any], **properties: Any) -> Contract:
        destination = {"dataset": self.dataset.name, **properties.pop("destination", {})}
        return contract(ID, *fields, DAY, destination=destination, **properties)

    def create(self, old: Contract, required: Sequence[str] = (), **row: str) -> None:
        """Create the table as the first upload does, but with these columns required. `row` are
        literals of one row."""
        spec = expected(old, ())
        columns = (replace(c, required=c.required or c.name in required) for c in spec.columns)
        self.dataset.warehouse.ensure_table(replace(spec, columns=tuple(columns)))
        values = {"sale_id": "'S1'", "day": "DATE '2026-11-21'", **row}
        values |= {"_upload_id": "'u1'", "_line": "2", "_ingested_at": "CURRENT_TIMESTAMP()"}
        names, literals = ", ".join(values), ", ".join(values.values())
        self.run(f"INSERT INTO {self._path()} ({names}) VALUES ({literals})")

    def read(self) -> ExistingTable:
        """Return the table as `bq show` prints it for the deploy."""
        return existing(self.dataset.client.get_table(self._reference()).to_api_repr())

    def follow(self, new: Contract) -> list[Change]:
        """Make and return the planned changes. Then the table follows its contract, and the
        functions accept it."""
        plan = table_plan(new, self.read())
        assert plan.refusals == ()
        assert plan.changes
        for change in plan.changes:
            if isinstance(change, Clustering):
                self._cluster(change)
            else:
                self.run(ddl.statement(PROJECT, change))
        after = table_plan(new, self.read())
        assert (after.changes, after.refusals) == ((), ())
        self.dataset.warehouse.ensure_table(plan.spec)
        return list(plan.changes)

    def alter(self, action: str) -> None:
        self.run(ddl.statement(PROJECT, Statement(f"{self.dataset.name}.sales", action, "")))

    def run(self, sql: str) -> list[Any]:
        """Run a statement once, because the client would repeat some of the refused ones."""
        once: dict[str, Any] = {"retry": None, "job_retry": None}
        return list(self.dataset.client.query_and_wait(sql, **once))

    def row(self) -> dict[str, Any]:
        """Return the only row."""
        (row,) = self.run(f"SELECT * FROM {self._path()} WHERE day IS NOT NULL")
        return dict(row.items())

    def _cluster(self, change: Clustering) -> None:
        """Do what `bq update --clustering_fields` does."""
        table = self.dataset.client.get_table(self._reference())
        table.clustering_fields = list(change.columns)
        self.dataset.client.update_table(table, ["clustering_fields"])

    def _path(self) -> str:
        return ddl.path(PROJECT, f"{self.dataset.name}.sales")

    def _reference(self) -> TableReference:
        return DatasetReference(PROJECT, self.dataset.name).table("sales")


@pytest.fixture
def sales(dataset: BigQueryDataset) -> Sales:
    return Sales(dataset)


def test_added_columns(sales: Sales) -> None:
    sales.create(sales.contract())
    added = [{"name": "city"}, {"name": "price", "type": "number"}, {"name": "at", "type": "date"}]
    (change,) = sales.follow(sales.contract(*added))
    row = sales.row()
    assert row["sale_id"] == "S1"
    assert [row[name] for name in ("city", "price", "at")] == [None, None, None]
    assert isinstance(change, Statement)
    sales.alter(change.action)
    assert sales.row() == row, "a deploy that planned the same at once adds nothing"


def test_rows_are_loaded_into_an_added_column(sales: Sales) -> None:
    sales.create(sales.contract())
    new = sales.contract(number("price"))
    sales.follow(new)
    values = {
        "sale_id": pa.array(["S2"]),
        "price": pa.array([Decimal("2.5")], pa.decimal128(38, 9)),
        "day": pa.array([date(2026, 11, 22)]),
        "_upload_id": pa.array(["u2"]),
        "_line": pa.array([2]),
        "_ingested_at": pa.array([datetime.now(UTC)], pa.timestamp("us", "UTC")),
    }
    rows, spec = pa.record_batch(values), expected(new, ())
    warehouse = sales.dataset.warehouse
    stream = warehouse.create_stream(spec, "pending")
    warehouse.append(stream, rows.schema, [(0, rows)])
    assert warehouse.finalize(stream) == 1
    warehouse.commit(spec, [stream])
    prices = {row["sale_id"]: row["price"] for row in sales.dataset.rows("sales")}
    assert prices == {"S1": None, "S2": Decimal("2.5")}


def test_an_added_column_has_its_length(sales: Sales) -> None:
    sales.create(sales.contract())
    sales.follow(sales.contract({"name": "city", "bigquery": "STRING(40)"}))
    assert sales.read().columns[-1].type == "STRING(40)"


def test_an_added_column_has_its_description(sales: Sales) -> None:
    sales.create(sales.contract())
    sales.follow(sales.contract({"name": "city", "description": "Where"}))


def test_wider_types(sales: Sales) -> None:
    old = [
        {"name": "pieces", "type": "integer"},
        {"name": "weight", "type": "integer"},
        {"name": "units", "type": "integer"},
        number("price"),
        {"name": "paid", "type": "date"},
    ]
    new = [
        number("pieces"),
        number("weight", "FLOAT64"),
        number("units", "BIGNUMERIC"),
        number("price", "FLOAT64"),
        {"name": "paid", "type": "datetime", "bigquery": "DATETIME"},
    ]
    row = {"pieces": "3", "weight": "4", "units": "5", "price": "NUMERIC '6.5'"}
    sales.create(sales.contract(*old), **row, paid="DATE '2026-11-21'")
    assert len(sales.follow(sales.contract(*new))) == 5
    after = sales.row()
    assert [after[name] for name in row] == [3, 4, 5, 6.5]
    assert after["paid"] == datetime(2026, 11, 21)


def test_numeric_becomes_bignumeric(sales: Sales) -> None:
    sales.create(sales.contract(number("price")), price="3")
    sales.follow(sales.contract(number("price", "BIGNUMERIC")))


def test_more_digits(sales: Sales) -> None:
    sales.create(sales.contract(number("price", "NUMERIC(10, 2)")), price="3")
    sales.follow(sales.contract(number("price", "NUMERIC(12, 2)")))


def test_a_greater_length(sales: Sales) -> None:
    sales.create(sales.contract({"name": "city", "bigquery": "STRING(20)"}), city="'Ulm'")
    sales.follow(sales.contract({"name": "city", "bigquery": "STRING(40)"}))


def test_a_relaxed_mode(sales: Sales) -> None:
    """Both of a column that the contract has and of one that it no longer has."""
    sales.create(sales.contract({"name": "phone"}), required=("sale_id", "phone"), phone="'x'")
    assert len(sales.follow(sales.contract())) == 2
    assert not any(c.required for c in sales.read().columns if c.name in {"sale_id", "phone"})
    assert (sales.row()["sale_id"], sales.row()["phone"]) == ("S1", "x")


HOSTILE = 'The "till\'s" `number` \\ ${HOME} -- ü\n/* $ */'


def test_descriptions_and_options(sales: Sales) -> None:
    sales.create(sales.contract(destination={"labels": {"owner": "data"}}))
    fields = {**ID, "description": HOSTILE}, DAY
    destination = {
        "dataset": sales.dataset.name,
        "labels": {"team": "shop"},
        "require_partition_filter": True,
    }
    new = contract(*fields, schema={"title": "Sales"}, destination=destination)
    assert len(sales.follow(new)) == 2
    found = sales.read()
    assert found.columns[0].description == HOSTILE
    assert found.description == "Sales"
    assert found.labels == {"owner": "data", "team": "shop"}
    with pytest.raises(api.BadRequest):
        sales.run(f"SELECT * FROM `{PROJECT}.{sales.dataset.name}.sales`")
    assert sales.row()["sale_id"] == "S1"


def test_the_expiry_of_partitions(sales: Sales) -> None:
    sales.create(sales.contract())
    sales.follow(sales.contract(destination={"partition_expiry_days": 40_000}))
    assert sales.read().partition_expiry_days == 40_000


def test_clustering(sales: Sales) -> None:
    sales.create(sales.contract({"name": "city"}))
    for columns in (["city"], ["city", "sale_id"]):
        sales.follow(sales.contract({"name": "city"}, destination={"cluster_by": columns}))
        assert sales.read().cluster_by == tuple(columns)


def test_a_primary_key_is_declared_and_replaced(sales: Sales) -> None:
    sales.create(sales.contract({"name": "city"}))
    for key in (["sale_id"], ["sale_id", "city"]):
        schema = {"primaryKey": key, "primaryKeyIn": "table"}
        sales.follow(sales.contract({"name": "city"}, schema=schema))
        assert sales.read().primary_key == tuple(key)


NARROWER = {
    "pieces": (number("pieces"), {"name": "pieces", "type": "integer"}, "INT64"),
    "price": (number("price", "FLOAT64"), number("price"), "NUMERIC"),
    "count": ({"name": "count"}, {"name": "count", "type": "integer"}, "INT64"),
    "code": ({"name": "code", "type": "integer"}, {"name": "code"}, "STRING"),
    "paid": ({"name": "paid", "type": "datetime"}, {"name": "paid", "type": "date"}, "DATE"),
}
"""The field of the table's contract, that of the changed one, and the column's type there."""


def test_other_types_are_refused(sales: Sales) -> None:
    """The plan refuses them, and so does the server if somebody tries it nevertheless."""
    row = {"pieces": "3", "price": "3.5", "count": "'3'", "code": "3"}
    paid = "TIMESTAMP '2026-11-21 08:00:00+00'"
    sales.create(sales.contract(*(old for old, _, _ in NARROWER.values())), **row, paid=paid)
    before, values = sales.read(), sales.row()
    plan = table_plan(sales.contract(*(new for _, new, _ in NARROWER.values())), before)
    assert (len(plan.refusals), plan.changes) == (5, ())
    for column, (_, _, type_) in NARROWER.items():
        with pytest.raises(api.BadRequest):
            sales.alter(f"ALTER COLUMN `{column}` SET DATA TYPE {type_}")
    assert (sales.read(), sales.row()) == (before, values)


def test_a_date_does_not_become_a_timestamp(sales: Sales) -> None:
    sales.create(sales.contract({"name": "paid", "type": "date"}))
    plan = table_plan(sales.contract({"name": "paid", "type": "datetime"}), sales.read())
    assert (len(plan.refusals), plan.changes) == (1, ())
    with pytest.raises(api.BadRequest):
        sales.alter("ALTER COLUMN `paid` SET DATA TYPE TIMESTAMP")


def test_a_smaller_length_is_refused(sales: Sales) -> None:
    """The plan leaves a longer column alone, because it holds the rows of the contract."""
    sales.create(sales.contract({"name": "city", "bigquery": "STRING(40)"}), city="'Ulm'")
    city = {"name": "city", "bigquery": "STRING(20)"}
    plan = table_plan(sales.contract(city), sales.read())
    assert (plan.changes, plan.refusals) == ((), ())
    with pytest.raises(api.BadRequest):
        sales.alter("ALTER COLUMN `city` SET DATA TYPE STRING(20)")


def test_a_required_column_cannot_be_added(sales: Sales) -> None:
    """Therefore, the deploy adds all columns as nullable."""
    sales.create(sales.contract())
    before = sales.read()
    with pytest.raises(api.BadRequest):
        sales.alter("ADD COLUMN `price` INT64 NOT NULL")
    assert sales.read() == before


def test_the_way_out_copies_the_rows(sales: Sales) -> None:
    sales.create(sales.contract({"name": "price"}), price="'3'")
    found, new = sales.read(), sales.contract({"name": "price", "type": "integer"})
    plan = table_plan(new, found)
    assert plan.refusals
    other = replace(plan.spec, table="sales_2")
    sales.dataset.warehouse.ensure_table(other)
    sales.run(copy_statement(plan, found, PROJECT))
    (row,) = sales.dataset.rows("sales_2")
    assert (row["sale_id"], row["price"], row["_line"]) == ("S1", 3, 2)


def test_a_stale_etag_is_refused(sales: Sales) -> None:
    """This documents the server only: csvgate sends no etags to BigQuery. A statement changes only
    what it names, so that a change by somebody else in between is not overwritten."""
    sales.create(sales.contract())
    client = sales.dataset.client
    stale, fresh = (client.get_table(f"{PROJECT}.{sales.dataset.name}.sales") for _ in range(2))
    fresh.description = "first"
    client.update_table(fresh, ["description"])
    stale.description = "second"
    with pytest.raises(api.PreconditionFailed):
        client.update_table(stale, ["description"])
    assert sales.read().description == "first"
