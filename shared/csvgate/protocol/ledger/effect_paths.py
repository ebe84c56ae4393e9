"""The paths of the entries about effects, in the form of `paths`."""

from typing import Final

from csvgate.protocol.ledger.effect_entries import (
    ClosedEntry,
    EffectClaim,
    FailedEffect,
    FailedRun,
    Removed,
    Restored,
    Revoked,
    ScopeEntry,
)
from csvgate.protocol.ledger.paths import EntryPath, LedgerPath

_A: Final = "uploads/{upload}/attempts/{attempt:04d}/"
_S: Final = "scopes/{scope}/{number:06d}"

EFFECT_CLAIM: Final = EntryPath(
    _A + "effect.json",
    "which entry of a scope's log carries out the attempt, or why none does",
    EffectClaim,
)
FAILED_EFFECT: Final = EntryPath(
    _A + "effect-failed.json",
    "the message whose replay loads the upload again after its effect failed",
    FailedEffect,
)
REVOKED: Final = EntryPath(
    _A + "revoked.json", "an operator has revoked the loaded rows: who, why, and the job", Revoked
)
REVOKE_CLAIM: Final = EntryPath(
    _A + "revoke-{number:03d}.effect.json",
    "which entry of a scope's log removes the rows",
    EffectClaim,
)
REVOKE_RUN_FAILED: Final = EntryPath(
    _A + "revoke-{number:03d}.run-{run_number:03d}.failed.json",
    "a job that should have removed the rows has failed",
    FailedRun,
)
REMOVED: Final = EntryPath(
    _A + "removed.json", "the rows have left the table, and this was announced", Removed
)
RESTORED: Final = EntryPath(
    _A + "restored.json", "an operator has the revoked rows loaded again: who and why", Restored
)
SCOPE_ENTRY: Final = EntryPath(
    _S + ".json",
    "an effect on a table: one numbered log for each object name that is replaced, and each table",
    ScopeEntry,
)
SCOPE_RUN_FAILED: Final = EntryPath(
    _S + ".run-{run_number:03d}.failed.json", "a job that carried it out has failed", FailedRun
)
SCOPE_CLOSED: Final = EntryPath(
    _S + ".closed.json",
    "how it ended, and what the table holds since",
    ClosedEntry,
)

TABLE: Final = tuple(found for found in list(globals().values()) if isinstance(found, LedgerPath))
"""Every kind of object, in the order of this file."""
