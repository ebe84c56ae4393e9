"""A contract and the table that its first upload creates, to be varied."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from csvgate.contracts.model import Contract
from csvgate_ops.author.diff.compare import created
from csvgate_ops.deploy.tables.expected import expected
from csvgate_ops.deploy.tables.model import ExistingTable

FIELDS = (
    {"name": "sale_id", "description": "The till's number"},
    {"name": "city", "bigquery": "STRING(40)"},
    {"name": "price", "type": "number", "bigquery": "NUMERIC(12, 2)"},
    {"name": "pieces", "type": "integer"},
    {"name": "day", "type": "date"},
)
DESTINATION = {"dataset": "shop", "table": "sales", "partition_by": "day"}


def contract(*fields: Mapping[str, Any], **properties: Any) -> Contract:
    whole = {
        "dataset": "sales",
        "match": ["sales/*.csv"],
        "destination": {**DESTINATION, **properties.pop("destination", {})},
        **properties,
        "schema": {"fields": fields or FIELDS, **properties.get("schema", {})},
    }
    return Contract.model_validate_json(
        json.dumps(whole), strict=True, by_alias=True, by_name=False
    )


def table(**changes: Any) -> ExistingTable:
    """The table of the contract as the first upload creates it, with changes."""
    return replace(created(expected(contract(), ())), **changes)


def with_column(name: str, **changes: Any) -> ExistingTable:
    columns = table().columns
    return table(columns=tuple(replace(c, **changes) if c.name == name else c for c in columns))


def without_column(name: str) -> ExistingTable:
    return table(columns=tuple(c for c in table().columns if c.name != name))
