"""Computes the processes of the local cloud from options, topology and ports."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csvgate_ops.deploy import topology as topo
from csvgate_ops.local.cloud import emulators
from csvgate_ops.local.cloud.endpoints import endpoints
from csvgate_ops.local.cloud.environment import emulators as emulator_variables
from csvgate_ops.local.cloud.environment import inherited
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.cloud.ports import HOST
from csvgate_ops.local.guard_proxy.backends import Address, random_backends
from csvgate_ops.local.supervisor.component import Component, ExitProbe, HttpProbe, Need

GOOGLE_LONGEST_RETENTION = 7 * 86400
"""The limit in Google's emulator; the service has raised it to 31 days."""
SPARE_THREADS = 2
"""Threads for requests other than Eventarc's, such as probes."""


@dataclass(frozen=True, slots=True)
class Plan:
    topology: topo.Topology
    options: Options
    ports: Mapping[str, int]
    endpoints: Mapping[str, Any]
    components: tuple[Component, ...]


def plan(
    topology: topo.Topology,
    options: Options,
    ports: Mapping[str, int],
    outer: Mapping[str, str],
) -> Plan:
    """Return the plan; `outer` is the user's environment, of which components inherit only a
    part."""
    addresses = endpoints(topology, options, ports)
    variables = inherited(outer) | emulator_variables(addresses)
    data_dir = DataDir(options.data_dir)
    backends = random_backends(("storage", "bigquery", *topology.functions))
    components = (
        emulators.guard(ports, backends, variables, data_dir),
        emulators.pubsub(options, ports, variables, data_dir),
        emulators.storage(topology, options, ports, backends["storage"], variables, data_dir),
        emulators.bigquery(options, ports, backends["bigquery"], variables, data_dir),
        emulators.mailbox(ports, variables, data_dir),
        *_provisioning(options, variables),
        *(
            function_process(name, topology, options, backends[name], variables)
            for name in topology.functions
        ),
        _eventarc(options, ports, variables, addresses),
    )
    return Plan(topology, options, ports, addresses, components)


def _provisioning(options: Options, variables: Mapping[str, str]) -> list[Component]:
    found = []
    for service in ("pubsub", "storage", "bigquery"):
        more: tuple[str, ...] = ()
        if service == "storage":
            more = ("--references", str(options.references))
        elif service == "bigquery":
            more = ("--contracts", str(options.contracts))
        elif service == "pubsub" and options.pubsub == "google":
            more = ("--longest-retention", str(GOOGLE_LONGEST_RETENTION))
        found.append(
            Component(
                name=f"provision-{service}",
                argv=(
                    *(sys.executable, "-m", "csvgate_ops.local.cloud.provision", service),
                    *("--topology", str(options.topology), "--project", options.project),
                    *more,
                ),
                environment=variables,
                probes=(ExitProbe(),),
                about=service,
                stop_first=True,
                reads_contracts=service == "bigquery",
            )
        )
    return found


def function_process(
    name: str,
    topology: topo.Topology,
    options: Options,
    backend: Address,
    variables: Mapping[str, str],
) -> Component:
    """Return a functions-framework process behind the guard, configured by the topology as Cloud
    Run would be."""
    function = topology.functions[name]
    source = options.functions / Path(function.source).name / "main.py"
    framework = Path(sys.executable).with_name("functions-framework")
    environment = {
        **variables,
        **topo.environment(topology, name, options.project),
        "K_SERVICE": topo.service_name(name),
        "K_REVISION": "local",
        # The folder is read instead, so that a change in it is in use at once.
        "CSVGATE_CONTRACTS_BUCKET": "",
        "CSVGATE_CONTRACTS_DIR": str(options.contracts),
        # Links to reject files must lead to the emulator, which serves them.
        "CSVGATE_STORAGE_CONSOLE_URL": variables["STORAGE_EMULATOR_HOST"],
        "WORKERS": str(topology.local.instances),
        "CSVGATE_STREAM_HOUR_SECONDS": str(topology.local.stream_hour),
        "THREADS": str(function.concurrency + SPARE_THREADS),
        **options.environment,
    }
    return Component(
        name=name,
        argv=(
            *(str(framework), "--signature-type", "cloudevent", "--target", function.entry_point),
            *("--source", str(source), "--host", backend.host, "--port", str(backend.port)),
        ),
        environment=environment,
        # The framework binds its port after it has imported the function.
        probes=(HttpProbe(f"http://{backend}/", any_answer=True),),
        needs=(
            Need(framework, emulators.SETUP),
            Need(source, "give the folder that contains it with --functions"),
            Need(options.contracts, "give the folder of contracts with --contracts"),
        ),
        stop_first=True,
        reads_contracts=True,
        grace=2.0,
    )


def _eventarc(
    options: Options,
    ports: Mapping[str, int],
    variables: Mapping[str, str],
    addresses: Mapping[str, Any],
) -> Component:
    port = ports["eventarc"]
    functions = [f"--function={name}={url}" for name, url in addresses["functions"].items()]
    return Component(
        name="eventarc",
        argv=(
            *(
                sys.executable,
                "-m",
                "csvgate_ops.local.eventarc",
                "--host",
                HOST,
                "--port",
                str(port),
            ),
            *("--topology", str(options.topology), "--project", options.project),
            *functions,
        ),
        environment=variables,
        probes=(HttpProbe(f"http://{HOST}:{port}/healthz"),),
        ports=(port,),
        stop_first=True,
        grace=2.0,
    )
