"""Tables whose rows are changed by uploads: at every moment a reader sees what a sequential
execution of the effects so far, in the order of the objects, would have left. So nobody sees rows
of two generations of a name, or of none."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.protocol.ledger.ledger import AttemptLedger
from simulate.world import shop
from simulate.world.crash import require, require_equal
from simulate.world.jobs import Executed
from simulate.world.people import Key, People

Values = tuple[str, int, str]
"""`id`, `amount` and `city` of a row."""
BY_STATEMENT = "codes"
"""Which of two uploads with the same key is refused depends on which comes first."""


@dataclass(slots=True)
class Load:
    """The rows of an upload or of a correction."""

    upload: str
    at: datetime
    name: str
    """The object's name; for a correction that of the corrected one."""
    is_correction: bool
    rows: dict[int, Values] = field(default_factory=dict)
    """By line."""


def sequential(way: str, loads: Iterable[Load]) -> dict[Key, Values]:
    """The table after these loads, one after the other in the order of their objects."""
    table: list[tuple[Load, int, Values]] = []
    for load in sorted(loads, key=lambda load: (load.at, load.upload)):
        new = [(load, line, values) for line, values in load.rows.items()]
        ids = {values[0] for values in load.rows.values()}
        if way == "daily" and not load.is_correction:
            table = [there for there in table if there[0].name != load.name]
        elif way == "whole" and not load.is_correction:
            table = []
        elif way == "parts":
            table = [t for t in table if t[0].upload == load.upload or t[2][0] not in ids]
        elif way == "stock":
            table = [there for there in table if there[2][0] not in ids]
        elif way == "prices":
            most = {t[2][0]: t[2][1] for t in table}
            new = [n for n in new if n[2][1] >= most.get(n[2][0], 0)]
            newer = {n[2][0] for n in new}
            table = [there for there in table if there[2][0] not in newer]
        table += new
    return {(load.upload, line, load.at): values for load, line, values in table}


def rows_of(people: People, way: str) -> dict[Key, Values]:
    """The table as a query sees it now. Raises Violation if a line is there twice."""
    rows = people.cloud.warehouse.rows(f"sales.{way}")
    keys = Counter((row[UPLOAD_ID], row[LINE]) for row in rows)
    twice = [key for key, number in keys.items() if number > 1]
    require_equal([], twice, f"rows that are twice in {way}")
    return {(r[UPLOAD_ID], r[LINE], r[INGESTED_AT]): _values(r) for r in rows}


def watch_changed_tables(people: People) -> None:
    """Raises Violation."""
    every = people.cloud.warehouse.executed
    executed = [each for each in every if each.table != shop.TABLE]
    for each in every[people.executed :]:
        if each.table != shop.TABLE:
            _require_decision(people, each)
    people.executed = len(every)
    loads = [_load(people, each) for each in executed]
    keys = Counter((load.upload, load.at) for load in loads)
    require_equal([], [k for k, n in keys.items() if n > 1], "loads that took effect twice")
    for way in {sent.way for sent in people.sent} - {None, BY_STATEMENT}:
        assert way is not None
        ours = [load for e, load in zip(executed, loads, strict=True) if e.table == f"sales.{way}"]
        require_equal(sequential(way, ours), rows_of(people, way), f"what readers of {way} see")


def has_taken_effect(people: People, load: tuple[str, datetime]) -> bool:
    return any(
        (found.upload, found.at) == load
        for found in (_load(people, each) for each in people.cloud.warehouse.executed)
    )


def require_over(people: People, attempt: AttemptLedger) -> None:
    """An attempt that is dead did not take effect, and no job of it is running."""
    table = f"csvgate_staging_{attempt.upload}_{attempt.number}"
    who = f"attempt {attempt.number} of {attempt.upload}"
    done = [e for e in people.cloud.warehouse.executed if _staging(e.statement) == table]
    require_equal([], done, f"effects of {who}, which is dead")
    running = [
        each.job.id
        for each in people.cloud.warehouse.jobs.started.values()
        if _staging(each.effect.statement) == table and each.result is None
    ]
    require_equal([], running, f"jobs of {who}, which is dead")


def _require_decision(people: People, executed: Executed) -> None:
    _, _, upload, attempt = _staging(executed.statement).split("_")
    entries = people.cloud.unwatched_ledger().upload(upload).attempt(int(attempt))
    decision = entries.decision()
    committed = decision is not None and decision.outcome == "commit"
    require(committed, f"{upload} took effect before the decision")
    require(entries.finished() is None, f"{upload} took effect after its end")


def _load(people: People, executed: Executed) -> Load:
    statement: Any = executed.statement
    staged = statement.staged
    (name,) = [sent.upload.name for sent in people.sent if sent.upload.id == staged.upload]
    rows = {row[LINE]: _values(row) for row in executed.staged}
    is_correction = staged.upload not in staged.table
    return Load(staged.upload, staged.ingested_at, name, is_correction, rows)


def _staging(statement: Any) -> str:
    return "" if statement.kind == "delete" else str(statement.staged.table)


def _values(row: dict[str, Any]) -> Values:
    return row["id"], row["amount"], row["city"]
