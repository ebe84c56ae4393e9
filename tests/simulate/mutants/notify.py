"""Bugs of step 12: one email per end."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from csvgate.protocol.ledger.entries import SendClaim
from csvgate.protocol.ledger.paths import EMAIL_CLAIM, EMAIL_SENT
from notification import handler, recipients, send_once
from notification.handler import Notifier
from notification.send_once import SendClaims
from simulate.world.swap import swapped

Swap = AbstractContextManager[Any]


def _marked_before_sent() -> Swap:
    original = SendClaims.acquire

    def acquire(self: SendClaims) -> int | None:
        number = original(self)
        if number is not None:
            self.mark_sent("early", 1)
        return number

    return swapped(SendClaims, "acquire", acquire)


def _no_claim() -> Swap:
    def acquire(self: SendClaims) -> int | None:
        sent = self.ledger.get(EMAIL_SENT, upload=self.upload, end=self.end)
        return 0 if sent is None else None

    return swapped(SendClaims, "acquire", acquire)


def _mark_not_read() -> Swap:
    return swapped(SendClaims, "acquire", lambda self: 0)


def _mark_read_once() -> Swap:
    """The mark is read before the claims, not again for each of them."""

    def acquire(self: SendClaims) -> int | None:
        if self._is_sent():
            return None
        number = 0
        while True:
            ours = SendClaim(at=self.clock(), holder=self.holder)
            if self.ledger.create(EMAIL_CLAIM, ours, **self._email, number=number):
                return number
            self._require_free(number)
            number += 1

    return swapped(SendClaims, "acquire", acquire)


def _claimed_per_outcome() -> Swap:
    """A second, different failure is not announced."""
    return swapped(handler, "end_of", lambda finished: finished.outcome)


def _recipients_of_deployed_contracts() -> Swap:
    return swapped(recipients, "_pinned", lambda *_: None)


def _no_lease() -> Swap:
    return swapped(SendClaims, "_require_free", lambda self, number: None)


def _claim_never_free() -> Swap:
    return swapped(send_once, "LEASE", timedelta(days=10_000))


def _failure_is_sent() -> Swap:
    """An email that the mailer refuses counts as sent."""
    original = Notifier.handle

    def handle(self: Notifier, *args: Any) -> str:
        try:
            return original(self, *args)
        except Exception as error:
            if str(error).startswith("mail."):
                return "sent"
            raise

    return swapped(Notifier, "handle", handle)


NOTIFY: dict[str, Callable[[], Swap]] = {
    "email marked before it is sent": _marked_before_sent,
    "email not claimed": _no_claim,
    "email's mark not read": _mark_not_read,
    "email's mark read once instead of per attempt": _mark_read_once,
    "email claimed per outcome instead of per end": _claimed_per_outcome,
    "recipients of deployed contracts only": _recipients_of_deployed_contracts,
    "email's claim without a lease": _no_lease,
    "email's claim never free": _claim_never_free,
    "email's failure ignored": _failure_is_sent,
}
