"""The Publisher port, with the fake, the embedded broker and, if installed, Google's emulator."""

import pytest

from contract.ports.backends import Topic
from csvgate.ports import Message
from csvgate.runtime.errors import Permanent, Transient


def test_a_message_arrives_as_it_was_published(topic: Topic) -> None:
    message = Message(b"\x00\xffdata", {"ce-id": "1", "ce-type": "csvgate.records.validated.v1"})
    assert topic.publisher.publish(topic.name, message).wait()
    assert topic.received(1) == [message]


def test_attributes_may_be_called_like_the_librarys_arguments(topic: Topic) -> None:
    names = ["topic", "data", "message", "retry", "timeout", "ordering_key", "self", "request"]
    message = Message(b"", {name: name.upper() for name in names})
    topic.publisher.publish(topic.name, message).wait()
    assert topic.received(1) == [message]


def test_ids_differ(topic: Topic) -> None:
    receipts = [topic.publisher.publish(topic.name, Message(b"same")) for _ in range(20)]
    assert len({receipt.wait() for receipt in receipts}) == 20
    assert topic.received(20) == [Message(b"same")] * 20


def test_waiting_twice_publishes_once(topic: Topic) -> None:
    receipt = topic.publisher.publish(topic.name, Message(b"one"))
    assert receipt.wait() == receipt.wait()
    topic.publisher.publish(topic.name, Message(b"two")).wait()
    assert sorted(m.data for m in topic.received(2)) == [b"one", b"two"]


def test_more_than_may_be_in_flight_goes_through(topic: Topic) -> None:
    message = Message(b"x" * 1_000_000)
    receipts = [topic.publisher.publish(topic.name, message) for _ in range(20)]
    assert all(receipt.wait() for receipt in receipts)


def test_a_message_just_below_the_limit_goes_through(topic: Topic) -> None:
    assert topic.publisher.publish(topic.name, Message(b"x" * 9_990_000)).wait()


def test_a_message_over_the_limit_never_will(topic: Topic) -> None:
    with pytest.raises(Permanent, match=r"message\.too_large"):
        topic.publisher.publish(topic.name, Message(b"x" * 10_000_001)).wait()


def test_a_missing_topic_is_the_deploys_fault(topic: Topic) -> None:
    with pytest.raises(Transient, match=r"pubsub\.missing"):
        topic.publisher.publish("no-such-topic", Message(b"x")).wait()


def test_an_empty_message_is_refused(topic: Topic) -> None:
    with pytest.raises(Permanent, match=r"pubsub\.refused"):
        topic.publisher.publish(topic.name, Message(b"")).wait()


@pytest.mark.parametrize(
    "message",
    [
        Message(b"x", {f"a{n}": "" for n in range(101)}),
        Message(b"x", {"k" * 257: ""}),
        Message(b"x", {"k": "ü" * 513}),
    ],
    ids=["many attributes", "long key", "long value"],
)
def test_attributes_over_a_limit_are_refused(topic: Topic, message: Message) -> None:
    with pytest.raises(Permanent, match=r"pubsub\.refused"):
        topic.publisher.publish(topic.name, message).wait()
