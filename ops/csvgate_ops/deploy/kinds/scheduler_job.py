"""Cloud Scheduler jobs that send an HTTP request with an OpenID Connect token.

The listing returns headers that the service adds itself; they are not compared.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from csvgate_ops.deploy.kinds.function import joined
from csvgate_ops.deploy.kinds.kind import (
    Field,
    Kind,
    Missing,
    Names,
    Phase,
    Reader,
    Removal,
    last_segment,
    named,
    seconds,
)
from csvgate_ops.deploy.plan.model import (
    PROJECT_NUMBER,
    Command,
    Fields,
    Key,
    Place,
    Resource,
    Step,
)

_GROUP = ("gcloud", "scheduler", "jobs")
_ADDED: Final = {"User-Agent": "Google-Cloud-Scheduler", "Content-Type": "application/octet-stream"}
_ADDED_NAMES: Final = re.compile(r"(X-Google-|X-AppEngine-|X-CloudScheduler).*|Content-Length")
_WRONG_TIMES: Final = "it is not called at the right times"


def headers(given: Mapping[str, str]) -> str:
    """Return headers as canonical JSON, or "" if there are none."""
    return json.dumps(given, sort_keys=True, separators=(",", ":")) if given else ""


def create(place: Place, resource: Resource) -> list[Step]:
    fields = {n: v for n, v in resource.fields.items() if n != "paused"}
    flags = [f for name, value in fields.items() for f in _flags(name, value, new=True)]
    argv = (*_GROUP, "create", "http", resource.key.name, *_where(place), *flags)
    return [Command(argv, f"create schedule {resource.key.name}")]


def update(place: Place, resource: Resource, changed: Fields) -> list[Step]:
    name, steps = resource.key.name, list[Step]()
    others = {n: v for n, v in changed.items() if n != "paused"}
    if others:
        flags = [f for n, value in others.items() for f in _flags(n, value)]
        why = f"schedule {name}: change {named(others)}"
        steps.append(Command((*_GROUP, "update", "http", name, *_where(place), *flags), why))
    if "paused" in changed:
        steps.append(Command((*_GROUP, "resume", name, *_where(place)), f"resume schedule {name}"))
    return steps


def delete(place: Place, key: Key, _found: Fields) -> list[Step]:
    argv = (*_GROUP, "delete", key.name, *_where(place))
    return [Command(argv, f"delete schedule {key.name}")]


def observe(place: Place, reader: Reader, names: Names) -> Mapping[str, Fields]:
    if not names:
        return {}
    listed = reader.read((*_GROUP, "list", *_where(place)))
    described = reader.read(("gcloud", "projects", "describe", place.project))
    number = str(described["projectNumber"])
    return {last_segment(item["name"]): _fields(item, number) for item in listed}


def _fields(item: Mapping[str, Any], number: str) -> Fields:
    target = item.get("httpTarget", {})
    token = target.get("oidcToken", {})
    given = {
        name: value
        for name, value in target.get("headers", {}).items()
        if _ADDED.get(name) != value and not _ADDED_NAMES.fullmatch(name)
    }
    return {
        "schedule": item.get("schedule", ""),
        "time_zone": item.get("timeZone", ""),
        "uri": with_path(_without_number(target.get("uri", ""), number)),
        "method": target.get("httpMethod", "POST"),
        "headers": headers(given),
        "body": base64.b64decode(target.get("body", "")).decode(errors="replace"),
        "service_account": token.get("serviceAccountEmail", ""),
        "audience": _without_number(token.get("audience", ""), number),
        "attempt_deadline": seconds(item.get("attemptDeadline")),
        "max_retry_attempts": item.get("retryConfig", {}).get("retryCount", 0),
        "paused": item.get("state") == "PAUSED",
    }


def _without_number(url: str, number: str) -> str:
    """Put the variable that plans use in place of the project's number."""
    return url.replace(f"-{number}.", f"-{PROJECT_NUMBER}.")


def with_path(url: str) -> str:
    """Add the slash that Cloud Scheduler may add to a URL without a path."""
    return url if url.count("/") > 2 else f"{url}/"


def _flags(name: str, value: Any, new: bool = False) -> list[str]:
    match name:
        case "headers" if value:
            verb = "" if new else "update-"
            return [f"--{verb}headers={joined(json.loads(value))}"]
        case "headers":
            return [] if new else ["--clear-headers"]
        case "body":
            # `--clear-message-body` leaves the body as it is (gcloud 528).
            return [] if new and not value else [f"--message-body={value}"]
        case "attempt_deadline":
            return [f"--attempt-deadline={value}s"]
        case "method":
            return [f"--http-method={str(value).lower()}"]
        case _:
            return [f"{_PLAIN[name]}={value}"]


_PLAIN: Final = {
    "schedule": "--schedule",
    "time_zone": "--time-zone",
    "uri": "--uri",
    "service_account": "--oidc-service-account-email",
    "audience": "--oidc-token-audience",
    "max_retry_attempts": "--max-retry-attempts",
}


def _where(place: Place) -> tuple[str, str]:
    return f"--location={place.region}", f"--project={place.project}"


KIND = Kind(
    name="scheduler-job",
    noun="schedule",
    heading="Schedules",
    api="cloudscheduler.googleapis.com",
    create=create,
    update=update,
    observe=observe,
    fields={
        "schedule": Field(_WRONG_TIMES),
        "time_zone": Field(_WRONG_TIMES),
        "uri": Field("another address is called"),
        "method": Field(),
        "headers": Field(),
        "body": Field(),
        "service_account": Field("its requests are refused"),
        "audience": Field("its requests are refused"),
        "attempt_deadline": Field(shown="seconds"),
        "max_retry_attempts": Field(),
        "paused": Field("nothing is called"),
    },
    missing=Missing("nothing is called"),
    iam=None,
    removal=Removal(Phase.DELIVERY, "Schedules", delete),
)
