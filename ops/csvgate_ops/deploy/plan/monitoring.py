"""Monitoring as part of a plan. Its commands read files instead of standard input."""

import json
from collections.abc import Iterable, Iterator

from csvgate_ops.deploy.monitoring import plan as monitoring
from csvgate_ops.deploy.monitoring.observe import METRICS
from csvgate_ops.deploy.plan.model import Command, Desired, Lookup, Observed, Step, Write

HEADING = "Alerts and dashboard"


def metrics(desired: Desired, observed: Observed) -> list[Step]:
    return list(_steps(s for s in _plan(desired, observed) if _is_metric(s)))


def all_but_metrics(desired: Desired, observed: Observed) -> list[Step]:
    """Plan notification channels, alert policies and the dashboard."""
    return list(_steps(s for s in _plan(desired, observed) if not _is_metric(s)))


def removal(desired: Desired, observed: Observed) -> list[Step]:
    return list(_steps(monitoring.removal(observed.monitoring, desired.place.project)))


def _plan(desired: Desired, observed: Observed) -> list[monitoring.Step]:
    return monitoring.plan(desired.monitoring, observed.monitoring) if desired.monitoring else []


def _is_metric(step: monitoring.Step) -> bool:
    return step.argv[: len(METRICS)] == METRICS


def _steps(found: Iterable[monitoring.Step]) -> Iterator[Step]:
    for step in found:
        if isinstance(step, monitoring.Lookup):
            yield Lookup(step.variable, step.argv)
        elif step.stdin:
            path = f"build/{'-'.join(step.subject.split())}.json"
            # On one line: deploy/monitoring has the same body in a readable layout.
            yield Write(path, json.dumps(json.loads(step.stdin), separators=(",", ":")))
            argv = (
                part.removesuffix("=-") + f"={path}" * part.endswith("=-") for part in step.argv
            )
            yield Command(tuple(argv), f"{step.verb} {step.subject}")
        else:
            yield Command(step.argv, f"{step.verb} {step.subject}")
