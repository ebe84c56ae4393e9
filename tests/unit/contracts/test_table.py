"""The BigQuery table of a contract."""

import json
from pathlib import Path

import pytest

from csvgate.contracts.load import load
from csvgate.contracts.model import Contract, Destination, Schema, SchemaField
from csvgate.contracts.table import column_type, partitioning, table_spec
from csvgate.ports import Column, Partitioning, TableOptions
from csvgate.types.bigquery import BigQueryType


def test_the_table_of_orders(orders_yaml: Path) -> None:
    spec = table_spec(
        load(orders_yaml),
        {
            "segment": BigQueryType("STRING"),
            "region": BigQueryType("STRING"),
            "eur_rate": BigQueryType("NUMERIC"),
        },
    )
    assert [f"{c.name} {c.type}{' REQUIRED' * c.required}" for c in spec.columns] == [
        "order_id STRING",
        "customer_id STRING",
        "email STRING",
        "country STRING",
        "currency STRING",
        "amount NUMERIC(12, 2)",
        "quantity INT64",
        "ordered_at TIMESTAMP",
        "status STRING",
        "notes STRING",
        "segment STRING",
        "region STRING",
        "eur_rate NUMERIC",
        "amount_eur NUMERIC(12, 2)",
        "_upload_id STRING REQUIRED",
        "_line INT64 REQUIRED",
        "_ingested_at TIMESTAMP REQUIRED",
    ]
    assert (spec.id, spec.partition_by, spec.cluster_by) == (
        "sales.orders",
        Partitioning("ordered_at"),
        ("country", "status"),
    )
    assert spec.columns[10].description == "From customers, by customer_id"


def test_a_description_reaches_the_column() -> None:
    fields = (
        SchemaField(name="a", title="An A", description="The first letter"),
        SchemaField(name="b", title="A B"),
        SchemaField(name="c", bigquery="string(3)"),
    )
    contract = Contract(
        dataset="x",
        match=("x",),
        schema_=Schema(fields=fields),
        destination=Destination(dataset="d", table="t"),
    )
    assert table_spec(contract, {}).columns[:3] == (
        Column("a", "STRING", description="The first letter"),
        Column("b", "STRING", description="A B"),
        Column("c", "STRING(3)"),
    )


def test_a_long_description_is_cut() -> None:
    """BigQuery would refuse to create the table."""
    derive = {"b": {"sql": "a || " * 300 + "a", "bigquery": "STRING"}}
    contract = Contract.model_validate(
        {
            "dataset": "x",
            "match": ("x",),
            "schema": {"fields": ({"name": "a", "description": "é" * 1025},)},
            "destination": {"dataset": "d", "table": "t"},
            "enrich": ({"derive": derive},),
        }
    )
    a, b, *_ = table_spec(contract, {}).columns
    assert (len(a.description), len(b.description)) == (1024, 1024)
    assert (a.description[-2:], b.description[-2:]) == ("é…", "|…")


def test_rescued_cells_have_a_column_after_the_fields() -> None:
    contract = Contract(
        dataset="x",
        match=("x",),
        schema_=Schema(fields=(SchemaField(name="a"),), extra_columns="rescue"),
        destination=Destination(dataset="d", table="t"),
    )
    assert table_spec(contract, {}).columns[:2] == (
        Column("a", "STRING"),
        Column("rescued", "JSON", description="The cells of the file's other columns, by label"),
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"column": "day", "unit": "day"}, Partitioning("day")),
        ({"column": "day", "unit": "month"}, Partitioning("day", "month")),
        ({"unit": "hour"}, Partitioning(None, "hour")),
        (
            {"column": "branch", "start": 0, "end": 100, "step": 10},
            Partitioning("branch", None, 0, 100, 10),
        ),
    ],
)
def test_partitions(given: dict[str, object], expected: Partitioning) -> None:
    destination = Destination.model_validate({"dataset": "d", "table": "t", "partition_by": given})
    assert partitioning(destination) == expected


def test_options() -> None:
    fields = (SchemaField(name="a", type="date"),)
    destination = {
        "dataset": "d",
        "table": "t",
        "partition_by": "a",
        "partition_expiry_days": 400,
        "require_partition_filter": True,
        "labels": {"team": "sales", "cost": "7"},
    }
    contract = Contract(
        dataset="x",
        match=("x",),
        schema_=Schema(fields=fields, title="Sales", description="All sales"),
        destination=Destination.model_validate(destination),
    )
    options = table_spec(contract, {}).options
    assert options == TableOptions("All sales", (("cost", "7"), ("team", "sales")), 400, True)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, ()),
        ({"schema": {"primaryKey": ["a", "b"]}}, ()),
        ({"schema": {"primaryKey": ["a", "b"], "primaryKeyIn": "table"}}, ("a", "b")),
        ({"schema": {"primaryKey": ["a", "c"], "primaryKeyIn": "table"}}, ()),
        ({"merge": {"key": ["b"]}}, ("b",)),
    ],
)
def test_only_a_key_that_is_unique_in_the_table_is_declared(
    properties: dict[str, dict[str, object]], expected: tuple[str, ...]
) -> None:
    """BigQuery does not check it and relies on it. A TIME cannot be in it."""
    fields = [{"name": "a"}, {"name": "b", "type": "integer"}, {"name": "c", "type": "time"}]
    whole = {
        "dataset": "x",
        "match": ["x"],
        "destination": {"dataset": "d", "table": "t"},
        **properties,
        "schema": {"fields": fields, **properties.get("schema", {})},
    }
    contract = Contract.model_validate_json(json.dumps(whole), by_alias=True, by_name=False)
    assert table_spec(contract, {}).options.primary_key == expected


def test_every_lookup_needs_a_type(orders_yaml: Path) -> None:
    with pytest.raises(KeyError, match="segment"):
        table_spec(load(orders_yaml), {})


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("string", "STRING"),
        ("integer", "INT64"),
        ("number", "NUMERIC"),
        ("boolean", "BOOL"),
        ("date", "DATE"),
        ("time", "TIME"),
        ("datetime", "TIMESTAMP"),
        ("year", "INT64"),
        ("yearmonth", "STRING"),
        ("duration", "STRING"),
        ("geopoint", "GEOGRAPHY"),
        ("object", "JSON"),
        ("array", "JSON"),
        ("any", "STRING"),
    ],
)
def test_types_without_bigquery(kind: str, expected: str) -> None:
    assert str(column_type(SchemaField(name="a", type=kind))) == expected
