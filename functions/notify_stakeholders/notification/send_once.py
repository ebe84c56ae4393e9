"""Sends one email per outcome with the help of a claim in the ledger (step 5 of the protocol).

SendGrid has no idempotency key. If the function crashes after SendGrid accepted the email and
before the ledger records it, the claim has no result. After the lease, the next delivery claims
again and sends a second email. This window is the documented exception to "once".
"""

from dataclasses import dataclass
from datetime import timedelta

from csvgate.ports import Clock
from csvgate.protocol.events import Outcome
from csvgate.protocol.ledger.entries import SendClaim, SendReleased, Sent
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import EMAIL_CLAIM, EMAIL_RELEASED, EMAIL_SENT
from csvgate.runtime.errors import Transient

LEASE = timedelta(seconds=30)
"""Longer than one send including its timeout, so that two instances never hold it together."""


@dataclass(frozen=True, slots=True)
class SendClaims:
    """The numbered claims for the email about one outcome of an upload; each is created once."""

    ledger: Ledger
    upload: str
    outcome: Outcome
    holder: str
    clock: Clock

    def acquire(self) -> int | None:
        """Claim the email and return the claim's number, or None if the email was already sent.
        Raises Transient `notify.claimed` while another delivery may be sending it."""
        email = {"upload": self.upload, "outcome": self.outcome}
        number = 0
        while True:
            if self.ledger.get(EMAIL_SENT, **email) is not None:
                return None
            ours = SendClaim(at=self.clock(), holder=self.holder)
            if self.ledger.create(EMAIL_CLAIM, ours, **email, number=number):
                return number
            claim = self.ledger.get(EMAIL_CLAIM, **email, number=number)
            released = self.ledger.get(EMAIL_RELEASED, **email, number=number)
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
        parts = {"upload": self.upload, "outcome": self.outcome}
        self.ledger.create(EMAIL_RELEASED, SendReleased(), **parts, number=number)

    def mark_sent(self, message_id: str, recipients: int) -> None:
        sent = Sent(at=self.clock(), message_id=message_id, recipients=recipients)
        self.ledger.create(EMAIL_SENT, sent, upload=self.upload, outcome=self.outcome)
