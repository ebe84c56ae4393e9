"""Start the local cloud."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

import click

from csvgate_ops.cli.local._progress import Progress, addresses
from csvgate_ops.cli.options import as_json, data_dir, pairs
from csvgate_ops.local.cloud.launch import start
from csvgate_ops.local.cloud.options import Options
from csvgate_ops.local.supervisor.run import run
from csvgate_ops.program import program

FOLDER = click.Path(path_type=Path, file_okay=False, exists=True, resolve_path=True)


@click.command("up")
@data_dir
@click.option("--project", default="local-csvgate", show_default=True, help="The project id.")
@click.option(
    "--pubsub",
    type=click.Choice(["embedded", "google"]),
    default="embedded",
    show_default=True,
    help="csvgate's own broker, or Google's emulator, which needs the Cloud SDK and Java and loses "
    "its messages on `down`.",
)
@click.option("--port-base", type=int, help="Use consecutive ports, starting with this one.")
@click.option(
    "--port",
    "ports",
    multiple=True,
    metavar="SERVICE=PORT",
    callback=pairs(int),
    help="The port of one service; repeatable. By default free ports are chosen and kept.",
)
@click.option(
    "--contracts",
    type=FOLDER,
    envvar="CSVGATE_CONTRACTS",
    help="The folder of contracts, which may be anywhere; changes in it are picked up.  "
    "[default: the repository's]",
)
@click.option(
    "--functions",
    type=FOLDER,
    help="The folder that contains the functions.  [default: the repository's]",
)
@click.option(
    "--references",
    type=FOLDER,
    help="The folder of CSVs to upload to the references bucket, unless they exist there.  "
    "[default: samples/references]",
)
@click.option(
    "--topology",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True),
    help="The topology.  [default: deploy/topology.yaml]",
)
@click.option(
    "--env",
    "environment",
    multiple=True,
    metavar="NAME=VALUE",
    callback=pairs(),
    help="An environment variable for the functions; repeatable.",
)
@click.option(
    "--foreground", is_flag=True, help="Run in the foreground, and stop everything on Ctrl-C."
)
@as_json
@click.pass_context
def command(
    ctx: click.Context, /, data_dir: Path, foreground: bool, as_json: bool, **chosen: Any
) -> None:
    """Start the local cloud.

    Returns when all services are ready. Does nothing if the local cloud is already running.
    """

    # SIGTERM, like Ctrl-C, must stop what this process has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    given = {name: value for name, value in chosen.items() if value is not None}
    options = Options(data_dir=data_dir, **given)
    with Progress(quiet=as_json) as progress:
        if foreground:
            _stay(options, progress, as_json)
            return
        started = start(options, progress.report)
    if as_json:
        click.echo(json.dumps({"already_up": started.already, **started.endpoints}, indent=2))
        return
    click.echo(
        "The local cloud is already running." if started.already else "The local cloud is running."
    )
    click.echo(addresses(started.endpoints))
    insisted = [n for n in started.differing if _was_given(ctx, n)]
    if insisted:
        raise click.ClickException(
            f"the local cloud runs with other values of {', '.join(insisted)}; run "
            f"`{program()} down` first to change them"
        )


def _was_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _stay(options: Any, progress: Any, as_json: bool) -> None:
    def report(event: dict[str, Any]) -> None:
        progress.report(event)
        if event["event"] == "up":
            progress.stop()
            endpoints = event["endpoints"]
            click.echo(json.dumps(endpoints, indent=2) if as_json else addresses(endpoints))

    run(options, report)
