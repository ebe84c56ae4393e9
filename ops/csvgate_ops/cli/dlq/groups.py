"""Count dead letters by code, function, dataset or day."""

import json
from typing import cast

import click

from csvgate_ops.cli.dlq._options import context_options, filter_options
from csvgate_ops.cli.dlq._reading import read_letters, warn_about_unfinished_runs
from csvgate_ops.cli.dlq._tables import groups_table
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json
from csvgate_ops.operate.dead_letters.content.letter_json import group_json
from csvgate_ops.operate.dead_letters.content.masking import message_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.groups import By, groups


@click.command("groups")
@click.option(
    "--by",
    type=click.Choice(["code", "function", "dataset", "day"]),
    default="code",
    show_default=True,
    help="Property by which letters are grouped.",
)
@filter_options
@as_json
@context_options
def command(by: str, wanted: Filter, as_json: bool, context: DeadLetterContext) -> None:
    """Count letters by code, function, dataset or day: the operator's first. Consumes nothing.

    The uploaders were informed of their letters by email and correct their files.
    """
    found = read_letters(context, quiet=as_json)
    grouped = groups(wanted.of(found.letters, context), cast(By, by))
    if as_json:
        click.echo(
            json.dumps([group_json(g, message_of(g.example, context)) for g in grouped], indent=2)
        )
    elif grouped:
        console().print(groups_table(grouped, by, context, found.at))
    else:
        click.echo(
            "No dead letters match the filter." if found.letters else "There are no dead letters."
        )
    if not as_json:
        warn_about_unfinished_runs(context)
