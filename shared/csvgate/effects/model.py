"""The effect of an upload on its table, as the scope's log pins it.

An effect contains everything that its statement needs, so whoever finds it in the log can run it,
under any contract and with any version of the code. The order of two loads is that of their
`_ingested_at`, then of their `_upload_id`: for tables that have effects, `_ingested_at` is the time
at which the object was created, not when it arrived.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Target(Part):
    """The table that is changed, and where its jobs run."""

    dataset: str
    table: str
    location: str
    """The dataset's location: a job is found only with its id and its location."""


class Range(Part):
    """Only partitions with a value in this range, or with NULL, are read and changed."""

    column: str
    type: str
    """The column's BigQuery type without parameters, for example DATE."""
    low: str
    """As a SQL literal without its type, as in `ports.PartitionBounds`."""
    high: str


class Staged(Part):
    """The rows of one load, in a staging table of the target's dataset that expires."""

    table: str
    columns: tuple[str, ...]
    """All columns, in order; the target has them under the same names."""
    rows: int
    upload: str
    """The `_upload_id` of all rows; a correction has that of its original."""
    ingested_at: datetime
    """The `_ingested_at` of all rows."""
    range: Range | None
    """Where these rows are; None if the table is not partitioned by a column."""


class Insert(Part):
    """Add the staged rows."""

    kind: Literal["insert"] = "insert"
    staged: Staged


class InsertUnique(Part):
    """Add all staged rows if the table has no row with the same values in one of the keys, and none
    otherwise. A key with a NULL in it equals no other."""

    kind: Literal["insert_unique"] = "insert_unique"
    staged: Staged
    keys: tuple[tuple[str, ...], ...]


class Replace(Part):
    """Remove the rows of these uploads, and add the staged rows."""

    kind: Literal["replace"] = "replace"
    staged: Staged
    uploads: tuple[str, ...]
    range: Range | None
    """Where the rows to be removed are; None if they can be anywhere."""


class ReplaceBy(Part):
    """Remove the older rows of other uploads that have the values of a staged row in these columns
    (NULL equals NULL), and add the staged rows for whose values there is no newer row."""

    kind: Literal["replace_by"] = "replace_by"
    staged: Staged
    columns: tuple[str, ...]


class ReplaceTable(Part):
    """Remove all rows, and add the staged rows."""

    kind: Literal["replace_table"] = "replace_table"
    staged: Staged


class Merge(Part):
    """Update the row with the same key if the staged one is newer, and insert it if there is none.
    Newer is the one with the greater `latest_by` (NULL is the least), then the later load."""

    kind: Literal["merge"] = "merge"
    staged: Staged
    key: tuple[str, ...]
    latest_by: str | None
    delete_when: str | None = None
    """A BigQuery condition over the staged row: a newer row that meets it removes the row with its
    key, and is remembered in `tombstones`."""
    tombstones: str | None = None
    """The table of the dataset that keeps (key, latest_by, load) of removed rows for a time."""
    lateness_days: int | None = None
    """The days for which `tombstones` keeps them."""


class Delete(Part):
    """Remove the rows of one upload, its corrections included."""

    kind: Literal["delete"] = "delete"
    upload: str
    range: Range | None


Statement = Annotated[
    Insert | InsertUnique | Replace | ReplaceBy | ReplaceTable | Merge | Delete,
    Field(discriminator="kind"),
]


class Effect(Part):
    """One statement on one table. It is atomic: a reader sees the table before it or after it."""

    target: Target
    statement: Statement


class Job(Part):
    """A run of an effect. The same id never runs twice."""

    id: str
    location: str


class JobResult(Part):
    """The state of a job. `failed` is final: this id will never have an effect."""

    state: Literal["running", "done", "failed"]
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    bytes_scanned: int = 0
    reason: str = ""
    """Why it failed, in words without values of rows."""
    again: bool = False
    """Whether another run of the same effect can succeed (quota, conflict, backend error)."""


class Conflict(Part):
    """A staged row whose key a row of the table has already."""

    line: int
    columns: tuple[str, ...]
    upload: str
    """The upload of the row in the table, and its line there."""
    there: int
