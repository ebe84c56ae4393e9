"""The desired functions: sizes, accounts, network, variables and secrets."""

import json
from collections.abc import Iterator, Mapping

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import connector_path
from csvgate_ops.deploy.kinds import function, run_service
from csvgate_ops.deploy.plan import console
from csvgate_ops.deploy.plan.model import Fields, Key, Place, Resource, Value
from csvgate_ops.deploy.topology.model import CONSOLE, Console, Function, Topology


def functions(
    topology: Topology, environment: Environment, place: Place, digests: Mapping[str, str]
) -> Iterator[Resource]:
    for name, wanted in topology.functions.items():
        files = {v: f"{s.mount}/{v}" for v, s in wanted.secrets.items() if s.mount}
        variables = {
            **topo.environment(topology, name, place.project),
            **{f"{v}_FILE": path for v, path in files.items()},
            # Otherwise gcloud sets it to true, and the framework rewrites every log entry.
            "LOG_EXECUTION_ID": "false",
        }
        references = {files.get(v, v): f"{s.secret}:{s.version}" for v, s in wanted.secrets.items()}
        fields: Fields = {
            "state": "ACTIVE",
            "source": digests[name],
            "entry_point": wanted.entry_point,
            "ingress": "internal-only",
            **_service(wanted, topology, environment, place),
            "environment": json.dumps(variables, sort_keys=True),
            "secrets": function.secrets(references),
        }
        yield Resource(Key("function", topo.service_name(name)), fields)


def console_function(
    topology: Topology, environment: Environment, place: Place, digests: Mapping[str, str]
) -> Iterator[Resource]:
    """Yield the operators' console, if the topology has it."""
    wanted = topology.console
    if wanted is None:
        return
    variables = {
        "LOG_LEVEL": environment.log_level,
        **console.variables(topology, wanted, place),
        "LOG_EXECUTION_ID": "false",
        "THREADS": str(wanted.concurrency),
    }
    fields: Fields = {
        "state": "ACTIVE",
        "source": digests.get(CONSOLE, ""),
        "entry_point": CONSOLE,
        "ingress": wanted.ingress,
        **_service(wanted, topology, environment, place),
        run_service.IAP: wanted.sign_in == "iap",
        "environment": json.dumps(variables, sort_keys=True),
        "secrets": "",
    }
    yield Resource(Key("function", console.SERVICE), fields)


def _service(
    wanted: Function | Console, topology: Topology, environment: Environment, place: Place
) -> Fields:
    """Return what every function has: its size, its accounts, its image and its network."""
    project = place.project
    return {
        "runtime": wanted.runtime,
        "memory": wanted.memory,
        "cpu": f"{wanted.cpu:g}",
        "concurrency": wanted.concurrency,
        "min_instances": wanted.min_instances,
        "max_instances": wanted.max_instances,
        "timeout": wanted.timeout,
        "service_account": place.email(wanted.service_account),
        "build_service_account": f"projects/{project}/serviceAccounts/"
        f"{place.email(topology.build.service_account)}",
        "repository": f"projects/{project}/locations/{place.region}/repositories/"
        f"{topology.build.repository}",
        "connector": connector_path(environment, place),
        "egress": environment.network.egress if environment.network else "",
        **_direct_vpc(environment, place),
    }


def _direct_vpc(environment: Environment, place: Place) -> Fields:
    """Return the fields of Direct VPC egress. Without a network in the environment, Cloud Run looks
    it up, so it is not compared."""
    network = environment.network
    if network is None or network.subnet is None:
        return {"subnet": "", "tags": ""}
    fields: dict[str, Value] = {
        "subnet": run_service.short(network.subnet, place),
        "tags": ",".join(sorted(network.tags)),
    }
    if network.network is not None:
        fields["network"] = run_service.short(network.network, place)
    return fields
