"""The entries about effects, the statements with which uploads change rows of their tables.

They are in a module of their own because uploads that are only appended need neither them nor the
model of effects, and importing it would make cold starts longer.
"""

from datetime import datetime
from typing import Literal

from csvgate.effects.model import Conflict, Effect, Range
from csvgate.protocol.events import Changes
from csvgate.protocol.ledger.entries import Entry


class CurrentRows(Entry):
    """The rows that an object name has in the table, under `on_overwrite: replace`."""

    upload: str
    """The `_upload_id` of the rows; corrections have that of their original."""
    generation: int
    created_at: datetime
    """When the generation was created."""
    rows: int
    """Those of corrections included."""
    range: Range | None
    """Where they are; None if they can be anywhere."""


class ReplacedTable(Entry):
    """The newest upload that has replaced all rows of the table."""

    upload: str
    created_at: datetime


class ScopeState(Entry):
    """The state of a scope after all of its entries so far. Every closed entry repeats it, so that
    a judgement needs only the last one."""

    current: CurrentRows | None = None
    """For the scope of an object name: the generation whose rows the table has; None if it has
    none."""
    replaced: ReplacedTable | None = None
    """For the scope of a table."""


class ScopeEntry(Entry):
    """One effect in the log of its scope, with everything that anybody needs to carry it out."""

    upload: str
    attempt: int
    bucket: str
    name: str
    generation: int
    """The object whose rows these are; for a correction that of the corrected upload."""
    created_at: datetime
    """When that generation was created."""
    revokes: int = 0
    """If it is not 0, an operator revokes the attempt, and this is the number of the try."""
    effect: Effect
    job_prefix: str
    before: ScopeState
    """The state if the effect is not carried out."""
    after: ScopeState
    """The state once it is."""
    at: datetime


class FailedRun(Entry):
    """A job of an entry failed, so that its id will never have an effect."""

    job: str
    reason: str
    again: bool
    """Whether the next run can succeed."""
    refused: bool = False
    """BigQuery refused the statement, so that there may be no such job yet. Whoever finds this uses
    the id up before concluding anything."""
    at: datetime


class ClosedEntry(Entry):
    """How an entry of the log ended. The next one can be created only after that."""

    result: Literal["done", "refused", "failed", "void"]
    """`refused`: the table has some of its keys; nothing was inserted. `failed`: the job can never
    succeed. `void`: the attempt was over, or has another entry; no job was started."""
    detail: str = ""
    changes: Changes = Changes()
    bytes_scanned: int = 0
    conflicts: tuple[Conflict, ...] = ()
    """Some of the rows for which it was refused."""
    state: ScopeState
    at: datetime


class EffectClaim(Entry):
    """What becomes of the effect of one attempt. There is one for each attempt, and it is created
    before the first job is started: so exactly one entry of an attempt is ever carried out."""

    kind: Literal["entry", "superseded", "void"]
    """`superseded`: newer rows were loaded before, and nothing was changed. `void`: the attempt is
    dead, and none of its entries is carried out any more."""
    scope: str = ""
    number: int = 0
    """The entry in the scope's log."""
    detail: str = ""
    at: datetime


class FailedEffect(Entry):
    """The message that is dead-lettered because the effect of its attempt has failed."""

    chunk: int | None
    """The chunk of the message; None for the marker."""
    message: str
    at: datetime


class RevokedLoad(Entry):
    """One of the loads whose rows a revocation removes: the upload's own, or a correction's."""

    upload: str
    attempt: int
    rows: int


class Revoked(Entry):
    """An operator has revoked the rows of an attempt. It is created once for the attempt, before
    the job starts, so that everybody starts the same one. The attempts of corrections that are
    removed with it have the same entry."""

    upload: str
    """The upload that is revoked; in the entry of a correction that of the corrected upload."""
    attempt: int
    slot: int
    """The place that it has taken among the corrections of the upload."""
    loads: tuple[RevokedLoad, ...]
    """The upload's own load first, then the corrections in the order of their slots."""
    effect: Effect
    job_prefix: str
    actor: str
    reason: str
    at: datetime

    @property
    def rows(self) -> int:
        """How many rows were loaded, and should be removed."""
        return sum(load.rows for load in self.loads)


class Removed(Entry):
    """The rows of a revoked attempt have left the table."""

    rows: int
    """How many rows the statement removed, those of all loads together."""
    bytes_scanned: int = 0
    at: datetime


class Restored(Entry):
    """An operator has the rows of a revoked attempt loaded again, by the next attempt."""

    actor: str
    reason: str
    at: datetime
