"""Run all checks. Causes come before their consequences."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import access, console, contracts, fixes, resources, tables
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.monitoring.observe import APIS
from csvgate_ops.deploy.monitoring.plan import Command, plan
from csvgate_ops.deploy.plan.model import Key

_MONITORING_FAULTS = {
    "create": ("monitoring.missing", "is missing"),
    "update": ("monitoring.differs", "differs from its file in deploy/monitoring"),
    "delete": ("monitoring.surplus", "has no file in deploy/monitoring any more"),
}
"""Code and description, by the verb of the command that fixes the fault."""


def diagnose(facts: Facts) -> tuple[Check, ...]:
    return (
        *resources.checks(facts),
        *access.checks(facts),
        *console.checks(facts),
        *tables.checks(facts),
        *contracts.checks(facts),
        *_monitoring_checks(facts),
    )


def _monitoring_checks(facts: Facts) -> Iterator[Check]:
    wanted = facts.desired.monitoring
    if wanted is None:
        return
    subject = "monitoring"
    for api in APIS:
        if Key("api", api) not in facts.observed.resources:
            yield Check(subject, skipped=f"{api} is not enabled")
            return
    recipients = ", ".join(wanted.emails) or "nobody"
    result = f"{len(wanted.metrics)} metrics, {len(wanted.policies)} alerts sent to {recipients}"
    steps = plan(wanted, facts.observed.monitoring)
    faults = tuple(_fault(facts, step) for step in steps if isinstance(step, Command))
    yield Check(subject, result, faults)


def _fault(facts: Facts, command: Command) -> Fault:
    code, description = _MONITORING_FAULTS[command.verb]
    return Fault(code, f"{command.subject} {description}", fixes.deploy(facts))
