"""Take dead letters out for good."""

from typing import TYPE_CHECKING

import click

from csvgate_ops.cli.dlq._options import acting_filter_options, desk_options
from csvgate_ops.cli.options import as_json

if TYPE_CHECKING:
    from csvgate_ops.operate.dead_letters.context import DeadLetterContext
    from csvgate_ops.operate.dead_letters.filters import Filter


@click.command("discard", short_help="Take letters out for good, on record.")
@acting_filter_options
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--yes", is_flag=True, help="Act; without it nothing is changed.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Letters a second.")
@as_json
@desk_options
def command(
    wanted: "Filter",
    reason: str,
    yes: bool,
    rate: float | None,
    as_json: bool,
    context: "DeadLetterContext",
) -> None:
    """Take letters out of their queues for good; who did it and why stays on record.

    A dry run unless --yes is given. `csvgate dlq export` first keeps a copy.
    """
    from csvgate_ops.cli.dlq._acting import carry_out
    from csvgate_ops.operate.dead_letters.actions import Acting, discard

    if not reason.strip():
        raise click.UsageError("--reason is empty")
    acting = Acting(dry_run=not yes, rate=rate, reason=reason)
    carry_out(context, wanted, acting, lambda how: discard(context, wanted, how), as_json=as_json)
