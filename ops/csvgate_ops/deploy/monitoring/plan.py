"""Compare deploy/monitoring with what a project has: the ordered commands that make them equal, and
those that remove everything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from csvgate_ops.deploy.monitoring.differences import differences, differs
from csvgate_ops.deploy.monitoring.files import LABEL, Body, Monitoring
from csvgate_ops.deploy.monitoring.observe import (
    CHANNELS,
    DASHBOARDS,
    METRICS,
    OUR_CHANNELS,
    POLICIES,
    MonitoringFound,
)

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Command:
    """An argument vector, what it creates, updates or deletes, and its standard input. An argument
    may contain the `${VARIABLE}` of a Lookup."""

    argv: tuple[str, ...]
    subject: str
    stdin: str = ""
    differences: tuple[str, ...] = ()
    """What an update changes, as `path: old → new`."""

    @property
    def verb(self) -> str:
        return next(verb for verb in ("create", "update", "delete") if verb in self.argv)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of `${variable}` is what this command prints."""

    variable: str
    argv: tuple[str, ...]


Step = Command | Lookup


def plan(wanted: Monitoring, observed: MonitoringFound) -> list[Step]:
    """Plan what is missing or differs. Metrics come first: a policy is refused while a metric that
    it names does not exist, and Cloud Monitoring may take minutes to know a new one."""
    return [
        *_metrics(wanted, observed),
        *_channels(wanted, observed),
        *_policies(wanted, observed),
        *_dashboards(wanted, observed),
    ]


def removal(observed: MonitoringFound, project: str) -> list[Command]:
    """Policies come first: a metric or channel that a policy uses cannot be deleted."""
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


def _metrics(wanted: Monitoring, observed: MonitoringFound) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    for name, body in wanted.metrics.items():
        found = observed.metrics.get(name)
        if found is None or differs(body, found):
            verb = "create" if found is None else "update"
            argv = (*METRICS, verb, name, f"--config-from-file={_STDIN}", where)
            reason = tuple(differences(body, found)) if found is not None else ()
            yield Command(argv, f"log-based metric {name}", _text(body), reason)
    for name in observed.metrics.keys() - wanted.metrics.keys():
        yield _delete_metric(name, where)


def _channels(wanted: Monitoring, observed: MonitoringFound) -> Iterator[Step]:
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


def _policies(wanted: Monitoring, observed: MonitoringFound) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    channels = [
        observed.channels.get(email, f"${{{_variable(index)}}}")
        for index, email in enumerate(wanted.emails)
    ]
    joined = ",".join(channels)
    for key, body in wanted.policies.items():
        found = observed.policies.get(key)
        reason: tuple[str, ...] = ()
        if found is None:
            verb, recipients = ["create"], f"--notification-channels={joined}"
        elif reason := (*differences(body, found), *_recipients(channels, found)):
            verb, recipients = ["update", found["name"]], f"--set-notification-channels={joined}"
            recipients = recipients if channels else "--clear-notification-channels"
        else:
            continue
        flags = (
            f"--policy-from-file={_STDIN}",
            *([recipients] if channels or found else []),
            where,
        )
        yield Command((*POLICIES, *verb, *flags), f"alert policy {key}", _text(body), reason)
    for key in observed.policies.keys() - wanted.policies.keys():
        yield _delete_policy(observed.policies[key], key, where)


def _recipients(channels: list[str], found: Body) -> Iterator[str]:
    before = found.get("notificationChannels", ())
    if set(channels) != set(before):
        old, new = (", ".join(sorted(names)) or "none" for names in (before, channels))
        yield f"notificationChannels: {old} → {new}"


def _dashboards(wanted: Monitoring, observed: MonitoringFound) -> Iterator[Command]:
    where = f"--project={wanted.project}"
    for name, body in wanted.dashboards.items():
        found = observed.dashboards.get(name)
        # The service returns the name with the project's number, so names are not compared.
        content = {key: value for key, value in body.items() if key != "name"}
        reason: tuple[str, ...] = ()
        if found is None:
            verb, text = ["create"], _text(body)
        elif reason := tuple(differences(content, found)):
            verb, text = ["update", name], _text({**content, "etag": found["etag"]})
        else:
            continue
        argv = (*DASHBOARDS, *verb, f"--config-from-file={_STDIN}", where)
        yield Command(argv, f"dashboard {name}", text, reason)


def _delete_metric(name: str, where: str) -> Command:
    return Command((*METRICS, "delete", name, "--quiet", where), f"log-based metric {name}")


def _delete_policy(body: Body, key: str, where: str) -> Command:
    return Command((*POLICIES, "delete", body["name"], "--quiet", where), f"alert policy {key}")


def _variable(index: int) -> str:
    """Return a name in letters only, as the planner requires."""
    return f"CHANNEL_{chr(ord('A') + index)}"


def _text(body: Body) -> str:
    return json.dumps(body, indent=2, sort_keys=True) + "\n"
