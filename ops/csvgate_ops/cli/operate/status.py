"""Show the latest uploads, or one upload from its arrival to its email."""

import json
from pathlib import Path

import click

from csvgate_ops.cli.operate._status_view import console, detail, listing
from csvgate_ops.cli.options import as_json, connected
from csvgate_ops.operate.breakers import states
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.references import upload_of
from csvgate_ops.operate.upload_list import find, statuses
from csvgate_ops.program import program
from csvgate_ops.session import open_session


@click.command("status")
@click.argument("upload", required=False)
@click.option(
    "--most", default=50, show_default=True, help="How many uploads to list; 0 lists all."
)
@connected
@as_json
def command(
    upload: str | None,
    most: int,
    data_dir: Path,
    project: str | None,
    topology: Path | None,
    as_json: bool,
) -> None:
    """List the latest uploads, or show one UPLOAD from its arrival to its email.

    UPLOAD is an upload's id, the beginning of an id, a reference such as csvgate:uploads/3f2a9c,
    or the name of an object, such as orders/monday.csv. If several uploads have that name, the
    latest is shown.
    """
    session = open_session(data_dir, project, topology)
    ledger = session.ledger()
    if upload is None:
        every = statuses(ledger, most or None)
        if as_json:
            click.echo(json.dumps([s.model_dump(mode="json") for s in every], indent=2))
        elif every:
            console().print(listing(every))
        else:
            click.echo(
                f"There are no uploads yet. To upload a file: {program()} upload FILE --as NAME"
            )
        return
    found = find(ledger, upload_of(upload))
    if found is None:
        raise click.ClickException(f"no upload matches {upload!r}; `{program()} status` lists them")
    if as_json:
        click.echo(found.model_dump_json(indent=2))
    else:
        open_ = [s for s in states(ledger, session.topology().functions) if s.state == "open"]
        console().print(detail(found, hints(found, open_, session.options)))
