"""The text of statements and commands that change a table, quoted against hostile names."""

import json

from csvgate.ports import Column
from csvgate_ops.deploy.kinds.dataset import bq, query
from csvgate_ops.deploy.plan.model import Command, Place
from csvgate_ops.deploy.tables.model import Change, Clustering, Statement


def name(text: str) -> str:
    """Return an identifier in backticks."""
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`") + "`"


def literal(text: str) -> str:
    """Return a string literal on one line. `$` is escaped too: commands are printed as a shell
    script, in which plans fill in variables."""
    return json.dumps(text, ensure_ascii=False).replace("$", "\\u0024")


def path(project: str, table: str) -> str:
    """Return the full name of `dataset.table`."""
    return ".".join(map(name, (project, *table.split(".", 1))))


def added(column: Column) -> str:
    """Return the definition of a column in ADD COLUMN. It is nullable, because BigQuery cannot add
    a required column to a table."""
    options = f" OPTIONS (description={literal(column.description)})" if column.description else ""
    return f"ADD COLUMN IF NOT EXISTS {name(column.name)} {column.type}{options}"


def statement(project: str, change: Statement) -> str:
    return f"ALTER TABLE {path(project, change.table)} {change.action}"


def alteration(change: Change) -> str:
    """Return a change without the project's name, for people."""
    if isinstance(change, Clustering):
        return f"bq update --clustering_fields={','.join(change.columns)} {change.table}"
    return f"ALTER TABLE {'.'.join(map(name, change.table.split('.', 1)))} {change.action}"


def command(place: Place, change: Change) -> Command:
    """Return the command that makes a change."""
    if isinstance(change, Clustering):
        fields = f"--clustering_fields={','.join(change.columns)}"
        return Command((*bq(place), "update", fields, change.table), change.why)
    return Command(query(place, statement(place.project, change)), change.why)
