"""The request that creates a table."""

from typing import Any

import pytest
from google.cloud import bigquery

from csvgate.gcp.tables import as_table
from csvgate.ports import Column, Partitioning, TableOptions, TableSpec

COLUMNS = (Column("day", "DATE"), Column("branch", "INT64"), Column("moment", "TIMESTAMP"))
OPTIONS = TableOptions("All sales", (("team", "sales"),), 400, True, ("day", "branch"))


def request(by: Partitioning | None, options: TableOptions = OPTIONS) -> dict[str, Any]:
    spec = TableSpec("sales", "orders", COLUMNS, by, ("branch",), options)
    reference = bigquery.DatasetReference("p", "sales").table("orders")
    made: dict[str, Any] = as_table(spec, reference).to_api_repr()
    return {k: v for k, v in made.items() if k not in ("schema", "tableReference")}


ALWAYS = {
    "clustering": {"fields": ["branch"]},
    "description": "All sales",
    "labels": {"team": "sales"},
    "tableConstraints": {"primaryKey": {"columns": ["day", "branch"]}},
}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            Partitioning("day", "month"),
            {
                "timePartitioning": {
                    "type": "MONTH",
                    "field": "day",
                    "expirationMs": "34560000000",
                },
                "requirePartitionFilter": True,
            },
        ),
        (
            Partitioning(None, "hour"),
            {
                "timePartitioning": {"type": "HOUR", "expirationMs": "34560000000"},
                "requirePartitionFilter": True,
            },
        ),
        (
            Partitioning("branch", None, 0, 100, 10),
            {
                "rangePartitioning": {
                    "field": "branch",
                    "range": {"start": "0", "end": "100", "interval": "10"},
                },
                "requirePartitionFilter": True,
            },
        ),
        (None, {}),
    ],
)
def test_partitions_and_options(by: Partitioning | None, expected: dict[str, Any]) -> None:
    assert request(by) == {**ALWAYS, **expected, "labels": {"team": "sales"}}


def test_nothing_is_sent_for_what_the_contract_leaves_out() -> None:
    assert request(Partitioning("day"), TableOptions()) == {
        "clustering": {"fields": ["branch"]},
        "labels": {},
        "timePartitioning": {"type": "DAY", "field": "day"},
    }
