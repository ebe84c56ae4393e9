"""Look at uploads and dead letters in the browser, and act on them."""

import os
import sys
import webbrowser
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import context_options

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext

_PATIENCE_SECONDS = 30.0
"""For the letters that a job has in its hands when the console is ended."""


@click.command("console")
@context_options
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[default: a free one]")
@click.option("--no-open", is_flag=True, help="Only print the address.")
@click.pass_context
def command(ctx: click.Context, context: "DeadLetterContext", port: int, no_open: bool) -> None:
    """Serve the web console on this machine until Ctrl-C.

    The printed address lets in whoever has it, on this machine, until then.
    """
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
    click.echo("Ctrl-C ends it.")
    if not no_open and _has_screen(os.environ, sys.platform):
        webbrowser.open(f"{entrance}{access.ticket()}")
    jobs = Jobs(site.now)
    try:
        server(listener, create_app(site, access, jobs)).serve_forever()
    finally:
        if running := jobs.running():
            click.echo(f"Stopping “{running.title}”; what is not done stays in its queue.")
        jobs.end(_PATIENCE_SECONDS)


def _has_screen(environment: Mapping[str, str], platform: str) -> bool:
    """Without one a browser of the terminal would take the terminal over."""
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
