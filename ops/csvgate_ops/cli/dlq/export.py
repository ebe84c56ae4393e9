"""Write dead letters to a file."""

from pathlib import Path

import click

from csvgate.text import counted
from csvgate_ops.cli.dlq._options import context_options, filter_options
from csvgate_ops.operate.dead_letters.actions.export import export
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.filters import Filter


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@filter_options
@click.option(
    "--reveal", is_flag=True, help="Write original bytes, unmasked. The audit log records it."
)
@context_options
def command(path: Path, wanted: Filter, reveal: bool, context: DeadLetterContext) -> None:
    """Write letters to PATH, one JSON line per letter. The letters stay in their queues.

    Without --reveal, columns that contracts mark sensitive are masked, and the original bytes are
    left out.
    """
    count = export(context, wanted, path, reveal=reveal)
    click.echo(f"{counted(count, 'letter')} written to {path}")
