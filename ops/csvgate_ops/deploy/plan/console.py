"""The operators' console: its function, its custom role, and the roles that follow from its tasks.

It does what operators do from their machines, and nothing else: it reads everything, acts on dead
letters, lifts breakers, and records what people do. Who may call it is in the topology.
"""

import json
from collections.abc import Iterator, Mapping

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.kinds import agent, iap_service
from csvgate_ops.deploy.plan import ledger_conditions
from csvgate_ops.deploy.plan.model import Binding, Fields, Key, Place, Resource
from csvgate_ops.deploy.topology.model import CONSOLE, Console, StorageEvent, Topology

SERVICE = topo.service_name(CONSOLE)
KEY = Key("function", SERVICE)
PROXY = Key("iap-service", SERVICE)
CALL = "roles/run.invoker"
ACCESS = frozenset({(KEY, CALL), (PROXY, iap_service.ACCESSOR)})
"""What roles give access to the console."""
ROLE = "csvgateConsole"
_PERMISSIONS = "pubsub.subscriptions.list"
"""Finds the subscription, and by it the topic, that Eventarc has created for Storage events."""
NUMBER = "{project_number}"
"""The function fills it in: the environment must be the same text in every plan."""
_READ, _CREATE = "roles/storage.objectViewer", "roles/storage.objectCreator"
_READ_ONLY = ("rejects", "staging", "contracts", "audit")


def custom_roles(topology: Topology) -> Iterator[Resource]:
    if topology.console is not None:
        title = "csvgate console finds the topic of Storage events"
        fields: Fields = {"title": title, "permissions": _PERMISSIONS, "deleted": False}
        yield Resource(Key("custom-role", ROLE), fields)


def trigger_topics(topology: Topology) -> Iterator[Resource]:
    """Yield the topics of Eventarc that the console publishes to."""
    if topology.console is not None:
        for name in topology.triggers:
            if topo.transport(topology, name).owns_topic:
                yield Resource(Key("trigger-topic", name))


def agents(topology: Topology) -> Iterator[Resource]:
    if _has_proxy(topology):
        yield Resource(Key("agent", agent.IAP))


def proxies(topology: Topology) -> Iterator[Resource]:
    if _has_proxy(topology):
        yield Resource(PROXY)


def _has_proxy(topology: Topology) -> bool:
    return topology.console is not None and topology.console.sign_in == "iap"


def variables(topology: Topology, console: Console, place: Place) -> dict[str, str]:
    """Return the console's environment variables."""
    buckets = topo.bucket_names(topology, place.project)
    service = f"{SERVICE}-{NUMBER}.{place.region}.run.app"
    path = f"/projects/{NUMBER}/locations/{place.region}/services/{SERVICE}"
    emails = [member.partition(":")[2] for member in console.members]
    # Only IAM knows who is in a group.
    all_named = not any(member.startswith("group:") for member in console.members)
    derived = {
        "GOOGLE_CLOUD_PROJECT": place.project,
        "CSVGATE_CONSOLE_SIGN_IN": console.sign_in,
        "CSVGATE_CONSOLE_AUDIENCE": path if console.sign_in == "iap" else f"https://{service}",
        "CSVGATE_CONSOLE_ROUTES": json.dumps(list(_routes(topology)), sort_keys=True),
        **({"CSVGATE_CONSOLE_MEMBERS": json.dumps(emails)} if all_named else {}),
        **{f"CSVGATE_{key.upper()}_BUCKET": name for key, name in buckets.items()},
    }
    return {**console.environment, **derived}


def _routes(topology: Topology) -> Iterator[Mapping[str, str | bool | int]]:
    for name, trigger in topology.triggers.items():
        transport = topo.transport(topology, name)
        topic = topology.topics[trigger.dead_letter.topic].name
        yield {
            "function": trigger.function,
            "review": f"{topic}-review",
            "dead_letter_topic": topic,
            "source": transport.subscription if transport.owns_topic else transport.topic,
            "trigger": name,
            "is_storage": isinstance(trigger.event, StorageEvent),
            "retention": topo.review_retention(topology, trigger),
        }


def roles(topology: Topology, place: Place) -> Iterator[Binding]:
    """Yield the roles of the console's account."""
    if topology.console is None:
        return
    member = f"serviceAccount:{place.email(topology.console.service_account)}"
    buckets = topo.bucket_names(topology, place.project)
    for key in _READ_ONLY:
        yield Binding(Key("bucket", buckets[key]), _READ, member)
    yield Binding(Key("bucket", buckets["audit"]), _CREATE, member)
    # Rejected rows are uploaded again under the name of their file, which may exist.
    yield Binding(Key("bucket", buckets["uploads"]), "roles/storage.objectUser", member)
    ledger = Key("bucket", buckets["ledger"])
    yield Binding(ledger, ledger_conditions.READ, member)
    for condition in ledger_conditions.creation_by_console(buckets["ledger"], topology.functions):
        yield Binding(ledger, ledger_conditions.CREATE, member, condition)
    for trigger in topology.triggers.values():
        review = f"{topology.topics[trigger.dead_letter.topic].name}-review"
        yield Binding(Key("subscription", review), "roles/pubsub.subscriber", member)
    for name in topology.triggers:
        transport = topo.transport(topology, name)
        on = Key("trigger-topic", name) if transport.owns_topic else Key("topic", transport.topic)
        yield Binding(on, "roles/pubsub.publisher", member)
    role = f"projects/{place.project}/roles/{ROLE}"
    yield Binding(Key("project", ""), role, member)


def callers(topology: Topology) -> Iterator[Binding]:
    """Yield who may call the console. Behind Identity-Aware Proxy that is only the proxy, which
    lets the members through."""
    if topology.console is None:
        return
    if _has_proxy(topology):
        yield Binding(KEY, CALL, agent.member(agent.IAP))
    on, role = (PROXY, iap_service.ACCESSOR) if _has_proxy(topology) else (KEY, CALL)
    for member in topology.console.members:
        yield Binding(on, role, member)
