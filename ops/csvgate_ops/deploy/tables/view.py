"""What a comparison of tables with their contracts found, for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from csvgate.text import counted
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.plan.script import shell_line
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.copy_rows import copy_statement, other_table
from csvgate_ops.deploy.tables.model import TablePlan


def lines(plan: TablePlan, place: Place) -> Iterator[str]:
    """Yield what a deploy does to one table, and with which commands."""
    if plan.found is None:
        yield f"{plan.spec.id}: is created by the first upload"
    elif plan.refusals:
        yield from refusal_lines(plan, place.project)
    elif not plan.changes:
        yield f"{plan.spec.id}: follows its contract"
    else:
        yield f"{plan.spec.id}:"
        for change in plan.changes:
            yield f"  {change.why}"
            yield f"    {shell_line(ddl.command(place, change).argv)}"
    for remark in plan.remarks:
        yield f"  note: {remark}"


def refusal_lines(plan: TablePlan, project: str) -> Iterator[str]:
    """Yield what cannot be changed in a table, and the ways out."""
    yield f"{plan.spec.id}:"
    for refusal in plan.refusals:
        yield f"  {refusal.what}"
        yield f"    way out: {refusal.remedy}"
    if plan.found is not None and plan.found.kind == "TABLE":
        other = other_table(plan.spec.id)
        name = other.partition(".")[2]
        yield f"  To load into another table, set `destination.table` to {name}, and deploy. After"
        yield "  the first upload, copy the earlier rows:"
        yield f"    {copy_statement(plan, plan.found, project)}"


def as_json(plan: TablePlan, place: Place) -> dict[str, Any]:
    """Return one table with its state, changes, refusals and remarks."""
    state = "follows"
    if plan.found is None:
        state = "missing"
    elif plan.refusals:
        state = "refused"
    elif plan.changes:
        state = "changes"
    return {
        "table": plan.spec.id,
        "state": state,
        "changes": [
            {"what": change.why, "command": list(ddl.command(place, change).argv)}
            for change in plan.changes
        ],
        "refusals": [{"what": r.what, "way_out": r.remedy} for r in plan.refusals],
        "notes": list(plan.remarks),
    }


def summary(plans: Sequence[TablePlan]) -> str:
    """Return one line about all tables."""
    changes = sum(len(plan.changes) for plan in plans if not plan.refusals)
    refused = sum(bool(plan.refusals) for plan in plans)
    if refused:
        return f"{counted(refused, 'table')} refused: a deploy would stop before any change"
    if changes:
        return f"the next deploy makes {counted(changes, 'change')}"
    return "nothing to change"
