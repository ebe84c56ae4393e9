"""The way out of a change that cannot be made in place: another table, with the rows copied."""

from csvgate.gcp.columns import can_hold
from csvgate.gcp.partition_filter import filter_of_all
from csvgate.types.bigquery import parse
from csvgate_ops.deploy.tables import ddl
from csvgate_ops.deploy.tables.model import ExistingTable, TablePlan


def other_table(table: str) -> str:
    """Return a name for the other table: `dataset.orders_2` for `dataset.orders`."""
    stem, underscore, number = table.rpartition("_")
    if underscore and number.isascii() and number.isdecimal():
        return f"{stem}_{int(number) + 1}"
    return f"{table}_2"


def copy_statement(plan: TablePlan, found: ExistingTable, project: str) -> str:
    """Return the statement that copies the rows into the other table, which the first upload
    creates. Values are converted; the statement fails as a whole at a value that cannot be.
    A table that requires a filter on the partition gets one that all rows meet."""
    there = {column.name.lower(): column for column in found.columns}
    names, values = [], []
    for column in plan.spec.columns:
        old = there.get(column.name.lower())
        if old is None:
            continue
        value = ddl.name(old.name)
        fits = can_hold(column.type, old.type)
        names.append(ddl.name(column.name))
        values.append(value if fits else f"CAST({value} AS {column.type})")
    by = found.partition_by
    where = ""
    if found.require_partition_filter and by is not None:
        kinds = {column.name.lower(): parse(column.type).kind for column in found.columns}
        where = f" WHERE {filter_of_all(by, kinds)}"
    source, target = ddl.path(project, plan.spec.id), ddl.path(project, other_table(plan.spec.id))
    into = f"INSERT INTO {target} ({', '.join(names)})"
    return f"{into} SELECT {', '.join(values)} FROM {source}{where}"  # noqa: S608 - quoted names
