"""Mend one dead letter by hand and send it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import desk_options
from csvgate_ops.cli.options import as_json, pairs

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.actions import DeadLetter, Edit
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


@click.command("edit", short_help="Change a letter and send it.")
@click.argument("letter_id", metavar="ID")
@click.option("--data-file", type=_FILE, help="Its new data (- for standard input).")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    callback=pairs(),
    help="Set an attribute.",
)
@click.option("--without", multiple=True, metavar="NAME", help="Take an attribute away.")
@click.option("--reveal", is_flag=True, help="Even if it has sensitive columns. Goes on record.")
@click.option("--yes", is_flag=True, help="Send it; without it only the difference is shown.")
@click.option("--reason", default="", help="Why, for the record.")
@as_json
@desk_options
def command(
    letter_id: str,
    data_file: Path | None,
    attributes: dict[str, str],
    without: tuple[str, ...],
    reveal: bool,
    yes: bool,
    reason: str,
    as_json: bool,
    context: "DeadLetterContext",
) -> None:
    """Change a letter, see the difference, and send it to where it came from.

    With neither --data-file nor an attribute to change, its data opens in $EDITOR, and sending it
    is asked for.
    """
    from csvgate_ops.cli.dlq._acting import carry_out
    from csvgate_ops.operate.dead_letters.actions import (
        Acting,
        Edit,
        Filter,
        edit_and_replay,
        fetch,
        problem,
    )

    letter = fetch(context, letter_id)
    by_hand = data_file is None and not attributes and not without
    data = _edited(context, letter, reveal=reveal) if by_hand else _read(data_file)
    edit = Edit(data, attributes, without)
    if not _show_difference(context, letter, edit, quiet=as_json):
        raise click.ClickException("nothing was changed, so nothing is sent")
    if wrong := problem(context, letter, edit):
        raise click.ClickException(wrong)
    if by_hand and not yes:
        yes = sys.stdin.isatty() and click.confirm("Send it?", err=True)
    acting = Acting(dry_run=not yes, reason=reason)
    wanted = Filter(ids=(letter_id,))
    carry_out(
        context,
        wanted,
        acting,
        lambda how: edit_and_replay(context, letter_id, edit, how),
        as_json=as_json,
    )


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()


def _edited(context: "DeadLetterContext", letter: "DeadLetter", *, reveal: bool) -> bytes | None:
    from csvgate_ops.operate.dead_letters.actions import is_text, record_reveal, text_of
    from csvgate_ops.operate.dead_letters.content.content import content
    from csvgate_ops.operate.dead_letters.content.masking import NOTHING, mask_of

    if not is_text(letter):
        raise click.ClickException("its data is not text: give new data with --data-file")
    if reveal:
        record_reveal(context, "edit", {"ids": [letter.id]})
    elif content(letter, mask_of(letter, context)) != content(letter, NOTHING):
        raise click.ClickException(
            "its data has sensitive columns; --reveal opens it all the same, on record"
        )
    text = text_of(letter)
    changed = click.edit(text, extension=".json" if letter.kind != "other" else ".txt")
    return None if changed is None or changed == text else changed.encode()


def _show_difference(
    context: "DeadLetterContext", letter: "DeadLetter", edit: "Edit", *, quiet: bool
) -> bool:
    """False when there is none."""
    from csvgate_ops.operate.dead_letters.actions import difference
    from csvgate_ops.operate.dead_letters.content.masking import NOTHING, mask_of
    from csvgate_ops.text import printable

    colours = {"+": "green", "-": "red", "@": "cyan"}
    if not difference(letter, edit, NOTHING):
        return False
    if not quiet:
        for line in difference(letter, edit, mask_of(letter, context)):
            click.secho(printable(line), fg=colours.get(line[:1]))
    return True
