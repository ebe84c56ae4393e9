"""Cloud Run functions, managed with the Cloud Functions API.

They are deployed with `--trigger-http`, and their Eventarc triggers are created separately: only
then can a trigger have the name, service account and location that the topology gives it. A
decorator in the code says that a function takes CloudEvents. The deploy command names every
setting, so it both creates and changes a function.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Any, Final, Literal

from csvgate_ops.deploy.kinds import labels, run_service, traffic, trigger
from csvgate_ops.deploy.kinds.iam import GcloudPolicy
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Fix,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    Symptom,
    last_segment,
    named,
)
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

_GROUP = ("gcloud", "functions")
SOURCE_LABEL = "csvgate-source"
"""The label that holds the digest of the deployed source."""
_FIRST_TRIES: Final = 3
"""How often a function that has never worked is deployed if Google reports an internal error: in a
new project a build may fail because of any role that agents lack at first."""
BUILD_VARIABLES: Final = {"SOURCE_DATE_EPOCH": "315619200"}
"""With this variable Python writes bytecode that is valid by the hash of its source. Otherwise it
is valid by the source's time, which the image does not keep, and every cold start would compile
csvgate again: the buildpack runs `python3 -m compileall -f` with the variables of the build, and
the image's files all have the same time."""


def create(place: Place, resource: Resource) -> list[Step]:
    once = ("--trigger-http", "--no-allow-unauthenticated")
    why = f"create function {resource.key.name}"
    steps: list[Step] = [Command((*_deploy(place, resource), *once), why, tries=_FIRST_TRIES)]
    return [*steps, *_connected(place, resource), *_proxied(place, resource)]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    """Return the steps after which a new revision has all events or, if `plan.rollout` has added
    the field `canary`, so many percent of them."""
    name, fields = resource.key.name, resource.fields
    steps, canary = _changed(place, resource, changed), fields.get("canary")
    if canary is None:
        return steps
    before = str(fields["before"])
    given = traffic.split(place, name, before, int(str(canary)))
    return [traffic.keep(place, name, before), *steps, *given]


def _changed(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name, fields = resource.key.name, resource.fields
    left: list[Step] = []
    if "subnet" in changed and not fields["subnet"]:
        # Before a deploy that may connect it otherwise: a service has one connection.
        left = [run_service.set_network(place, name, fields)]
    of_network = {*run_service.DIRECT_VPC, *(["egress"] if fields["subnet"] else [])}
    if changed.keys() <= {*of_network, run_service.IAP}:
        connected = _connected(place, resource) if changed.keys() & of_network else []
        return [*left, *connected, *_proxied(place, resource, changed)]
    flags = ("--clear-labels",) if "labels" in changed else ()
    if "canary" not in fields:
        # Otherwise a deploy keeps the shares that a canary or a rollback has set.
        flags = (*flags, "--serve-all-traffic-latest-revision")
    deploy = Command(
        (*_deploy(place, resource), *flags),
        f"function {name}: change {named(changed)}",
        tries=_FIRST_TRIES if "state" in changed else 1,
    )
    # A deploy sets the egress of connectors, so the service's own connection is set again.
    return [*left, deploy, *_connected(place, resource), *_proxied(place, resource, changed)]


def _connected(place: Place, resource: Resource) -> list[Step]:
    if not resource.fields["subnet"]:
        return []
    return [run_service.set_network(place, resource.key.name, resource.fields)]


def _proxied(place: Place, resource: Resource, changed: Collection[str] = ()) -> list[Step]:
    """Switch Identity-Aware Proxy on, also where a deploy may have kept it, or off if it is on."""
    on = bool(resource.fields.get(run_service.IAP))
    if not on and run_service.IAP not in changed:
        return []
    return [run_service.set_proxy(place, resource.key.name, on=on)]


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, f"--region={place.region}")
    return [Command((*argv, f"--project={place.project}"), f"delete function {key.name}")]


def joined(pairs: Mapping[str, str]) -> str:
    """Join a map as gcloud's flags take it; see `gcloud topic escaping` for the separators."""
    parts = [f"{name}={value}" for name, value in sorted(pairs.items())]
    separator = next(s for s in _separators() if all(s not in part for part in parts))
    return ("" if separator == "," else f"^{separator}^") + separator.join(parts)


def _separators() -> Iterator[str]:
    """Yield ever more separators. None begins as another ends, so that the end of a value and a
    separator never contain an earlier separator."""
    yield from ",;|~"
    yield from (f"<{number}>" for number in count())


def pairs(text: str) -> dict[str, str]:
    """Return the map that `joined` made this text from."""
    separator = ","
    if text.startswith("^"):
        _, separator, text = text.split("^", 2)
    return dict(part.split("=", 1) for part in text.split(separator)) if text else {}


def folder(name: str) -> str:
    """Return the folder that a function is staged in, relative to the repository."""
    return f"build/{name.replace('-', '_')}"


def _deploy(place: Place, resource: Resource) -> tuple[str, ...]:
    name, f = resource.key.name, resource.fields
    return (
        *(*_GROUP, "deploy", name, "--gen2", f"--region={place.region}"),
        f"--project={place.project}",
        *(f"--source={folder(name)}", f"--update-labels={joined(every_label(f))}"),
        *(f"--runtime={f['runtime']}", f"--entry-point={f['entry_point']}"),
        *(f"--memory={f['memory']}", f"--cpu={f['cpu']}", f"--concurrency={f['concurrency']}"),
        f"--min-instances={f['min_instances']}",
        f"--max-instances={f['max_instances']}",
        f"--timeout={f['timeout']}s",
        f"--service-account={f['service_account']}",
        f"--build-service-account={f['build_service_account']}",
        f"--docker-repository={f['repository']}",
        f"--ingress-settings={f['ingress']}",
        *((f"--kms-key={f['kms_key']}",) if f.get("kms_key") else ()),
        *_network(f),
        f"--set-build-env-vars={joined(BUILD_VARIABLES)}",
        f"--set-env-vars={joined(json.loads(str(f['environment'])))}",
        f"--set-secrets={f['secrets']}" if f["secrets"] else "--clear-secrets",
    )


def every_label(fields: Fields) -> dict[str, str]:
    """Return the labels of csvgate and those of the environment."""
    before = fields.get("before")
    return {
        SOURCE_LABEL: str(fields["source"]),
        traffic.MESSAGES_LABEL: traffic.messages(),
        **({traffic.BEFORE_LABEL: str(before)} if before else {}),
        **labels.as_mapping(fields.get("labels", "")),
    }


def _network(fields: Fields) -> tuple[str, ...]:
    if not fields["connector"]:
        return ("--clear-vpc-connector",)
    return f"--vpc-connector={fields['connector']}", f"--egress-settings={fields['egress']}"


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    where = (f"--regions={place.region}", f"--project={place.project}")
    found = reader.read((*_GROUP, "list", "--v2", *where))
    services = run_service.observed(place, reader) if found else {}
    shares = traffic.observed(place, reader) if found else {}
    fields = {last_segment(item["name"]): _fields(item) for item in found}
    return {
        name: {**_with_service(each, services.get(name)), **shares.get(name, traffic.UNKNOWN)}
        for name, each in fields.items()
    }


def _with_service(fields: Fields, service: Fields | None) -> Fields:
    """Add how the function's service is connected to a subnet, and whether it is behind a proxy."""
    none: Fields = {"subnet": "", "network": "", "tags": "", "egress": "", run_service.IAP: False}
    service = service or none
    egress = fields["egress"] if fields["connector"] else service["egress"]
    return {**fields, **service, "egress": egress}


def _fields(item: Mapping[str, Any]) -> Fields:
    build, service = item.get("buildConfig", {}), item.get("serviceConfig", {})
    connector = service.get("vpcConnector", "")
    return {
        # A failed build leaves a function that must be deployed again.
        "state": item.get("state", "ACTIVE"),
        "source": item.get("labels", {}).get(SOURCE_LABEL, ""),
        "runtime": build.get("runtime"),
        "entry_point": build.get("entryPoint"),
        "memory": service.get("availableMemory"),
        "cpu": service.get("availableCpu"),
        "concurrency": service.get("maxInstanceRequestConcurrency", 1),
        "min_instances": service.get("minInstanceCount", 0),
        "max_instances": service.get("maxInstanceCount"),
        "timeout": service.get("timeoutSeconds"),
        "service_account": service.get("serviceAccountEmail"),
        "build_service_account": build.get("serviceAccount"),
        "repository": build.get("dockerRepository"),
        "ingress": _kebab_case(service.get("ingressSettings", "ALLOW_ALL")).removeprefix("allow-"),
        "connector": connector,
        "egress": _kebab_case(service.get("vpcConnectorEgressSettings", "")) if connector else "",
        "environment": json.dumps(service.get("environmentVariables", {}), sort_keys=True),
        "secrets": secrets(_secrets(service)),
        "labels": labels.observed(item),
        "kms_key": item.get("kmsKeyName", ""),
        "before": item.get("labels", {}).get(traffic.BEFORE_LABEL, ""),
        "messages": item.get("labels", {}).get(traffic.MESSAGES_LABEL, ""),
        "own_trigger": item.get("eventTrigger", {}).get("trigger", ""),
    }


def secrets(references: Mapping[str, str]) -> str:
    """Format a map from variable or file path to `secret:version` as the flag takes it."""
    return joined(references) if references else ""


def _secrets(service: Mapping[str, Any]) -> dict[str, str]:
    found = {
        v["key"]: f"{last_segment(v['secret'])}:{v['version']}"
        for v in service.get("secretEnvironmentVariables", ())
    }
    for volume in service.get("secretVolumes", ()):
        for version in volume.get("versions", ()):
            path = f"{volume['mountPath'].rstrip('/')}/{version['path'].lstrip('/')}"
            found[path] = f"{last_segment(volume['secret'])}:{version['version']}"
    return found


def _kebab_case(enum: str) -> str:
    """Convert `ALLOW_INTERNAL_ONLY` to `allow-internal-only`."""
    return enum.lower().replace("_", "-")


def _has_another_trigger(key: Key, found: Mapping[Key, Fields]) -> str:
    path = str(found[key]["own_trigger"])
    return f"has another trigger, {last_segment(path)}" if path else ""


def _delete_trigger(_place: Place, _key: Key, found: Fields) -> list[Step]:
    """Delete it by its full path: projects/P/locations/L/triggers/NAME."""
    path = str(found["own_trigger"])
    return [Command((*trigger.GROUP, "delete", path), f"delete trigger {last_segment(path)}")]


_CONSEQUENCES = {
    "state": "the last build failed or is still running",
    "source": "it does not run the source that is staged here",
    "ingress": "it can be called from outside the project",
    "labels": labels.FIELD.consequence,
    "kms_key": "its source and image are encrypted with another key",
    run_service.IAP: "its members are refused",
}
_SHOWN: Mapping[str, Literal["seconds", "variables"]] = {
    "timeout": "seconds",
    "environment": "variables",
}
_FIELDS = (
    *("state", "source", "runtime", "entry_point", "memory", "cpu", "concurrency"),
    *("min_instances", "max_instances", "timeout", "service_account", "build_service_account"),
    *("repository", "ingress", "connector", "egress", "environment", "secrets"),
    *("labels", "kms_key", *run_service.DIRECT_VPC, run_service.IAP),
)
_OPTIONAL: Final = ("labels", "kms_key", "network", run_service.IAP)

KIND = Kind(
    name="function",
    noun="function",
    heading="Functions",
    api="cloudfunctions.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        name: Field(
            _CONSEQUENCES.get(name, ""),
            Fix.COMMAND if name == run_service.IAP else Fix.DEPLOY,
            _SHOWN.get(name, "value"),
            name in _OPTIONAL,
        )
        for name in _FIELDS
    },
    missing=Missing("its events wait, and become dead letters", fix=Fix.DEPLOY),
    iam=GcloudPolicy(
        ("gcloud", "run", "services"),
        flags=lambda place: (f"--region={place.region}", f"--project={place.project}"),
        heading="Who may call them",
        consequences={"csvgate-triggers": "every event is refused"},
    ),
    removal=Removal(Phase.CODE, "Functions", delete),
    state=traffic.state,
    symptoms=(
        Symptom(
            code="own_trigger",
            consequence="each event reaches it twice, once without a dead-letter topic",
            find=_has_another_trigger,
            fix=_delete_trigger,
        ),
    ),
)
