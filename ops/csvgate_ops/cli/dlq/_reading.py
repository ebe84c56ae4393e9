"""Read the letters, saying how far it is."""

from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.actions import Reading
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext


def reading(context: "DeadLetterContext", *, quiet: bool) -> "Reading":
    from csvgate_ops.operate.dead_letters.actions import read

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        found = read(context)
    else:
        with console.status("reading the dead letters") as status:
            found = read(
                context, on_progress=lambda n: status.update(f"reading the dead letters: {n:,}")
            )
    if not found.complete:
        click.echo(
            f"There are more than the {len(found.letters):,} that were read; replay or discard "
            "reaches them all.",
            err=True,
        )
    return found


def held_elsewhere(context: "DeadLetterContext") -> None:
    """Say whose run may be holding letters that are not seen just now."""
    from csvgate_ops.operate.dead_letters.audit import unfinished
    from csvgate_ops.operate.dead_letters.queue.leases import LEASE_SECONDS
    from csvgate_ops.text import printable

    for run, begun in unfinished(context.ledger, context.clock()):
        click.echo(
            f"Run {run} ({begun.action} by {printable(begun.actor)}) has not ended: it is at work "
            f"or was interrupted. Letters it held come back within {LEASE_SECONDS} s of that; a "
            "replay or discard waits for them.",
            err=True,
        )
