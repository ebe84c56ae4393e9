"""Take letters out of their queues for good, with a reason on record."""

from dataclasses import dataclass

from csvgate_ops.operate.dead_letters.acting import Acting, Action, Report, Result
from csvgate_ops.operate.dead_letters.actions.each import for_each
from csvgate_ops.operate.dead_letters.audit import AuditTrail
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route


def discard(context: DeadLetterContext, wanted: Filter, acting: Acting) -> Report:
    """Raises ValueError without `acting.reason`, Transient and Permanent when the queues cannot
    be read, or the run not recorded."""
    if not acting.reason.strip() and not acting.dry_run:
        raise ValueError("a discard needs a reason")
    return for_each(context, wanted, acting, _Discard())


@dataclass(frozen=True, slots=True)
class _Discard:
    action: Action = "discard"

    def plan(self, letter: DeadLetter, route: Route) -> str:  # noqa: ARG002 - the port has it
        return f"out of {route.review}"

    def do(self, letter: DeadLetter, route: Route, trail: AuditTrail) -> tuple[Result, str]:
        if earlier := trail.earlier(letter, "discarded"):
            return "done before", f"discarded by run {earlier.run}: {earlier.reason}"
        detail = f"out of {route.review}"
        trail.mark(letter, "discarded", detail)
        return "done", detail
