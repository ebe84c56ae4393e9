"""Send dead letters again."""

from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import acting_filter_options, desk_options
from csvgate_ops.cli.options import as_json

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter


@click.command("replay", short_help="Send letters to where they came from.")
@acting_filter_options
@click.option(
    "--rejected-rows",
    is_flag=True,
    help="Of uploads: validate their rejected rows again, after a fix in the contract.",
)
@click.option("--yes", is_flag=True, help="Act; without it nothing is changed.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Letters a second.")
@click.option("--reason", default="", help="Why, for the record.")
@as_json
@desk_options
def command(
    wanted: "Filter",
    rejected_rows: bool,
    yes: bool,
    rate: float | None,
    reason: str,
    as_json: bool,
    context: "DeadLetterContext",
) -> None:
    """Send letters to where they came from, as they were. It cannot double a row or an email.

    A dry run unless --yes is given. Ctrl-C stops between two letters; the same command again goes
    on. Exits 1 when a letter failed: it stays where it was.
    """
    from csvgate_ops.cli.dlq._acting import carry_out
    from csvgate_ops.operate.dead_letters.actions import Acting, replay, replay_rejected

    action = replay_rejected if rejected_rows else replay
    acting = Acting(dry_run=not yes, rate=rate, reason=reason)
    carry_out(context, wanted, acting, lambda how: action(context, wanted, how), as_json=as_json)
