"""A table that exists, and what a comparison with its contract finds: data without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from csvgate.ports import Column, Partitioning, TableSpec


@dataclass(frozen=True, slots=True)
class ExistingTable:
    """A table as BigQuery describes it."""

    columns: tuple[Column, ...]
    kind: str = "TABLE"
    """TABLE, or for example VIEW, SNAPSHOT or EXTERNAL."""
    partition_by: Partitioning | None = None
    cluster_by: tuple[str, ...] = ()
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    partition_expiry_days: float | None = None
    require_partition_filter: bool = False
    primary_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A change by a DDL statement on `table`, which is `dataset.table`. `action` is what follows
    `ALTER TABLE name`."""

    table: str
    action: str
    why: str
    needed: bool = False
    """Whether rows of the contract may not fit without it."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """A change of the columns by which a table is clustered. BigQuery has no statement for it."""

    table: str
    columns: tuple[str, ...]
    why: str


Change = Statement | Clustering


@dataclass(frozen=True, slots=True)
class Refusal:
    """A difference that BigQuery cannot change in place, or only by losing something."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What makes a table hold the rows of its contract. With a refusal, no change is made."""

    spec: TableSpec
    found: ExistingTable | None = None
    """None if the table does not exist; the first upload creates it."""
    changes: tuple[Change, ...] = ()
    """In the order in which they are made."""
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()
    """What stays in the table although the contract does not have it."""
