"""Conditions on the partition column of a table, which BigQuery may require of every query.

A table with `require_partition_filter` refuses queries, MERGE and DELETE whose condition cannot be
used for leaving out partitions, even if they are about all rows.
"""

from collections.abc import Mapping
from typing import Final

from csvgate.ports import Partitioning

ARRIVAL: Final = "_PARTITIONTIME"
"""The pseudocolumn of tables that are partitioned by the time at which rows arrive."""
_FIRST: Final[Mapping[str, str]] = {
    "DATE": "DATE '0001-01-01'",
    "DATETIME": "DATETIME '0001-01-01 00:00:00'",
    "TIMESTAMP": "TIMESTAMP '0001-01-01 00:00:00+00'",
    "INT64": str(-(2**63)),
}
"""The least value of each type that a table can be partitioned by."""


def every_partition(column: str | None, kind: str) -> str:
    """Return a SQL condition that every row meets and that counts as a filter on the partition.
    `column` is None for tables partitioned by arrival; `kind` is the column's BigQuery type without
    parameters. It is an inequality, because BigQuery simplifies `IS NULL OR IS NOT NULL`."""
    name = f"`{column}`" if column else ARRIVAL
    first = _FIRST[kind if column else "TIMESTAMP"]
    return f"({name} >= {first} OR {name} IS NULL)"


def filter_of_all(partitioning: Partitioning, kinds: Mapping[str, str]) -> str:
    """Return `every_partition` for a table; `kinds` are the types of its columns, by name in lower
    case."""
    column = partitioning.column
    return every_partition(column, kinds[column.lower()] if column else "TIMESTAMP")
