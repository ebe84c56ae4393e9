"""The failure boundary of every function: the one place that decides what happens on a failure.

A Permanent failure becomes a dead letter, and the event counts as done. A Transient or unknown one
is raised, and the platform retries with backoff. On the last attempt it becomes a dead letter here,
because the platform would forward the message without the reason.

While the function's breaker is open, every failure is raised instead, without a dead letter and
without a notification: the messages wait in their subscription. Only at the last attempt does the
boundary send the letter itself, with the true reason and the attribute `csvgate-breaker: open`. The
platform would forward the message at that moment anyway, but without a reason. A broken deploy
therefore fills the dead-letter topic no faster, and no upload is announced as failed.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Generic, Protocol, TypeVar

from cloudevents.http import CloudEvent

from csvgate.light_dataclass import dataclass
from csvgate.protocol.cloudevents_pubsub import Delivery, raw_delivery
from csvgate.protocol.dead_letters import BREAKER, BREAKER_OPEN, DeadLetterTopic
from csvgate.runtime.breaker import subject_of
from csvgate.runtime.breaker_guard import Guard, Unguarded
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.library_words import last_place, library_words
from csvgate.runtime.log import log

T = TypeVar("T")


class Unfinished(str):
    """The name of an outcome that leaves the upload to other messages. It is acknowledged, and the
    breaker does not count it: whether the upload succeeds is not known yet, or it has failed."""

    __slots__ = ()


class Handler(Protocol[T]):
    """Handles the events of one function, each decoded into a T."""

    def decode(self, event: CloudEvent, delivery: Delivery) -> T:
        """Decode the event. Raises Permanent `event.malformed`."""

    def context(self, work: T) -> Mapping[str, str]:
        """Return fields for logs and dead letters, such as `upload`, and `trace` if it is not the
        delivery's. They must not contain row content."""

    def object_name(self, work: T) -> str:
        """Return the name of the upload's object, or "" if it is not known. Only the log entry of a
        dead letter has it, so that alerts can name the object. May read the ledger."""

    def handle(self, work: T, delivery: Delivery) -> str:
        """Process the event and return the outcome's name, `Unfinished` if the upload remains under
        way. Raises Transient and Permanent."""

    def give_up(self, work: T, failure: Failure) -> None:
        """Do what must happen before the dead letter is sent. If it raises Permanent, the dead
        letter is sent all the same; after any other exception the event is retried."""


def classify(error: Exception) -> Failure:
    """Return the failure for an exception; an unexpected exception is transient. Its message says
    where it was raised, but not its words, which may quote a row."""
    if isinstance(error, Failure):
        return error
    return Transient("unexpected", f"{library_words(error)} at {last_place(error)}")


@dataclass(frozen=True, slots=True)
class FailureBoundary(Generic[T]):
    """Receives an event, lets the handler process it, and decides what happens on a failure."""

    handler: Handler[T]
    receive: Callable[[CloudEvent], Delivery]
    dead_letters: DeadLetterTopic
    max_attempts: int
    breaker: Guard = field(default_factory=Unguarded)

    def __call__(self, event: CloudEvent) -> str:
        """Handle the event and return the outcome's name. Raises what the platform should
        retry."""
        try:
            delivery = self.receive(event)
        except Permanent as failure:
            return self._give_up(failure, raw_delivery(event), {}, failure)
        try:
            work = self.handler.decode(event, delivery)
        except Exception as error:  # noqa: BLE001 - the one place that classifies all
            return self._failed(error, delivery, {})
        context = dict(self.handler.context(work))
        delivery = replace(delivery, trace=context.pop("trace", delivery.trace))
        try:
            outcome = self.handler.handle(work, delivery)
        except Exception as error:  # noqa: BLE001 - the one place that classifies all
            return self._failed(error, delivery, context, work)
        if not isinstance(outcome, Unfinished):
            self.breaker.handled()
        log("INFO", outcome, {**context, "trace": delivery.trace})
        return outcome

    def _failed(
        self,
        error: Exception,
        delivery: Delivery,
        context: Mapping[str, str],
        work: T | None = None,
    ) -> str:
        failure = classify(error)
        if not isinstance(failure, Permanent) and not self._is_last(delivery):
            fields = _fields(failure, delivery, context)
            log("WARNING", "will be retried", fields, exc_info=failure is not error)
            raise _without_causes(failure)
        return self._give_up(failure, delivery, context, error, work)

    def _is_last(self, delivery: Delivery) -> bool:
        return delivery.attempt is not None and delivery.attempt >= self.max_attempts

    def _give_up(
        self,
        failure: Failure,
        delivery: Delivery,
        context: Mapping[str, str],
        error: Exception,
        work: T | None = None,
    ) -> str:
        try:
            permit = self.breaker.permit()
        except Transient as opened:
            if self._is_last(delivery):
                return self._forward(failure, delivery, context, error, work)
            fields = _fields(opened, delivery, context) | {"failure": str(failure)}
            log("WARNING", "breaker open, will be retried", fields)
            raise opened from _without_causes(failure)
        if work is not None:
            try:
                self.handler.give_up(work, failure)
            except Permanent as other:
                fields = _fields(other, delivery, context)
                log("ERROR", "failure not announced", fields, exc_info=True)
        self.dead_letters.send(delivery, failure, context)
        self.breaker.sent(permit, subject_of(context, delivery.message), failure.code)
        fields = {**_fields(failure, delivery, context), **self._named(work)}
        log("ERROR", "dead-lettered", fields, exc_info=failure is not error)
        return f"dead-lettered: {failure.code}"

    def _forward(
        self,
        failure: Failure,
        delivery: Delivery,
        context: Mapping[str, str],
        error: Exception,
        work: T | None,
    ) -> str:
        """Send the letter that the platform would send now, with the reason. The handler does not
        give up on the work, because nobody is to be notified; the letter does not count, because
        the breaker is open."""
        self.dead_letters.send(delivery, failure, {**context, BREAKER: BREAKER_OPEN})
        fields = {**_fields(failure, delivery, context), **self._named(work)}
        log(
            "ERROR",
            "dead-lettered",
            fields | {BREAKER: BREAKER_OPEN},
            exc_info=failure is not error,
        )
        return f"dead-lettered: {failure.code}"

    def _named(self, work: T | None) -> dict[str, str]:
        """Return the name of the object for the log. The dead letter is sent by now, so nothing may
        fail: the event would be retried, and the letter sent a second time."""
        if work is None:
            return {}
        try:
            name = self.handler.object_name(work)
        except Exception:  # noqa: BLE001 - the entry is then written without the name
            return {}
        return {"object": name} if name else {}


def _without_causes(failure: Failure) -> Failure:
    """Return the failure without the exceptions that caused it: the platform writes what is raised,
    with all causes and their words, to its log."""
    failure.__cause__ = None
    failure.__suppress_context__ = True
    return failure


def _fields(
    failure: Failure, delivery: Delivery, context: Mapping[str, str]
) -> dict[str, str | int | None]:
    return {
        **context,
        "code": failure.code,
        "reason": failure.message,
        "attempt": delivery.attempt,
        "trace": delivery.trace,
    }
