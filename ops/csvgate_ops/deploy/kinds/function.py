"""Cloud Run functions, by the Cloud Functions API, each with a trigger of its own made apart.

Made with `--trigger-http`, because the topology's triggers have names, a service account and a
location of their own; that a function takes CloudEvents is said by its decorator. One command
states all of a function, so that making and changing are the same command.
"""

import json
from collections.abc import Mapping
from typing import Any

from csvgate_ops.deploy.kinds.kind import Kind, Names, Reader, last
from csvgate_ops.deploy.plan.model import Command, Fields, Key, Place, Resource, Step

FUNCTIONS = ("gcloud", "functions")
SOURCE_LABEL = "csvgate-source"
"""Holds the digest of the staged source that was deployed."""


def create(place: Place, resource: Resource) -> list[Step]:
    never = ("--trigger-http", "--no-allow-unauthenticated")
    return [Command((*_deploy(place, resource), *never), "function")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    names = ("its source" if name == "source" else name for name in changed)
    return [Command(_deploy(place, resource), f"changed: {', '.join(names)}")]


def delete(place: Place, key: Key, _fields: Fields) -> list[Step]:
    argv = (*FUNCTIONS, "delete", key.name, f"--region={place.region}")
    return [Command((*argv, f"--project={place.project}"), f"function {key.name}")]


def joined(pairs: Mapping[str, str]) -> str:
    """A map as gcloud's flags take it; `gcloud topic escaping` has the other separators."""
    parts = [f"{name}={value}" for name, value in sorted(pairs.items())]
    separator = next(s for s in ",;|~" if all(s not in part for part in parts))
    return ("" if separator == "," else f"^{separator}^") + separator.join(parts)


def folder(name: str) -> str:
    """Where a function is staged, relative to the repository."""
    return f"build/{name.replace('-', '_')}"


def _deploy(place: Place, resource: Resource) -> tuple[str, ...]:
    name, f = resource.key.name, resource.fields
    return (
        *(*FUNCTIONS, "deploy", name, "--gen2", f"--region={place.region}"),
        f"--project={place.project}",
        *(f"--source={folder(name)}", f"--update-labels={SOURCE_LABEL}={f['source']}"),
        *(f"--runtime={f['runtime']}", f"--entry-point={f['entry_point']}"),
        *(f"--memory={f['memory']}", f"--cpu={f['cpu']}", f"--concurrency={f['concurrency']}"),
        f"--min-instances={f['min_instances']}",
        f"--max-instances={f['max_instances']}",
        f"--timeout={f['timeout']}s",
        f"--service-account={f['service_account']}",
        f"--build-service-account={f['build_service_account']}",
        f"--docker-repository={f['repository']}",
        f"--ingress-settings={f['ingress']}",
        *_network(f),
        f"--set-env-vars={joined(json.loads(str(f['environment'])))}",
        f"--set-secrets={f['secrets']}" if f["secrets"] else "--clear-secrets",
    )


def _network(fields: Fields) -> tuple[str, ...]:
    if not fields["connector"]:
        return ("--clear-vpc-connector",)
    return f"--vpc-connector={fields['connector']}", f"--egress-settings={fields['egress']}"


def listing(place: Place) -> tuple[str, ...]:
    where = (f"--regions={place.region}", f"--project={place.project}")
    return (*FUNCTIONS, "list", "--v2", *where)


def observe(place: Place, reader: Reader, _names: Names) -> Mapping[str, Fields]:
    return {last(item["name"]): _fields(item) for item in reader.read(listing(place))}


def _fields(item: Mapping[str, Any]) -> Fields:
    build, service = item.get("buildConfig", {}), item.get("serviceConfig", {})
    connector = service.get("vpcConnector", "")
    return {
        # A build that failed leaves a function that must be deployed again.
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
        "ingress": _spelt(service.get("ingressSettings", "ALLOW_ALL")).removeprefix("allow-"),
        "connector": connector,
        "egress": _spelt(service.get("vpcConnectorEgressSettings", "")) if connector else "",
        "environment": json.dumps(service.get("environmentVariables", {}), sort_keys=True),
        "secrets": secrets(_secrets(service)),
    }


def secrets(references: Mapping[str, str]) -> str:
    """Variable or path of a file → `secret:version`, as the flag takes it."""
    return joined(references) if references else ""


def _secrets(service: Mapping[str, Any]) -> dict[str, str]:
    found = {
        v["key"]: f"{last(v['secret'])}:{v['version']}"
        for v in service.get("secretEnvironmentVariables", ())
    }
    for volume in service.get("secretVolumes", ()):
        for version in volume.get("versions", ()):
            path = f"{volume['mountPath'].rstrip('/')}/{version['path'].lstrip('/')}"
            found[path] = f"{last(volume['secret'])}:{version['version']}"
    return found


def _spelt(enum: str) -> str:
    """`ALLOW_INTERNAL_ONLY` → `allow-internal-only`."""
    return enum.lower().replace("_", "-")


KIND = Kind("cloudfunctions.googleapis.com", create, update, observe, delete)
