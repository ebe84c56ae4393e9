"""List dead letters."""

import json

import click

from csvgate.text import counted
from csvgate_ops.cli.dlq._options import context_options, filter_options
from csvgate_ops.cli.dlq._reading import read_letters, warn_about_unfinished_runs
from csvgate_ops.cli.dlq._tables import letters_table
from csvgate_ops.cli.operate._status_view import console
from csvgate_ops.cli.options import as_json
from csvgate_ops.operate.dead_letters.content.letter_json import letter_json
from csvgate_ops.operate.dead_letters.content.masking import message_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.owners import operators_first


@click.command("list")
@filter_options
@click.option(
    "--most",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Letters to show; 0 shows all.",
)
@as_json
@context_options
def command(wanted: Filter, most: int, as_json: bool, context: DeadLetterContext) -> None:
    """List letters: what failed, why and when. The operator's come first, those of each owner the
    newest first. Consumes nothing.

    --json prints all of them, regardless of --most.
    """
    found = read_letters(context, quiet=as_json)
    letters = operators_first(wanted.of(found.letters, context))
    if as_json:
        click.echo(
            json.dumps([letter_json(it, message_of(it, context)) for it in letters], indent=2)
        )
        return
    if letters:
        shown = letters[:most] if most else letters
        console().print(letters_table(shown, context, found.at))
        if len(shown) < len(letters):
            click.echo(
                f"\nThese are the first {len(shown):,} of {len(letters):,}; --most 0 shows all."
            )
    elif found.letters:
        click.echo(f"None of the {counted(len(found.letters), 'dead letter')} matches the filter.")
    else:
        click.echo("There are no dead letters.")
    warn_about_unfinished_runs(context)
