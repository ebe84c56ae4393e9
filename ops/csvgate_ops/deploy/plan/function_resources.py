"""The desired functions: sizes, accounts, network, variables and secrets."""

import json
from collections.abc import Iterator, Mapping

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.environment.model import Environment
from csvgate_ops.deploy.environment.overlay import connector_path
from csvgate_ops.deploy.kinds import function, run_service
from csvgate_ops.deploy.plan import console
from csvgate_ops.deploy.plan.model import Fields, Key, Place, Resource, Value
from csvgate_ops.deploy.topology.model import CONSOLE, Topology


def functions(
    topology: Topology, environment: Environment, place: Place, digests: Mapping[str, str]
) -> Iterator[Resource]:
    project, region = place.project, place.region
    build_account = place.email(topology.build.service_account)
    for name, wanted in topology.functions.items():
        files = {v: f"{s.mount}/{v}" for v, s in wanted.secrets.items() if s.mount}
        variables = {
            **topo.environment(topology, name, project),
            **{f"{v}_FILE": path for v, path in files.items()},
            # Otherwise gcloud sets it to true, and the framework rewrites every log entry.
            "LOG_EXECUTION_ID": "false",
        }
        references = {files.get(v, v): f"{s.secret}:{s.version}" for v, s in wanted.secrets.items()}
        fields: Fields = {
            "state": "ACTIVE",
            "source": digests[name],
            "runtime": wanted.runtime,
            "entry_point": wanted.entry_point,
            "memory": wanted.memory,
            "cpu": f"{wanted.cpu:g}",
            "concurrency": wanted.concurrency,
            "min_instances": wanted.min_instances,
            "max_instances": wanted.max_instances,
            "timeout": wanted.timeout,
            "service_account": place.email(wanted.service_account),
            "build_service_account": f"projects/{project}/serviceAccounts/{build_account}",
            "repository": f"projects/{project}/locations/{region}/repositories/"
            f"{topology.build.repository}",
            "ingress": "internal-only",
            "connector": connector_path(environment, place),
            "egress": environment.network.egress if environment.network else "",
            **_direct_vpc(environment, place),
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
    project, region = place.project, place.region
    build_account = place.email(topology.build.service_account)
    variables = {
        "LOG_LEVEL": environment.log_level,
        **console.variables(topology, wanted, place),
        "LOG_EXECUTION_ID": "false",
        "THREADS": str(wanted.concurrency),
    }
    fields: Fields = {
        "state": "ACTIVE",
        "source": digests.get(CONSOLE, ""),
        "runtime": wanted.runtime,
        "entry_point": CONSOLE,
        "memory": wanted.memory,
        "cpu": f"{wanted.cpu:g}",
        "concurrency": wanted.concurrency,
        "min_instances": wanted.min_instances,
        "max_instances": wanted.max_instances,
        "timeout": wanted.timeout,
        "service_account": place.email(wanted.service_account),
        "build_service_account": f"projects/{project}/serviceAccounts/{build_account}",
        "repository": f"projects/{project}/locations/{region}/repositories/"
        f"{topology.build.repository}",
        "ingress": wanted.ingress,
        "connector": connector_path(environment, place),
        "egress": environment.network.egress if environment.network else "",
        **_direct_vpc(environment, place),
        run_service.IAP: wanted.sign_in == "iap",
        "environment": json.dumps(variables, sort_keys=True),
        "secrets": "",
    }
    yield Resource(Key("function", console.SERVICE), fields)


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
