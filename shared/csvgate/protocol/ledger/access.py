"""Which function creates and reads which kinds of ledger entries.

The deploy grants each function's service account exactly this: a function that was taken over
cannot create the entries of another one. A kind that is added to `paths` is added here too.
"""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Final

from csvgate.protocol.ledger import content_paths, day_paths, effect_paths, job_paths, paths
from csvgate.protocol.ledger.paths import LedgerPath

_EVERY_FUNCTION: Final = (paths.FAILURE_NOTE, paths.BREAKER_TRIPPED, paths.BREAKER_LETTER)
_ATTEMPTS: Final = (
    paths.CHUNK_STREAM,
    paths.CHUNK_DONE,
    paths.FAILED_CHUNK,
    paths.DECISION,
    paths.MISSING,
    paths.SETTLED,
    paths.DEAD,
    paths.REPUBLISHED,
    paths.FINISHED,
    effect_paths.EFFECT_CLAIM,
    effect_paths.FAILED_EFFECT,
    effect_paths.REVOKE_CLAIM,
)
_REVOCATIONS: Final = (
    effect_paths.REVOKED,
    effect_paths.REVOKE_RUN_FAILED,
    effect_paths.REMOVED,
    effect_paths.RESTORED,
)
_SCOPES: Final = (
    effect_paths.SCOPE_ENTRY,
    effect_paths.SCOPE_RUN_FAILED,
    effect_paths.SCOPE_CLOSED,
)

CREATES: Final[Mapping[str, tuple[LedgerPath, ...]]] = {
    "validate_and_parse": (
        paths.RECEIVED,
        paths.IGNORED,
        paths.START,
        paths.OVERRUN,
        paths.START_END,
        paths.SEAL,
        paths.LINES,
        paths.DECISION,  # abandoned, before an upload is sealed again
        paths.REJECTION_NOTE,
        paths.CORRECTS,
        paths.CORRECTION,
        paths.HOLDER,
        content_paths.FIRST_CONTENT,
        content_paths.LATER_CONTENT,
        paths.REFERENCE,
        day_paths.DAY_STAGE,
        *_EVERY_FUNCTION,
    ),
    "enrich_records": (
        *_ATTEMPTS,
        *_SCOPES,
        paths.REPEAT_NOTE,
        day_paths.DAY_STAGE,
        *_EVERY_FUNCTION,
    ),
    "notify_stakeholders": (
        paths.EMAIL_CLAIM,
        paths.EMAIL_RELEASED,
        paths.EMAIL_SENT,
        *_EVERY_FUNCTION,
    ),
}
"""Function → the kinds of objects that it creates. It also reads them, because it reads back what
stands after a refused create."""

READS: Final[Mapping[str, tuple[LedgerPath, ...]]] = {
    "validate_and_parse": (*_ATTEMPTS, *_REVOCATIONS, paths.BREAKER_LIFTED),
    "enrich_records": (
        paths.RECEIVED,
        paths.SEAL,
        paths.CORRECTS,
        paths.REFERENCE,
        paths.BREAKER_LIFTED,
    ),
    "notify_stakeholders": (paths.RECEIVED, paths.BREAKER_LIFTED),
}
"""Function → the kinds of objects that it reads and does not create."""

CONSOLE: Final = (paths.BREAKER_LIFTED, *job_paths.TABLE)
"""The kinds that the deployed console creates in the ledger bucket. In the audit bucket it creates
every kind."""

OPERATORS: Final = (
    paths.BREAKER_LIFTED,
    paths.SETTLED,
    paths.DECISION,  # rejected, by `settle` and `revoke`
    paths.DEAD,  # by `restore`, so that the next attempt begins
    paths.CORRECTION,  # the slot of a revocation
    paths.HOLDER,  # when an upload is restored whose name must not be loaded twice
    *_REVOCATIONS,
    effect_paths.REVOKE_CLAIM,
    day_paths.DAY_STAGE,  # of revocations and restorations
    *_SCOPES,  # revocations from tables that are not only appended to
    paths.AUDIT_BEGUN,
    paths.AUDIT_ENDED,
    paths.AUDIT_FOLLOWED,
    paths.AUDIT_RECORDED,
    paths.LETTER_MARK,
    paths.LETTER_CLAIM,
)
"""The kinds that operators create with their own accounts."""


def name_templates(kinds: Iterable[LedgerPath], function: str) -> tuple[str, ...]:
    """Return how the names of these kinds start, with at most one placeholder each: an IAM
    condition can match no more. `uploads/{upload}/seals/` stands for all seals. Where the name
    contains a function, it is this one. Sorted; none starts with another."""
    found = sorted({_start(kind, function) for kind in kinds})
    return tuple(t for t in found if not any(t != s and t.startswith(s) for s in found))


def _start(path: LedgerPath, function: str) -> str:
    start, placeholders = "", 0
    for literal, part, _, _ in Formatter().parse(path.template):
        start += literal
        if part == "function":
            start += function
        elif part is not None:
            placeholders += 1
            if placeholders > 1:
                break
            start += f"{{{part}}}"
    return start
