"""Run the Pulumi program with mocks and print what it registers, as JSON.

    .venv-pulumi/bin/python recorder.py STACK[:delete-data]...

It runs in the environment of `make setup-pulumi`, without Pulumi's engine. An attempt to connect to
anything or to start a process is an error.
"""

import base64
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import dill
import pulumi
from csvgate_ops.cli.deploy import _deploying
from csvgate_ops.deploy.staging.stage import Staged
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor

ROOT = Path(__file__).parents[4]
PROGRAM = ROOT / "deploy" / "pulumi" / "__main__.py"
NUMBER = "314159265358"
"""The number of the project."""
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system")


def forbid(event: str, arguments: Any) -> None:
    if event in _FORBIDDEN:
        raise RuntimeError(f"the program must not do this: {event} {arguments}")


def answered(token: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Answer a call of the provider like a project in which everything exists."""
    match token.rpartition(":")[2]:
        case "getProject":
            return {"number": NUMBER, "projectId": arguments["projectId"]}
        case "getProjectServiceAccount":
            domain = "gs-project-accounts.iam.gserviceaccount.com"
            return {"emailAddress": f"service-{NUMBER}@{domain}"}
        case "getSecretVersion":
            return {"enabled": os.environ.get("DISABLED_SECRET") != arguments["secret"]}
    raise ValueError(f"the mocks have no answer to {token}")


def computed(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return what the provider would add to a resource."""
    if kind.endswith(":Trigger"):
        subscription = f"eventarc-{inputs['location']}-{inputs['name']}-sub-271"
        path = f"projects/{inputs['project']}/subscriptions/{subscription}"
        return {"transport": {"pubsub": {"subscription": path}}}
    if kind.endswith(":NotificationChannel"):
        return {"name": f"projects/{inputs['project']}/notificationChannels/{name}"}
    return {}


class Project(Mocks):
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.inputs[args.typ, args.name] = dict(args.inputs)
        return f"{args.name}-id", {**args.inputs, **computed(args.typ, args.name, args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self.calls.append({"token": args.token, "arguments": dict(args.args)})
        return answered(args.token, args.args), []


class Monitor(MockMonitor):
    """Also keeps the options of each resource, which mocks do not get."""

    def __init__(self, mocks: Project) -> None:
        super().__init__(mocks)
        self.requests: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        response = super().RegisterResource(request)
        self.requests[response.urn] = request
        return response


def recorded(stack: str, delete_data: bool) -> dict[str, Any]:
    project = Project()
    monitor = Monitor(project)
    pulumi.runtime.set_all_config({"csvgate:delete-data": "true"} if delete_data else {})
    pulumi.runtime.set_mocks(project, "csvgate", stack, preview=False, monitor=monitor)
    pulumi.runtime.test(lambda: runpy.run_path(str(PROGRAM)) and None)()
    names = {urn: request.name for urn, request in monitor.requests.items()}
    resources = [
        {
            "type": request.type,
            "name": request.name,
            "inputs": shown(project.inputs[request.type, request.name]),
            "protect": request.protect,
            "after": [names[urn] for urn in request.dependencies],
        }
        for request in monitor.requests.values()
        if request.type != "pulumi:pulumi:Stack"
    ]
    return {"resources": resources, "calls": project.calls}


def shown(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs as JSON can hold them, with the names of a dynamic provider's methods."""
    if "__provider" in inputs:
        provider = dill.loads(base64.b64decode(inputs.pop("__provider")))
        inputs["__provider"] = f"{type(provider).__module__}.{type(provider).__name__}"
    return inputs


def as_json(value: Any) -> Any:
    if isinstance(value, pulumi.FileArchive):
        return str(Path(value.path).relative_to(ROOT))
    raise TypeError(f"{value!r} cannot be shown as JSON")


def unstaged(_root: Path, out: Path, topology: Any) -> dict[str, Staged]:
    """Return digests like those of the tests of plans, without writing anything."""
    return {name: Staged(out / name, "0" * 40, 0, 0) for name in topology.functions}


if __name__ == "__main__":
    sys.path.insert(0, str(PROGRAM.parent))  # as Pulumi does
    _deploying.stage = unstaged
    sys.addaudithook(forbid)
    runs = [argument.partition(":") for argument in sys.argv[1:]]
    found = {f"{s}{c}{d}": recorded(s, bool(d)) for s, c, d in runs}
    print(json.dumps(found, default=as_json, indent=1))
