"""The topic behind a Storage trigger, whose name Eventarc chooses."""

from itertools import count

import pytest

from contract.pubsub.backends import Clients
from csvgate.runtime.errors import Permanent
from csvgate_ops.operate.dead_letters.queue.pubsub import transport_topic

TRIGGER, EXPECTED = "validate-and-parse", "eventarc-validate-and-parse-sub"
_numbers = count(1)


def project_with(clients: Clients, **subscriptions: str) -> str:
    """A new project with these subscriptions, each to a topic of its own."""
    project = f"transport-{next(_numbers)}"
    for topic in set(subscriptions.values()):
        clients.publisher.create_topic(name=f"projects/{project}/topics/{topic}")
    for name, topic in subscriptions.items():
        clients.subscriber.create_subscription(
            name=f"projects/{project}/subscriptions/{name}",
            topic=f"projects/{project}/topics/{topic}",
        )
    return project


@pytest.mark.parametrize(
    "name",
    [
        EXPECTED,
        "eventarc-europe-west3-validate-and-parse-sub-123",
        "eventarc-us-central1-validate-and-parse-sub-7",
    ],
)
def test_the_topic_is_found_by_the_name_of_the_trigger(queues_embedded: Clients, name: str) -> None:
    others = {
        "eventarc-europe-west3-enrich-records-sub-456": "validated-records",
        "eventarc-europe-west3-validate-and-parse-too-sub-9": "another",
        "validate-and-parse-dead-letter-review": "letters",
    }
    project = project_with(queues_embedded, **{name: "the-transport"}, **others)
    found = transport_topic(queues_embedded.subscriber, project, TRIGGER, EXPECTED)
    assert "the-transport" == found


@pytest.mark.parametrize("numbers", [(), (1, 2)])
def test_no_or_several_topics_are_reported(
    queues_embedded: Clients, numbers: tuple[int, ...]
) -> None:
    names = {f"eventarc-eu-validate-and-parse-sub-{n}": f"t-{n}xx" for n in numbers}
    project = project_with(queues_embedded, **names)
    with pytest.raises(Permanent, match=r"trigger\.unknown") as caught:
        transport_topic(queues_embedded.subscriber, project, TRIGGER, EXPECTED)
    assert f"has {len(numbers)} subscriptions" in caught.value.message
