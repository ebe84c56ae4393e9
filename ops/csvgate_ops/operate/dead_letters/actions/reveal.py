"""That somebody saw what a contract calls sensitive is on record before they see it."""

from csvgate_ops.operate.audit import record
from csvgate_ops.operate.dead_letters.context import DeadLetterContext


def record_reveal(context: DeadLetterContext, what: str, wanted: dict[str, object]) -> str:
    """The run's name. `what` is the action that shows the values. Raises Transient, Permanent."""
    reason = f"{what} --reveal"
    return record(context.ledger, "reveal", context.actor, reason, wanted, context.clock)
