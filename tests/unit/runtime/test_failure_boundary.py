"""What the boundary does with each kind of failure, as one table of cases."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from cloudevents.http import CloudEvent

from csvgate.ports import Message
from csvgate.protocol.cloudevents_pubsub import Delivery
from csvgate.protocol.dead_letters import DeadLetterTopic
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.runtime.failure_boundary import FailureBoundary
from fakes.pubsub import FakePublisher

EVENT = CloudEvent({"type": "t", "source": "s", "id": "1"}, {})
NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Scripted:
    """A handler that fails in the given step."""

    def __init__(
        self,
        decode: Exception | None = None,
        handle: Exception | None = None,
        give_up: Exception | None = None,
        object_name: Exception | None = None,
    ) -> None:
        self._errors = {
            "decode": decode,
            "handle": handle,
            "give_up": give_up,
            "object_name": object_name,
        }
        self.given_up: list[str] = []

    def _maybe_raise(self, where: str) -> None:
        error = self._errors[where]
        if error is not None:
            raise error

    def decode(self, event: CloudEvent, delivery: Delivery) -> str:
        self._maybe_raise("decode")
        return "work"

    def context(self, work: str) -> Mapping[str, str]:
        return {"upload": "abc"}

    def handle(self, work: str, delivery: Delivery) -> str:
        self._maybe_raise("handle")
        return "done"

    def object_name(self, work: str) -> str:
        self._maybe_raise("object_name")
        return "orders/2026-11-21.csv"

    def give_up(self, work: str, failure: Failure) -> None:
        self.given_up.append(failure.code)
        self._maybe_raise("give_up")


def received(attempt: int | None) -> Callable[[CloudEvent], Delivery]:
    return lambda event: Delivery(Message(b"original", {"a": "b"}), attempt, NOW, "trace")


def failure_boundary(
    handler: Scripted, publisher: FakePublisher, attempt: int | None = 1
) -> FailureBoundary[str]:
    letters = DeadLetterTopic(publisher, "letters", "f", "r1", lambda: NOW)
    return FailureBoundary(handler, received(attempt), letters, max_attempts=5)


def codes(publisher: FakePublisher) -> list[str]:
    return [message.attributes["csvgate-code"] for message in publisher.topics["letters"]]


def test_success_sends_nothing() -> None:
    publisher = FakePublisher("letters")
    assert failure_boundary(Scripted(), publisher)(EVENT) == "done"
    assert codes(publisher) == []


def test_permanent_is_dead_lettered_and_succeeds() -> None:
    publisher = FakePublisher("letters")
    handler = Scripted(handle=Permanent("a.code", "why"))
    assert failure_boundary(handler, publisher)(EVENT) == "dead-lettered: a.code"
    (letter,) = publisher.topics["letters"]
    assert letter.data == b"original"
    assert tuple(
        letter.attributes[name]
        for name in ("csvgate-message", "csvgate-upload", "a", "csvgate-dead-lettered-at")
    ) == ("why", "abc", "b", "2026-11-21T00:00:00+00:00")
    assert handler.given_up == ["a.code"]


@pytest.mark.parametrize("attempt", [None, 1, 4])
@pytest.mark.parametrize("error", [Transient("t.code", "later"), KeyError("what")])
def test_transient_and_unknown_are_raised_for_a_retry(
    error: Exception, attempt: int | None
) -> None:
    publisher = FakePublisher("letters")
    with pytest.raises(Transient):
        failure_boundary(Scripted(handle=error), publisher, attempt)(EVENT)
    assert codes(publisher) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(Transient("t.code", "later"), "t.code"), (KeyError("what"), "unexpected")],
)
def test_the_last_attempt_keeps_the_true_reason(error: Exception, code: str) -> None:
    publisher = FakePublisher("letters")
    assert f"dead-lettered: {code}" == failure_boundary(Scripted(handle=error), publisher, 5)(EVENT)
    assert [code] == codes(publisher)


def test_what_cannot_be_decoded_is_dead_lettered() -> None:
    publisher = FakePublisher("letters")
    handler = Scripted(decode=Permanent("event.malformed", "not ours"))
    failure_boundary(handler, publisher)(EVENT)
    assert codes(publisher) == ["event.malformed"]
    assert handler.given_up == []


def test_what_cannot_be_received_is_kept_whole() -> None:
    publisher = FakePublisher("letters")

    def refuse(event: CloudEvent) -> Delivery:
        raise Permanent("event.malformed", "no message inside")

    letters = DeadLetterTopic(publisher, "letters", "f", "r1", lambda: NOW)
    FailureBoundary(Scripted(), refuse, letters, max_attempts=5)(EVENT)
    (letter,) = publisher.topics["letters"]
    assert (letter.data, letter.attributes["ce-id"]) == (b"{}", "1")


def test_a_dead_letter_that_cannot_be_sent_is_never_dropped() -> None:
    nowhere = FakePublisher()
    with pytest.raises(Transient):
        failure_boundary(Scripted(handle=Permanent("a.code", "why")), nowhere)(EVENT)


def test_a_failed_announcement_is_retried_before_the_letter_is_sent() -> None:
    publisher = FakePublisher("letters")
    handler = Scripted(handle=Permanent("a.code", "why"), give_up=Transient("t", "later"))
    with pytest.raises(Transient):
        failure_boundary(handler, publisher)(EVENT)
    assert codes(publisher) == []


def test_a_letter_is_sent_even_if_giving_up_can_never_succeed() -> None:
    """For example because the ledger entry that it reads is corrupt. Retries would only delay the
    letter until the platform forwards the message, without a reason."""
    publisher = FakePublisher("letters")
    handler = Scripted(handle=Permanent("a.code", "why"), give_up=Permanent("b.code", "corrupt"))
    failure_boundary(handler, publisher)(EVENT)
    assert codes(publisher) == ["a.code"]


@pytest.mark.parametrize("error", [Transient("t", "later"), OSError("gone")])
def test_a_letter_without_the_name_of_its_object_is_sent_once(
    error: Exception,
) -> None:
    """Its name is asked for after it is sent: a failure of that must not send it again."""
    publisher = FakePublisher("letters")
    handler = Scripted(handle=Permanent("a.code", "why"), object_name=error)
    assert "dead-lettered: a.code" == failure_boundary(handler, publisher)(EVENT)
    assert ["a.code"] == codes(publisher)
