"""Show one dead letter in full."""

import json

import click

from csvgate_ops.cli.dlq._detail_view import detail_view
from csvgate_ops.cli.dlq._options import context_options
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json
from csvgate_ops.operate.dead_letters.actions.show import show
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.references import letter_of


@click.command("show")
@click.argument("letter_id", metavar="ID")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Rows shown of each table.",
)
@click.option(
    "--reveal", is_flag=True, help="Also show sensitive columns. The audit log records it."
)
@as_json
@context_options
def command(
    letter_id: str, rows: int, reveal: bool, as_json: bool, context: DeadLetterContext
) -> None:
    """Show a letter's content, its reason and the state of its upload. Consumes nothing.

    ID is the letter's id, or its reference as a colleague pastes it:
    csvgate:letters/enrich-records-dead-letter/9421.
    """
    named = letter_of(letter_id)
    topic, letter_id = named or (None, letter_id)
    found = show(context, letter_id, topic=topic, reveal=reveal, rows=rows)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        console().print(detail_view(found, context.clock()))
