"""Read what operators did from the audit log, newest first, one page at a time.

A run of an action on dead letters has a folder (`csvgate_ops.operate.dead_letters.audit`),
everything else has one object (`csvgate_ops.operate.audit`).
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from csvgate.protocol.ledger import Ledger
from csvgate_ops.operate.audit import PREFIX, AuditEntry
from csvgate_ops.operate.dead_letters.audit import Begun, Ended

_READERS: Final = 8
_OPENINGS: Final = ("begun", "revealed")
"""One of these opens the entries of a run."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    name: str
    """`<yyyy-mm-dd>/<run>`, which sorts by time."""
    action: str
    actor: str
    at: datetime
    reason: str
    wanted: Mapping[str, Any]
    """The selection, by the names that the action gives it."""
    ended: Ended | None
    """None while a run is in progress, after an interruption, and for other actions."""
    is_run: bool
    """Whether it is a run on letters, which has an end."""


def names(ledger: Ledger) -> list[str]:
    """Newest first. One listing (of years 2000 to 2999)."""
    return sorted(set(_names(ledger)), reverse=True)


def _names(ledger: Ledger) -> Iterator[str]:
    for path in ledger.names(f"{PREFIX}2"):
        name, _, entry = path.removeprefix(PREFIX).removesuffix(".json").rpartition("/")
        if "/" not in name:
            yield f"{name}/{entry}"
        elif entry in _OPENINGS:
            yield name


def audit_records(ledger: Ledger, wanted: Sequence[str]) -> list[AuditRecord]:
    with ThreadPoolExecutor(_READERS) as readers:
        return [found for found in readers.map(lambda n: audit_record(ledger, n), wanted) if found]


def audit_record(ledger: Ledger, name: str) -> AuditRecord | None:
    """None when there is no such entry."""
    if entry := ledger.get(AuditEntry, f"{PREFIX}{name}.json"):
        return AuditRecord(
            name, entry.action, entry.actor, entry.at, entry.reason, entry.details, None, False
        )
    for opening in _OPENINGS:
        if begun := ledger.get(Begun, f"{PREFIX}{name}/{opening}.json"):
            ended = ledger.get(Ended, f"{PREFIX}{name}/ended.json")
            is_run = opening == "begun"
            return AuditRecord(
                name, begun.action, begun.actor, begun.at, begun.reason, begun.wanted, ended, is_run
            )
    return None
