"""The Queues port over the fake, the embedded broker and, where Java is, Google's emulator."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from contract.pubsub.backends import Clients, EmbeddedBroker
from csvgate.ports import Message
from csvgate_ops.local import google_emulator
from csvgate_ops.operate.dead_letters.queue.port import Queues
from csvgate_ops.operate.dead_letters.queue.pubsub import PubSubQueues
from fakes.pubsub import FakePublisher
from fakes.queues import FakeQueues
from servers import free_port

_numbers = count(1)


@dataclass(frozen=True)
class Backend:
    queues: Queues
    subscription: str
    publish: Callable[[Message], str]
    """Publish to the subscription's topic and return the message's id, if it is known."""
    patience: float
    """Seconds within which existing messages are pulled."""


@pytest.fixture(scope="session")
def queues_embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    data_dir = tmp_path_factory.mktemp("queues") / "data"
    with EmbeddedBroker(data_dir) as broker, Clients(broker.address) as clients:
        yield clients


@pytest.fixture(scope="session")
def queues_google() -> Iterator[Clients]:
    if not google_emulator.installed():
        pytest.skip(google_emulator.NEEDS)
    with (
        google_emulator.GoogleEmulator(free_port()) as emulator,
        Clients(emulator.address) as clients,
    ):
        yield clients


@pytest.fixture(params=["fake", "embedded", "google"])
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "fake":
        return _fake()
    clients = request.getfixturevalue(f"queues_{request.param}")
    assert isinstance(clients, Clients)
    return _real(clients)


def _fake() -> Backend:
    publisher = FakePublisher("letters")

    def publish(message: Message) -> str:
        publisher.publish("letters", message).wait()
        return ""

    return Backend(FakeQueues(publisher, {"review": "letters"}), "review", publish, 0.0)


def _real(clients: Clients) -> Backend:
    project, name = "queues", f"letters-{next(_numbers)}"
    topic = f"projects/{project}/topics/{name}"
    subscription = f"projects/{project}/subscriptions/{name}-review"
    clients.publisher.create_topic(name=topic)
    clients.subscriber.create_subscription(
        request={"name": subscription, "topic": topic, "ack_deadline_seconds": 60}
    )

    def publish(message: Message) -> str:
        future = clients.publisher.publish(topic, message.data, **dict(message.attributes))
        return str(future.result(timeout=30))

    return Backend(
        PubSubQueues(project, clients.subscriber), f"{name}-review", publish, patience=2.0
    )
