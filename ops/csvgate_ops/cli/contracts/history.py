"""List the contracts that a project uses and has used."""

import json

import click

from csvgate_ops.cli.contracts._releasing import reading, releases
from csvgate_ops.cli.deploy._deploying import NAME, errors_shown, located
from csvgate_ops.cli.options import as_json


@click.command("history")
@NAME
@as_json
def command(env: str, as_json: bool) -> None:
    """List deploys and rollbacks of contracts, the latest first.

    A line has the first digits of the contracts' SHA-256, which `rollback --to` takes, and the time
    since when they were in use.
    """
    with errors_shown():
        place = located(env)
        with reading(place):
            deploys = releases(place).history()
    if as_json:
        listed = [
            {"contracts": each.bundle or None, "at": each.at.isoformat(), "in_use": at == 0}
            for at, each in enumerate(deploys)
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for at, each in enumerate(deploys):
        click.echo(f"{each.short}  {each.at:%Y-%m-%d %H:%M:%S} UTC{'' if at else '  in use'}")
    if not deploys:
        click.echo("No contracts are deployed.")
