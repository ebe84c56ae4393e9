"""Monitoring as part of a plan: what its commands are given on standard input comes from files."""

import json
from collections.abc import Iterable, Iterator

from csvgate_ops.deploy.monitoring import plan as monitoring
from csvgate_ops.deploy.monitoring.observe import METRICS
from csvgate_ops.deploy.plan.model import Command, Desired, Lookup, Observed, Step, Write


def metrics(desired: Desired, observed: Observed) -> list[Step]:
    """Made early: Cloud Monitoring may take ten minutes to know of one."""
    return list(_steps(s for s in _plan(desired, observed) if _is_metric(s)))


def the_rest(desired: Desired, observed: Observed) -> list[Step]:
    """Channels, alert policies, dashboard."""
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
            path = f"build/{'-'.join(step.why.split())}.json"
            # On a line: the same body is laid out in deploy/monitoring.
            yield Write(path, json.dumps(json.loads(step.stdin), separators=(",", ":")))
            argv = (
                part.removesuffix("=-") + f"={path}" * part.endswith("=-") for part in step.argv
            )
            yield Command(tuple(argv), step.why)
        else:
            yield Command(step.argv, step.why)
