"""The demo: the whole pipeline on a sample, from an empty folder."""

from pathlib import Path

import click

from csvgate_ops.cli.options import data_dir


@click.command("demo")
@click.option("--stay", is_flag=True, help="Leave the local cloud up.")
@data_dir
def command(stay: bool, data_dir: Path) -> None:
    """Start the local cloud, load a sample of orders and a hopeless file, show what came of them.

    Stops what it started.
    """
    from csvgate_ops.cli.local._progress import Progress, addresses
    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.cli.session import connect
    from csvgate_ops.local.cloud.files import DataDir
    from csvgate_ops.local.cloud.launch import start, stop
    from csvgate_ops.local.cloud.options import Options
    from csvgate_ops.local.demo.story import DemoFailed, tell

    with Progress(quiet=False) as progress:
        started = start(Options(data_dir=data_dir), progress.report)
    try:
        tell(connect(data_dir), console())
    except DemoFailed as error:
        raise click.ClickException(f"{error}; logs are in {data_dir / 'logs'}") from error
    finally:
        if not stay and not started.already:
            stop(DataDir(data_dir))
    if stay:
        click.echo(f"\nThe local cloud stays up:\n{addresses(started.endpoints)}")
        click.echo("Stop it with `make down`.")
    elif started.already:
        click.echo("\nThe local cloud was up before and stays up.")
    else:
        click.echo("\nEverything that was started is stopped.")
