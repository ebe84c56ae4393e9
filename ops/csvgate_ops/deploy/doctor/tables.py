"""Check the contracts' tables with the comparison that a deploy makes before it alters them."""

from collections.abc import Iterator

from csvgate_ops.deploy.doctor import fixes
from csvgate_ops.deploy.doctor.model import Check, Facts, Fault
from csvgate_ops.deploy.plan.model import Key
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.compare import plans
from csvgate_ops.deploy.tables.model import Statement, TablePlan


def checks(facts: Facts) -> Iterator[Check]:
    for contract, plan in plans(facts.contracts, facts.observed.tables):
        yield _check(facts, contract.dataset, plan)


def _check(facts: Facts, contract: str, plan: TablePlan) -> Check:
    dataset = Key("dataset", plan.spec.dataset)
    subject = f"table {plan.spec.id} of contract {contract}"
    if dataset not in facts.observed.resources:
        if dataset in {r.key for r in facts.desired.resources}:
            return Check(subject, skipped=f"dataset {dataset.name} is missing")
        description = f"uploads cannot be loaded: deploy/topology.yaml has no {dataset.name}"
        return Check(subject, faults=(Fault("table.dataset", description),))
    if plan.found is None:
        return Check(subject, "is created by the first upload")
    return Check(subject, f"{len(plan.spec.columns)} columns match", tuple(_faults(facts, plan)))


def _faults(facts: Facts, plan: TablePlan) -> Iterator[Fault]:
    for refusal in plan.refusals:
        yield Fault("table.refused", f"{refusal.what}; {refusal.remedy}")
    for change in plan.changes:
        command = ddl.command(facts.desired.place, change)
        is_needed = isinstance(change, Statement) and change.needed
        code = "table.column" if is_needed else "table.option"
        yield Fault(code, f"a change is due: {change.why}", fixes.commands(facts, [command]))
