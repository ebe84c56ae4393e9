"""Pub/Sub in memory: topics as lists of what was published."""

from collections.abc import Callable

from csvgate.errors import Permanent, Transient
from csvgate.ports import Message, Receipt
from fakes.effects import Effects

REQUEST_BYTES = 10_000_000


class FakePublisher:
    """A message is in its topic once its receipt was waited for. `eager` puts it there at once,
    which the real service may do as well."""

    def __init__(self, *topics: str, effects: Effects | None = None, eager: bool = False) -> None:
        self.topics: dict[str, list[Message]] = {topic: [] for topic in topics}
        self.effects = effects or Effects()
        self._eager = eager
        self._ids = 0

    def publish(self, topic: str, message: Message) -> Receipt:
        size = len(message.data) + sum(
            len(k.encode()) + len(v.encode()) for k, v in message.attributes.items()
        )
        if size > REQUEST_BYTES:
            raise Permanent("message.too_large", f"{size} bytes for topic {topic}")
        receipt = _Receipt(lambda: self._accept(topic, message))
        if self._eager:
            receipt.wait()
        return receipt

    def _accept(self, topic: str, message: Message) -> str:
        if topic not in self.topics:
            raise Transient("pubsub.missing", f"topic {topic} does not exist")

        def change() -> str:
            self.topics[topic].append(message)
            self._ids += 1
            return str(self._ids)

        return self.effects.do("pubsub.publish", topic, change)


class _Receipt:
    def __init__(self, accept: Callable[[], str]) -> None:
        self._accept = accept
        self._id: str | None = None

    def wait(self) -> str:
        if self._id is None:
            self._id = self._accept()
        return self._id
