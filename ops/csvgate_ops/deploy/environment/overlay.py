"""The topology and its place, as an environment changes them."""

from csvgate_ops.deploy.environment.model import ConsoleChoice, Environment, Names, Sizes
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.topology.model import Console, Function, Topology


def place_of(topology: Topology, environment: Environment) -> Place:
    return Place(
        environment.project,
        environment.region,
        (environment.bucket_location or environment.region).lower(),
        environment.bigquery_location or topology.bigquery.location,
        (environment.kms_key.datasets or "") if environment.kms_key else "",
    )


def overlay(topology: Topology, environment: Environment) -> Topology:
    """Return the topology with the names, sizes, variables, secrets, locations and console of the
    environment."""
    topology = named(topology, environment.names)
    location = environment.bigquery_location or topology.bigquery.location
    functions = {
        name: _function(function, environment, environment.functions.get(name, Sizes()))
        for name, function in topology.functions.items()
    }
    changed = {
        "bigquery": topology.bigquery.model_copy(update={"location": location}),
        "console": _console(topology.console, environment.console),
        "functions": functions,
    }
    return topology.model_copy(update=changed)


def connector_path(environment: Environment, place: Place) -> str:
    """Return the full path of the VPC connector, or "" without one."""
    name = environment.network.connector if environment.network else None
    if name is None or "/" in name:
        return name or ""
    return f"projects/{place.project}/locations/{place.region}/connectors/{name}"


def _console(console: Console | None, choice: ConsoleChoice) -> Console | None:
    if console is None or not choice.enabled:
        return None
    given = {n: v for n, v in choice if v is not None and n != "enabled"}
    return console.model_copy(update=given)


def _function(function: Function, environment: Environment, sizes: Sizes) -> Function:
    given = {n: v for n, v in sizes if v is not None and n != "environment"}
    shared = {"LOG_LEVEL": environment.log_level, "CSVGATE_SENDER": environment.sender}
    variables = {name: shared.get(name, value) for name, value in function.environment.items()}
    secrets = {v: environment.secrets.get(v, s) for v, s in function.secrets.items()}
    changed = {"environment": {**variables, **sizes.environment}, "secrets": secrets}
    return function.model_copy(update={**given, **changed})


def named(topology: Topology, names: Names) -> Topology:
    """Return the topology with other names of buckets and topics. The review subscription of a
    topic, which has the topic's name with `-review`, is renamed with it."""
    buckets = {
        key: bucket.model_copy(update={"name": names.buckets.get(key, bucket.name)})
        for key, bucket in topology.buckets.items()
    }
    topics = {
        key: topic.model_copy(update={"name": names.topics.get(key, topic.name)})
        for key, topic in topology.topics.items()
    }
    renamed = renamed_subscriptions(topology, names)
    subscriptions = {renamed.get(n, n): s for n, s in topology.subscriptions.items()}
    changed = {"buckets": buckets, "topics": topics, "subscriptions": subscriptions}
    return topology.model_copy(update=changed)


def renamed_subscriptions(topology: Topology, names: Names) -> dict[str, str]:
    """Return the new names of review subscriptions, by those in the topology."""
    return {
        f"{topology.topics[key].name}-review": f"{name}-review"
        for key, name in names.topics.items()
        if key in topology.topics
    }
