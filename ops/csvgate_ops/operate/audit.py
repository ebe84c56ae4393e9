"""Who did what, when and why: one object in the ledger bucket for every action of an operator.

Layout: audit/<yyyy-mm-dd>/<hhmmss.ffffff>-<action>-<mark>.json, in UTC. Names sort by time, and a
listing of one day is cheap.
"""

import getpass
import re
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, JsonValue

from csvgate.protocol.ledger import Ledger
from csvgate.runtime.errors import Transient

PREFIX = "audit/"


class AuditEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    action: str
    """As `dlq.replay` or `breaker.lift`."""
    actor: str
    at: datetime
    reason: str
    details: dict[str, JsonValue] = {}
    """What was acted upon: identifiers and counts, never row content."""


def now() -> datetime:
    return datetime.now(UTC)


def operator() -> str:
    """The person at this machine, as `ada@workstation`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def record(
    ledger: Ledger,
    action: str,
    actor: str,
    reason: str,
    details: Mapping[str, JsonValue],
    clock: Callable[[], datetime] = now,
) -> str:
    """Write the entry; its object's name. Returns once it is safe, raises Transient or Permanent
    when it is not: then the action must not take place."""
    at = clock().astimezone(UTC)
    kind = re.sub(r"[^a-z0-9.]+", "_", action.lower())
    name = f"{PREFIX}{at:%Y-%m-%d}/{at:%H%M%S.%f}-{kind}-{uuid4().hex[:8]}.json"
    entry = AuditEntry(action=action, actor=actor, at=at, reason=reason, details=dict(details))
    if not ledger.create(name, entry):
        raise Transient("audit.taken", f"gs://{ledger.bucket}/{name} is there already; try again")
    return name
