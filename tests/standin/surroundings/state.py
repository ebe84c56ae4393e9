"""The state of the project's surroundings. The default lets a deploy succeed."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Surroundings:
    lifecycle: str = "ACTIVE"
    billing: bool = True
    lacking: set[str] = field(default_factory=set)
    """Permissions that the caller does not have."""
    org_policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Constraint → `listPolicy` or `booleanPolicy` as it applies to the project."""
    quotas: dict[str, int] = field(
        default_factory=lambda: {
            "run.googleapis.com/cpu_allocation": 200_000,
            "run.googleapis.com/mem_allocation": 400 * 2**30,
        }
    )
    """Metric → limit in every region."""
    connectors: dict[str, dict[str, Any]] = field(default_factory=dict)
    routers: list[dict[str, Any]] = field(default_factory=list)
    foreign_buckets: set[str] = field(default_factory=set)
    """Names of buckets in other projects."""
    secret_values: dict[str, str] = field(default_factory=dict)
    mail_scopes: list[str] = field(default_factory=lambda: ["mail.send"])
    mail_key_is_full: bool = False
    """Whether the key may do more than send emails."""
    mail_senders: list[str] = field(default_factory=list)
    """Verified addresses at SendGrid."""
