"""What a page says about others who work on the letters that it shows."""

from collections.abc import Sequence
from typing import Any

from csvgate.protocol.ledger.entries import LetterMark
from csvgate.runtime.errors import Failure
from csvgate_ops.operate.console.site import Site
from csvgate_ops.operate.dead_letters.at_work import at_work
from csvgate_ops.operate.dead_letters.audit import letter_history
from csvgate_ops.operate.dead_letters.dead_letter import DeadLetter


def others_on(site: Site, letters: Sequence[DeadLetter]) -> dict[str, Any]:
    """Return what `at_work.html` shows: the runs on these letters that have not ended and, of a
    single letter, what was done to it already."""
    return {**workers_on(site, letters), "marks": _marks(site, letters)}


def workers_on(site: Site, letters: Sequence[DeadLetter]) -> dict[str, Any]:
    """Return the same without what was done already. Without the audit log the page names no runs,
    because the letters matter more."""
    try:
        found = at_work(site.context, letters)
    except Failure:
        found = ()
    return {"workers": found, "one": len(letters) == 1}


def _marks(site: Site, letters: Sequence[DeadLetter]) -> Sequence[LetterMark]:
    if len(letters) != 1:
        return ()
    try:
        return letter_history(site.context.ledger, letters[0])
    except Failure:
        return ()
