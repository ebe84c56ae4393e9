"""Finds failed uploads that no dead letter can complete.

A function that gives up on an upload records the failure and sends a dead letter. The letter stays
in the review subscription until an operator replays or discards it, which the audit log records. A
failed upload with neither will not end by itself.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from csvgate.protocol.ledger.entries import LetterMark, Note
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import FAILURE_NOTE, LETTER_MARK
from csvgate_ops.operate.dead_letters.actions.discard import DISCARD
from csvgate_ops.operate.dead_letters.dead_letter import PLATFORM_CODE, VALIDATES, DeadLetter
from csvgate_ops.operate.reconcile.facts import Deadline, Finding, UploadFacts

_THREADS: Final = 8


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters in the review subscriptions at one time."""

    uploads: frozenset[str]
    """Uploads with a letter that reports a failure."""
    complete: bool = True
    """False when there were more letters than were read: then no letter can be called missing."""

    @classmethod
    def of(cls, letters: Iterable[DeadLetter], *, complete: bool) -> "Letters":
        failures = (it.upload for it in letters if it.upload and not it.is_rejection)
        return cls(frozenset(failures), complete)


def missing_letters(
    uploads: Iterable[UploadFacts], letters: Letters, ledger: Ledger, deadline: Deadline
) -> list[Finding]:
    """Return a finding for each upload that failed, has not ended since, and has no letter that
    waits for an operator or was handled a short while ago. Reads the audit log only if there is an
    upload without a letter. Raises Transient and Permanent."""
    failed = [it for it in uploads if it.awaits_operator and it.id not in letters.uploads]
    if not failed or not letters.complete:
        return []
    notes = {it.id: _last_failure(ledger, it.id) for it in failed}
    first = min((note.at for note in notes.values() if note), default=deadline.now)
    marks = _marks(ledger, f"{first:%Y-%m-%d}", {it.id: it for it in failed})
    found = []
    for upload in failed:
        note, mark = notes[upload.id], marks.get(upload.id)
        if note is not None and _is_missing(note, mark, deadline):
            found.append(_finding(upload, note, mark))
    return found


def _last_failure(ledger: Ledger, upload: str) -> Note | None:
    found = [note for path, note in ledger.upload(upload).notes() if path is FAILURE_NOTE]
    return max(found, key=lambda note: note.at, default=None)


def _marks(ledger: Ledger, day: str, uploads: Mapping[str, UploadFacts]) -> dict[str, LetterMark]:
    """Return the latest entry of the audit log about a letter of each upload, among the letters
    that were published on this day or later."""
    names = [parts for parts in ledger.audit.find(LETTER_MARK) if parts["day"] >= day]
    with ThreadPoolExecutor(_THREADS) as pool:
        read = pool.map(lambda parts: ledger.audit.get(LETTER_MARK, **parts), names)
        found = [mark for mark in read if mark and mark.upload in uploads]
    latest: dict[str, LetterMark] = {}
    for mark in sorted(found, key=lambda mark: mark.at):
        if _reports_failure(mark, uploads[mark.upload]):
            latest[mark.upload] = mark
    return latest


def _reports_failure(mark: LetterMark, upload: UploadFacts) -> bool:
    """Return whether the letter was not about rejected rows, which validate_and_parse sends too."""
    codes = {*upload.failures, PLATFORM_CODE}
    return mark.function != VALIDATES or mark.code in codes


def _is_missing(note: Note, mark: LetterMark | None, deadline: Deadline) -> bool:
    if mark is None:
        return deadline.is_over(note.at)
    return mark.verb != DISCARD.verb and deadline.is_over(mark.at)


def _finding(upload: UploadFacts, note: Note, mark: LetterMark | None) -> Finding:
    failed = f"{note.function} gave up with {note.code} at {note.at:%Y-%m-%d %H:%M} UTC"
    since = (
        f"its letter was {mark.verb} by {mark.actor} at {mark.at:%Y-%m-%d %H:%M} UTC, and neither "
        "an end nor a new letter followed"
        if mark
        else "no review subscription has its letter, and nobody replayed or discarded one"
    )
    return Finding(
        code="letter.missing", upload=upload.id, where=upload.name, message=f"{failed}; {since}"
    )
