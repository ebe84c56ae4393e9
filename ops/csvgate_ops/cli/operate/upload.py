"""Upload a file to the local cloud and, with --wait, follow it until it is loaded."""

from pathlib import Path

import click

from csvgate_ops.cli.operate._following import following
from csvgate_ops.cli.operate._status_view import summary
from csvgate_ops.cli.options import as_json, data_dir
from csvgate_ops.cli.session import connect
from csvgate_ops.operate.follow import follow, send
from csvgate_ops.operate.uploads import UploadStatus


@click.command("upload")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--as",
    "name",
    metavar="NAME",
    required=True,
    help="Name of the object in the bucket, such as orders/monday.csv.",
)
@click.option(
    "--wait", is_flag=True, help="Follow the upload to its end; exit 1 unless it is completed."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=600.0,
    show_default=True,
    help="How long --wait waits before it exits 1.",
)
@data_dir
@as_json
def command(
    file: Path, name: str, wait: bool, timeout: float, data_dir: Path, as_json: bool
) -> None:
    """Upload FILE to the uploads bucket of the local cloud."""
    session = connect(data_dir)
    with following(quiet=as_json, size=file.stat().st_size) as progress:
        upload = send(session, file, name, progress.sent)
        last = UploadStatus(id=upload.id, state="unknown")
        if wait:
            for last in follow(session.ledger(), upload.id, timeout):
                progress.show(last)
    if as_json:
        click.echo(last.model_dump_json(indent=2))
    elif wait:
        click.echo(summary(last))
        if last.rejects:
            click.echo(f"rejected rows: {last.rejects}")
        click.echo(f"details: csvgate status {upload.id}")
    else:
        click.echo(f"uploaded {upload.uri}; to follow it: csvgate status {upload.id}")
    if wait and last.state != "completed":
        raise click.exceptions.Exit(1)
