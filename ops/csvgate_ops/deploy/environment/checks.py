"""Contradictions between the settings of a well-formed environment, and with the topology."""

import re
from typing import Final

from csvgate.contracts.reading.mistakes import Complaints, suggest
from csvgate_ops.deploy.environment import cloud_run, regions
from csvgate_ops.deploy.environment.model import (
    ConsoleChoice,
    Environment,
    KmsKeys,
    Network,
    Sizes,
)
from csvgate_ops.deploy.environment.overlay import overlay, place_of
from csvgate_ops.deploy.kinds import kms_key
from csvgate_ops.deploy.topology import bucket_names
from csvgate_ops.deploy.topology.checks import DERIVED_VARIABLES
from csvgate_ops.deploy.topology.model import Function, Topology

UNKNOWN: Final = ""
"""Takes the place of a region that is missing or mistaken, which is reported already."""
_SET_BY_CSVGATE: Final = (
    *DERIVED_VARIABLES,
    "CSVGATE_SENDER",
    "LOG_EXECUTION_ID",
    "LOG_LEVEL",
)
_BUCKET_CHARACTERS: Final = 63
"""Names with dots may be longer, but their owner must have verified the domain."""
_SET_BY_CLOUD_RUN: Final = (
    "FUNCTION_SIGNATURE_TYPE",
    "FUNCTION_TARGET",
    "K_CONFIGURATION",
    "K_REVISION",
    "K_SERVICE",
    "PORT",
)


def contradictions(environment: Environment, topology: Topology) -> Complaints:
    """Yield every contradiction. `region` may be UNKNOWN."""
    yield from _functions(environment, topology)
    yield from _secrets(environment, topology)
    yield from _names(environment, topology)
    yield from _network(environment.network)
    yield from _console(environment, topology)
    if environment.region != UNKNOWN:
        yield from _places(environment, topology)


def _functions(environment: Environment, topology: Topology) -> Complaints:
    settled = overlay(topology, environment)
    for name in environment.functions:
        if name not in topology.functions:
            yield ("functions", name), f"is not a function; {suggest(name, topology.functions)}"
    for name, function in settled.functions.items():
        sizes = environment.functions.get(name, Sizes())
        for field, text in cloud_run.faults(function):
            yield _at(name, sizes, field), text
        yield from _deadline(name, sizes, topology)
        yield from _purpose(name, sizes, function)
        yield from _variables(name, sizes, function)


def _at(function: str, sizes: Sizes, field: str) -> tuple[str, ...]:
    """Return the place of a property, or of the function if the topology sets the property."""
    given = getattr(sizes, field) is not None
    return ("functions", function, field) if given else ("functions", function)


def _deadline(name: str, sizes: Sizes, topology: Topology) -> Complaints:
    deadline = next(t for t in topology.triggers.values() if t.function == name).ack_deadline
    if sizes.timeout is not None and sizes.timeout > deadline:
        yield (
            ("functions", name, "timeout"),
            f"{sizes.timeout}s is longer than the ack deadline of its trigger ({deadline}s): "
            "deliveries would be repeated while the function still runs",
        )


def _purpose(name: str, sizes: Sizes, function: Function) -> Complaints:
    if sizes.small_uploads is not None and not function.uses.load:
        message = "has no effect, because the function loads no uploads; leave it out"
        yield ("functions", name, "small_uploads"), message
    if sizes.read_bytes_per_second is not None and "uploads" not in function.uses.read:
        message = "has no effect, because the function reads no uploads; leave it out"
        yield ("functions", name, "read_bytes_per_second"), message


def _variables(name: str, sizes: Sizes, function: Function) -> Complaints:
    for variable in sizes.environment:
        path = ("functions", name, "environment", variable)
        if variable in _SET_BY_CSVGATE:
            yield path, "is set by csvgate: leave it out"
        elif variable in _SET_BY_CLOUD_RUN or variable.startswith("X_GOOGLE_"):
            yield path, "is reserved by Cloud Run: choose another name"
        elif variable in function.secrets:
            yield path, "is a secret: choose its version under `secrets`"


def _secrets(environment: Environment, topology: Topology) -> Complaints:
    wanted = {v for function in topology.functions.values() for v in function.secrets}
    for variable in environment.secrets:
        if variable not in wanted:
            yield ("secrets", variable), f"is not used by any function; {suggest(variable, wanted)}"


def _names(environment: Environment, topology: Topology) -> Complaints:
    names, settled = environment.names, overlay(topology, environment)
    for section, given, known in (
        ("buckets", names.buckets, topology.buckets),
        ("topics", names.topics, topology.topics),
    ):
        for key in given:
            if key not in known:
                yield ("names", section, key), f"is not in the topology; {suggest(key, known)}"
    buckets = bucket_names(settled, environment.project)
    topics = {key: topic.name for key, topic in settled.topics.items()}
    for section, given, full in (
        ("buckets", names.buckets, buckets),
        ("topics", names.topics, topics),
    ):
        for key in given:
            other = next((k for k, n in full.items() if k != key and n == full.get(key)), None)
            if other is not None:
                yield ("names", section, key), f"`{full[key]}` is also the name of {other}"
    for key in names.buckets.keys() & buckets.keys():
        if fault := _bucket_fault(buckets[key]):
            yield ("names", "buckets", key), f"`{buckets[key]}` {fault}"


def _bucket_fault(name: str) -> str:
    """Return what Cloud Storage does not accept in the name of a bucket, or ""."""
    if not 3 <= len(name) <= _BUCKET_CHARACTERS:
        return f"has {len(name)} characters, but 3 to {_BUCKET_CHARACTERS} are allowed"
    if wrong := next((pair for pair in ("..", ".-", "-.") if pair in name), ""):
        return f"contains `{wrong}`: a part between dots begins and ends with a letter or a digit"
    if not name[-1].isalnum():
        return "does not end with a letter or a digit"
    if name.startswith("goog") or "google" in name:
        return "starts with goog or contains google, which is reserved"
    return "looks like an IP address" if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name) else ""


def _network(network: Network | None) -> Complaints:
    if network is None:
        return
    if network.subnet is None and network.connector is None:
        yield ("network",), "needs a `subnet` or a `connector`"
    if network.connector is None:
        return
    for field in ("subnet", "network", "tags"):
        if getattr(network, field):
            yield ("network", field), "cannot be combined with a connector; leave one of them out"


def _console(environment: Environment, topology: Topology) -> Complaints:
    given = [
        name for name in ConsoleChoice.model_fields if name in environment.console.model_fields_set
    ]
    others = [name for name in given if name != "enabled"]
    if topology.console is None:
        if others or (given and environment.console.enabled):
            message = (
                "has no effect, because deploy/topology.yaml has no section `console`: add it "
                "there (docs/console.md), or leave it out here"
            )
            yield ("console",), message
    elif not environment.console.enabled:
        for name in others:
            message = "has no effect, because `enabled` is false; leave one of them out"
            yield ("console", name), message


def _places(environment: Environment, topology: Topology) -> Complaints:
    region = environment.region
    for field in ("connector", "subnet"):
        path = getattr(environment.network, field, None) or ""
        if "/" in path and path.split("/")[3] != region:
            yield (
                ("network", field),
                f"is in {path.split('/')[3]}, but the functions are in {region}; use a {field} in "
                f"{region}",
            )
    place = place_of(topology, environment)
    for purpose, location in (
        ("buckets", place.bucket_location),
        ("datasets", place.bigquery_location),
        ("functions", region),
    ):
        key = getattr(environment.kms_key, purpose, None)
        if key is not None and kms_key.location(key) != regions.key_location(location):
            yield (
                ("kms_key", purpose),
                f"the key is in {kms_key.location(key)}, but the {purpose} are in {location}, "
                f"which needs a key in {regions.key_location(location)}; a key can be given for "
                f"each of {', '.join(KmsKeys.model_fields)}",
            )
