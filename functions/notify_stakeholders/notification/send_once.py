"""Step 5 of the delivery protocol: one email per outcome, by a claim in the ledger.

SendGrid knows no idempotency key. A crash between its acceptance and our mark leaves the claim
without an answer; after the lease the next delivery claims anew and sends again. That one window is
the documented exception to "once".
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
"""Longer than one send with its timeout, so that two instances never hold it at once."""


@dataclass(frozen=True, slots=True)
class SendClaims:
    """The claims of one outcome of one upload: numbered, each created once."""

    ledger: Ledger
    upload: str
    outcome: Outcome
    holder: str
    clock: Clock

    def acquire(self) -> int | None:
        """The number of our claim; None when the email is sent. Raises Transient
        `notify.claimed` while somebody else may be sending it."""
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
                    f"claimed at {claim.at.isoformat()}; free again {LEASE.seconds} s later",
                )
            number += 1

    def release(self, number: int) -> None:
        """The email was certainly not sent under this claim: the next delivery need not wait."""
        parts = {"upload": self.upload, "outcome": self.outcome}
        self.ledger.create(EMAIL_RELEASED, SendReleased(), **parts, number=number)

    def mark_sent(self, message_id: str, recipients: int) -> None:
        sent = Sent(at=self.clock(), message_id=message_id, recipients=recipients)
        self.ledger.create(EMAIL_SENT, sent, upload=self.upload, outcome=self.outcome)
