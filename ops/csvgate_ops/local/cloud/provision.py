"""Creates the resources of the topology in the running emulators, or updates them.

    python -m csvgate_ops.local.cloud.provision pubsub|storage|bigquery --topology FILE ...

One short process per service, which runs again after each restart of the service. It starts
together with the service, loads the client library, and then waits for the service.
"""

import os
import time
from pathlib import Path
from typing import Any

import click

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.contract_watch import load_contracts
from csvgate_ops.local.supervisor.component import GrpcProbe, HttpProbe, Probe
from csvgate_ops.local.supervisor.probes import is_ready

FOREVER: dict[str, Any] = {}
"""An expiration policy without a time to live never expires."""


def provision_pubsub(topology: topo.Topology, project: str, longest_retention: int) -> None:
    """Create topics, the subscriptions of the triggers, and the review subscriptions."""
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

    _await(GrpcProbe(int(os.environ["PUBSUB_EMULATOR_HOST"].rpartition(":")[2])))
    publisher, subscriber = PublisherClient(), SubscriberClient()
    transports = [topo.transport(topology, name) for name in topology.triggers]
    names = [topic.name for topic in topology.topics.values()]
    for name in names + [t.topic for t in transports if t.owns_topic]:
        _create(publisher.create_topic, {"name": publisher.topic_path(project, name)})
    wanted = trigger_subscriptions(topology, project) + review_subscriptions(topology, project)
    for subscription in wanted:
        retention = subscription["message_retention_duration"]
        retention["seconds"] = min(retention["seconds"], longest_retention)
        if not _create(subscriber.create_subscription, subscription):
            paths = [key for key in subscription if key not in ("name", "topic")]
            subscriber.update_subscription(
                request={"subscription": subscription, "update_mask": {"paths": paths}}, timeout=10
            )


def trigger_subscriptions(topology: topo.Topology, project: str) -> list[dict[str, Any]]:
    """Return the subscriptions of the triggers, with the policies that deploy sets on
    Eventarc's."""
    found = []
    for name, trigger in topology.triggers.items():
        transport = topo.transport(topology, name)
        retry = topo.local_retry(topology, trigger)
        dead_letter = topology.topics[trigger.dead_letter.topic].name
        found.append(
            {
                "name": f"projects/{project}/subscriptions/{transport.subscription}",
                "topic": f"projects/{project}/topics/{transport.topic}",
                "ack_deadline_seconds": trigger.ack_deadline,
                "message_retention_duration": {"seconds": trigger.retention},
                "expiration_policy": FOREVER,
                "retry_policy": {
                    "minimum_backoff": {"seconds": retry.min_backoff},
                    "maximum_backoff": {"seconds": retry.max_backoff},
                },
                "dead_letter_policy": {
                    "dead_letter_topic": f"projects/{project}/topics/{dead_letter}",
                    "max_delivery_attempts": trigger.dead_letter.max_delivery_attempts,
                },
            }
        )
    return found


def review_subscriptions(topology: topo.Topology, project: str) -> list[dict[str, Any]]:
    """Return the subscriptions for reviewing dead letters."""
    return [
        {
            "name": f"projects/{project}/subscriptions/{name}",
            "topic": f"projects/{project}/topics/{topology.topics[subscription.topic].name}",
            "ack_deadline_seconds": subscription.ack_deadline,
            "message_retention_duration": {"seconds": subscription.retention},
            "expiration_policy": FOREVER
            if subscription.expires == "never"
            else {"ttl": {"seconds": subscription.expires}},
        }
        for name, subscription in topology.subscriptions.items()
    ]


def provision_storage(topology: topo.Topology, project: str, references: Path | None) -> None:
    """Create buckets, and upload the reference files that do not exist there."""
    from google.api_core.exceptions import Conflict
    from google.cloud.storage import Client

    _await(HttpProbe(f"{os.environ['STORAGE_EMULATOR_HOST']}/_internal/healthcheck"))
    client = Client(project=project)
    names = topo.bucket_names(topology, project)
    for name in names.values():
        try:
            client.create_bucket(name, location=topology.bigquery.location, timeout=10)
        except Conflict:
            continue
    bucket = client.bucket(names["references"])
    for file in sorted(references.glob("*.csv")) if references else ():
        if not bucket.blob(file.name).exists(timeout=10):
            bucket.blob(file.name).upload_from_filename(str(file), content_type="text/csv")


def provision_bigquery(topology: topo.Topology, project: str, contracts: Path | None) -> None:
    """Create the datasets of the topology and of the contracts; the functions create the tables."""
    from google.cloud.bigquery import Client, Dataset

    _await(HttpProbe(f"{os.environ['BIGQUERY_EMULATOR_HOST']}/healthz"))
    client = Client(project=project)
    described = {
        contract.destination.dataset: f"Tables of {contract.dataset}"
        for contract in (load_contracts(contracts) if contracts else ())
    }
    for name, dataset in topology.bigquery.datasets.items():
        described[name] = dataset.description
    for name, description in described.items():
        wanted = Dataset(f"{project}.{name}")
        wanted.location = topology.bigquery.location
        wanted.description = description
        client.create_dataset(wanted, exists_ok=True, timeout=10)


def _await(probe: Probe) -> None:
    """Wait until the service is ready; the supervisor limits the time."""
    while not is_ready(probe):
        time.sleep(0.05)


def _create(call: Any, request: dict[str, Any]) -> bool:
    """Create a resource; False if it exists."""
    from google.api_core.exceptions import AlreadyExists

    try:
        call(request=request, timeout=10)
    except AlreadyExists:
        return False
    return True


@click.command()
@click.argument("service", type=click.Choice(["pubsub", "storage", "bigquery"]))
@click.option("--topology", type=click.Path(path_type=Path), required=True)
@click.option("--project", required=True)
@click.option("--references", type=click.Path(path_type=Path), help="The folder of CSVs to upload.")
@click.option("--contracts", type=click.Path(path_type=Path), help="The folder of contracts.")
@click.option(
    "--longest-retention",
    type=int,
    default=31 * 86400,
    help="Limit of retention, in seconds.",
)
def main(
    service: str,
    topology: Path,
    project: str,
    references: Path | None,
    contracts: Path | None,
    longest_retention: int,
) -> None:
    """Create the resources of the topology in SERVICE."""
    loaded = topo.load(topology)
    match service:
        case "pubsub":
            provision_pubsub(loaded, project, longest_retention)
        case "storage":
            provision_storage(loaded, project, references)
        case _:
            provision_bigquery(loaded, project, contracts)


if __name__ == "__main__":
    main()
