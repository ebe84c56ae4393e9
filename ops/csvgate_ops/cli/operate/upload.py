"""Upload a file and, if asked, follow it to its end."""

from pathlib import Path

import click

from csvgate_ops.cli.options import as_json, data_dir


@click.command("upload")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--as", "name", required=True, help="The object's name, as orders/monday.csv.")
@click.option("--wait", is_flag=True, help="Follow the upload, and exit 1 unless it completed.")
@click.option(
    "--timeout", default=600.0, show_default=True, help="Seconds that --wait waits; then exit 1."
)
@data_dir
@as_json
def command(
    file: Path, name: str, wait: bool, timeout: float, data_dir: Path, as_json: bool
) -> None:
    """Put FILE into the uploads bucket of the local cloud."""
    from csvgate_ops.cli.operate._following import following
    from csvgate_ops.cli.operate._status_view import summary
    from csvgate_ops.cli.session import connect
    from csvgate_ops.operate.follow import follow, send
    from csvgate_ops.operate.uploads import UploadStatus

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
        click.echo(f"more: csvgate status {upload.id}")
    else:
        click.echo(f"uploaded {upload.uri}; follow it: csvgate status {upload.id}")
    if wait and last.state != "completed":
        raise click.exceptions.Exit(1)
