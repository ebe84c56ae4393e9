"""Review uploads and dead letters in the browser, and act on them."""

import os
import sys
import webbrowser
from collections.abc import Mapping

import click

from csvgate_ops.cli.dlq._options import context_options
from csvgate_ops.cli.session import connect
from csvgate_ops.local.loopback.serving import (
    CannotServe,
    address,
    listen,
    server,
    stop_on_signals,
)
from csvgate_ops.operate.console.access import TOKEN, Access
from csvgate_ops.operate.console.app import create_app
from csvgate_ops.operate.console.jobs import Jobs
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.context import DeadLetterContext

_PATIENCE_SECONDS = 30.0
"""How long a running job may take to finish its current dead letters when the console stops."""


@click.command("console")
@context_options
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port to serve on.  [default: a free port]",
)
@click.option("--no-open", is_flag=True, help="Only print the address; do not open a browser.")
@click.pass_context
def command(ctx: click.Context, context: DeadLetterContext, port: int, no_open: bool) -> None:
    """Serve the web console on this machine until you press Ctrl-C.

    Anyone on this machine who has the printed address can use the console until then.
    """
    try:
        listener = listen("127.0.0.1", port)
    except CannotServe as error:
        raise click.ClickException(str(error)) from error
    project = ctx.params["project"]
    name = project or connect(ctx.params["data_dir"]).project
    site, access = Site.of(context, name, is_local=project is None), Access()
    site.refresh()
    stop_on_signals()
    entrance = f"{address(listener)}/?{TOKEN}="
    click.echo(f"The console is at {entrance}{access.token}")
    click.echo("Press Ctrl-C to stop it.")
    if not no_open and _has_screen(os.environ, sys.platform):
        webbrowser.open(f"{entrance}{access.ticket()}")
    jobs = Jobs(site.now)
    try:
        server(listener, create_app(site, access, jobs)).serve_forever()
    finally:
        if running := jobs.running():
            click.echo(
                f"Stopping “{running.title}”; dead letters that it has not processed stay queued."
            )
        jobs.end(_PATIENCE_SECONDS)


def _has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether there is a screen; otherwise a text browser would take over the terminal."""
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
