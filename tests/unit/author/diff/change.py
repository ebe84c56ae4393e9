"""A contract, and how a change of it is written down."""

from dataclasses import dataclass, field
from typing import Any

OLD: dict[str, Any] = {
    "dataset": "sales",
    "match": ["sales/*.csv", "till/*.csv"],
    "schema": {
        "fields": [
            {"name": "sale_id", "constraints": {"required": True}},
            {"name": "city", "bigquery": "STRING(40)", "label": ["City", "Town"]},
            {
                "name": "price",
                "type": "number",
                "bigquery": "NUMERIC(12, 2)",
                "constraints": {"minimum": 0, "maximum": 1000},
            },
            {"name": "pieces", "type": "integer"},
            {"name": "kind", "constraints": {"enum": ["cash", "card"]}},
            {"name": "day", "type": "date", "format": "%d.%m.%Y"},
        ],
        "primaryKey": ["sale_id"],
    },
    "destination": {
        "dataset": "shop",
        "table": "sales",
        "partition_by": "day",
        "cluster_by": ["city"],
        "labels": {"team": "shop"},
    },
    "limits": {"rejected_rate": 0.1},
    "enrich": [
        {"lookup": {"reference": "shops", "by": "city", "add": ["region"]}},
        {"derive": {"total": {"sql": "price * pieces", "bigquery": "NUMERIC"}}},
    ],
    "references": {
        "shops": {"object": "shops.csv", "key": "city", "columns": {"region": "STRING(2)"}}
    },
}


@dataclass(frozen=True)
class Change:
    """`edits` are new values by path; a value of None removes the property. `says` are parts of the
    findings, each as `about place: text`; with `!` before it, it is breaking."""

    edits: dict[str, Any]
    verdict: str
    ddl: tuple[str, ...] = ()
    says: tuple[str, ...] = field(default=())


def sales(rest: str) -> str:
    return f"ALTER TABLE `shop`.`sales` {rest}"


FIELD = "schema.fields"
