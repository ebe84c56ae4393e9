"""Tables whose rows are changed by uploads: at every moment a reader sees what a sequential
execution of the effects so far, in the order of the objects, would have left. So nobody sees rows
of two generations of a name, or of none."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from csvgate.contracts.checks.column_names import INGESTED_AT, LINE, UPLOAD_ID
from csvgate.protocol.ledger.attempts import current_attempt
from csvgate.protocol.ledger.ledger import AttemptLedger
from csvgate.protocol.ledger.revocations import RevocationLedger
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
    for each in every[people.executed :]:
        if each.table != shop.TABLE:
            _require_decision(people, each)
    people.executed = len(every)
    for way in {sent.way for sent in people.sent} - {None, BY_STATEMENT}:
        assert way is not None
        require_equal(
            sequential(way, history(people, way)),
            rows_of(people, way),
            f"what readers of {way} see",
        )


def history(people: People, way: str) -> list[Load]:
    """The loads that have made the table what it is, in the order of their execution. A revocation
    takes the rows of its upload out of the history, and with them everything that they have
    replaced before: those rows do not come back. Raises Violation if a load took effect twice."""
    loads: list[Load] = []
    for each in people.cloud.warehouse.executed:
        if each.table != f"sales.{way}":
            continue
        if each.statement.kind == "delete":
            loads = _without(way, loads, each.statement.upload)
            continue
        load = _load(people, each)
        keys = [(other.upload, other.at) for other in loads]
        require((load.upload, load.at) not in keys, f"{load.upload} took effect twice")
        loads.append(load)
    return loads


def _without(way: str, loads: list[Load], upload: str) -> list[Load]:
    """The loads with the rows that are in the table, without those of the upload."""
    there = sequential(way, loads) if way != BY_STATEMENT else None
    left = []
    for load in loads:
        keys = {line: (load.upload, line, load.at) for line in load.rows}
        rows = {n: v for n, v in load.rows.items() if there is None or keys[n] in there}
        if load.upload != upload and rows:
            left.append(replace(load, rows=rows))
    return left


def has_revocations(people: People, way: str) -> bool:
    executed = people.cloud.warehouse.executed
    return any(e.table == f"sales.{way}" and e.statement.kind == "delete" for e in executed)


def has_taken_effect(people: People, load: tuple[str, datetime]) -> bool:
    return any(
        (found.upload, found.at) == load for way in shop.WAYS for found in history(people, way)
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
    if executed.statement.kind == "delete":
        upload = executed.statement.upload
        current = current_attempt(people.cloud.unwatched_ledger().upload(upload))
        is_meant = RevocationLedger(current.entries).revoked() is not None
        require(is_meant, f"rows of {upload} were removed, but nobody has revoked it")
        return
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
