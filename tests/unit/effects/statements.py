"""One effect of each kind, for the tests of the statements."""

from datetime import UTC, datetime

from csvgate.effects.model import (
    Delete,
    Effect,
    Insert,
    InsertUnique,
    Merge,
    Range,
    Replace,
    ReplaceBy,
    ReplaceTable,
    Staged,
    Statement,
    Target,
)

PROJECT = "acme-eu"
MORNING = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
LINEAGE = ("_upload_id", "_line", "_ingested_at")
DAY = Range(column="day", type="DATE", low="2026-11-20", high="2026-11-21")


def staged(
    rows: int = 3, table: str = "csvgate_staging_u2_1", range_: Range | None = DAY
) -> Staged:
    return Staged(
        table=table,
        columns=("customer", "day", "changed", *LINEAGE),
        rows=rows,
        upload="u2",
        ingested_at=MORNING,
        range=range_,
    )


def effect(statement: Statement, table: str = "customers") -> Effect:
    target = Target(dataset="crm", table=table, location="EU")
    return Effect(target=target, statement=statement)


def statements(rows: Staged) -> dict[str, Statement]:
    """Return a statement of each kind that changes the table with these rows."""
    merge = Merge(staged=rows, key=("customer", "day"), latest_by="changed")
    return {
        "insert": Insert(staged=rows),
        "insert_unique": InsertUnique(staged=rows, keys=(("customer",), ("day", "changed"))),
        "replace": Replace(staged=rows, uploads=("u0", "u1"), range=rows.range),
        "replace_by": ReplaceBy(staged=rows, columns=("day", "customer")),
        "replace_table": ReplaceTable(staged=rows),
        "merge": merge,
        "merge_without_latest_by": merge.model_copy(update={"latest_by": None}),
        "merge_with_tombstones": merge.model_copy(
            update={
                "delete_when": "customer = 'x' AND changed > 1",
                "tombstones": "csvgate_tombstones_customers",
                "lateness_days": 30,
            }
        ),
        "delete": Delete(upload="u1", range=rows.range),
    }
