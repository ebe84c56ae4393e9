"""The tables of contracts as part of a plan: statements, or a refusal before anything runs."""

from collections.abc import Iterator
from dataclasses import replace

from csvgate_ops.deploy import DeployError
from csvgate_ops.deploy.plan.changes import Change
from csvgate_ops.deploy.plan.model import Desired, Effect, Observed
from csvgate_ops.deploy.tables.compare import plans
from csvgate_ops.deploy.tables.ddl import command
from csvgate_ops.deploy.tables.model import TablePlan
from csvgate_ops.deploy.tables.view import refusal_lines
from csvgate_ops.text import printable

HEADING = "Tables"


class TablesRefused(DeployError):
    """Tables differ from their contracts in a way that cannot be changed in place, so uploads would
    fail with `table.contradicts`."""

    def __init__(self, project: str, refused: list[TablePlan]) -> None:
        lines = [line for plan in refused for line in refusal_lines(plan, project)]
        head = "these tables cannot follow their contracts, so nothing was deployed:"
        super().__init__("\n".join([head, *lines]))


def changes(desired: Desired, observed: Observed) -> Iterator[Change]:
    """Yield the commands that make the existing tables follow their contracts. Raises
    TablesRefused."""
    found = [plan for _, plan in plans(desired.contracts, observed.tables)]
    if refused := [plan for plan in found if plan.refusals]:
        raise TablesRefused(desired.place.project, refused)
    for plan in found:
        steps = []
        for each in plan.changes:
            made = command(desired.place, each)
            subject = f"table {plan.spec.id}: {made.why}"
            steps.append(replace(made, why=subject, reason=(printable(subject),)))
        if steps:
            yield Change(Effect.CHANGE, tuple(steps))


def items(desired: Desired, observed: Observed) -> int:
    """Return the number of contracts whose tables exist; the first upload creates the others."""
    return sum(plan.found is not None for _, plan in plans(desired.contracts, observed.tables))
