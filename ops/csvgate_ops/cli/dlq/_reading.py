"""Read the letters while showing the progress."""

import click
from rich.console import Console

from csvgate_ops.operate.audit import named
from csvgate_ops.operate.dead_letters.actions.read import Reading, read
from csvgate_ops.operate.dead_letters.audit import unfinished
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.queue.leases import LEASE_SECONDS
from csvgate_ops.text import printable


def read_letters(context: DeadLetterContext, *, quiet: bool) -> Reading:
    found = _read(context, quiet=quiet)
    if not found.letters:
        # An open console that was reading may have held all of them, and gives them back.
        found = _read(context, quiet=quiet)
    if not found.complete:
        click.echo(
            f"There are more letters than the {len(found.letters):,} that were read. A replay or "
            "discard reaches all of them.",
            err=True,
        )
    return found


def _read(context: DeadLetterContext, *, quiet: bool) -> Reading:
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return read(context)
    with console.status("reading the dead letters") as status:
        return read(
            context, on_progress=lambda n: status.update(f"reading the dead letters: {n:,}")
        )


def warn_about_unfinished_runs(context: DeadLetterContext) -> None:
    """Print which runs may hold letters, because such letters are not delivered to others."""
    for run, begun in unfinished(context.ledger, context.clock()):
        who = printable(named(begun.actor, begun.verified_by))
        click.echo(
            f"Run {run} ({begun.action} by {who}) has not ended: it is still "
            "working or was interrupted. Letters it holds are delivered again within "
            f"{LEASE_SECONDS} s of its end. A replay or discard waits for them.",
            err=True,
        )
