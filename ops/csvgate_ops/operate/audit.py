"""Records in the audit bucket what operators do, when and why. Its retention policy
keeps entries from being deleted or replaced.

An action has a folder, `audit/<day>/<run>/`, whose name sorts by time, so that listing one day is
cheap. A run on dead letters records its beginning and its end (`dead_letters/audit.py`). A single
action, such as lifting a breaker, has one object.
"""

import getpass
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from csvgate.protocol.ledger.entries import AuditAction
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.errors import Transient


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts."""

    name: str
    """An email address, or the local user and machine."""
    verified_by: str = ""
    """How the name was proven: `iap` or `id-token`. Empty if it is only claimed: on their own
    machine, operators can call themselves what they like."""


def now() -> datetime:
    return datetime.now(UTC)


def operator() -> str:
    """Return the person at this machine, such as `ada@workstation`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def named(actor: str, verified_by: str) -> str:
    """Return the name of an actor for people. It says if nobody has verified it."""
    return actor if verified_by else f"{actor} (claimed)"


def new_run(action: str, at: datetime) -> str:
    """Return a unique name that sorts by time: `<day>/<time>-<action>-<random>`, in UTC."""
    at = at.astimezone(UTC)
    kind = re.sub(r"[^a-z0-9.]+", "_", action.lower())
    return f"{at:%Y-%m-%d}/{at:%H%M%S.%f}-{kind}-{uuid4().hex[:8]}"


def run_parts(run: str) -> dict[str, str]:
    """Return the parts of the object names of a run."""
    day, _, name = run.partition("/")
    return {"day": day, "run": name}


def record(
    ledger: Ledger,
    action: str,
    actor: str,
    reason: str,
    details: Mapping[str, Any],
    clock: Callable[[], datetime] = now,
    *,
    verified_by: str = "",
) -> str:
    """Record a single action before it is carried out, and return its run. Raises Transient or
    Permanent if the entry cannot be written; the action must then not take place."""
    at = clock().astimezone(UTC)
    run = new_run(action, at)
    entry = AuditAction(
        action=action,
        actor=actor,
        verified_by=verified_by,
        at=at,
        reason=reason,
        details=dict(details),
    )
    audit = ledger.audit
    if not audit.create(AUDIT_RECORDED, entry, **run_parts(run)):
        name = AUDIT_RECORDED.name(**run_parts(run))
        raise Transient("audit.taken", f"gs://{audit.bucket}/{name} exists already; try again")
    return run
