"""What must be there: pure data, in the order it can be made in."""

import json
from collections.abc import Iterable, Iterator, Mapping

from csvgate_ops import topology as topo
from csvgate_ops.deploy import roles
from csvgate_ops.deploy.environment import Environment
from csvgate_ops.deploy.kinds import bucket, function
from csvgate_ops.deploy.model import Binding, Desired, Fields, Key, Place, Resource, Section
from csvgate_ops.deploy.settle import settle
from csvgate_ops.topology.model import Bucket, StorageEvent, Topology, Trigger

APIS = (
    "artifactregistry",
    "bigquery",
    "bigquerystorage",
    "cloudbuild",
    "cloudfunctions",
    "cloudresourcemanager",
    "eventarc",
    "iam",
    "iamcredentials",
    "logging",
    "pubsub",
    "run",
    "secretmanager",
    "serviceusage",
    "storage",
)
DAY = 86400


def place_of(topology: Topology, environment: Environment) -> Place:
    return Place(
        environment.project,
        environment.region,
        (environment.bucket_location or environment.region).lower(),
        environment.bigquery_location or topology.bigquery.location,
    )


def desired(topology: Topology, environment: Environment, digests: Mapping[str, str]) -> Desired:
    """`digests` are those of the staged sources, by function."""
    place = place_of(topology, environment)
    topology = settle(topology, environment)
    connector = _connector(environment, place)
    apis = (*APIS, *(["vpcaccess"] if connector else []))
    early = (*roles.of_triggers(topology, place), *roles.of_builds(topology, place))
    sections = (
        Section("APIs", _named("api", (f"{api}.googleapis.com" for api in sorted(apis)))),
        Section(
            "Service agents",
            _named("agent", (f"{api}.googleapis.com" for api in ("pubsub", "eventarc", "storage"))),
        ),
        Section("Service accounts", tuple(_accounts(topology))),
        Section("Secrets", tuple(_secrets(topology))),
        Section("Images", _named("repository", [topology.build.repository])),
        Section("Buckets", tuple(_buckets(topology, place))),
        Section("Topics", tuple(_topics(topology))),
        Section("Subscriptions that people read", tuple(_subscriptions(topology))),
        Section("Datasets", tuple(_datasets(topology, place))),
        Section("Roles", _unique((*early, *roles.of_functions(topology, place)))),
        Section("Functions", tuple(_functions(topology, environment, place, digests))),
        Section("Who may call them", _unique(roles.of_callers(topology, place))),
        Section("Triggers", tuple(_triggers(topology, place))),
        Section(
            "What Eventarc subscribed",
            (
                *_trigger_subscriptions(topology, place),
                *roles.of_subscriptions(topology, place),
            ),
        ),
    )
    members = frozenset(roles.account(place, name) for name in topology.service_accounts)
    return Desired(place, sections, members)


def _named(kind: str, names: Iterable[str]) -> tuple[Resource, ...]:
    return tuple(Resource(Key(kind, name)) for name in names)


def _unique(bindings: Iterable[Binding]) -> tuple[Binding, ...]:
    return tuple(dict.fromkeys(bindings))


def _accounts(topology: Topology) -> Iterator[Resource]:
    for name, account in topology.service_accounts.items():
        yield Resource(Key("account", name), {"display_name": account.display_name})


def _secrets(topology: Topology) -> Iterator[Resource]:
    used = [s for function in topology.functions.values() for s in function.secrets.values()]
    yield from _named("secret", dict.fromkeys(s.secret for s in used))
    yield from _named("secret-version", dict.fromkeys(f"{s.secret}/{s.version}" for s in used))


def _buckets(topology: Topology, place: Place) -> Iterator[Resource]:
    names = topo.bucket_names(topology, place.project)
    for key, wanted in topology.buckets.items():
        yield Resource(Key("bucket", names[key]), _bucket(wanted, place))


def _bucket(wanted: Bucket, place: Place) -> Fields:
    rules = []
    for rule in wanted.lifecycle:
        if rule.delete_after is not None:
            condition = {"age": rule.delete_after // DAY}
        else:
            condition = {"daysSinceNoncurrentTime": (rule.delete_noncurrent_after or 0) // DAY}
        rules.append({"action": {"type": "Delete"}, "condition": condition})
    return {
        "location": place.bucket_location,
        "uniform_access": wanted.uniform_access,
        "public_access_prevention": wanted.public_access_prevention,
        "versioning": wanted.versioning,
        "soft_delete": wanted.soft_delete,
        "lifecycle": bucket.lifecycle(rules),
    }


def _topics(topology: Topology) -> Iterator[Resource]:
    for wanted in topology.topics.values():
        yield Resource(Key("topic", wanted.name), {"retention": wanted.retention})


def _subscriptions(topology: Topology) -> Iterator[Resource]:
    for name, wanted in topology.subscriptions.items():
        fields: Fields = {
            "topic": topology.topics[wanted.topic].name,
            "ack_deadline": wanted.ack_deadline,
            "retention": wanted.retention,
            "expires": "never" if wanted.expires == "never" else f"{wanted.expires}s",
        }
        yield Resource(Key("subscription", name), fields)


def _datasets(topology: Topology, place: Place) -> Iterator[Resource]:
    for name, wanted in topology.bigquery.datasets.items():
        fields: Fields = {
            "location": place.bigquery_location,
            "description": wanted.description,
        }
        yield Resource(Key("dataset", name), fields)


def _functions(
    topology: Topology, environment: Environment, place: Place, digests: Mapping[str, str]
) -> Iterator[Resource]:
    project, region = place.project, place.region
    build_account = place.email(topology.build.service_account)
    for name, wanted in topology.functions.items():
        files = {v: f"{s.mount}/{v}" for v, s in wanted.secrets.items() if s.mount}
        variables = {
            **topo.environment(topology, name, project),
            **{f"{v}_FILE": path for v, path in files.items()},
            # gcloud would add it, and the framework then rewrite what is logged.
            "LOG_EXECUTION_ID": "false",
        }
        references = {files.get(v, v): f"{s.secret}:{s.version}" for v, s in wanted.secrets.items()}
        fields: Fields = {
            "state": "ACTIVE",
            "source": digests[name],
            "runtime": wanted.runtime,
            "entry_point": wanted.entry_point,
            "memory": wanted.memory,
            "cpu": f"{wanted.cpu:g}",
            "concurrency": wanted.concurrency,
            "min_instances": wanted.min_instances,
            "max_instances": wanted.max_instances,
            "timeout": wanted.timeout,
            "service_account": place.email(wanted.service_account),
            "build_service_account": f"projects/{project}/serviceAccounts/{build_account}",
            "repository": f"projects/{project}/locations/{region}/repositories/"
            f"{topology.build.repository}",
            "ingress": "internal-only",
            "connector": _connector(environment, place),
            "egress": environment.network.egress if environment.network else "",
            "environment": json.dumps(variables, sort_keys=True),
            "secrets": function.secrets(references),
        }
        yield Resource(Key("function", topo.service_name(name)), fields)


def _connector(environment: Environment, place: Place) -> str:
    if environment.network is None:
        return ""
    name = environment.network.connector
    if "/" in name:
        return name
    return f"projects/{place.project}/locations/{place.region}/connectors/{name}"


def _triggers(topology: Topology, place: Place) -> Iterator[Resource]:
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
    """A bucket's events are to be had in the bucket's own location only."""
    return place.bucket_location if isinstance(trigger.event, StorageEvent) else place.region


def _trigger_subscriptions(topology: Topology, place: Place) -> Iterator[Resource]:
    for name, wanted in topology.triggers.items():
        fields: Fields = {
            "location": _location(wanted, place),
            "ack_deadline": wanted.ack_deadline,
            "retention": wanted.retention,
            "expires": "never",
            "dead_letter_topic": topology.topics[wanted.dead_letter.topic].name,
            "max_delivery_attempts": wanted.dead_letter.max_delivery_attempts,
            "min_backoff": wanted.retry.min_backoff,
            "max_backoff": wanted.retry.max_backoff,
        }
        yield Resource(Key("trigger-subscription", name), fields)
