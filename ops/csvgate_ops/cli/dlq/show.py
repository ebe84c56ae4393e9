"""Show one dead letter in full."""

import json
from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import desk_options
from csvgate_ops.cli.options import as_json

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext


@click.command("show", short_help="One letter in full.")
@click.argument("letter_id", metavar="ID")
@click.option(
    "--rows", type=click.IntRange(min=1), default=20, show_default=True, help="Of a table."
)
@click.option("--reveal", is_flag=True, help="Show sensitive columns, too. Goes on record.")
@as_json
@desk_options
def command(
    letter_id: str, rows: int, reveal: bool, as_json: bool, context: "DeadLetterContext"
) -> None:
    """What the letter holds, why it is here, and what became of its upload. Consumes nothing."""
    from csvgate_ops.cli.dlq._detail_view import detail_view
    from csvgate_ops.cli.operate._status_view import console
    from csvgate_ops.operate.dead_letters.actions import show
    from csvgate_ops.operate.dead_letters.content.detail_json import detail_json

    found = show(context, letter_id, reveal=reveal, rows=rows)
    if as_json:
        click.echo(json.dumps(detail_json(found), indent=2))
    else:
        console().print(detail_view(found))
