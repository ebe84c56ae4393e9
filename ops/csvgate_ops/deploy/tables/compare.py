"""Compares a table with its contract, and plans the statements that make it hold the rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from csvgate.contracts.model import Contract
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
    seen = set()
    for contract in contracts:
        name = f"{contract.destination.dataset}.{contract.destination.table}"
        yield contract, table_plan(contract, tables.get(name), shared=name in seen)
        seen.add(name)
