"""Show the statements with which the next deploy alters tables."""

import json

import click

from csvgate_ops.cli.deploy._deploying import NAME, errors_shown, located
from csvgate_ops.cli.options import as_json
from csvgate_ops.deploy.run.gcloud import JsonReader, subprocesses
from csvgate_ops.deploy.tables.compare import plans
from csvgate_ops.deploy.tables.read import read_tables
from csvgate_ops.deploy.tables.view import as_json as to_json
from csvgate_ops.deploy.tables.view import lines, summary
from csvgate_ops.text import printable

CHANGES, REFUSED, UNREADABLE = 3, 1, 2
"""Exit codes."""


class CannotRead(click.ClickException):
    exit_code = UNREADABLE


@click.command("plan")
@NAME
@as_json
def command(env: str, as_json: bool) -> None:
    """Compare the tables of a project with the contracts, and show the commands with which the next
    deploy alters them. Nothing is changed.

    A change that BigQuery cannot make in place is refused with its ways out, and a deploy stops
    before it changes anything.

    The exit code is 0 if every table follows its contract, 3 if the next deploy alters tables, 1 if
    a change is refused, and 2 if the project could not be read.
    """
    with errors_shown(CannotRead):
        place = located(env)
        reader = JsonReader(subprocesses(place.root))
        tables = read_tables(place.place, place.contracts, reader)
        found = [plan for _, plan in plans(place.contracts, tables)]
    if as_json:
        click.echo(json.dumps([to_json(plan, place.place) for plan in found], indent=2))
    else:
        for plan in found:
            for line in lines(plan, place.place):
                click.echo(printable(line))
        click.echo(summary(found))
    if any(plan.refusals for plan in found):
        raise click.exceptions.Exit(REFUSED)
    if any(plan.changes for plan in found):
        raise click.exceptions.Exit(CHANGES)
