"""Look at uploads and dead letters in the browser, and act on them."""

import webbrowser
from pathlib import Path

import click

from csvgate_ops.commands._options import data_dir


@click.command("console")
@data_dir
@click.option(
    "--project",
    help="A project of Google Cloud, by application default credentials, instead of a local cloud.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[default: a free one]")
@click.option("--no-open", is_flag=True, help="Only print the address.")
def command(data_dir: Path, project: str | None, port: int, no_open: bool) -> None:
    """Serve the web console on this machine until Ctrl-C.

    The printed address lets in whoever has it, on this machine, until then.
    """
    from csvgate_ops import session
    from csvgate_ops.console.access import TOKEN, Access
    from csvgate_ops.console.app import create_app
    from csvgate_ops.console.site import Site
    from csvgate_ops.dlq import connect
    from csvgate_ops.loopback.serving import (
        CannotServe,
        address,
        listen,
        server,
        stop_on_signals,
    )

    desk = connect.project(project) if project else connect.local(data_dir)
    access = Access()
    try:
        listener = listen("127.0.0.1", port)
    except CannotServe as error:
        raise click.ClickException(str(error)) from error
    site = Site.of(desk, project or session.connect(data_dir).project, is_local=project is None)
    site.letters.refresh()
    site.uploads.refresh()
    stop_on_signals()
    entrance = f"{address(listener)}/?{TOKEN}="
    click.echo(f"The console is at {entrance}{access.token}")
    click.echo("Ctrl-C ends it.")
    if not no_open:
        webbrowser.open(f"{entrance}{access.ticket()}")
    server(listener, create_app(site, access)).serve_forever()
