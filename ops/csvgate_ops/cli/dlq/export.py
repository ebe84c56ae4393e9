"""Write dead letters into a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import desk_options, filter_options

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter


@click.command("export", short_help="Write letters to a file.")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@filter_options
@click.option("--reveal", is_flag=True, help="Original bytes, nothing masked. Goes on record.")
@desk_options
def command(path: Path, wanted: "Filter", reveal: bool, context: "DeadLetterContext") -> None:
    """Write letters to PATH, a JSON line each; they stay in their queues.

    Without --reveal the columns that contracts mark sensitive are masked, and original bytes left
    out.
    """
    from csvgate_ops.operate.dead_letters.actions import export

    count = export(context, wanted, path, reveal=reveal)
    click.echo(f"{count:,} letters in {path}")
