"""Discard: remove letters from their queues for good, with the reason in the audit log."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from csvgate.protocol.ledger.attempts import end_of_upload
from csvgate.text import counted
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


_READERS: Final = 8
_MOST_ASKED: Final = 200
"""Uploads about which the confirmation page asks the ledger; it takes about three reads each."""


def _remarks(context: DeadLetterContext, letters: Sequence[DeadLetter]) -> Iterator[str]:
    uploads = list(dict.fromkeys(letter.upload for letter in letters if _may_be_needed(letter)))
    asked = uploads[:_MOST_ASKED]
    with ThreadPoolExecutor(_READERS) as readers:
        waiting = sum(not ended for ended in readers.map(lambda u: _is_over(u, context), asked))
    if waiting:
        least = "At least " if len(asked) < len(uploads) else ""
        have = "has" if waiting == 1 else "have"
        yield (
            f"{least}{counted(waiting, 'upload')} of these letters {have} not ended, and without "
            "these messages may never end."
        )


def _may_be_needed(letter: DeadLetter) -> bool:
    """Return whether the letter's message may be what its upload waits for."""
    return bool(letter.upload) and not letter.is_rejection


def _is_over(upload: str, context: DeadLetterContext) -> bool:
    entries = context.ledger.upload(upload)
    return entries.received() is None or end_of_upload(entries) is not None


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
    remarks=_remarks,
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
        if not _may_be_needed(letter):
            return ""
        if letter.upload not in self._ended:
            self._ended[letter.upload] = _is_over(letter.upload, self.context)
        if self._ended[letter.upload]:
            return ""
        return "; but its upload has not ended, and without this message it may never end"
