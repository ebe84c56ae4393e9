"""Derive from a topology what would otherwise have to be written twice."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from csvgate_ops.deploy.topology.checks import ROLES_OF_BUCKETS, ROLES_OF_TOPICS
from csvgate_ops.deploy.topology.model import PubSubEvent, Retry, StorageEvent, Topology, Trigger


def expand(text: str, project: str, region: str = "") -> str:
    """Fill in `${project}` and `${region}`."""
    return text.replace("${project}", project).replace("${region}", region)


def bucket_names(topology: Topology, project: str) -> dict[str, str]:
    """Return the full name of each bucket, by its key in the topology."""
    return {key: expand(bucket.name, project) for key, bucket in topology.buckets.items()}


def trigger_of(topology: Topology, function: str) -> Trigger:
    """Return the only trigger of a function."""
    return next(t for t in topology.triggers.values() if t.function == function)


def review_retention(topology: Topology, trigger: Trigger) -> int:
    """Return how many seconds the review subscription keeps the dead letters of a trigger."""
    topic = topology.topics[trigger.dead_letter.topic].name
    return topology.subscriptions[f"{topic}-review"].retention


def service_name(function: str) -> str:
    """Return the name of a function's Cloud Run service, which cannot contain underscores."""
    return function.replace("_", "-")


def environment(topology: Topology, function: str, project: str) -> dict[str, str]:
    """Return a function's environment variables, without secrets."""
    buckets = bucket_names(topology, project)
    dead_letter = trigger_of(topology, function).dead_letter
    settings = topology.functions[function]
    breaker = settings.breaker
    optional = {
        "CSVGATE_READ_BYTES_PER_SECOND": settings.read_bytes_per_second,
        "CSVGATE_SMALL_UPLOADS": settings.small_uploads,
    }
    derived = {
        "GOOGLE_CLOUD_PROJECT": project,
        "CSVGATE_FUNCTION": function,
        "CSVGATE_BIGQUERY_LOCATION": topology.bigquery.location,
        "CSVGATE_DEAD_LETTER_TOPIC": topology.topics[dead_letter.topic].name,
        "CSVGATE_MAX_DELIVERY_ATTEMPTS": str(dead_letter.max_delivery_attempts),
        "CSVGATE_BREAKER_WINDOW_SECONDS": str(breaker.window),
        "CSVGATE_BREAKER_LETTERS": str(breaker.letters),
        "CSVGATE_BREAKER_SHARE": str(breaker.share),
        "CSVGATE_TIMEOUT_SECONDS": str(settings.timeout),
        "CSVGATE_CONCURRENCY": str(settings.concurrency),
        "CSVGATE_PROCESSORS": str(max(1, int(settings.cpu))),
        **{name: str(value) for name, value in optional.items() if value is not None},
        **{f"CSVGATE_{role.upper()}_BUCKET": buckets[role] for role in ROLES_OF_BUCKETS},
        **{f"CSVGATE_{role.upper()}_TOPIC": topology.topics[role].name for role in ROLES_OF_TOPICS},
    }
    return derived | {name: expand(value, project) for name, value in settings.environment.items()}


@dataclass(frozen=True, slots=True)
class Transport:
    """The Pub/Sub side of a trigger, in short names (without `projects/…`)."""

    trigger: str
    topic: str
    subscription: str
    owns_topic: bool
    """True if Eventarc creates the topic too, as it does for a Storage trigger."""


def transport(topology: Topology, name: str) -> Transport:
    """Return the topic and subscription that carry a trigger's events. Eventarc adds the region and
    a random suffix to these names."""
    event = topology.triggers[name].event
    if isinstance(event, StorageEvent):
        return Transport(name, f"eventarc-{name}", f"eventarc-{name}-sub", owns_topic=True)
    topic = topology.topics[event.topic].name
    return Transport(name, topic, f"eventarc-{name}-sub", owns_topic=False)


def local_retry(topology: Topology, trigger: Trigger) -> Retry:
    """Return the backoff for the local cloud, where a person is waiting."""
    return topology.local.retry or trigger.retry


def seconds_until_forwarded(trigger: Trigger, retry: Retry) -> int:
    """Return roughly how many seconds pass before Pub/Sub forwards a message that always fails: the
    sum of the backoffs between its attempts, each of which is twice the previous one."""
    pauses = [
        retry.min_backoff * 2**n for n in range(trigger.dead_letter.max_delivery_attempts - 1)
    ]
    return sum(min(pause, retry.max_backoff) for pause in pauses)


def consumers_first(topology: Topology) -> tuple[str, ...]:
    """Return the functions, each after the consumers of what it publishes: a message for which
    nobody has subscribed yet is lost. A function may publish to itself. Keep the topology's order
    if several publish in a cycle."""
    consumers: dict[str, list[str]] = {}
    for name in topology.functions:
        event = trigger_of(topology, name).event
        if isinstance(event, PubSubEvent):
            consumers.setdefault(event.topic, []).append(name)
    sorter = TopologicalSorter[str]()
    for name, function in topology.functions.items():
        sends_to = {to for topic in function.uses.publish for to in consumers.get(topic, [])}
        sorter.add(name, *sorted(sends_to - {name}))
    try:
        return tuple(sorter.static_order())
    except CycleError:
        return tuple(topology.functions)
