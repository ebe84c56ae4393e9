"""Show how tables will follow their contracts."""

import click

from csvgate_ops.cli.lazy_group import LazyGroup


@click.command("tables", cls=LazyGroup, packages={"Commands": "csvgate_ops.cli.tables"})
def command() -> None:
    """Show how the BigQuery tables of a project will follow their contracts. docs/tables.md
    explains which changes are possible."""
