"""What operators did, as the audit trail has it: newest first, a few read at a time.

Each action has a folder (`csvgate_ops.operate.audit`).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from csvgate.protocol.ledger.entries import AuditEnd
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_BEGUN, AUDIT_ENDED, AUDIT_RECORDED
from csvgate_ops.operate.audit import run_parts

_READERS: Final = 8


@dataclass(frozen=True, slots=True)
class AuditRecord:
    name: str
    """`<yyyy-mm-dd>/<run>`, which sorts by time."""
    action: str
    actor: str
    at: datetime
    reason: str
    wanted: Mapping[str, Any]
    """What was meant, by the names that the action gives it."""
    ended: AuditEnd | None
    """None while it is under way, after an interruption, and for what has no end to record."""
    is_run: bool
    """Something that ends: a run on letters."""


def names(ledger: Ledger) -> list[str]:
    """Newest first, from one listing."""
    return sorted(set(_names(ledger)), reverse=True)


def _names(ledger: Ledger) -> Iterator[str]:
    for name in ledger.names(AUDIT_BEGUN.prefix()):
        for path in (AUDIT_BEGUN, AUDIT_RECORDED):
            if parts := path.parse(name):
                yield f"{parts['day']}/{parts['run']}"


def audit_records(ledger: Ledger, wanted: Sequence[str]) -> list[AuditRecord]:
    with ThreadPoolExecutor(_READERS) as readers:
        return [found for found in readers.map(lambda n: audit_record(ledger, n), wanted) if found]


def audit_record(ledger: Ledger, name: str) -> AuditRecord | None:
    """None when there is no such entry."""
    parts = run_parts(name)
    begun = ledger.get(AUDIT_BEGUN, **parts)
    entry = begun or ledger.get(AUDIT_RECORDED, **parts)
    if entry is None:
        return None
    return AuditRecord(
        name=name,
        action=entry.action,
        actor=entry.actor,
        at=entry.at,
        reason=entry.reason,
        wanted=entry.details,
        ended=ledger.get(AUDIT_ENDED, **parts) if begun else None,
        is_run=begun is not None,
    )
