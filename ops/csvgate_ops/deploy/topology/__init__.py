"""deploy/topology.yaml: its model, loader and checks, and what is derived from it.

Except for reading the file, everything here is pure.
"""

from csvgate_ops.deploy.topology.checks import Mistake
from csvgate_ops.deploy.topology.derive import (
    Transport,
    bucket_names,
    consumers_first,
    environment,
    expand,
    local_retry,
    review_retention,
    service_name,
    transport,
    trigger_of,
)
from csvgate_ops.deploy.topology.load import TopologyError, load, parse
from csvgate_ops.deploy.topology.model import PubSubEvent, StorageEvent, Topology, Trigger

__all__ = [
    "Mistake",
    "PubSubEvent",
    "StorageEvent",
    "Topology",
    "TopologyError",
    "Transport",
    "Trigger",
    "bucket_names",
    "consumers_first",
    "environment",
    "expand",
    "load",
    "local_retry",
    "parse",
    "review_retention",
    "service_name",
    "transport",
    "trigger_of",
]
