"""Compares a table with its contract, and plans the statements that make it hold the rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from csvgate.contracts.model import Contract
from csvgate.gcp.columns import can_hold
from csvgate.ports import TableOptions
from csvgate_ops.deploy.tables.columns import column_changes
from csvgate_ops.deploy.tables.expected import expected, undeclared
from csvgate_ops.deploy.tables.model import (
    Clustering,
    ExistingTable,
    Refusal,
    Statement,
    TablePlan,
)
from csvgate_ops.deploy.tables.options import option_changes


def table_plan(
    contract: Contract, found: ExistingTable | None, *, shared: bool = False
) -> TablePlan:
    """Return what a deploy does to the table of a contract; `found` is None if there is none. If
    the table is `shared` with an earlier contract, that one decides on descriptions and options:
    otherwise two contracts would change them back and forth."""
    spec = expected(contract, found.columns if found else ())
    if shared:
        plain = tuple(replace(column, description="") for column in spec.columns)
        spec = replace(spec, columns=plain, cluster_by=(), options=TableOptions())
    if found is None:
        return TablePlan(spec)
    if found.kind != "TABLE":
        what = f"it is not a table: BigQuery calls it {found.kind}"
        refusal = Refusal(what, "name another table in `destination`")
        return TablePlan(spec, found, refusals=(refusal,))
    changes: list[Statement | Clustering] = []
    refusals, remarks = [], []
    results = (
        *column_changes(spec, found, undeclared(contract)),
        *option_changes(spec, found),
    )
    for result in results:
        if isinstance(result, Refusal):
            refusals.append(result)
        elif isinstance(result, str):
            remarks.append(result)
        else:
            changes.append(result)
    return TablePlan(spec, found, tuple(changes), tuple(refusals), tuple(remarks))


def plans(
    contracts: Iterable[Contract], tables: Mapping[str, ExistingTable]
) -> Iterator[tuple[Contract, TablePlan]]:
    """Yield each contract with the plan of its table. `tables` are those that exist, by
    `dataset.table`."""
    altered: dict[str, ExistingTable | None] = {}
    for contract in contracts:
        name = f"{contract.destination.dataset}.{contract.destination.table}"
        shared, found = name in altered, altered.get(name, tables.get(name))
        plan = table_plan(contract, found, shared=shared)
        yield contract, plan
        altered[name] = _after(plan)


def _after(plan: TablePlan) -> ExistingTable | None:
    """Return the table with the columns that the plan gives it, as the next contract finds it: one
    type cannot suit two contracts that want different ones."""
    if plan.found is None or plan.refusals:
        return plan.found
    wanted = {column.name.lower(): column for column in plan.spec.columns}
    columns = []
    for there in plan.found.columns:
        ours = wanted.pop(there.name.lower(), None)
        is_wide = ours is None or can_hold(there.type, ours.type)
        required = there.required and ours is not None and ours.required
        type_ = there.type if is_wide or ours is None else ours.type
        columns.append(replace(there, type=type_, required=required))
    columns += [replace(column, required=False) for column in wanted.values()]
    return replace(plan.found, columns=tuple(columns))
