"""frictionless: its own validate() with the contract's Table Schema."""

from pathlib import Path
from typing import Any, Final

from frictionless import Resource, Schema, system, validate

from bench.contenders import orders_rules as rules
from bench.outcome import Outcome

_TEXT: Final = {"required": True}
_FIELDS: Final[list[dict[str, Any]]] = [
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
FIELDS: Final[list[dict[str, Any]]] = [{"type": "string", **field} for field in _FIELDS]


def run(path: Path) -> Outcome:
    schema = Schema.from_descriptor({"fields": FIELDS})
    with system.use_context(trusted=True):
        report = validate(
            Resource(path=str(path), schema=schema, encoding="utf-8", format="csv"),
            limit_errors=10_000_000,
        )
    outcome = Outcome(rows=report.tasks[0].stats["rows"])
    for row, column, kind in report.flatten(["rowNumber", "fieldName", "type"]):
        if row is None:
            raise RuntimeError(f"frictionless gave up: {kind}: {report.flatten(['note'])[:3]}")
        # Its row 1 is the header. A cell too many or too few is the row's fault, as csvgate has it.
        whole = kind in ("extra-cell", "missing-cell")
        outcome.findings.append((row - 1, None if whole else column, None))
    return outcome
