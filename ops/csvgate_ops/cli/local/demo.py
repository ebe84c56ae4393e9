"""Run the whole pipeline on two sample files."""

from pathlib import Path

import click

from csvgate_ops.cli.local._progress import Progress, addresses
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import data_dir
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.launch import start, stop
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.demo.story import DemoFailed, run
from csvgate_ops.program import program
from csvgate_ops.session import connect


@click.command("demo")
@click.option("--stay", is_flag=True, help="Leave the local cloud running.")
@data_dir
def command(stay: bool, data_dir: Path) -> None:
    """Run the whole pipeline on two sample files.

    Starts the local cloud, uploads a sample of orders and a file that does not fit the contract,
    shows the result of each, and stops the local cloud if it was not running before.
    """

    with Progress(quiet=False) as progress:
        started = start(Options(data_dir=data_dir), progress.report)
    try:
        run(connect(data_dir), console())
    except DemoFailed as error:
        raise click.ClickException(f"{error}; see the logs in {data_dir / 'logs'}") from error
    finally:
        if not stay and not started.already:
            stop(DataDir(data_dir))
    if stay:
        click.echo(f"\nThe local cloud is still running:\n{addresses(started.endpoints)}")
        click.echo("Stop it with `make down`.")
    elif started.already:
        click.echo("\nThe local cloud was running before and is still running.")
    else:
        click.echo("\nThe local cloud is stopped.")
        click.echo(f"Start it again, with these uploads, by `{program()} up`.")
