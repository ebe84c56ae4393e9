"""The desired resources that the topology names or needs, except functions."""

from collections.abc import Iterator

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.kinds import KINDS, agent, bucket
from csvgate_ops.deploy.plan.model import Fields, Key, Place, Resource
from csvgate_ops.deploy.topology.model import DAY, Bucket, StorageEvent, Topology, Trigger

_FURTHER_APIS = ("bigquerystorage", "cloudbuild", "iamcredentials", "logging", "monitoring", "run")
"""APIs that are used, but do not manage any kind of resource here."""


def apis(topology: Topology, environment: Environment) -> Iterator[Resource]:
    names = {f"{name}.googleapis.com" for name in _FURTHER_APIS}
    names |= {kind.api for kind in KINDS.values()}
    if topology.console is None or topology.console.sign_in != "iap":
        names.discard(agent.IAP)
    if not topology.schedules:
        names.discard(KINDS["scheduler-job"].api)
    if environment.budget is None:
        names.discard(KINDS["budget"].api)
    if environment.kms_key is None:
        names.discard(KINDS["kms-key"].api)
    if environment.network is not None:
        api = "vpcaccess" if environment.network.connector else "compute"
        names.add(f"{api}.googleapis.com")
    for name in sorted(names):
        yield Resource(Key("api", name))


def agents() -> Iterator[Resource]:
    for api in agent.DOMAINS:
        yield Resource(Key("agent", api))


def accounts(topology: Topology) -> Iterator[Resource]:
    for name, account in topology.service_accounts.items():
        yield Resource(Key("account", name), {"display_name": account.display_name})


def custom_roles(topology: Topology) -> Iterator[Resource]:
    for name, role in topology.custom_roles.items():
        fields: Fields = {
            "title": role.title,
            "permissions": ",".join(sorted(role.permissions)),
            "deleted": False,
        }
        yield Resource(Key("custom-role", name), fields)


def secrets(topology: Topology) -> Iterator[Resource]:
    used = [s for function in topology.functions.values() for s in function.secrets.values()]
    for name in dict.fromkeys(s.secret for s in used):
        yield Resource(Key("secret", name))
    for name in dict.fromkeys(f"{s.secret}/{s.version}" for s in used):
        yield Resource(Key("secret-version", name))


def repositories(topology: Topology) -> Iterator[Resource]:
    yield Resource(Key("repository", topology.build.repository))


def buckets(topology: Topology, place: Place) -> Iterator[Resource]:
    names = topo.bucket_names(topology, place.project)
    for key, wanted in topology.buckets.items():
        yield Resource(Key("bucket", names[key]), _bucket(wanted, place))


def _bucket(wanted: Bucket, place: Place) -> Fields:
    rules = []
    for rule in wanted.lifecycle:
        condition: dict[str, int | list[str]] = {}
        if rule.delete_after is not None:
            condition["age"] = rule.delete_after // DAY
        else:
            condition["daysSinceNoncurrentTime"] = (rule.delete_noncurrent_after or 0) // DAY
        if rule.prefixes:
            condition["matchesPrefix"] = list(rule.prefixes)
        rules.append({"action": {"type": "Delete"}, "condition": condition})
    return {
        "location": place.bucket_location,
        "uniform_access": wanted.uniform_access,
        "public_access_prevention": wanted.public_access_prevention,
        "versioning": wanted.versioning,
        "soft_delete": wanted.soft_delete,
        "retention": wanted.retention,
        "lifecycle": bucket.lifecycle(rules),
    }


def topics(topology: Topology) -> Iterator[Resource]:
    for wanted in topology.topics.values():
        yield Resource(Key("topic", wanted.name), {"retention": wanted.retention})


def subscriptions(topology: Topology) -> Iterator[Resource]:
    for name, wanted in topology.subscriptions.items():
        fields: Fields = {
            "topic": topology.topics[wanted.topic].name,
            "ack_deadline": wanted.ack_deadline,
            "retention": wanted.retention,
            "expires": "never" if wanted.expires == "never" else f"{wanted.expires}s",
        }
        yield Resource(Key("subscription", name), fields)


def datasets(topology: Topology, place: Place) -> Iterator[Resource]:
    for name, wanted in topology.bigquery.datasets.items():
        fields: Fields = {
            "location": place.bigquery_location,
            "description": wanted.description,
        }
        yield Resource(Key("dataset", name), fields)


def triggers(topology: Topology, place: Place) -> Iterator[Resource]:
    for name, wanted in topology.triggers.items():
        event = wanted.event
        stored = isinstance(event, StorageEvent)
        buckets = topo.bucket_names(topology, place.project)
        fields: Fields = {
            "location": _location(wanted, place),
            "type": event.type,
            "bucket": buckets[event.bucket] if isinstance(event, StorageEvent) else "",
            "topic": "" if stored else topo.transport(topology, name).topic,
            "service": topo.service_name(wanted.function),
            "service_account": place.email(wanted.service_account),
        }
        yield Resource(Key("trigger", name), fields)


def _location(trigger: Trigger, place: Place) -> str:
    """Return where a trigger must be: Eventarc delivers a bucket's events only in its location."""
    return place.bucket_location if isinstance(trigger.event, StorageEvent) else place.region


def trigger_subscriptions(topology: Topology) -> Iterator[Resource]:
    for name, wanted in topology.triggers.items():
        fields: Fields = {
            "ack_deadline": wanted.ack_deadline,
            "retention": wanted.retention,
            "expires": "never",
            "dead_letter_topic": topology.topics[wanted.dead_letter.topic].name,
            "max_delivery_attempts": wanted.dead_letter.max_delivery_attempts,
            "min_backoff": wanted.retry.min_backoff,
            "max_backoff": wanted.retry.max_backoff,
        }
        yield Resource(Key("trigger-subscription", name), fields)
