"""frictionless: validate() with the contract's Table Schema."""

from pathlib import Path
from typing import Any, Final

from frictionless import Resource, Schema, system, validate

from bench.contenders import Outcome
from bench.contenders import orders_rules as rules
from csvgate.contracts.model import Contract

_TEXT: Final = {"required": True}
_ORDERS: Final[list[dict[str, Any]]] = [
    {"name": "order_id", "constraints": {"unique": True, "pattern": rules.ORDER_ID, **_TEXT}},
    {"name": "customer_id", "constraints": {"pattern": rules.CUSTOMER_ID, **_TEXT}},
    {"name": "email", "format": "email", "constraints": _TEXT},
    {"name": "country", "constraints": {"enum": list(rules.COUNTRIES), **_TEXT}},
    {"name": "currency", "constraints": {"enum": list(rules.CURRENCIES), **_TEXT}},
    {"name": "amount", "type": "number", "constraints": {"minimum": 0, **_TEXT}},
    {"name": "quantity", "type": "integer", "constraints": {"minimum": 1, "maximum": 1000} | _TEXT},
    {"name": "ordered_at", "type": "datetime", "constraints": _TEXT},
    {"name": "status", "constraints": {"enum": list(rules.STATUSES), **_TEXT}},
    {"name": "notes"},
]
_FIELDS: Final[list[dict[str, Any]]] = [{"type": "string", **field} for field in _ORDERS]


def run(path: Path, _contract: Contract) -> Outcome:
    schema = Schema.from_descriptor({"fields": _FIELDS})
    with system.use_context(trusted=True):
        report = validate(
            Resource(path=str(path), schema=schema, encoding="utf-8", format="csv"),
            limit_errors=10_000_000,
        )
    outcome = Outcome(rows=report.tasks[0].stats["rows"])
    for row, column, kind in report.flatten(["rowNumber", "fieldName", "type"]):
        if row is None:
            raise RuntimeError(f"frictionless stopped: {kind}: {report.flatten(['note'])[:3]}")
        # frictionless counts the header as row 1. A missing or an extra cell is a fault of the row,
        # as in csvgate.
        of_row = kind in ("extra-cell", "missing-cell")
        outcome.findings.append((row - 1, None if of_row else column, None))
    return outcome
