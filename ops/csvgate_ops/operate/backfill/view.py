"""What a backfill is going to do, and what it has done, as lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from csvgate.protocol.verdict import IDENTICAL
from csvgate.text import counted
from csvgate_ops.deploy.estimate.view import format_bytes, money
from csvgate_ops.operate.backfill.cost import ROW_BYTES, Cost
from csvgate_ops.operate.backfill.outcomes import Outcome
from csvgate_ops.operate.backfill.plan import Plan
from csvgate_ops.operate.backfill.send import Sending
from csvgate_ops.text import printable

MOST_LISTED: Final = 50
"""Objects of a kind that are listed; --json has all of them."""
_MINUTE: Final = 60
_HOUR: Final = 3600


def planned(found: Plan, costs: Cost, rate: float) -> Iterator[str]:
    """Yield what is going to be sent, what it costs and how long it takes."""
    where = printable(f"gs://{found.source}/{found.prefix}")
    count = len(found.items)
    yield f"{where}: {counted(count, 'object')} to load, {format_bytes(found.size)}"
    for it in costs.datasets:
        assumed = "" if it.is_sampled else f" (assumed: {ROW_BYTES} bytes a row)"
        size = format_bytes(it.stored_bytes)
        yield (
            f"  {it.dataset}: {counted(it.objects, 'object')}, {size}, about "
            f"{counted(it.rows, 'row')}{assumed}, {money(it.cost)}"
        )
    if found.known:
        yield f"  sent before: {counted(len(found.known), 'object')}"
    for reason, number in sorted(Counter(it.reason for it in found.left_out).items()):
        yield f"  left out: {counted(number, 'object')} ({reason})"
    if count:
        yield (
            f"cost: about {money(costs.total)} {costs.currency}, stored for one month; time: about "
            f"{duration(costs.seconds(rate))} at {rate:.3g} objects per second"
        )
        if rate > costs.capacity:
            yield (
                f"warning: the functions can process about {costs.capacity:.2g} objects per second "
                "(max_instances and concurrency in the topology); the others wait in Pub/Sub and "
                "use up delivery attempts. A lower --rate avoids that"
            )


def ending(found: Plan, sending: Sending, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield everything that somebody may have to look at, then the numbers."""
    yield from _listed("left out", [f"{it.name}: {it.detail}" for it in found.left_out])
    yield from _listed("not sent", [f"{it.name}: {it.detail}" for it in sending.failed])
    attention = [
        f"{it.upload.name}: {it.state.replace('_', ' ')}{it.code and f' ({it.code})'}, upload "
        f"{it.upload.id}"
        for it in outcomes
        if it.needs_attention
    ]
    yield from _listed("not loaded", attention)
    states = Counter("skipped" if it.code == IDENTICAL else it.state for it in outcomes)
    numbers = ", ".join(
        f"{number:,} {state.replace('_', ' ')}" for state, number in sorted(states.items())
    )
    sent = f"{counted(len(sending.sent), 'object')} sent"
    yield f"{sent}; uploads: {numbers or 'none'}"
    if sending.stopped or sending.failed:
        yield "Run the same command again to continue: nothing is sent twice."


def _listed(what: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:MOST_LISTED]:
        yield printable(f"{what}: {line}")
    if len(lines) > MOST_LISTED:
        yield f"{what}: {len(lines) - MOST_LISTED:,} more, which --json lists"


def duration(seconds: float) -> str:
    """Return a length of time for people, in the unit that suits it."""
    if seconds < 2 * _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 2 * _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{seconds / _HOUR:,.1f} h"
