"""Monitoring as part of a plan. Its commands read files instead of standard input."""

import json
from collections.abc import Iterable, Iterator

from csvgate_ops.deploy.monitoring import plan as monitoring
from csvgate_ops.deploy.monitoring.observe import METRICS
from csvgate_ops.deploy.plan.changes import Change, change
from csvgate_ops.deploy.plan.model import (
    Command,
    Desired,
    Effect,
    Lookup,
    Observed,
    Step,
    Write,
)

HEADING = "Alerts and dashboard"


_EFFECTS = {"create": Effect.CREATE, "update": Effect.CHANGE, "delete": Effect.DELETE}


def metrics(desired: Desired, observed: Observed) -> Iterator[Change]:
    return _changes(s for s in _plan(desired, observed) if _is_metric(s))


def all_but_metrics(desired: Desired, observed: Observed) -> Iterator[Change]:
    """Plan notification channels, alert policies and the dashboard."""
    return _changes(s for s in _plan(desired, observed) if not _is_metric(s))


def items(desired: Desired) -> int:
    """Return the number of metrics, channels, policies and dashboards that are desired."""
    wanted = desired.monitoring
    if wanted is None:
        return 0
    return sum(map(len, (wanted.emails, wanted.metrics, wanted.policies, wanted.dashboards)))


def removal(desired: Desired, observed: Observed) -> list[Step]:
    found = monitoring.removal(observed.monitoring, desired.place.project)
    return [step for each in found for step in _steps(each)]


def _plan(desired: Desired, observed: Observed) -> list[monitoring.Step]:
    return monitoring.plan(desired.monitoring, observed.monitoring) if desired.monitoring else []


def _is_metric(step: monitoring.Step) -> bool:
    return step.argv[: len(METRICS)] == METRICS


def _changes(found: Iterable[monitoring.Step]) -> Iterator[Change]:
    for step in found:
        if isinstance(step, monitoring.Lookup):
            yield Change(Effect.NOTHING, (Lookup(step.variable, step.argv),), items=0)
        else:
            reason = [f"{step.subject}: {each}" for each in step.differences]
            if not reason:
                missing = "does not exist" if step.verb == "create" else "is not desired any more"
                reason = [f"{step.subject} {missing}"]
            yield change(_EFFECTS[step.verb], _steps(step), reason)


def _steps(step: monitoring.Command) -> Iterator[Step]:
    if not step.stdin:
        yield Command(step.argv, f"{step.verb} {step.subject}")
        return
    path = f"build/{'-'.join(step.subject.split())}.json"
    # On one line: deploy/monitoring has the same body in a readable layout.
    yield Write(path, json.dumps(json.loads(step.stdin), separators=(",", ":")))
    argv = (part.removesuffix("=-") + f"={path}" * part.endswith("=-") for part in step.argv)
    yield Command(tuple(argv), f"{step.verb} {step.subject}")
