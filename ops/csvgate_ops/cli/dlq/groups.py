"""Count dead letters that failed alike."""

import json
from typing import TYPE_CHECKING, cast

import click

from csvgate_ops.cli.dlq._options import desk_options, filter_options
from csvgate_ops.cli.options import as_json

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter
    from csvgate_ops.operate.dead_letters.groups import By


@click.command("groups", short_help="Count letters that failed alike.")
@click.option(
    "--by",
    type=click.Choice(["code", "function", "dataset", "day"]),
    default="code",
    show_default=True,
)
@filter_options
@as_json
@desk_options
def command(by: str, wanted: "Filter", as_json: bool, context: "DeadLetterContext") -> None:
    """Dead letters that failed alike, counted. Consumes nothing."""
    from csvgate_ops.cli.dlq._reading import held_elsewhere, reading
    from csvgate_ops.cli.dlq._tables import groups_table
    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.operate.dead_letters.actions import groups
    from csvgate_ops.operate.dead_letters.content.letter_json import group_json
    from csvgate_ops.operate.dead_letters.content.masking import message_of

    found = reading(context, quiet=as_json)
    grouped = groups(wanted.of(found.letters), cast("By", by))
    if as_json:
        click.echo(
            json.dumps([group_json(g, message_of(g.example, context)) for g in grouped], indent=2)
        )
    elif grouped:
        console().print(groups_table(grouped, by, context, found.at))
    else:
        click.echo("No dead letters." if not found.letters else "None of them is meant.")
    if not as_json:
        held_elsewhere(context)
