"""Step 5 of the delivery protocol: one email per outcome, by a claim in the ledger.

SendGrid knows no idempotency key. A crash between its acceptance and our mark leaves the claim
without an answer; after the lease the next delivery claims anew and sends again. That one window is
the documented exception to "once".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from csvgate.ports import Clock
from csvgate.protocol.ledger import Ledger
from csvgate.protocol.ledger_entries import Entry
from csvgate.runtime.errors import Transient

LEASE = timedelta(seconds=30)
"""Longer than one send with its timeout, so that two instances never hold it at once."""


class SendClaim(Entry):
    at: datetime
    holder: str


class Sent(Entry):
    at: datetime
    message_id: str
    recipients: int


@dataclass(frozen=True, slots=True)
class SendClaims:
    """The claims of one outcome of one upload: numbered, each created once."""

    ledger: Ledger
    prefix: str
    holder: str
    clock: Clock

    def acquire(self) -> int | None:
        """The number of our claim; None when the email is sent. Raises Transient
        `notify.claimed` while somebody else may be sending it."""
        number = 0
        while True:
            if self.ledger.get(Sent, f"{self.prefix}sent.json") is not None:
                return None
            name = f"{self.prefix}claim-{number:04d}.json"
            if self.ledger.create(name, SendClaim(at=self.clock(), holder=self.holder)):
                return number
            claim = self.ledger.get(SendClaim, name)
            released = self.ledger.get(Entry, f"{self.prefix}released-{number:04d}.json")
            if claim is not None and released is None and self.clock() < claim.at + LEASE:
                raise Transient(
                    "notify.claimed",
                    f"claimed at {claim.at.isoformat()}; free again {LEASE.seconds} s later",
                )
            number += 1

    def release(self, number: int) -> None:
        """The email was certainly not sent under this claim: the next delivery need not wait."""
        self.ledger.create(f"{self.prefix}released-{number:04d}.json", Entry())

    def mark_sent(self, message_id: str, recipients: int) -> None:
        self.ledger.create(
            f"{self.prefix}sent.json",
            Sent(at=self.clock(), message_id=message_id, recipients=recipients),
        )
