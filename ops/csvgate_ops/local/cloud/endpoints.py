"""Computes the contents of endpoints.json: the names and addresses of a local cloud."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.cloud.ports import HOST

SERVICES = (
    "storage",
    "pubsub",
    "bigquery",
    "bigquery_storage",
    "mailbox",
    "eventarc",
)


def services(topology: topo.Topology) -> tuple[str, ...]:
    """Return all services that have a port, in the order in which `--port-base` numbers them."""
    return (*SERVICES, *topology.functions)


def names(topology: topo.Topology, project: str) -> dict[str, Any]:
    """Return the names of the resources in a project, local or real."""
    return {
        "project": project,
        "buckets": topo.bucket_names(topology, project),
        "topics": {key: topic.name for key, topic in topology.topics.items()},
        "dead_letters": {
            trigger.function: {
                "topic": topology.topics[trigger.dead_letter.topic].name,
                "review": f"{topology.topics[trigger.dead_letter.topic].name}-review",
                "retention": topo.review_retention(topology, trigger),
            }
            for trigger in topology.triggers.values()
        },
        "triggers": {
            name: asdict(topo.transport(topology, name)) | {"function": trigger.function}
            for name, trigger in topology.triggers.items()
        },
    }


def endpoints(
    topology: topo.Topology, options: Options, ports: Mapping[str, int]
) -> dict[str, Any]:
    """Return the contents of endpoints.json, without the pids."""
    data_dir = DataDir(options.data_dir)
    return {
        **names(topology, options.project),
        "data_dir": str(options.data_dir),
        "storage": f"http://{HOST}:{ports['storage']}",
        "pubsub": f"{HOST}:{ports['pubsub']}",
        "pubsub_backend": options.pubsub,
        "bigquery": f"http://{HOST}:{ports['bigquery']}",
        "bigquery_storage": f"{HOST}:{ports['bigquery_storage']}",
        "mailbox": f"http://{HOST}:{ports['mailbox']}",
        "eventarc": f"http://{HOST}:{ports['eventarc']}",
        "functions": {name: f"http://{HOST}:{ports[name]}" for name in topology.functions},
        "topology": str(options.topology),
        "contracts": str(options.contracts),
        "credentials": str(data_dir.credentials),
    }
