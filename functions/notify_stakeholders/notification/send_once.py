"""Sends one email per outcome with the help of a claim in the ledger (step 5 of the protocol).

SendGrid has no idempotency key. If the function crashes after SendGrid accepted the email and
before the ledger records it, the claim has no result. After the lease, the next delivery claims
again and sends a second email. This window is the documented exception to "once".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from csvgate.ports import Clock
from csvgate.protocol.ledger import Ledger
from csvgate.protocol.ledger_entries import Entry
from csvgate.runtime.errors import Transient

LEASE = timedelta(seconds=30)
"""Longer than one send including its timeout, so that two instances never hold it together."""


class SendClaim(Entry):
    at: datetime
    holder: str


class Sent(Entry):
    at: datetime
    message_id: str
    recipients: int


@dataclass(frozen=True, slots=True)
class SendClaims:
    """The numbered claims for the email about one outcome of an upload; each is created once."""

    ledger: Ledger
    prefix: str
    holder: str
    clock: Clock

    def acquire(self) -> int | None:
        """Claim the email and return the claim's number, or None if the email was already sent.
        Raises Transient `notify.claimed` while another delivery may be sending it."""
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
                    f"another delivery claimed the email at {claim.at.isoformat()}, for "
                    f"{LEASE.seconds} s",
                )
            number += 1

    def release(self, number: int) -> None:
        """Give up the claim because the email was certainly not sent, so that the next delivery
        does not have to wait for the lease."""
        self.ledger.create(f"{self.prefix}released-{number:04d}.json", Entry())

    def mark_sent(self, message_id: str, recipients: int) -> None:
        self.ledger.create(
            f"{self.prefix}sent.json",
            Sent(at=self.clock(), message_id=message_id, recipients=recipients),
        )
