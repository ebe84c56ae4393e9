"""Pub/Sub in memory: each topic is the list of its messages."""

from csvgate.ports import Message, Receipt
from csvgate.runtime.errors import Permanent, Transient
from fakes.effects import Effects

REQUEST_BYTES = 10_000_000
MAX_ATTRIBUTES, KEY_BYTES, VALUE_BYTES = 100, 256, 1024


class FakePublisher:
    """A message is in its topic once its receipt was waited for. It may be there earlier: a test
    that plays the service calls `arrive` on a message that is `under_way`, also after the publisher
    has crashed. With `eager`, every message arrives at once."""

    def __init__(self, *topics: str, effects: Effects | None = None, eager: bool = False) -> None:
        self.topics: dict[str, list[Message]] = {topic: [] for topic in topics}
        self.under_way: list[Publishing] = []
        self.effects = effects or Effects()
        self.eager = eager
        self._ids = 0

    def publish(self, topic: str, message: Message) -> Receipt:
        size = len(message.data) + sum(
            len(k.encode()) + len(v.encode()) for k, v in message.attributes.items()
        )
        if size > REQUEST_BYTES:
            raise Permanent("message.too_large", f"{size} bytes for topic {topic}")
        publishing = Publishing(self, topic, message)
        self.under_way.append(publishing)
        self.effects.look("pubsub.send", topic)
        if self.eager:
            publishing.wait()
        return publishing

    def accept(self, topic: str, message: Message) -> str:
        """Accept the message as the service does; return its id. Raises Transient and Permanent."""
        if topic not in self.topics:
            raise Transient("pubsub.missing", f"topic {topic} does not exist")
        if problem := _problem(message):
            raise Permanent("pubsub.refused", f"topic {topic}: {problem}")
        self.topics[topic].append(message)
        self._ids += 1
        return str(self._ids)


class Publishing:
    """A message between its publisher and the service."""

    def __init__(self, publisher: FakePublisher, topic: str, message: Message) -> None:
        self.topic, self.message = topic, message
        self._publisher = publisher
        self._id: str | None = None
        self._known = False

    def arrive(self) -> str:
        """The service accepts the message, once; its publisher may never learn of it."""
        if self._id is None:
            self._id = self._publisher.accept(self.topic, self.message)
            self._publisher.under_way.remove(self)
        return self._id

    def wait(self) -> str:
        if not self._known:
            self._publisher.effects.do("pubsub.publish", self.topic, self.arrive)
            self._known = True
        return self.arrive()


def _problem(message: Message) -> str | None:
    if not message.data and not message.attributes:
        return "neither data nor attributes"
    if len(message.attributes) > MAX_ATTRIBUTES:
        return f"{len(message.attributes)} attributes"
    for key, value in message.attributes.items():
        if len(key.encode()) > KEY_BYTES:
            return f"attribute {key!r:.80}"
        if len(value.encode()) > VALUE_BYTES:
            return f"the value of attribute {key}"
    return None
