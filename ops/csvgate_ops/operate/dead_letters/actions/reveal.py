"""That somebody saw what a contract calls sensitive is on record before they see it."""

from csvgate_ops.operate.dead_letters.audit import AuditTrail, new_run
from csvgate_ops.operate.dead_letters.context import DeadLetterContext


def record_reveal(context: DeadLetterContext, what: str, wanted: dict[str, object]) -> str:
    """The run's name. `what` is the action that shows the values. Raises Transient, Permanent."""
    run = new_run(context.clock)
    AuditTrail(context.ledger, context.actor, context.clock, run, f"{what} --reveal").reveal(wanted)
    return run
