"""The table of everything the ledger holds: one entry per kind of object.

Every reader and writer takes names from here. To add a kind of object, declare its entry in
`entries` and its path here; `make docs` then adds it to the table in docs/architecture.md.
"""

import re
from functools import cache
from string import Formatter
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from csvgate.light_dataclass import dataclass
from csvgate.protocol.ledger.entries import (
    AuditAction,
    AuditEnd,
    AuditFollowed,
    ChunkDone,
    ChunkStream,
    CorrectionLink,
    CorrectionSlot,
    Dead,
    Decision,
    FailedChunk,
    Finished,
    Holder,
    Ignored,
    LetterMark,
    Lifted,
    Lines,
    Note,
    Overrun,
    Received,
    Seal,
    SendClaim,
    SendReleased,
    Sent,
    Settled,
    Start,
    StartEnd,
    Timestamp,
    Tripped,
)

E = TypeVar("E", bound=BaseModel)
Part = str | int


@dataclass(frozen=True, slots=True)
class LedgerPath:
    """The names of one kind of object. A part of a template that is formatted as a number is an
    integer; any other part is a string without slashes."""

    template: str
    purpose: str
    """What the object records, as the table in the documentation says it."""

    @property
    def shown(self) -> str:
        """The template as documents show it, without number formats."""
        return re.sub(r":\w+\}", "}", self.template)

    def name(self, /, **parts: Part) -> str:
        """Return the object's name. Raises KeyError when a part is missing."""
        return self.template.format(**parts)

    def prefix(self, /, **parts: Part) -> str:
        """Return the longest common start of the names with these parts: the template up to the
        first part that is not given."""
        start = ""
        for literal, part, spec, _ in Formatter().parse(self.template):
            start += literal
            if part is None or part not in parts:
                break
            start += format(parts[part], spec or "")
        return start

    def folder(self, /, **parts: Part) -> str:
        """Return the prefix, up to its last slash."""
        start, slash, _ = self.prefix(**parts).rpartition("/")
        return start + slash

    def parse(self, name: str) -> dict[str, Any] | None:
        """Return the parts of a listed name; None when the object is of another kind."""
        found = _pattern(self.template).fullmatch(name)
        if found is None:
            return None
        numbers = _numbers(self.template)
        return {
            part: int(value) if part in numbers else value
            for part, value in found.groupdict().items()
        }


@dataclass(frozen=True, slots=True)
class EntryPath(LedgerPath, Generic[E]):
    """An object that holds an entry as JSON."""

    entry: type[E]
    compact: bool = False
    """Written without line breaks and spaces, because it may be large."""


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pattern = ""
    for literal, part, spec, _ in Formatter().parse(template):
        pattern += re.escape(literal)
        if part is not None:
            pattern += f"(?P<{part}>{'[0-9]+' if spec else '[^/]+?'})"
    return re.compile(pattern)


@cache
def _numbers(template: str) -> frozenset[str]:
    return frozenset(part for _, part, spec, _ in Formatter().parse(template) if part and spec)


_U: Final = "uploads/{upload}/"
_A: Final = _U + "attempts/{attempt:04d}/"
_C: Final = _A + "seal-{seal:04d}/chunks/{chunk:06d}"

RECEIVED: Final = EntryPath(
    _U + "received.json",
    "the pin: contract, engine, hash key and reference snapshots of the upload",
    Received,
)
IGNORED: Final = EntryPath(_U + "ignored.json", "why the object is not an upload", Ignored)
START: Final = EntryPath(
    _U + "starts/{number:06d}.json", "a later delivery started to work on the upload", Start
)
OVERRUN: Final = EntryPath(
    _U + "starts/{number:06d}.overran.json",
    "that delivery ran out of time, and how far it came",
    Overrun,
)
START_END: Final = EntryPath(
    _U + "starts/{number:06d}.ended.json",
    "that delivery ended in another orderly way",
    StartEnd,
)
SEAL: Final = EntryPath(
    _U + "seals/{seal:04d}.json",
    "what reading the intact file found: verdict, counts, chunks",
    Seal,
    compact=True,
)
LINES: Final = EntryPath(
    _U + "lines/{digest}.json",
    "rejected lines, if a seal has too many to hold",
    Lines,
    compact=True,
)
CHUNK_STREAM: Final = EntryPath(
    _C + ".stream.json", "the pending stream of a chunk in this attempt", ChunkStream
)
CHUNK_DONE: Final = EntryPath(_C + ".done.json", "all its rows are in the stream", ChunkDone)
FAILED_CHUNK: Final = EntryPath(
    _A + "seal-{seal:04d}/failed.json",
    "the first chunk that cannot be loaded: the others wait for it",
    FailedChunk,
)
DECISION: Final = EntryPath(
    _A + "decision.json", "how the attempt ends: commit, abandoned or rejected", Decision
)
MISSING: Final = EntryPath(
    _A + "missing.json", "when its shared stream was first not found", Timestamp
)
SETTLED: Final = EntryPath(
    _A + "settled.json", "an operator settled whether the rows are loaded", Settled
)
DEAD: Final = EntryPath(_A + "dead.json", "its commit can never take effect", Dead)
REPUBLISHED: Final = EntryPath(
    _A + "republished.json", "the upload's events were published again for it", Timestamp
)
FINISHED: Final = EntryPath(
    _A + "finished.json", "the terminal event is published, and the rows are visible", Finished
)
FAILURE_NOTE: Final = EntryPath(
    _U + "notes/failed.{function}.{code}.json", "a function gave up and sent a dead letter", Note
)
REJECTION_NOTE: Final = EntryPath(
    _U + "notes/rejected.{seal:04d}.json", "the dead letter about rejected rows is sent", Note
)
REPEAT_NOTE: Final = EntryPath(
    _U + "notes/{step}.again.{number:03d}.json", "a step was started again", Note
)
CORRECTS: Final = EntryPath(
    _U + "corrects.json", "the upload whose rejected rows this one corrects", CorrectionLink
)
CORRECTION: Final = EntryPath(
    _U + "corrections/{number:06d}.json", "the corrections of this upload, in order", CorrectionSlot
)
EMAIL_CLAIM: Final = EntryPath(
    _U + "emails/{end}/claim-{number:04d}.json", "who is sending the email about an end", SendClaim
)
EMAIL_RELEASED: Final = EntryPath(
    _U + "emails/{end}/released-{number:04d}.json", "that claim sent nothing", SendReleased
)
EMAIL_SENT: Final = EntryPath(_U + "emails/{end}/sent.json", "the email is sent", Sent)
HOLDER: Final = EntryPath(
    "objects/{object}/{number:06d}.json",
    "the upload that owns an object name",
    Holder,
)
REFERENCE: Final = LedgerPath(
    "references/{month}/{snapshot}",
    "a copy of one generation of a reference object, made again each month",
)
BREAKER_TRIPPED: Final = EntryPath(
    "breakers/{function}/{revision}/{number:06d}.tripped.json", "a breaker opened", Tripped
)
BREAKER_LIFTED: Final = EntryPath(
    "breakers/{function}/{revision}/{number:06d}.lifted.json", "an operator closed it", Lifted
)
BREAKER_LETTER: Final = EntryPath(
    "breaker-letters/{function}/{revision}/{number:06d}/{slot:d}/"
    "{at:d}-{subject}-{handled:d}-{code}.json",
    "a dead letter that counts towards the next trip",
    Timestamp,
)
AUDIT_BEGUN: Final = EntryPath(
    "audit/{day}/{run}/begun.json",
    "an operator's run: who, what and why",
    AuditAction,
)
AUDIT_ENDED: Final = EntryPath(
    "audit/{day}/{run}/ended.json", "its results; missing if it was interrupted", AuditEnd
)
AUDIT_FOLLOWED: Final = EntryPath(
    "audit/{day}/{run}/followed.json", "a later run waited for the letters it held", AuditFollowed
)
AUDIT_RECORDED: Final = EntryPath(
    "audit/{day}/{run}/recorded.json", "an operator's single action, which has no end", AuditAction
)
LETTER_MARK: Final = EntryPath(
    "audit-letters/{topic}/{day}/{time}-{letter}/{verb}.json",
    "what was done to one dead letter, by the time it was published",
    LetterMark,
)
LETTER_CLAIM: Final = EntryPath(
    "audit-letters/{topic}/{day}/{time}-{letter}/claims/{number:04d}.json",
    "the run that is about to do something to the letter",
    LetterMark,
)

TABLE: Final = tuple(found for found in list(globals().values()) if isinstance(found, LedgerPath))
"""Every kind of object, in the order of this file."""
NOTES: Final = (FAILURE_NOTE, REJECTION_NOTE, REPEAT_NOTE)
UPLOADS: Final = RECEIVED.prefix()
"""All entries of uploads have names that start so."""


def upload_of(name: str) -> str:
    """Return the upload that an object under `uploads/` belongs to."""
    return name.removeprefix(UPLOADS).partition("/")[0]
