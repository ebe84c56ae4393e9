"""That somebody saw what a contract calls sensitive is on record before they see it."""

from csvgate_ops.operate.dead_letters.audit import Trail, new_run
from csvgate_ops.operate.dead_letters.context import Desk


def record_reveal(desk: Desk, what: str, wanted: dict[str, object]) -> str:
    """The run's name. `what` is the action that shows the values. Raises Transient, Permanent."""
    run = new_run(desk.clock)
    Trail(desk.ledger, desk.actor, desk.clock, run, f"{what} --reveal").reveal(wanted)
    return run
