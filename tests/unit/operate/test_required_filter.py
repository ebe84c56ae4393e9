"""Queries of the operator's tools about a table that requires a filter on its partitions."""

from typing import Any

import pytest
from google.cloud import bigquery

from csvgate_ops.operate.required_filter import required_filter

FIELDS = [bigquery.SchemaField("Day", "DATE"), bigquery.SchemaField("branch", "INTEGER")]


class Client:
    def __init__(self, **properties: Any) -> None:
        self.table = bigquery.Table("p.sales.orders", schema=FIELDS)
        for name, value in properties.items():
            setattr(self.table, name, value)

    def get_table(self, name: str, timeout: float) -> bigquery.Table:
        assert name == "p.sales.orders"
        return self.table


DAYS = bigquery.TimePartitioning(field="day")
RANGES = bigquery.RangePartitioning(bigquery.PartitionRange(0, 9, 1), field="branch")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, "TRUE"),
        ({"time_partitioning": DAYS}, "TRUE"),
        (
            {"time_partitioning": DAYS, "require_partition_filter": True},
            "(`day` >= DATE '0001-01-01' OR `day` IS NULL)",
        ),
        (
            {"range_partitioning": RANGES, "require_partition_filter": True},
            "(`branch` >= -9223372036854775808 OR `branch` IS NULL)",
        ),
        (
            {"time_partitioning": bigquery.TimePartitioning(), "require_partition_filter": True},
            "(_PARTITIONTIME >= TIMESTAMP '0001-01-01 00:00:00+00' OR _PARTITIONTIME IS NULL)",
        ),
    ],
)
def test_only_a_table_that_requires_a_filter_gets_one(
    properties: dict[str, Any], expected: str
) -> None:
    client: Any = Client(**properties)
    assert required_filter(client, "p.sales.orders") == expected
