"""Uploads that change rows of their table: what the services are asked for, how the uploads end,
and what people are told. The simulation shows that every crash is survived."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from csvgate.effects.model import Effect, Job, JobResult, Merge, Replace
from csvgate.ports import Message
from csvgate.protocol.events import Changes, UploadFinished
from csvgate.protocol.ledger.effect_entries import EffectClaim
from csvgate.protocol.ledger.effect_paths import SCOPE_CLOSED, SCOPE_ENTRY
from csvgate.protocol.ledger.scope_log import claim_effect, effect_claim
from csvgate.runtime.errors import Permanent, Transient
from csvgate_ops.operate.uploads import status
from unit.delivery.simple import contracts, table
from unit.delivery.test_call_counts import kinds, new, run, without_subject
from unit.delivery.test_day_lists import listed
from world import VALIDATED, World, published

REPLACE: dict[str, Any] = {"on_overwrite": "replace"}
UNIQUE: dict[str, Any] = {
    "schema": {"fields": [{"name": "a", "type": "integer", "constraints": {"unique": "table"}}]}
}
MERGE: dict[str, Any] = {
    "merge": {"key": ["a"]},
    "schema": {"fields": [{"name": "a", "type": "integer", "constraints": {"required": True}}]},
}


def world_of(way: dict[str, Any], chunk_bytes: int = 4096) -> World:
    return World(contracts=contracts(**way), chunk_bytes=chunk_bytes)


def load(world: World, data: bytes, name: str = "plain/1.csv") -> UploadFinished:
    """Upload a file, deliver everything, and return the last end."""
    world.validate(world.upload(name, data))
    world.drain()
    return world.finished()[-1]


def values(world: World) -> list[int]:
    return sorted(row["a"] for row in world.warehouse.rows("sales.plain"))


ENRICH = [
    "storage.read received.json",
    "storage.read 0001.json",
    "storage.read staging",
    "storage.read decision.json",
    "storage.read 000000.done.json",
    "storage.read 000000.stream.json",
    "bigquery.get_table sales.plain",
    "bigquery.create_table sales.csvgate_staging",
    "bigquery.create_stream sales.csvgate_staging",
    "storage.create 000000.stream.json",
    "bigquery.append 000002",
    "storage.create 000000.done.json",
    "storage.read 000000.stream.json",
    "bigquery.finalize 000002",
    "storage.create decision.json",
    "storage.read decision.json",
    "storage.read dead.json",
    "storage.read finished.json",
    "storage.read effect.json",
    "bigquery.commit sales.csvgate_staging",
    "storage.read 000002.json",
    "storage.read 000001.closed.json",
    "storage.read effect.json",
    "bigquery.get_dataset sales",
    "storage.create 000002.json",
    "storage.create effect.json",
    "bigquery.start_job JOB",
    "bigquery.get_job JOB",
    "storage.create 000002.closed.json",
    "storage.create completed in the day's list",
    "pubsub.publish enrichment-complete",
    "storage.create finished.json",
]


def without_ids(calls: list[str]) -> list[str]:
    found = []
    for call in calls:
        kind, _, target = call.partition(" ")
        if target.startswith("csvgate-effect-"):
            target = "JOB"
        if target.startswith("sales.csvgate_staging_"):
            target = "sales.csvgate_staging"
        found.append(f"{kind} {target}")
    return found


def test_the_calls_of_an_upload_that_replaces_another() -> None:
    world = world_of(REPLACE)
    load(world, table(3))
    steps = without_subject(run(world, world.upload("plain/1.csv", table(2))))
    assert ENRICH == without_ids(steps.enrich)
    expected = {"writes": 15, "reads": 15, "listings": 0, "messages": 2, "bigquery": 9}
    assert expected == kinds(steps.all)
    assert [0, 1] == values(world)


def test_a_replaced_generation_leaves_the_table_with_its_corrections() -> None:
    world = world_of(REPLACE)
    load(world, table(2, bad=1))
    (name,) = world.store.buckets["rejects"]
    data = world.store.buckets["rejects"][name].data
    correction = load(world, data.replace(b",x0", b",7"), name)
    assert Changes(inserted=1) == correction.changes
    assert [0, 1, 7] == values(world)
    end = load(world, table(1))
    assert Changes(inserted=1, deleted=3) == end.changes
    assert [0] == values(world)


@pytest.mark.parametrize(("fields", "is_known"), [(("a", "b"), True), (("a",), False)])
def test_a_partition_column_that_the_contract_has_dropped_is_not_searched(
    fields: tuple[str, ...], is_known: bool
) -> None:
    """The table may have been created again without it. A statement that names it would fail, and
    so would every later one of the same object."""
    by = {"column": "b", "start": 0, "end": 100, "step": 10}
    destination = {"dataset": "sales", "table": "plain", "partition_by": by}
    world = World(contracts=contracts(("a", "b"), destination=destination, **REPLACE))
    load(world, b"a,b\n1,20\n")
    world.contracts = contracts(fields, **REPLACE)
    world.restart()
    end = load(world, b"a,b\n2,30\n" if is_known else b"a\n2\n")
    assert end.outcome == "completed", end
    entry = world.ledger.get(SCOPE_ENTRY, **[*world.ledger.find(SCOPE_ENTRY)][-1])
    assert entry is not None
    statement = entry.effect.statement
    assert isinstance(statement, Replace)
    assert is_known == (statement.range is not None)
    assert [2] == values(world)


def test_an_older_generation_that_comes_late_is_superseded() -> None:
    world = world_of(REPLACE)
    world.store.versioned = True
    older = world.upload("plain/1.csv", table(3))
    newer = load(world, table(1))
    world.validate(older)
    world.drain()
    end = world.finished()[-1]
    assert ("rejected", "upload.superseded") == (end.outcome, end.code)
    assert f"generation {newer.upload.generation} of this object is newer" in (end.detail or "")
    assert [0] == values(world)
    email = world.mailer.sent[-1]
    assert "Not loaded" in email.subject
    assert "Newer rows are in the table already" in email.text
    found = status(world.ledger, end.upload.id)
    assert ("rejected", "upload.superseded", end.detail) == (found.state, found.code, found.detail)
    lines = [(line.state, line.codes, line.loaded) for line in listed(world)]
    assert [("completed", (), 1), ("rejected", ("upload.superseded",), 0)] == sorted(lines)


def test_rows_whose_keys_are_in_the_table_are_named() -> None:
    world = world_of(UNIQUE)
    first = load(world, table(3), "plain/first.csv")
    end = load(world, b"a\n7\n2\n1\n", "plain/second.csv")
    assert ("rejected", "unique.in_table") == (end.outcome, end.code)
    (reason,) = end.reasons
    assert ("unique.in_table", "a", 2) == (reason.code, reason.column, reason.rows)
    assert [
        (3, f"is in the table already: line 4 of upload {first.upload.id}"),
        (4, f"is in the table already: line 3 of upload {first.upload.id}"),
    ] == [(example.line, example.message) for example in reason.examples]
    assert [0, 1, 2] == values(world)
    assert (reason,) == status(world.ledger, end.upload.id).reasons


def test_a_refused_upload_whose_staging_table_has_expired_does_not_block_its_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The conflicts cannot be named any more. The log goes on, and a replay stages the rows
    again."""

    def fail(_effect: Effect, _most: int) -> None:
        raise Transient("bigquery.unavailable", "BigQuery did not answer")

    world = world_of(UNIQUE)
    load(world, table(3), "plain/first.csv")
    world.validate(world.upload("plain/second.csv", b"a\n7\n2\n"))
    (message,) = new(world, VALIDATED)
    with monkeypatch.context() as patched:
        patched.setattr(world.warehouse, "conflicts", fail)
        with pytest.raises(Transient):
            world.enrich(published(message, 1))
    for name in [name for name in world.warehouse.tables if "staging" in name]:
        del world.warehouse.tables[name]
    assert "completed" == load(world, b"a\n9\n", "plain/third.csv").outcome
    for attempt in (2, 3):
        with suppress(Permanent):
            world.enrich(published(message, attempt))
        world.drain()
    assert "unique.in_table" == world.finished()[-1].code
    assert [0, 1, 2, 9] == values(world)


def test_at_most_twenty_of_such_rows_are_named() -> None:
    world = world_of(UNIQUE)
    load(world, table(30), "plain/first.csv")
    (reason,) = load(world, table(30), "plain/second.csv").reasons
    assert 20 == reason.rows == len(reason.examples)


def test_another_key_has_another_table_of_tombstones() -> None:
    """Its columns are others, so that every statement on the earlier table would fail."""
    world = world_of({})
    found: list[str | None] = []
    fields = [
        {"name": each, "type": "integer", "constraints": {"required": True}} for each in ("a", "b")
    ]
    for key, latest_by in [("a", None), ("a", None), ("b", None), ("a", "b"), ("ab", None)]:
        merge = {
            "key": [*key],
            "latest_by": latest_by,
            "delete_when": "a < 0",
            "lateness_days": 9,
        }
        world.contracts = contracts(schema={"fields": fields}, merge=merge)
        world.warehouse.jobs.conditions["a < 0"] = lambda row: row["a"] < 0
        world.restart()
        end = load(world, b"a,b\n1,2\n", f"plain/{len(found)}.csv")
        assert end.outcome == "completed", end.detail
        entry = world.ledger.get(SCOPE_ENTRY, **[*world.ledger.find(SCOPE_ENTRY)][-1])
        assert entry is not None
        assert isinstance(entry.effect.statement, Merge)
        found.append(entry.effect.statement.tombstones)
    assert found[0] == found[1]
    assert len(set(found)) == 4


def test_a_merge_says_what_it_changed() -> None:
    world = world_of(MERGE)
    load(world, table(3), "plain/first.csv")
    end = load(world, b"a\n2\n3\n", "plain/second.csv")
    assert Changes(inserted=1, updated=1) == end.changes
    assert "1 row inserted, 1 updated, 0 removed" in world.mailer.sent[-1].text
    found = status(world.ledger, end.upload.id)
    assert Changes(inserted=1, updated=1) == found.changes
    assert 300 == found.bytes_scanned
    steps = {step.what: step.detail for step in found.timeline}
    assert steps["completed"].startswith("1 row inserted, 1 updated, 0 removed; ")


@pytest.mark.parametrize(("way", "left"), [(REPLACE, []), (MERGE, [0, 1, 2]), (UNIQUE, [0, 1, 2])])
def test_an_upload_without_rows(way: dict[str, Any], left: list[int]) -> None:
    """It replaces the rows of an earlier generation by none; nothing else needs a job."""
    world = world_of(way)
    load(world, table(3))
    jobs = len(world.warehouse.jobs.started)
    assert "completed" == load(world, b"a\n").outcome
    assert left == values(world)
    assert (jobs + 1 if way == REPLACE else jobs) == len(world.warehouse.jobs.started)


def test_a_long_job_is_looked_at_again() -> None:
    world = world_of(REPLACE)
    world.warehouse.jobs.seconds = lambda _job: 300
    world.validate(world.upload("plain/1.csv", table(3)))
    (message,) = new(world, VALIDATED)
    with pytest.raises(Transient) as raised:
        world.enrich(published(message, 1))
    assert "effect.running" == raised.value.code
    assert [] == world.finished()
    world.now = world.now.replace(hour=world.now.hour + 1)
    assert "completed" == world.enrich(published(message, 2))
    assert 1 == len(world.warehouse.jobs.started)


def test_a_job_that_failed_is_run_again_under_another_id() -> None:
    world = world_of(REPLACE)
    results = [JobResult(state="failed", reason="backendError", again=True)]
    fail_with(world, results)
    assert "completed" == load(world, table(3)).outcome
    assert [0, 1, 2] == values(world)
    ids = {job for job, _ in world.warehouse.jobs.started}
    assert 2 == len(ids)
    assert {"csvgate-effect-"} == {job[:15] for job in ids}


def fail_with(world: World, results: list[JobResult]) -> None:
    def failing(_job: Job, _effect: Effect) -> JobResult | None:
        return results.pop(0) if results else None

    world.warehouse.jobs.failing = failing


FINAL = JobResult(state="failed", reason="invalidQuery")


@pytest.mark.parametrize("chunk_bytes", [4096, 16])
def test_a_final_failure_is_one_letter_and_its_replay_loads_the_rows_again(
    chunk_bytes: int,
) -> None:
    """Also if the upload has several chunks, whose messages all learn of the failure."""
    world = world_of(REPLACE, chunk_bytes)
    fail_with(world, [FINAL])
    load(world, table(20))
    assert ["effect.failed"] == world.letter_codes()
    (failed,) = world.finished()
    assert ("failed", "effect.failed") == (failed.outcome, failed.code)
    assert "Nothing was changed" in (failed.detail or "")
    assert [] == values(world)
    replay(world)
    world.drain()
    assert list(range(20)) == values(world)
    assert ("completed", 2) == (world.finished()[-1].outcome, world.finished()[-1].attempt)
    assert 1 == len(world.letter_codes())


def replay(world: World) -> None:
    (letter,) = world.letters("enrich_records")
    kept = {k: v for k, v in letter.attributes.items() if not k.startswith("csvgate-")}
    world.enrich(published(Message(letter.data, kept), 1))


def test_an_upload_that_fails_again_stays_one_letter_for_each_replay() -> None:
    world = world_of(REPLACE, 16)
    fail_with(world, [FINAL, FINAL])
    load(world, table(20))
    replay(world)
    world.drain()
    assert ["effect.failed"] * 2 == world.letter_codes()
    staging = Counter(name for name in world.warehouse.tables if "staging" in name)
    assert 2 == len(staging)


def test_an_upload_waits_for_an_earlier_one_whose_statement_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The letter is about the earlier upload; the later one is not to blame, and is retried. Once
    the cause is fixed, the entry is carried out under the id that it has."""

    def refuse(job: Job, _effect: Effect) -> None:
        raise Permanent("table.no_dataset", f"{job.id}: dataset sales does not exist")

    world = world_of(REPLACE)
    with monkeypatch.context() as patched:
        patched.setattr(world.warehouse, "start", refuse)
        load(world, table(3))
        assert ["table.no_dataset"] == world.letter_codes()
        world.validate(world.upload("plain/1.csv", table(1)))
        (message,) = new(world, VALIDATED)
        with pytest.raises(Transient) as raised:
            world.enrich(published(message, 1))
        assert "effect.blocked" == raised.value.code
    world.enrich(published(message, 2))
    world.drain()
    assert [0] == values(world)
    replay(world)
    world.drain()
    assert [0] == values(world)


def test_an_entry_of_an_attempt_that_is_given_up_is_never_carried_out() -> None:
    """The attempt is void, for example because an operator found that it is not loaded. Whoever
    comes next closes its entry without a job."""
    world = world_of(REPLACE)
    world.warehouse.jobs.seconds = lambda _job: 300
    world.validate(world.upload("plain/1.csv", table(3)))
    (message,) = new(world, VALIDATED)
    stored = world.store.buckets["ledger"]
    with pytest.raises(Transient):
        world.enrich(published(message, 1))
    (found,) = world.ledger.find(SCOPE_ENTRY)
    entry = world.ledger.get(SCOPE_ENTRY, **found)
    assert entry is not None
    attempt = world.ledger.upload(entry.upload).attempt(1)
    # As if the delivery had crashed before it claimed the entry.
    (claimed,) = [name for name in stored if name.endswith("effect.json")]
    del stored[claimed]
    world.warehouse.jobs.started.clear()
    claim_effect(attempt, EffectClaim(kind="void", detail="not loaded", at=world.now))
    world.warehouse.jobs.seconds = lambda _job: 0
    assert "completed" == load(world, table(1)).outcome
    closed = world.ledger.get(SCOPE_CLOSED, **found)
    assert closed is not None
    assert "void" == closed.result
    standing = effect_claim(attempt)
    assert standing is not None
    assert "void" == standing.kind
    assert [0] == values(world)
    world.now = world.now.replace(hour=world.now.hour + 1)
    world.enrich(published(message, 2))
    assert "upload.superseded" == world.finished()[-1].code
