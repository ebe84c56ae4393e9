"""Edit one dead letter by hand and replay it."""

import sys
from pathlib import Path

import click

from csvgate_ops.cli.dlq._options import context_options
from csvgate_ops.cli.dlq._running import run_in_terminal
from csvgate_ops.cli.options import as_json, pairs
from csvgate_ops.operate.dead_letters.actions.edit import (
    Edit,
    difference,
    edit_and_replay,
    is_text,
    problem,
    text_of,
)
from csvgate_ops.operate.dead_letters.actions.show import fetch, record_reveal
from csvgate_ops.operate.dead_letters.content.content import content
from csvgate_ops.operate.dead_letters.content.masking import NOTHING, mask_of
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.runs import RunOptions
from csvgate_ops.operate.references import letter_id_of
from csvgate_ops.text import printable

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


@click.command("edit")
@click.argument("letter_id", metavar="ID")
@click.option("--data-file", type=_FILE, help="File with the new data; - reads standard input.")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    callback=pairs(),
    help="Set an attribute.",
)
@click.option("--without", multiple=True, metavar="NAME", help="Remove an attribute.")
@click.option(
    "--reveal",
    is_flag=True,
    help="Open it although it has sensitive values. The audit log records it.",
)
@click.option("--yes", is_flag=True, help="Send it. Without it only the difference is shown.")
@click.option("--reason", default="", help="Why, for the audit log.")
@as_json
@context_options
def command(
    letter_id: str,
    data_file: Path | None,
    attributes: dict[str, str],
    without: tuple[str, ...],
    reveal: bool,
    yes: bool,
    reason: str,
    as_json: bool,
    context: DeadLetterContext,
) -> None:
    """Change a letter, show the difference, and send it to the topic it came from.

    Without --data-file, --attribute and --without, the letter's data opens in $EDITOR, and the
    command asks before it sends the letter.
    """
    letter = fetch(context, letter_id_of(letter_id))
    letter_id = letter.id
    by_hand = data_file is None and not attributes and not without
    data = _edited(context, letter, reveal=reveal) if by_hand else _read(data_file)
    edit = Edit(data, attributes, without)
    if not _show_difference(context, letter, edit, quiet=as_json):
        raise click.ClickException("nothing was changed, so there is nothing to send")
    if wrong := problem(context, letter, edit):
        raise click.ClickException(wrong)
    if by_hand and not yes:
        yes = sys.stdin.isatty() and click.confirm("Send the edited letter?", err=True)
    run_in_terminal(
        context,
        Filter(ids=(letter_id,)),
        RunOptions(dry_run=not yes, reason=reason),
        lambda options: edit_and_replay(context, letter_id, edit, options),
        as_json=as_json,
    )


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _edited(context: DeadLetterContext, letter: DeadLetter, *, reveal: bool) -> bytes | None:
    if not is_text(letter):
        raise click.ClickException(
            "the letter's data is not text: give the new data with --data-file"
        )
    if reveal:
        record_reveal(context, "edit", {"ids": [letter.id]})
    elif content(letter, mask_of(letter, context)) != content(letter, NOTHING):
        raise click.ClickException(
            "the letter has sensitive values: --reveal opens it, and the audit log records that"
        )
    text = text_of(letter)
    changed = click.edit(text, extension=".json" if letter.kind != "other" else ".txt")
    return None if changed is None or changed == text else changed.encode()


def _show_difference(
    context: DeadLetterContext, letter: DeadLetter, edit: Edit, *, quiet: bool
) -> bool:
    """Return False when nothing was changed."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    if not difference(letter, edit, NOTHING):
        return False
    if not quiet:
        for line in difference(letter, edit, mask_of(letter, context)):
            click.secho(printable(line), fg=colours.get(line[:1]))
    return True
