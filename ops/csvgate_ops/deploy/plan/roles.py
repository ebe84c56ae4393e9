"""The roles that follow from what the topology says each function uses, on single resources. On the
ledger they have conditions (`ledger_conditions`).

Five roles are granted on the project because no narrower resource will do: `eventarc.eventReceiver`
and `bigquery.jobUser` exist only there; Storage's agent publishes to a topic that Eventarc creates
while it checks for that role, because a Storage trigger does not accept an existing topic; builds
write logs; and builds read sources from a bucket that Cloud Functions creates later (therefore
under a condition on its name).
"""

from collections.abc import Iterator

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.kinds import agent
from csvgate_ops.deploy.plan import ledger_conditions
from csvgate_ops.deploy.plan.model import Binding, Key, Place
from csvgate_ops.deploy.topology.model import Function, StorageEvent, Topology

SOURCES = 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'
LEDGER = "ledger"
PUBSUB_AGENT = agent.member("pubsub.googleapis.com")
STORAGE_AGENT = agent.member("storage.googleapis.com")


def account(place: Place, name: str) -> str:
    return f"serviceAccount:{place.email(name)}"


def of_functions(topology: Topology, place: Place) -> Iterator[Binding]:
    """Yield the roles that each function's account needs."""
    for name, function in topology.functions.items():
        member = account(place, function.service_account)
        for on, role in _uses(topology, place, name, function):
            yield Binding(on, role, member)
        yield from _of_ledger(topology, place, name, function)


def _uses(
    topology: Topology, place: Place, name: str, function: Function
) -> Iterator[tuple[Key, str]]:
    buckets, uses = topo.bucket_names(topology, place.project), function.uses
    for key in uses.read:
        if key != LEDGER:
            yield Key("bucket", buckets[key]), "roles/storage.objectViewer"
    for key in uses.create:
        if key != LEDGER:
            yield Key("bucket", buckets[key]), "roles/storage.objectCreator"
    dead_letter = topo.trigger_of(topology, name).dead_letter.topic
    for key in (*uses.publish, dead_letter):
        yield Key("topic", topology.topics[key].name), "roles/pubsub.publisher"
    for key in uses.load:
        yield Key("dataset", key), _load_role(topology, place)
    if uses.load:
        # Statements that replace or merge rows are jobs. Before the function gives up on a load, it
        # counts the rows of that load by a query.
        yield Key("project", ""), "roles/bigquery.jobUser"
    for secret in {s.secret: None for s in function.secrets.values()}:
        yield Key("secret", secret), "roles/secretmanager.secretAccessor"


def _load_role(topology: Topology, place: Place) -> str:
    role = topology.bigquery.load_role
    return f"projects/{place.project}/roles/{role}" if role in topology.custom_roles else role


def _of_ledger(
    topology: Topology, place: Place, name: str, function: Function
) -> Iterator[Binding]:
    """Yield the roles on the ledger, under conditions on the names of its objects."""
    bucket = topo.bucket_names(topology, place.project)[LEDGER]
    on, member = Key("bucket", bucket), account(place, function.service_account)
    if LEDGER in function.uses.read:
        yield Binding(on, ledger_conditions.LIST, member)
        for condition in ledger_conditions.reading(bucket, name):
            yield Binding(on, ledger_conditions.READ, member, condition)
    if LEDGER in function.uses.create:
        for condition in ledger_conditions.creation(bucket, name):
            yield Binding(on, ledger_conditions.CREATE, member, condition)


def of_builds(topology: Topology, place: Place) -> Iterator[Binding]:
    member, project = account(place, topology.build.service_account), Key("project", "")
    yield Binding(project, "roles/logging.logWriter", member)
    yield Binding(project, "roles/storage.objectViewer", member, SOURCES)
    repository = Key("repository", topology.build.repository)
    yield Binding(repository, "roles/artifactregistry.writer", member)


def of_triggers(topology: Topology, place: Place) -> Iterator[Binding]:
    """Yield what must be granted before a trigger is created: its account receives events, and
    Pub/Sub creates tokens for that account."""
    project = Key("project", "")
    for name in dict.fromkeys(t.service_account for t in topology.triggers.values()):
        yield Binding(project, "roles/eventarc.eventReceiver", account(place, name))
        # In projects created since 2021, Pub/Sub's agent has this through its own role already.
        role = "roles/iam.serviceAccountOpenIdTokenCreator"
        yield Binding(Key("account", name), role, PUBSUB_AGENT)
    if any(isinstance(t.event, StorageEvent) for t in topology.triggers.values()):
        yield Binding(project, "roles/pubsub.publisher", STORAGE_AGENT)
    for key in dict.fromkeys(t.dead_letter.topic for t in topology.triggers.values()):
        yield Binding(
            Key("topic", topology.topics[key].name), "roles/pubsub.publisher", PUBSUB_AGENT
        )


def of_callers(topology: Topology, place: Place) -> Iterator[Binding]:
    for trigger in topology.triggers.values():
        service = Key("function", topo.service_name(trigger.function))
        yield Binding(service, "roles/run.invoker", account(place, trigger.service_account))


def of_subscriptions(topology: Topology) -> Iterator[Binding]:
    """Yield the role that Pub/Sub needs on a subscription to forward its dead letters."""
    for name in topology.triggers:
        on = Key("trigger-subscription", name)
        yield Binding(on, "roles/pubsub.subscriber", PUBSUB_AGENT)
