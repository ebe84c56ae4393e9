"""What a change does to those who read the table."""

from csvgate.contracts.model import Contract
from csvgate.contracts.table import partitioning
from csvgate_ops.author.diff.model import Finding, Findings, rereads, shown
from csvgate_ops.deploy.tables.model import ExistingTable, TablePlan
from csvgate_ops.deploy.tables.options import described


def consumer_changes(old: Contract, new: Contract, plan: TablePlan) -> Findings:
    """`plan` is that of the old version's table under the new version."""
    yield from _destination(old, new)
    yield from _derived(old, new)
    yield from _looked_up(old, new)
    yield from _references(old, new)
    yield from _types(plan)


def _destination(old: Contract, new: Contract) -> Findings:
    before, after = old.destination, new.destination
    if (before.dataset, before.table) != (after.dataset, after.table):
        text = f"new rows go to {after.dataset}.{after.table}, and earlier ones stay in "
        yield Finding("consumers", "destination", f"{text}{before.dataset}.{before.table}", True)
        return
    days, was = after.partition_expiry_days, before.partition_expiry_days
    if days is not None and (was is None or days < was):
        text = f"rows in partitions older than {days} days are deleted ({shown(was)} before)"
        yield Finding("consumers", "destination.partition_expiry_days", text, True)
    if after.require_partition_filter and not before.require_partition_filter:
        text = "queries without a filter on the partition fail"
        yield Finding("consumers", "destination.require_partition_filter", text, True)
    yield from _kept(old, new)


def _kept(old: Contract, new: Contract) -> Findings:
    """Yield the options that the table keeps although the contract has dropped them: a deploy does
    not change what the contract leaves out."""
    before, after = old.destination, new.destination
    by_hand = "the table keeps it; to change that, alter the table by hand"
    for name in ("partition_expiry_days", "require_partition_filter"):
        if getattr(before, name) is not None and getattr(after, name) is None:
            yield Finding("table", f"destination.{name}", by_hand)
    if before.partition_by is not None and after.partition_by is None:
        text = f"the table stays partitioned by {described(partitioning(before))}"
        yield Finding("table", "destination.partition_by", text)
    if before.cluster_by and not after.cluster_by:
        yield Finding("table", "destination.cluster_by", by_hand)
    for label in before.labels.keys() - after.labels.keys():
        yield Finding("table", f"destination.labels.{label}", by_hand)


def _derived(old: Contract, new: Contract) -> Findings:
    before, after = (
        {name: d for step in c.enrich for name, d in (step.derive or {}).items()}
        for c in (old, new)
    )
    for name, derivation in before.items():
        place = f"enrich.derive.{name}"
        if name not in after:
            if name not in _columns(new):
                yield Finding("consumers", place, f"{name} is NULL in new rows", True)
        elif derivation.sql != after[name].sql:
            yield rereads(f"{place}.sql", f"{name} is computed otherwise in new rows")
    for name in after.keys() - before.keys():
        yield Finding("consumers", f"enrich.derive.{name}", _new(name))


def _looked_up(old: Contract, new: Contract) -> Findings:
    before, after = (
        {name: s.lookup for s in c.enrich if s.lookup for name in s.lookup.add} for c in (old, new)
    )
    for name, lookup in before.items():
        place = f"enrich.lookup.{name}"
        if name not in after:
            if name not in _columns(new):
                yield Finding("consumers", place, f"{name} is NULL in new rows", True)
        elif (lookup.reference, lookup.by) != (after[name].reference, after[name].by):
            yield rereads(place, f"{name} is looked up otherwise in new rows")
    for name in after.keys() - before.keys():
        yield Finding("consumers", f"enrich.lookup.{name}", _new(name))


def _columns(contract: Contract) -> set[str]:
    return {
        *(field.name for field in contract.schema_.fields),
        *(name for step in contract.enrich for name in (step.derive or {})),
        *(name for step in contract.enrich if step.lookup for name in step.lookup.add),
    }


def _new(name: str) -> str:
    return f"{name} is a new column, NULL in earlier rows"


def _references(old: Contract, new: Contract) -> Findings:
    for name, reference in old.references.items():
        other = new.references.get(name)
        if other is None:
            continue
        if (reference.object, reference.key) != (other.object, other.key):
            text = "values come from another file or key, so that others may be found or required"
            yield rereads(f"references.{name}", text)


def _types(plan: TablePlan) -> Findings:
    """Yield the columns whose kind of type changes in the table: queries still run, but programs
    that read the table with fixed types may not."""
    if plan.found is None:
        return
    there = {column.name.lower(): column.type for column in plan.found.columns}
    for column in plan.spec.columns:
        was = there.get(column.name.lower())
        if was is not None and was.partition("(")[0] != column.type.partition("(")[0]:
            text = f"{column.name} becomes {column.type}; it was {was}"
            yield Finding("consumers", f"columns.{column.name}", text)
    yield from _new_key(plan.found, plan.spec.options.primary_key)
    if plan.found.primary_key and plan.found.primary_key != plan.spec.options.primary_key:
        key = ", ".join(plan.found.primary_key)
        text = f"({key}) is declared as the table's primary key, and is not unique in it any more"
        if not plan.spec.options.primary_key:
            text += f": run ALTER TABLE {plan.spec.id} DROP PRIMARY KEY"
        yield Finding("consumers", "schema.primaryKey", text, True)


def _new_key(found: ExistingTable, key: tuple[str, ...]) -> Findings:
    """The key holds for rows that are loaded from now on. BigQuery relies on it for all rows."""
    if key and [name.lower() for name in key] != [name.lower() for name in found.primary_key]:
        text = (
            f"BigQuery relies on the key ({', '.join(key)}) from now on: queries return wrong "
            "results if earlier rows repeat it or lack it, so look for such rows before the deploy"
        )
        yield Finding("consumers", "schema.primaryKey", text, breaking=True)
