"""Contradictions between the settings of a well-formed environment, and with the topology."""

from collections.abc import Iterator
from typing import Final

from csvgate.contracts.reading.mistakes import Complaint, Complaints, suggest
from csvgate_ops.deploy.environment import cloud_run
from csvgate_ops.deploy.environment.model import Environment, Sizes
from csvgate_ops.deploy.environment.overlay import overlay
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
    if environment.region != UNKNOWN:
        yield from _places(environment)


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


def _places(environment: Environment) -> Iterator[Complaint]:
    network, region = environment.network, environment.region
    if network is not None and "/" in network.connector:
        where = network.connector.split("/")[3]
        if where != region:
            yield (
                ("network", "connector"),
                f"is in {where}, but the functions are in {region}; use a connector in {region}",
            )
