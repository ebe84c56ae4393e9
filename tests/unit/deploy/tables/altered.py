"""What BigQuery makes of the commands that alter a table, read by a parser for its dialect.

A statement that the parser does not understand, or that BigQuery refuses, fails here.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlglot
from sqlglot import exp

from csvgate.ports import Column
from csvgate_ops.deploy.plan.model import Place
from csvgate_ops.deploy.tables.conversions import can_widen
from csvgate_ops.deploy.tables.ddl import command
from csvgate_ops.deploy.tables.model import Change, ExistingTable

PLACE = Place("my-project", "europe-west1", "europe-west1", "EU")

# The parser warns about the two forms that it passes on as they are; `_opaque` reads them.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def altered(table: ExistingTable, changes: Sequence[Change]) -> ExistingTable:
    """Return the table after the commands of all changes."""
    for change in changes:
        argv = command(PLACE, change).argv
        if argv[2:3] == ("update",):
            name, fields = argv[3].split("=")
            assert name == "--clustering_fields"
            table = replace(table, cluster_by=tuple(fields.split(",")))
        else:
            assert argv[:-1] == (
                "bq", "--project_id=my-project", "--location=EU", "query", "--nouse_legacy_sql"
            )  # fmt: skip
            table = _by_statement(table, argv[-1])
    return table


def parsed(sql: str) -> exp.Expr:
    """Return the one statement that a text is; it is on one line."""
    assert "\n" not in sql
    (found,) = sqlglot.parse(sql, dialect="bigquery")
    assert found is not None
    return found


def _by_statement(table: ExistingTable, sql: str) -> ExistingTable:
    found = parsed(sql)
    if isinstance(found, exp.Command):
        return _column_options(table, sql)
    assert isinstance(found, exp.Alter)
    assert found.this.catalog == "my-project"
    for action in found.args["actions"]:
        table = _acted(table, action)
    return table


def _acted(table: ExistingTable, action: exp.Expr) -> ExistingTable:
    if isinstance(action, exp.ColumnDef):
        if action.name.lower() in {c.name.lower() for c in table.columns}:
            assert action.args["exists"], "without IF NOT EXISTS, an existing column is an error"
            return table
        options = _options(action)
        added = Column(
            action.name, _type(action.args["kind"]), False, options.get("description", "")
        )
        return replace(table, columns=(*table.columns, added))
    if isinstance(action, exp.AlterColumn):
        if action.args.get("drop"):
            return _column(table, action.name, required=False)
        (old,) = [c for c in table.columns if c.name == action.name]
        type_ = _type(action.args["dtype"])
        assert can_widen(old.type, type_), f"BigQuery refuses {old.type} to {type_}"
        return _column(table, action.name, type=type_)
    if isinstance(action, exp.AlterSet):
        options = _options(action)
        known = {"description", "labels", "partition_expiration_days", "require_partition_filter"}
        assert options.keys() <= known
        if "partition_expiration_days" in options:
            days = options.pop("partition_expiration_days")
            options["partition_expiry_days"] = float(days)
        return replace(table, **options)
    if isinstance(action, exp.AddConstraint):
        (key,) = action.expressions
        assert not table.primary_key, "a table has at most one primary key"
        assert "NOT ENFORCED" in key.args["options"]
        return replace(table, primary_key=tuple(i.name for i in key.expressions))
    assert action.sql(dialect="bigquery") == "DROP PRIMARY KEY"
    return replace(table, primary_key=())


def _column_options(table: ExistingTable, sql: str) -> ExistingTable:
    """Read `ALTER COLUMN name SET OPTIONS (…)`, which the parser only reads for a table."""
    head, middle, options = sql.partition(" SET OPTIONS (")
    assert middle
    column = parsed(f"{head} DROP NOT NULL").find(exp.AlterColumn)
    action = parsed(f"ALTER TABLE t SET OPTIONS ({options}").find(exp.AlterSet)
    assert column is not None
    assert action is not None
    return _column(table, column.name, **_options(action))


def _column(table: ExistingTable, name: str, **changes: Any) -> ExistingTable:
    assert name in {c.name for c in table.columns}
    columns = tuple(replace(c, **changes) if c.name == name else c for c in table.columns)
    return replace(table, columns=columns)


def _options(action: exp.Expr) -> dict[str, Any]:
    found = {}
    for option in action.find_all(exp.Property):
        value = option.args["value"]
        if isinstance(value, exp.Array):
            found[option.name] = {
                k.name: v.name for k, v in (t.expressions for t in value.expressions)
            }
        else:
            found[option.name] = value.this
    return found


def _type(kind: exp.DataType) -> str:
    return kind.sql(dialect="bigquery")
