"""Claims the email about an end of an upload in the ledger, so that it is sent once (step 12 of the
delivery protocol in docs/architecture.md).

SendGrid has no idempotency key. If the function crashes after SendGrid accepted the email and
before the ledger records it, the claim has no result. After the lease, the next delivery claims
again and sends a second email. This window is the documented exception to "once".

Without another delivery, an email costs two creates (the claim and the mark) and no read: claim
number 0 is created before anything is read.
"""

from datetime import timedelta
from typing import Final

from csvgate.light_dataclass import dataclass
from csvgate.ports import SEND_SECONDS, Clock
from csvgate.protocol.ledger.entries import SendClaim, SendReleased, Sent
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import EMAIL_CLAIM, EMAIL_RELEASED, EMAIL_SENT
from csvgate.runtime.errors import Transient

SEND: Final = timedelta(seconds=SEND_SECONDS)
LEASE = timedelta(seconds=60)
"""How long a claim keeps other deliveries from sending. It covers a slow claim, the whole send and
a slow mark, each as long as SEND, so that two instances never send at the same time. A mark that
takes longer is like a crash before it."""


@dataclass(frozen=True, slots=True)
class SendClaims:
    """The numbered claims for the email about one end of an upload; each is created once."""

    ledger: Ledger
    upload: str
    end: str
    """`csvgate.protocol.messages.outcome.end_of`."""
    holder: str
    clock: Clock

    def acquire(self) -> int | None:
        """Claim the email and return the claim's number, or None if the email was already sent.
        Raises Transient `notify.claimed` while another delivery may be sending it."""
        number = 0
        while True:
            ours = SendClaim(at=self.clock(), holder=self.holder)
            if self.ledger.create(EMAIL_CLAIM, ours, **self._email, number=number):
                # The holder of an earlier claim may have marked the email since this delivery
                # looked for the mark.
                if number > 0 and self._is_sent():
                    return None
                self._require_time(ours, number)
                return number
            if self._is_sent():
                return None
            self._require_free(number)
            number += 1

    def release(self, number: int) -> None:
        """Give up the claim because the email was certainly not sent, so that the next delivery
        does not have to wait for the lease."""
        self.ledger.create(EMAIL_RELEASED, SendReleased(), **self._email, number=number)

    def mark_sent(self, message_id: str, recipients: int) -> None:
        sent = Sent(at=self.clock(), message_id=message_id, recipients=recipients)
        self.ledger.create(EMAIL_SENT, sent, **self._email)

    def _is_sent(self) -> bool:
        return self.ledger.get(EMAIL_SENT, **self._email) is not None

    def _require_free(self, number: int) -> None:
        """Raises Transient `notify.claimed` unless the claim was released or its lease is over."""
        claim = self.ledger.get(EMAIL_CLAIM, **self._email, number=number)
        released = self.ledger.get(EMAIL_RELEASED, **self._email, number=number)
        if claim is not None and released is None and self.clock() < claim.at + LEASE:
            raise Transient(
                "notify.claimed",
                f"another delivery claimed the email at {claim.at.isoformat()}, for "
                f"{LEASE.seconds} s",
            )

    def _require_time(self, ours: SendClaim, number: int) -> None:
        """Raises Transient `notify.claimed` if the claim took so long that its lease might end
        before the email is sent and marked."""
        took = self.clock() - ours.at
        if took > LEASE - 2 * SEND:
            self.release(number)
            raise Transient(
                "notify.claimed",
                f"the ledger took {took.total_seconds():.0f} s to record the claim of the email, "
                f"which is too long for its lease of {LEASE.seconds} s",
            )

    @property
    def _email(self) -> dict[str, str]:
        return {"upload": self.upload, "end": self.end}
