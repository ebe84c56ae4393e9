"""Compares the columns of an existing table with those of its contract."""

from collections.abc import Collection, Iterator

from csvgate.gcp.columns import can_hold, canonical
from csvgate.ports import Column, TableSpec
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.conversions import both, can_widen
from csvgate_ops.deploy.tables.model import ExistingTable, Refusal, Statement


def column_changes(
    spec: TableSpec, found: ExistingTable, undeclared: Collection[str]
) -> Iterator[Statement | Refusal | str]:
    """Yield what makes the columns hold the contract's rows, and as a text what stays in the table
    although the contract does not have it. `undeclared` are columns of lookups whose type the
    contract leaves to the rows of the reference. BigQuery ignores case in column names."""
    there = {column.name.lower(): column for column in found.columns}
    new = []
    for column in spec.columns:
        other = there.pop(column.name.lower(), None)
        if other is not None:
            yield from _existing(spec, found, column, other)
        elif column.name in undeclared:
            yield Refusal(
                f"{column.name} is not in the table, and its type follows from the reference's "
                "rows, which a deploy does not read",
                f"declare the type of {column.name} under `references`, in `columns`",
            )
        else:
            new.append(column)
    if new:
        names = ", ".join(column.name for column in new)
        yield Statement(spec.id, ", ".join(map(ddl.added, new)), f"add {names}", needed=True)
    for column in there.values():
        if column.required:
            action = f"ALTER COLUMN {ddl.name(column.name)} DROP NOT NULL"
            why = f"{column.name} is not in the contract: allow NULL"
            yield Statement(spec.id, action, why, needed=True)
        yield f"{column.name} is not in the contract: it stays, and is NULL in new rows"


def _existing(
    spec: TableSpec, found: ExistingTable, ours: Column, there: Column
) -> Iterator[Statement | Refusal]:
    alter = f"ALTER COLUMN {ddl.name(there.name)}"
    if there.required > ours.required:
        why = f"{there.name}: allow NULL"
        yield Statement(spec.id, f"{alter} DROP NOT NULL", why, needed=True)
    if not can_hold(there.type, ours.type):
        change = f"{there.name}: {canonical(there.type)} to {canonical(ours.type)}"
        if can_widen(there.type, ours.type) and not _is_partitioned(found, ours.name):
            action = f"{alter} SET DATA TYPE {ours.type}"
            yield Statement(spec.id, action, change, needed=True)
        else:
            yield _refused(change, found, ours, there)
    if ours.description and ours.description != there.description:
        options = f"SET OPTIONS (description={ddl.literal(ours.description)})"
        yield Statement(spec.id, f"{alter} {options}", f"{there.name}: change the description")


def _refused(change: str, found: ExistingTable, ours: Column, there: Column) -> Refusal:
    keep = f"keep {canonical(there.type)} in the contract"
    if _is_partitioned(found, ours.name):
        why = "BigQuery cannot change the type of the column that a table is partitioned by"
    elif wider := both(there.type, ours.type):
        why = f"{canonical(ours.type)} does not hold all values of {canonical(there.type)}"
        keep = f"declare {wider} in the contract, which holds both"
    else:
        why = "BigQuery cannot convert the column in place"
    return Refusal(f"{change}: {why}", f"{keep}, or load into another table")


def _is_partitioned(found: ExistingTable, column: str) -> bool:
    by = found.partition_by
    return by is not None and (by.column or "").lower() == column.lower()
