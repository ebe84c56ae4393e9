"""What must be there: pure data, in the order it can be made in."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import settle
from csvgate_ops.deploy.monitoring.files import render
from csvgate_ops.deploy.plan import function_resources, resources, roles
from csvgate_ops.deploy.plan.model import Binding, Desired, Key, Place, Resource, Section
from csvgate_ops.deploy.topology.model import Topology

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
    "monitoring",
    "pubsub",
    "run",
    "secretmanager",
    "serviceusage",
    "storage",
)


def place_of(topology: Topology, environment: Environment) -> Place:
    return Place(
        environment.project,
        environment.region,
        (environment.bucket_location or environment.region).lower(),
        environment.bigquery_location or topology.bigquery.location,
    )


def desired(
    topology: Topology, environment: Environment, digests: Mapping[str, str], monitoring: Path
) -> Desired:
    """`digests` are those of the staged sources, by function; `monitoring` is deploy/monitoring."""
    place = place_of(topology, environment)
    topology = _in_order(settle(topology, environment))
    connector = function_resources.connector(environment, place)
    apis = (*APIS, *(["vpcaccess"] if connector else []))
    early = (*roles.of_triggers(topology, place), *roles.of_builds(topology, place))
    sections = (
        Section("APIs", _named("api", (f"{api}.googleapis.com" for api in sorted(apis)))),
        Section(
            "Service agents",
            _named("agent", (f"{api}.googleapis.com" for api in ("pubsub", "eventarc", "storage"))),
        ),
        Section("Service accounts", tuple(resources.accounts(topology))),
        Section("Secrets", tuple(resources.secrets(topology))),
        Section("Images", _named("repository", [topology.build.repository])),
        Section("Buckets", tuple(resources.buckets(topology, place))),
        Section("Topics", tuple(resources.topics(topology))),
        Section("Subscriptions that people read", tuple(resources.subscriptions(topology))),
        Section("Datasets", tuple(resources.datasets(topology, place))),
        Section("Roles", _unique((*early, *roles.of_functions(topology, place)))),
        Section(
            "Functions", tuple(function_resources.functions(topology, environment, place, digests))
        ),
        Section("Who may call them", _unique(roles.of_callers(topology, place))),
        Section("Triggers", tuple(resources.triggers(topology, place))),
        Section(
            "What Eventarc subscribed",
            (
                *resources.trigger_subscriptions(topology, place),
                *roles.of_subscriptions(topology, place),
            ),
        ),
    )
    members = frozenset(roles.account(place, name) for name in topology.service_accounts)
    return Desired(place, sections, members, render(monitoring, place.project, environment.alerts))


def _in_order(topology: Topology) -> Topology:
    """Its functions and triggers such that whoever takes messages is there first, and of the same
    version at least as whoever sends them."""
    order = topo.consumers_first(topology)
    triggers = sorted(topology.triggers.items(), key=lambda item: order.index(item[1].function))
    functions = {name: topology.functions[name] for name in order}
    return topology.model_copy(update={"functions": functions, "triggers": dict(triggers)})


def _named(kind: str, names: Iterable[str]) -> tuple[Resource, ...]:
    return tuple(Resource(Key(kind, name)) for name in names)


def _unique(bindings: Iterable[Binding]) -> tuple[Binding, ...]:
    return tuple(dict.fromkeys(bindings))
