"""Print rows of a table."""

from pathlib import Path

import click

from csvgate_ops.cli.operate._rows_view import print_rows
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.tables import resolve, rows_of
from csvgate_ops.session import open_session


@click.command("show")
@click.argument("table")
@click.option("--upload", metavar="ID", help="Only the rows of this upload, in the file's order.")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Print at most this many rows.",
)
@connected
@as_json
def command(
    table: str,
    upload: str | None,
    most: int,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """Print rows of TABLE: dataset.table in BigQuery, or the name of a contract.

    Without --upload, the rows are read directly from the table, in no particular order and at no
    cost. With --upload, a query is run.
    """
    session = open_session(data_dir, project, topology)
    print_rows(rows_of(session, resolve(session, table), upload, most), as_json=as_json)
