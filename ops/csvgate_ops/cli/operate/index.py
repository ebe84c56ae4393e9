"""List the uploads that were received before the ledger had an index."""

from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path

import click

from csvgate.text import counted
from csvgate_ops.cli.options import connected
from csvgate_ops.operate.audit import operator, record
from csvgate_ops.operate.upload_index.complete import complete, missing
from csvgate_ops.session import open_session


@click.command("index")
@connected
def command(data_dir: Path, project: str | None, topology: Path | None) -> None:
    """Add uploads to the index by day that `csvgate status` and the console list.

    The functions list every upload themselves. Run this once after an upgrade from a version
    without an index; it takes about ten reads and two writes for each upload that is missing. It
    changes nothing else, and it can be interrupted and run again.
    """
    ledger = open_session(data_dir, project, topology).ledger()
    uploads = missing(ledger, datetime.now(UTC))
    first = list(islice(uploads, 1))
    if not first:
        click.echo("The index lists every upload.")
        return
    record(ledger, "index.complete", operator(), "uploads may be missing in the index", {})
    click.echo(f"Added {counted(complete(ledger, chain(first, uploads)), 'upload')} to the index.")
