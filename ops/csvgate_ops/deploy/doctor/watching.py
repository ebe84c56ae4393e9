"""Alert policies, their channels, log-based metrics and the dashboard: whether they are there."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.monitoring.plan import Command, plan
from csvgate_ops.deploy.plan.model import Key

APIS = ("monitoring.googleapis.com", "logging.googleapis.com")
SAID = {
    "create": "is not there: nobody is told",
    "update": "is not as in deploy/monitoring",
    "delete": "is no longer in deploy/monitoring",
}
CODES = {"create": "watched.missing", "update": "watched.differs", "delete": "watched.surplus"}
"""By the command that would mend it."""


def checks(facts: Facts) -> Iterator[Check]:
    wanted = facts.desired.monitoring
    if wanted is None:
        return
    about = "what is watched"
    for api in APIS:
        if Key("api", api) not in facts.observed.resources:
            yield Check(about, skipped=f"{api} is not enabled")
            return
    told = ", ".join(wanted.emails) or "nobody"
    said = f"{len(wanted.metrics)} metrics, {len(wanted.policies)} alerts, of which {told} is told"
    steps = plan(wanted, facts.observed.monitoring)
    yield Check(about, said, tuple(_fault(facts, s) for s in steps if isinstance(s, Command)))


def _fault(facts: Facts, command: Command) -> Fault:
    verb = next(verb for verb in SAID if verb in command.argv)
    return Fault(CODES[verb], f"{command.why} {SAID[verb]}", fixes.deploy(facts))
