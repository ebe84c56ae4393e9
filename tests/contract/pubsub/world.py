"""One test's topics and subscriptions on a backend, and short methods for using them.

Everything goes through the official clients.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from queue import Queue
from typing import Any

from google.api_core.exceptions import DeadlineExceeded
from google.cloud import pubsub_v1
from google.pubsub_v1 import types

from contract.pubsub.backends import Clients

PATIENCE_SECONDS = 10.0


class World:
    """Names are unique to the instance; sequence numbers keep them apart and in order."""

    def __init__(self, clients: Clients) -> None:
        self.publisher = clients.publisher
        self.api = clients.api
        self.subscriber = clients.subscriber
        self.project = f"p-{uuid.uuid4().hex[:12]}"
        self.project_path = f"projects/{self.project}"
        self._count = 0

    def topic_path(self, name: str) -> str:
        """The full name of a topic that need not exist."""
        return f"{self.project_path}/topics/{name}"

    def subscription_path(self, name: str) -> str:
        """The full name of a subscription that need not exist."""
        return f"{self.project_path}/subscriptions/{name}"

    def topic(self, **config: Any) -> str:
        """A new topic; its full name."""
        self._count += 1
        name = self.topic_path(f"topic-{self._count:03}")
        self.publisher.create_topic(request={"name": name, **config})
        return name

    def subscription(self, topic: str, **config: Any) -> str:
        """A new subscription; its full name."""
        self._count += 1
        name = self.subscription_path(f"subscription-{self._count:03}")
        self.subscriber.create_subscription(request={"name": name, "topic": topic, **config})
        return name

    def publish(self, topic: str, *messages: bytes | dict[str, Any]) -> list[str]:
        """Publish messages in one request and return their ids."""
        response = self.api.publish(
            topic=topic,
            messages=[_message(message) for message in messages],
            retry=None,
            timeout=30,
        )
        return list(response.message_ids)

    def pull(self, subscription: str, count: int = 100) -> list[types.ReceivedMessage]:
        """The messages of one Pull, which waits up to 10 s for a message."""
        try:
            response = self.subscriber.pull(
                subscription=subscription, max_messages=count, timeout=PATIENCE_SECONDS, retry=None
            )
        except DeadlineExceeded:
            return []
        return list(response.received_messages)

    def pull_all(self, subscription: str, count: int) -> list[types.ReceivedMessage]:
        """Pull until `count` messages have been received."""
        received: list[types.ReceivedMessage] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(received) < count and time.monotonic() < deadline:
            received += self.pull(subscription, count - len(received))
        assert len(received) == count, f"{len(received)} of {count} messages came"
        return received

    def is_empty(self, subscription: str, seconds: float = 0.2) -> bool:
        """Whether no message is delivered within `seconds`.

        It asks repeatedly for what is there. A call that waits until its deadline would not do:
        server and client both watch the deadline, and the call ends as Cancelled instead of
        DeadlineExceeded if the server's reset of the stream arrives first.
        """
        deadline = time.monotonic() + seconds
        while True:
            is_last = time.monotonic() >= deadline
            response = self.subscriber.pull(
                subscription=subscription,
                max_messages=1,
                return_immediately=True,
                timeout=PATIENCE_SECONDS,
                retry=None,
            )
            if response.received_messages:
                return False
            if is_last:
                return True
            time.sleep(0.01)

    def acknowledge(self, subscription: str, received: Iterable[types.ReceivedMessage]) -> None:
        """Acknowledge messages."""
        self.subscriber.acknowledge(
            subscription=subscription,
            ack_ids=[message.ack_id for message in received],
            timeout=PATIENCE_SECONDS,
            retry=None,
        )

    def set_deadline(
        self, subscription: str, received: Iterable[types.ReceivedMessage], seconds: int
    ) -> None:
        """Set the leases of messages to end in `seconds`."""
        self.subscriber.modify_ack_deadline(
            subscription=subscription,
            ack_ids=[message.ack_id for message in received],
            ack_deadline_seconds=seconds,
            timeout=PATIENCE_SECONDS,
            retry=None,
        )

    def nack(self, subscription: str, received: Iterable[types.ReceivedMessage]) -> None:
        """Nack messages."""
        self.set_deadline(subscription, received, 0)


def _message(message: bytes | dict[str, Any]) -> types.PubsubMessage:
    fields = {"data": message} if isinstance(message, bytes) else message
    return types.PubsubMessage(**fields)


def data(received: Sequence[types.ReceivedMessage]) -> list[bytes]:
    """The data of messages."""
    return [message.message.data for message in received]


class Stream:
    """A raw StreamingPull call, with every request and response under the test's control."""

    def __init__(self, world: World, subscription: str, **first: Any) -> None:
        self._requests: Queue[types.StreamingPullRequest | None] = Queue()
        self.send(
            subscription=subscription,
            stream_ack_deadline_seconds=first.pop("deadline", 10),
            **first,
        )
        self.responses = world.subscriber.streaming_pull(
            requests=iter(self._requests.get, None), timeout=PATIENCE_SECONDS
        )

    def send(self, **request: Any) -> None:
        """Send a StreamingPullRequest."""
        self._requests.put(types.StreamingPullRequest(**request))

    def half_close(self) -> None:
        """Half-close the stream: no more requests follow."""
        self._requests.put(None)

    def messages(self) -> Iterator[types.ReceivedMessage]:
        """Yield messages until the call ends."""
        for response in self.responses:
            yield from response.received_messages

    def take(self, count: int) -> list[types.ReceivedMessage]:
        """The next `count` messages."""
        taken: list[types.ReceivedMessage] = []
        for response in self.responses:
            taken += response.received_messages
            if len(taken) >= count:
                return taken
        raise AssertionError(f"the stream ended after {len(taken)} of {count} messages")

    def close(self) -> None:
        """Cancel the call."""
        self.half_close()
        self.responses.cancel()


FlowControl = pubsub_v1.types.FlowControl
