"""Discard: remove letters from their queues for good, with the reason in the audit log."""

from dataclasses import dataclass, field

from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate_ops.operate.dead_letters.actions.action import SelectionAction
from csvgate_ops.operate.dead_letters.actions.run import run_action
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter
from csvgate_ops.operate.dead_letters.queue.routes import Route
from csvgate_ops.operate.dead_letters.runs import Report, RunOptions


def discard(context: DeadLetterContext, wanted: Filter, options: RunOptions) -> Report:
    """Raises ValueError without `options.reason`, Transient and Permanent when the queues cannot
    be read or the run cannot be recorded."""
    if not options.reason.strip() and not options.dry_run:
        raise ValueError("a discard needs a reason")
    return run_action(DISCARD, _Discard(context), context, wanted, options)


DISCARD = SelectionAction(
    name="discard",
    verb="discarded",
    is_destructive=True,
    run=discard,
    preview=lambda _context, _letter, route: f"leave {route.review} for good",
    title="Discard {letters}",
    command="discard",
    summary="Remove dead letters for good, with a reason.",
    help="""Remove letters from their queues for good. The audit log keeps who did it and why.

    This is a dry run unless --yes is given. Run `csvgate dlq export` first to keep a copy.""",
    explanation="A discarded letter is gone for good, and its message will not be processed. The "
    "audit log keeps its id, its code and your reason.",
    needs_reason=True,
    paced=False,
)


@dataclass(slots=True)
class _Discard:
    """Acknowledging the letter is all that there is to do."""

    context: DeadLetterContext
    _ended: dict[str, bool] = field(default_factory=dict)
    """Upload → whether it has ended, as this run found it."""

    def plan(self, letter: DeadLetter, route: Route) -> str:
        return f"out of {route.review}{self._warning(letter)}"

    def do(self, letter: DeadLetter, route: Route, run: str) -> str:  # noqa: ARG002
        return f"out of {route.review}"

    def _warning(self, letter: DeadLetter) -> str:
        """Return a warning that nothing else may finish the upload."""
        if letter.is_rejection or not letter.upload:
            return ""
        if letter.upload not in self._ended:
            entries = self.context.ledger.upload(letter.upload)
            self._ended[letter.upload] = (
                entries.received() is None or end_of_upload(entries) is not None
            )
        if self._ended[letter.upload]:
            return ""
        return "; but its upload has not ended, and without this message it may never end"
