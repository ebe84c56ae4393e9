"""Run the Pulumi program with mocks and print what it registers, as JSON.

    PYTHONPATH=deploy/pulumi:tests .venv-pulumi/bin/python recorder.py STACK[:VARIANT]...

It runs in the environment of `make setup-pulumi`, without Pulumi's engine. An attempt to connect to
anything or to start a process is an error.
"""

import base64
import importlib
import json
import runpy
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import dill
import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor

from csvgate_ops.cli.deploy._deploying import Target
from csvgate_ops.deploy.plan.model import Binding, Key, Resource, Section
from csvgate_ops.deploy.staging.stage import Staged
from unit.deploy.plan.environments import COMPANY, wanted, with_schedules
from unit.deploy.pulumi.subscription_session import NAME, new_session

ROOT = Path(__file__).parents[4]
MAIN = ROOT / "deploy" / "pulumi" / "__main__.py"
DEPLOYING: Any = importlib.import_module("csvgate_ops.cli.deploy._deploying")
PATCHED: Any = importlib.import_module("csvgate_pulumi.patched_subscription")
PROXIED: Any = importlib.import_module("csvgate_pulumi.proxied_service")
PROGRAM: Any = importlib.import_module("csvgate_pulumi.program")
TARGET: Callable[[str], Target] = cache(PROGRAM.target)
"""Loads an environment once, because parsing its files takes as long as a run."""
NUMBER = "314159265358"
"""The number of the project."""
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system")


def forbid(event: str, arguments: Any) -> None:
    if event in _FORBIDDEN:
        raise RuntimeError(f"the program must not do this: {event} {arguments}")


def answered(token: str, arguments: dict[str, Any], variant: str) -> dict[str, Any]:
    """Answer a call of the provider like a project in which everything exists."""
    match token.rpartition(":")[2]:
        case "getProject":
            return {"number": NUMBER, "projectId": arguments["projectId"]}
        case "getProjectServiceAccount":
            domain = "gs-project-accounts.iam.gserviceaccount.com"
            return {"emailAddress": f"service-{NUMBER}@{domain}"}
        case "getDefaultServiceAccount":
            return {"email": f"bq-{NUMBER}@bigquery-encryption.iam.gserviceaccount.com"}
        case "getKMSCryptoKey":
            disabled = variant == "disabled-key"
            return {"primaries": [{"name": "1", "state": "DISABLED" if disabled else "ENABLED"}]}
        case "getSecretVersion":
            return {"enabled": variant != "disabled-secret"}
    raise ValueError(f"the mocks have no answer to {token}")


def computed(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return what the provider would add to a resource."""
    if kind.endswith(":Trigger"):
        # Eventarc joins them by hyphens, which names may contain.
        subscription = f"eventarc.{inputs['location']}.{inputs['name']}.sub-271"
        path = f"projects/{inputs['project']}/subscriptions/{subscription}"
        made = f"projects/{inputs['project']}/topics/eventarc.{inputs['name']}"
        given = (inputs.get("transport") or {}).get("pubsub", {}).get("topic")
        return {"transport": {"pubsub": {"subscription": path, "topic": given or made}}}
    if kind.endswith(":NotificationChannel"):
        return {"name": f"projects/{inputs['project']}/notificationChannels/{name}"}
    return {}


class Project(Mocks):  # type: ignore[misc]
    def __init__(self, variant: str) -> None:
        self.variant = variant
        self.calls: list[dict[str, Any]] = []
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.inputs[args.typ, args.name] = dict(args.inputs)
        return f"{args.name}-id", {**args.inputs, **computed(args.typ, args.name, args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self.calls.append({"token": args.token, "arguments": dict(args.args)})
        return answered(args.token, args.args, self.variant), []


class Monitor(MockMonitor):  # type: ignore[misc]
    """Also keeps the options of each resource, which mocks do not get."""

    def __init__(self, mocks: Project) -> None:
        super().__init__(mocks)
        self.requests: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        response = super().RegisterResource(request)
        self.requests[response.urn] = request
        return response


def unchanged(found: Target) -> Target:
    return found


def added(*resources: Resource) -> Callable[[Target], Target]:
    """Return a function that adds resources to what an environment should have."""

    def change(found: Target) -> Target:
        sections = (*found.desired.sections, Section("Added", resources))
        return replace(found, desired=replace(found.desired, sections=sections))

    return change


def with_field(found: Target) -> Target:
    """Give every topic a field that the program does not know."""
    sections = [
        Section(
            section.title,
            tuple(
                Resource(item.key, {**item.fields, "colour": "blue"})
                if isinstance(item, Resource) and item.key.kind == "topic"
                else item
                for item in section.items
            ),
        )
        for section in found.desired.sections
    ]
    return replace(found, desired=replace(found.desired, sections=tuple(sections)))


def with_setting(found: Target) -> Target:
    """Give an alert policy a setting that pulumi-gcp does not know."""
    monitoring = found.desired.monitoring
    assert monitoring is not None
    body = dict(monitoring.policies["slow-uploads"])
    body["conditions"] = [{**body["conditions"][0], "mood": "calm"}]
    policies = {**monitoring.policies, "slow-uploads": body}
    changed = replace(monitoring, policies=policies)
    return replace(found, desired=replace(found.desired, monitoring=changed))


def with_role(found: Target) -> Target:
    """Grant a role on a kind on which the program grants none."""
    binding = Binding(Key("budget", "a"), "roles/viewer", "group:a@example.com")
    sections = (*found.desired.sections, Section("Added", (binding,)))
    return replace(found, desired=replace(found.desired, sections=sections))


VARIANTS: Mapping[str, Callable[[Target], Target]] = {
    "unknown-kind": added(Resource(Key("queue", "a"))),
    "unknown-field": with_field,
    "unknown-setting": with_setting,
    "unknown-role": with_role,
    "schedules": lambda found: replace(found, desired=with_schedules()),
}
"""Variant → how it changes what an environment should have. Others change the mocks or the
configuration."""


def chosen(environment: str) -> Target:
    """Return what an environment of the repository should have, or the example of the tests."""
    found = TARGET("dev" if environment == COMPANY else environment)
    return replace(found, desired=wanted(COMPANY)) if environment == COMPANY else found


def recorded(stack: str, variant: str) -> dict[str, Any]:
    """Return what a variant of a stack registers, or the message with which the program ends."""
    project = Project(variant)
    monitor = Monitor(project)
    config = {"csvgate:delete-data": "true"} if variant == "delete-data" else {}
    pulumi.runtime.set_all_config(config)
    pulumi.runtime.set_mocks(project, "csvgate", stack, preview=False, monitor=monitor)
    change = VARIANTS.get(variant, unchanged)
    PROGRAM.target = lambda environment: change(chosen(environment))
    run: Any = pulumi.runtime.test(lambda: runpy.run_path(str(MAIN)) and None)
    try:
        run()
    except pulumi.RunError as error:
        return {"error": str(error)}
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


def provided() -> dict[str, Any]:
    """Return what the provider of patched subscriptions answers, as Pulumi would call it."""
    session = new_session()
    PATCHED.policies.authorised = lambda: session
    provider = PATCHED._Provider()
    kind = "trigger-subscription"
    wanted_fields = next(r for r in wanted("dev").resources if r.key.kind == kind).fields
    floats = {n: float(v) if isinstance(v, int) else v for n, v in wanted_fields.items()}
    project = session.stand_in.project
    props = {"project": project.name, "subscription": NAME, "policies": floats, "__provider": "…"}
    before = provider.diff(NAME, props, props)
    created = provider.create(dict(props))
    unchanged = provider.diff(NAME, created.outs, props)
    project.subscriptions[NAME]["ackDeadlineSeconds"] = 10
    drifted = provider.diff(NAME, created.outs, props)
    updated = provider.update(NAME, created.outs, dict(props))
    another = provider.diff(NAME, created.outs, {**props, "subscription": "another"})
    return {
        "id": created.id,
        "outs": created.outs == updated.outs == {n: props[n] for n in created.outs},
        "secret": provider.serialize_as_secret_always,
        "changes": [before.changes, unchanged.changes, drifted.changes, another.changes],
        "replaces": another.replaces,
        "deadline": project.subscriptions[NAME]["ackDeadlineSeconds"],
    }


class Services:
    """A session of requests, and the services of Cloud Run that are behind the proxy."""

    def __init__(self) -> None:
        self.on: dict[str, bool] = {}
        self.path = ""

    def get(self, url: str, timeout: int) -> "Services":
        self.path = url.partition("/v2/")[2]
        return self

    def patch(self, url: str, json: dict[str, Any], timeout: int) -> "Services":
        path, _, mask = url.partition("/v2/")[2].partition("?")
        assert "updateMask=iapEnabled" == mask
        self.on[path] = json["iapEnabled"]
        return self

    def json(self) -> dict[str, Any]:
        return {"name": self.path, **({"iapEnabled": True} if self.on.get(self.path) else {})}

    def raise_for_status(self) -> None:
        pass


def proxied() -> dict[str, Any]:
    """Return what the provider of proxied services answers, as Pulumi would call it."""
    services, provider = Services(), PROXIED._Provider()
    PROXIED.authorised = lambda: services
    path = "projects/p/locations/l/services/operators-console"
    props = {"service": path, "iap": True, "source": "1", "__provider": "…"}
    before = provider.diff(path, props, props)
    created = provider.create(dict(props))
    on = [services.on[path]]
    unchanged = provider.diff(path, created.outs, props)
    deployed = provider.diff(path, created.outs, {**props, "source": "2"})
    services.on.clear()
    drifted = provider.diff(path, created.outs, props)
    provider.update(path, created.outs, dict(props))
    another = provider.diff(path, created.outs, {**props, "service": "another"})
    found = (before, unchanged, deployed, drifted, another)
    return {
        "id": created.id,
        "changes": [each.changes for each in found],
        "on": [*on, services.on[path]],
        "replaces": another.replaces,
    }


def shown(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs as JSON can hold them, with the names of a dynamic provider's methods."""
    if "__provider" in inputs:
        # As Pulumi does it, in a process of its own.
        provider = dill.loads(base64.b64decode(inputs.pop("__provider")))  # noqa: S301
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
    DEPLOYING.stage = unstaged
    sys.addaudithook(forbid)
    runs = [argument.partition(":") for argument in sys.argv[1:]]
    found = {f"{stack}{colon}{v}": recorded(stack, v) for stack, colon, v in runs}
    found["provider"], found["proxy"] = provided(), proxied()
    sys.stdout.write(json.dumps(found, default=as_json))
