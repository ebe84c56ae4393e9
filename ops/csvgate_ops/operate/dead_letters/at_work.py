"""Who else works on the same dead letters: runs that the audit log has begun and not ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from csvgate_ops.operate.dead_letters.audit import unfinished
from csvgate_ops.operate.dead_letters.context import DeadLetterContext
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter
from csvgate_ops.operate.dead_letters.filters import Filter


@dataclass(frozen=True, slots=True)
class AtWork:
    """A run of the last day without an end: it is still working, or was interrupted."""

    run: str
    """Its name in the audit log."""
    action: str
    actor: str
    since: datetime
    reason: str
    letters: int
    """How many of the given letters its filter covers."""


def at_work(context: DeadLetterContext, letters: Sequence[DeadLetter]) -> tuple[AtWork, ...]:
    """Return the runs that cover at least one of the letters, the newest first. This takes one
    listing of the audit log for each of two days, and a read for each unfinished run. Raises
    Transient, Permanent."""
    found = []
    for run, begun in unfinished(context.ledger, context.clock()):
        covered = _covered(begun.details, letters, context)
        if covered:
            found.append(AtWork(run, begun.action, begun.actor, begun.at, begun.reason, covered))
    return tuple(sorted(found, key=lambda one: one.since, reverse=True))


def _covered(
    details: Mapping[str, Any], letters: Sequence[DeadLetter], context: DeadLetterContext
) -> int:
    """The audit log does not keep the text of a search, so the number may be too high for one."""
    wanted = Filter.from_json(details)
    if wanted.ids:
        # A run may name thousands of letters.
        ids, wanted = frozenset(wanted.ids), replace(wanted, ids=())
        letters = [letter for letter in letters if letter.id in ids]
    return len(wanted.of(letters, context))
