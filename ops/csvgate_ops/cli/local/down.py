"""Stop the local cloud."""

import json
from pathlib import Path

import click

from csvgate_ops.cli.options import as_json, data_dir
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.launch import last_failure, stop


@click.command("down")
@data_dir
@as_json
def command(data_dir: Path, as_json: bool) -> None:
    """Stop the local cloud.

    Processes left by a local cloud that was killed are stopped too. The state stays in the data
    directory.
    """

    stopped = stop(DataDir(data_dir))
    failure = last_failure(DataDir(data_dir))
    if as_json:
        click.echo(json.dumps({"stopped": stopped}))
        return
    click.echo("The local cloud is stopped." if stopped else "The local cloud was not running.")
    if failure is not None:
        click.echo(failure.message, err=True)
