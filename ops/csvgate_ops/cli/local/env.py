"""Print the environment variables that point clients at the local cloud."""

import json
import os
import shlex
from pathlib import Path

import click

from csvgate_ops.cli.options import as_json, data_dir
from csvgate_ops.local.cloud.environment import exports
from csvgate_ops.local.cloud.files import DataDir
from csvgate_ops.local.cloud.launch import find


@click.command("env")
@data_dir
@as_json
def command(data_dir: Path, as_json: bool) -> None:
    """Print the environment variables that point clients at the local cloud.

    Use it as: eval "$(csvgate env)"
    """

    variables = exports(find(DataDir(data_dir)), os.environ)
    if as_json:
        click.echo(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
