"""Shows breakers in the terminal."""

from collections.abc import Iterable
from datetime import datetime

from rich.table import Table
from rich.text import Text

from csvgate_ops.deploy import topology as topo
from csvgate_ops.deploy.topology.derive import seconds_until_forwarded
from csvgate_ops.operate.breakers import BreakerState
from csvgate_ops.text import duration, printable, utc

_COLOURS = {"open": "red", "lifted": "yellow", "closed": "green"}


def _time(at: datetime | None) -> str:
    return utc(at) if at else ""


def listing(states: Iterable[BreakerState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("function", "breaker", "revision", "opened", "what happened"):
        table.add_column(title, overflow="fold")
    for state in states:
        history = state.tripped_by
        if state.state == "lifted":
            history += f"; lifted {_time(state.lifted_at)} by {state.lifted_by}: {state.reason}"
        table.add_row(
            Text(printable(state.function)),
            Text(state.state, style=_COLOURS[state.state]),
            Text(printable(state.revision or "")),
            _time(state.tripped_at),
            Text(printable(history)),
        )
    return table


def limits(topology: topo.Topology, function: str, *, local: bool) -> str:
    """Return how long the messages of a function with an open breaker wait, and what then."""
    trigger = topo.trigger_of(topology, function)
    retry = topo.local_retry(topology, trigger) if local else trigger.retry
    topic = topology.topics[trigger.dead_letter.topic].name
    return (
        f"each message waits for about {duration(seconds_until_forwarded(trigger, retry))} "
        f"({trigger.dead_letter.max_delivery_attempts} attempts, pauses of "
        f"{retry.min_backoff} to {retry.max_backoff} s); then it becomes a dead letter in {topic}, "
        f"and can be replayed. Fix the cause, then deploy a new revision or run "
        f'`csvgate breaker lift {function} --reason "…"`.'
    )
