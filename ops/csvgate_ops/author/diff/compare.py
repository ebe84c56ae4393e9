"""Compares two versions of a contract, or of a folder of contracts."""

from collections.abc import Iterable, Iterator

from csvgate.contracts.model import Contract
from csvgate.ports import TableSpec
from csvgate_ops.author.diff.consumers import consumer_changes
from csvgate_ops.author.diff.fields import field_changes
from csvgate_ops.author.diff.model import ContractDiff, Finding, Findings
from csvgate_ops.author.diff.rows import row_changes
from csvgate_ops.author.diff.uploads import upload_changes
from csvgate_ops.deploy.tables.compare import table_plan
from csvgate_ops.deploy.tables.expected import expected
from csvgate_ops.deploy.tables.model import ExistingTable, TablePlan


def contract_diff(old: Contract, new: Contract) -> ContractDiff:
    """Return what becomes of uploads, table and consumers; both have the same dataset name."""
    spec = expected(old, ())
    moved = (old.destination.dataset, old.destination.table) != (
        new.destination.dataset,
        new.destination.table,
    )
    # The old version's table as its first upload has created it; another table is new.
    plan = table_plan(new, None if moved else created(spec))
    findings = (
        *field_changes(old, new),
        *upload_changes(old, new),
        *row_changes(old, new),
        *_table(plan),
        *consumer_changes(old, new, plan),
    )
    return ContractDiff(new.dataset, findings, plan)


def created(spec: TableSpec) -> ExistingTable:
    """Return a table as csvgate creates it."""
    options = spec.options
    return ExistingTable(
        columns=spec.columns,
        partition_by=spec.partition_by,
        cluster_by=spec.cluster_by,
        description=options.description,
        labels=dict(options.labels),
        partition_expiry_days=options.partition_expiry_days,
        require_partition_filter=bool(options.require_partition_filter),
        primary_key=options.primary_key,
    )


def _table(plan: TablePlan) -> Findings:
    for refusal in plan.refusals:
        text = f"{refusal.what}. Way out: {refusal.remedy}"
        yield Finding("table", plan.spec.id, text, breaking=True)
    for change in plan.changes:
        yield Finding("table", plan.spec.id, change.why)
    for remark in plan.remarks:
        yield Finding("table", plan.spec.id, remark)
    yield from _kept_descriptions(plan)


def _kept_descriptions(plan: TablePlan) -> Findings:
    """Yield the descriptions that the contract has dropped: a deploy does not remove them."""
    if plan.found is None:
        return
    text = "the table keeps the description"
    wanted = {column.name: column.description for column in plan.spec.columns}
    for column in plan.found.columns:
        if column.description and not wanted.get(column.name, column.description):
            yield Finding("table", f"columns.{column.name}", text)
    if plan.found.description and not plan.spec.options.description:
        yield Finding("table", plan.spec.id, text)


def contracts_diff(old: Iterable[Contract], new: Iterable[Contract]) -> Iterator[ContractDiff]:
    """Yield the differences of all contracts, by dataset name; also of those without any."""
    before = {contract.dataset: contract for contract in old}
    after = {contract.dataset: contract for contract in new}
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            text = "the contract is gone: its files are ignored now"
            yield ContractDiff(name, (Finding("uploads", "contract", text, breaking=True),))
        elif name not in before:
            text = "the contract is new: its files are loaded now"
            yield ContractDiff(name, (Finding("uploads", "contract", text),))
        else:
            yield contract_diff(before[name], after[name])
