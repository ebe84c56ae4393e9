"""The query that shows the rows of an upload."""

from typing import Any

import pytest

from csvgate_ops.operate.rows_query import rows_query, table_link
from unit.validation.files import contract

UPLOAD = "0123456789abcdef0123"
DAY = {"name": "day", "type": "date"}


def query(**destination: Any) -> str:
    rules = contract(
        DAY,
        {"name": "shop", "type": "integer"},
        destination={"dataset": "sales", "table": "orders", **destination},
        enrich=[{"derive": {"at": {"bigquery": "TIMESTAMP", "sql": "CURRENT_TIMESTAMP()"}}}],
    )
    return rows_query(rules, UPLOAD, "my-project")


def test_the_rows_of_an_upload_in_the_order_of_its_file() -> None:
    assert (
        f"SELECT *\nFROM `my-project.sales.orders`\nWHERE _upload_id = '{UPLOAD}'\nORDER BY _line"
    ) == query()


@pytest.mark.parametrize(
    ("by", "condition"),
    [
        ("day", "(`day` >= DATE '0001-01-01' OR `day` IS NULL)"),
        ("Day", "(`Day` >= DATE '0001-01-01' OR `Day` IS NULL)"),
        ({"unit": "day"}, "(_PARTITIONTIME >= TIMESTAMP '0001-01-01 00:00:00+00' OR "),
        ("_ingested_at", "(`_ingested_at` >= TIMESTAMP '0001-01-01 00:00:00+00' OR "),
        ("at", "(`at` >= TIMESTAMP '0001-01-01 00:00:00+00' OR "),
        (
            {"column": "shop", "start": 0, "end": 100, "step": 10},
            "(`shop` >= -9223372036854775808 OR `shop` IS NULL)",
        ),
    ],
)
def test_a_table_that_requires_a_filter_gets_one(by: Any, condition: str) -> None:
    assert f"\n  AND {condition}" in query(partition_by=by, require_partition_filter=True)
    assert "AND" not in query(partition_by=by)


def test_the_type_of_a_looked_up_column_is_not_known() -> None:
    assert "AND" not in query(partition_by="region_since", require_partition_filter=True)


def test_the_address_of_a_table() -> None:
    rules = contract("a", destination={"dataset": "sales", "table": "orders"})
    assert (
        "https://console.cloud.google.com/bigquery"
        "?project=my-project&p=my-project&d=sales&t=orders&page=table"
    ) == table_link(rules, "my-project")
