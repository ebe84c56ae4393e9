"""Sends one email per end of an upload to the recipients in its contract."""

from collections.abc import Callable, Mapping
from typing import Final, Self
from urllib.parse import quote

from cloudevents.http import CloudEvent

from csvgate.contracts.recipients import Recipients
from csvgate.light_dataclass import dataclass
from csvgate.ports import Clock, Mailer
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.entries import Note
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.messages.outcome import end_of, parse_outcome
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.start_up import Runtime
from notification.email.view import render
from notification.recipients import recipients
from notification.send_once import SendClaims

_FUNCTION: Final = "notify_stakeholders"


@dataclass(frozen=True, slots=True)
class Notifier:
    """Handles the outcome of an upload by sending the email about it."""

    ledger: Ledger
    mailer: Mailer
    recipients: Callable[[], Mapping[str, Recipients]]
    """Returns those of each dataset in the contracts that are in use now."""
    clock: Clock
    sender: str
    console_url: str
    holder: str

    @classmethod
    def of(
        cls,
        runtime: Runtime,
        mailer: Mailer,
        recipients: Callable[[], Mapping[str, Recipients]],
        clock: Clock,
    ) -> Self:
        settings = runtime.settings
        return cls(
            ledger=runtime.ledger,
            mailer=mailer,
            recipients=recipients,
            clock=clock,
            sender=settings.sender,
            console_url=settings.console_url,
            holder=settings.revision,
        )

    def decode(self, event: CloudEvent, delivery: Delivery) -> UploadFinished:  # noqa: ARG002
        return parse_outcome(delivery.message)

    def context(self, work: UploadFinished) -> dict[str, str]:
        return {"upload": work.upload.id, "plan": work.plan, "dataset": work.dataset}

    def object_name(self, work: UploadFinished) -> str:
        return work.upload.name

    def give_up(self, work: UploadFinished, failure: Failure) -> None:
        """Record the failure in the ledger for operators; an email about it could fail, too."""
        entries = self.ledger.upload(work.upload.id)
        if entries.received() is not None:
            note = Note(
                at=self.clock(), code=failure.code, message=failure.message, function=_FUNCTION
            )
            entries.note_failure(note)

    def handle(self, work: UploadFinished, delivery: Delivery) -> str:  # noqa: ARG002
        """Send the email unless it was sent before, and return what was done. Raises Transient
        and Permanent."""
        finished = work
        addresses = recipients(finished, self.recipients(), self.ledger)
        if not addresses:
            return "no recipients"
        claims = SendClaims(
            ledger=self.ledger,
            upload=finished.upload.id,
            end=end_of(finished),
            holder=self.holder,
            clock=self.clock,
        )
        number = claims.acquire()
        if number is None:
            return "sent before"
        email = render(
            finished,
            sender=self.sender,
            recipients=addresses,
            reject_url=self._reject_url(finished),
        )
        try:
            message_id = self.mailer.send(email)
        except (Transient, Permanent) as failure:
            if failure.code != "mail.unknown":
                claims.release(number)
            raise
        claims.mark_sent(message_id, len(addresses))
        return "sent"

    def _reject_url(self, finished: UploadFinished) -> str | None:
        if finished.rejects is None:
            return None
        path = f"{finished.rejects.bucket}/{finished.rejects.name}"
        return f"{self.console_url.rstrip('/')}/{quote(path)}"
