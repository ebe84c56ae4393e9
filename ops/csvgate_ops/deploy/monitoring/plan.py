"""monitoring × observed → the ordered commands that make them equal, and the way back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from csvgate_ops.deploy.monitoring.files import LABEL, Body, Monitoring
from csvgate_ops.deploy.monitoring.observe import (
    CHANNELS,
    DASHBOARDS,
    METRICS,
    OUR_CHANNELS,
    POLICIES,
    Observed,
)

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Command:
    """An argument vector, what is written to its standard input, and why it is run. An argument may
    hold the `${VARIABLE}` of a Lookup."""

    argv: tuple[str, ...]
    why: str
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of `${variable}` is what this command prints."""

    variable: str
    argv: tuple[str, ...]


Step = Command | Lookup


def plan(wanted: Monitoring, observed: Observed) -> list[Step]:
    """Metrics first: a policy is refused while a metric that it names does not exist (it may take
    Cloud Monitoring some minutes to know of one). Nothing for what is there already."""
    return [
        *_metrics(wanted, observed),
        *_channels(wanted, observed),
        *_policies(wanted, observed),
        *_dashboards(wanted, observed),
    ]


def removal(observed: Observed, project: str) -> list[Command]:
    """Policies first: a metric or channel in use is not deleted."""
    where = f"--project={project}"
    return [
        *(_delete_policy(body, key, where) for key, body in observed.policies.items()),
        *(
            Command((*DASHBOARDS, "delete", name, "--quiet", where), f"dashboard {name}")
            for name in observed.dashboards
        ),
        *(_delete_metric(name, where) for name in observed.metrics),
        *(
            Command((*CHANNELS, "delete", name, "--quiet", where), f"alerts to {email}")
            for email, name in observed.channels.items()
        ),
    ]


def differs(wanted: Any, there: Any) -> bool:
    """Whether something of `wanted` is not so; what the service added itself does not matter."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return any(differs(item, there.get(key)) for key, item in wanted.items())
    if isinstance(wanted, list) and isinstance(there, list):
        return len(wanted) != len(there) or any(map(differs, wanted, there))
    # The service leaves out zeros and empty texts, and gives 64-bit numbers as text.
    if not wanted and there is None:
        return False
    return bool(wanted != there and str(wanted) != str(there))


def _metrics(wanted: Monitoring, observed: Observed) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    for name, body in wanted.metrics.items():
        there = observed.metrics.get(name)
        if there is None or differs(body, there):
            verb = "create" if there is None else "update"
            argv = (*METRICS, verb, name, f"--config-from-file={_STDIN}", where)
            yield Command(argv, f"log-based metric {name}", _text(body))
    for name in observed.metrics.keys() - wanted.metrics.keys():
        yield _delete_metric(name, where)


def _channels(wanted: Monitoring, observed: Observed) -> Iterator[Step]:
    where = f"--project={wanted.project}"
    for index, email in enumerate(wanted.emails):
        if email in observed.channels:
            continue
        argv = (
            *(*CHANNELS, "create", "--type=email", f"--display-name=csvgate: {email}"),
            *(f"--channel-labels=email_address={email}", f"--user-labels={LABEL}=channel", where),
        )
        yield Command(argv, f"alerts to {email}")
        chosen = f'--filter=labels.email_address="{email}" AND {OUR_CHANNELS}'
        value = "--format=value(name)"
        yield Lookup(_variable(index), (*CHANNELS, "list", chosen, value, "--limit=1", where))


def _policies(wanted: Monitoring, observed: Observed) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    channels = [
        observed.channels.get(email, f"${{{_variable(index)}}}")
        for index, email in enumerate(wanted.emails)
    ]
    joined = ",".join(channels)
    for key, body in wanted.policies.items():
        there = observed.policies.get(key)
        if there is None:
            verb, told = ["create"], f"--notification-channels={joined}"
        elif differs(body, there) or set(channels) != set(there.get("notificationChannels", ())):
            verb, told = ["update", there["name"]], f"--set-notification-channels={joined}"
            told = told if channels else "--clear-notification-channels"
        else:
            continue
        flags = (f"--policy-from-file={_STDIN}", *([told] if channels or there else []), where)
        yield Command((*POLICIES, *verb, *flags), f"alert policy {key}", _text(body))
    for key in observed.policies.keys() - wanted.policies.keys():
        yield _delete_policy(observed.policies[key], key, where)


def _dashboards(wanted: Monitoring, observed: Observed) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    for name, body in wanted.dashboards.items():
        there = observed.dashboards.get(name)
        # It comes back with the project's number in its name.
        content = {key: value for key, value in body.items() if key != "name"}
        if there is None:
            verb, text = ["create"], _text(body)
        elif differs(content, there):
            verb, text = ["update", name], _text({**content, "etag": there["etag"]})
        else:
            continue
        argv = (*DASHBOARDS, *verb, f"--config-from-file={_STDIN}", where)
        yield Command(argv, f"dashboard {name}", text)


def _delete_metric(name: str, where: str) -> Command:
    return Command((*METRICS, "delete", name, "--quiet", where), f"log-based metric {name}")


def _delete_policy(body: Body, key: str, where: str) -> Command:
    return Command((*POLICIES, "delete", body["name"], "--quiet", where), f"alert policy {key}")


def _variable(index: int) -> str:
    """Letters only, as the planner's variables are."""
    return f"CHANNEL_{chr(ord('A') + index)}"


def _text(body: Body) -> str:
    return json.dumps(body, indent=2, sort_keys=True) + "\n"
