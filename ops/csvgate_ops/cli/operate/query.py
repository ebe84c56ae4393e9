"""Run a SQL query in BigQuery and print its rows."""

from pathlib import Path

import click

from csvgate_ops.cli.operate._rows_view import print_rows
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.tables import query
from csvgate_ops.session import open_session


@click.command("query")
@click.argument("sql")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Print at most this many rows.",
)
@connected
@as_json
def command(
    sql: str, most: int, data_dir: Path, project: str | None, topology: Path | None, as_json: bool
) -> None:
    """Run a query, such as "SELECT COUNT(*) FROM sales.orders", and print its rows.

    With --project, the query runs in that project, at its cost.
    """
    session = open_session(data_dir, project, topology)
    print_rows(query(session, sql, most), as_json=as_json)
