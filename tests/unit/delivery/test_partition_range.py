"""The bounds of an upload's values in the partition column, which queries and statements name."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from csvgate.contracts.hashing import from_json
from csvgate.validation.batch import Batch
from intake.partition_bounds import PartitionRange

FIELDS = [
    {"name": "branch", "type": "integer"},
    {"name": "day", "type": "date"},
    {"name": "moment", "type": "datetime"},
]
RANGES = {"start": 0, "end": 1000, "step": 10}


def bounds(partition_by: Any, *batches: list[list[Any]]) -> tuple[str, str, str] | None:
    """The bounds of batches, each as its columns."""
    destination = {"dataset": "shop", "table": "sales", "partition_by": partition_by}
    contract = {"dataset": "sales", "match": ["*"], "schema": {"fields": FIELDS}}
    found = PartitionRange(from_json(json.dumps({**contract, "destination": destination})))
    for columns in batches:
        header: Any = None
        found.add(Batch(header, lines=[2] * len(columns[0]), columns=columns))
    made = found.bounds()
    return (made.column, made.low, made.high) if made else None


ROWS: list[Any] = [
    [[7, 3], [date(2026, 11, 21)] * 2, [datetime(2026, 11, 21, 8, tzinfo=UTC)] * 2],
    [[12], [date(2026, 12, 1)], [datetime(2026, 11, 20, 23, 30, tzinfo=UTC)]],
]


@pytest.mark.parametrize(
    ("partition_by", "expected"),
    [
        ({"column": "branch", **RANGES}, ("branch", "3", "12")),
        ({"column": "day", "unit": "month"}, ("day", "2026-11-21", "2026-12-01")),
        (
            {"column": "moment", "unit": "hour"},
            ("moment", "2026-11-20 23:30:00+00:00", "2026-11-21 08:00:00+00:00"),
        ),
        ({"unit": "day"}, None),
        (None, None),
        ("_ingested_at", None),
    ],
)
def test_bounds(partition_by: Any, expected: tuple[str, str, str] | None) -> None:
    arrow: list[Any] = [[pa.array(column) for column in columns] for columns in ROWS]
    assert bounds(partition_by, *ROWS) == bounds(partition_by, *arrow) == expected


def test_a_missing_integer_makes_them_unknown() -> None:
    rows: list[Any] = [[None, 3], *ROWS[0][1:]]
    assert bounds({"column": "branch", **RANGES}, rows) is None
