"""Reports on ledger entries and reject files that the real functions wrote."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from csvgate.contracts.load import load
from csvgate_ops.operate.dead_letters.actions.read import read as read_dead_letters
from csvgate_ops.operate.reconcile.compare import compare
from csvgate_ops.operate.reconcile.facts import Deadline, RowGroup, TableFacts
from csvgate_ops.operate.reconcile.missing_letters import Letters
from csvgate_ops.operate.reconcile.read_ledger import read_ledger
from csvgate_ops.operate.reconcile.run import Reconciliation, Report, count_rows
from unit.delivery.simple import contracts, table
from unit.operate.dead_letters.contexts import letter_world
from unit.protocol.orders import orders
from world import ROOT, World

TABLE = "sales.orders"


def read(world: World) -> Callable[[str, datetime | None], TableFacts]:
    """What the queries would return from the fake warehouse."""

    def table(table: str, since: datetime | None) -> TableFacts:
        rows = world.warehouse.rows(table)
        keys = [(row["_upload_id"], row["_ingested_at"]) for row in rows]
        lines = {(key, row["_line"]) for key, row in zip(keys, rows, strict=True)}
        distinct = Counter(key for key, _ in lines)
        groups = [RowGroup(key, n, distinct[key]) for key, n in Counter(keys).items()]
        return TableFacts(table, tuple(g for g in groups if since is None or g.key[1] >= since))

    return table


def report(
    world: World,
    *,
    since: datetime | None = None,
    after: timedelta = timedelta(hours=1),
    read_table: Callable[[str, datetime | None], TableFacts] | None = None,
    letters: Letters | None = None,
    ledger_kept: timedelta | None = None,
) -> Report:
    """The report at that time after the uploads. Unless other letters are given, those in the
    queues are read."""
    now = world.now + after

    def read_letters() -> Letters:
        return Letters.of(read_dead_letters(letter_world(world).context).letters, complete=True)

    return Reconciliation(
        ledger=world.ledger,
        read_table=read_table or read(world),
        tables=frozenset([TABLE]),
        deadline=Deadline(now, timedelta(minutes=30)),
        since=since,
        rejects_kept=timedelta(days=90),
        contracts=world.contracts,
        uploads_bucket="uploads",
        ledger_kept=ledger_kept,
        read_letters=(lambda: letters) if letters else read_letters,
    ).report(lambda _: None)


def codes(of: Report) -> list[str]:
    return [finding.code for finding in of.findings]


@pytest.fixture
def world() -> World:
    """A completed upload with its correction, one over its limit, one without any valid row, and
    one that failed."""
    world = World()
    world.validate(world.upload("orders/a.csv", orders(50, bad=2)))
    world.drain()
    (name,) = [n for n in world.store.buckets["rejects"] if n.startswith("orders/a.")]
    corrected = world.store.buckets["rejects"][name].data.replace(b",twelve,", b",12.00,")
    world.validate(world.upload(name, corrected))
    world.validate(world.upload("orders/limit.csv", orders(5, bad=4)))
    world.validate(world.upload("orders/no_header.csv", b"a\n1\n"))
    world.drain()
    world.restart()
    world.validate(world.upload("orders/failed.csv", orders(1)))
    for copy in list(world.ledger.names("references/")):
        world.store.delete("ledger", copy)
    world.drain()
    return world


def test_what_the_functions_did_has_no_discrepancy(world: World) -> None:
    found = report(world)
    assert () == found.findings
    assert (5, 1, 1, 5) == (found.uploads, found.tables, found.awaiting, found.objects)
    assert len(world.warehouse.rows(TABLE)) == found.loaded


def test_a_deleted_row_is_missing(world: World) -> None:
    world.warehouse.rows(TABLE).pop()
    assert ["rows.missing"] == codes(report(world))


def test_an_upload_without_its_reject_file(world: World) -> None:
    name = next(n for n in world.store.buckets["rejects"] if n.startswith("orders/limit."))
    world.store.delete("rejects", name)
    assert ["rejects.missing"] == codes(report(world))
    assert [] == codes(report(world, after=timedelta(days=91)))


def test_a_reject_file_cut_short(world: World) -> None:
    name = next(n for n in world.store.buckets["rejects"] if n.startswith("orders/limit."))
    lines = world.store.buckets["rejects"][name].data.splitlines(keepends=True)
    world.store.put("rejects", name, b"".join(lines[:-1]))
    assert ["rejects.rows"] == codes(report(world))


def test_an_upload_without_progress_is_stuck(world: World) -> None:
    world.validate(world.upload("orders/late.csv", orders(3)))
    assert [] == codes(report(world, after=timedelta(minutes=1)))
    assert ["upload.stuck"] == codes(report(world))


def test_only_the_period_is_checked(world: World) -> None:
    world.warehouse.rows(TABLE).clear()
    assert ["rows.missing"] * 2 == sorted(codes(report(world)))
    found = report(world, since=world.now + timedelta(minutes=1))
    assert (0, ()) == (found.uploads, found.findings)


def test_an_upload_that_commits_during_the_reading(world: World) -> None:
    def commits_first(table: str, since: datetime | None) -> TableFacts:
        world.validate(world.upload("orders/meanwhile.csv", orders(3)))
        world.drain()
        return read(world)(table, since)

    assert [] == codes(report(world, read_table=commits_first))


@pytest.mark.parametrize("corrects", [False, True])
def test_an_upload_from_before_the_period_that_was_loaded_in_it_is_no_orphan(
    world: World, corrects: bool
) -> None:
    """A correction waits for its original, so that its rows may be younger than its arrival. They
    have the `_upload_id` of the original."""
    found = [one.facts for one in read_ledger(world.ledger, None).uploads]
    slow = next(facts for facts in found if facts.committed and bool(facts.corrects) == corrects)
    assert slow.ingested_at is not None
    seal = next(n for n in world.ledger.names(f"uploads/{slow.id}/seals/"))
    stored = world.store.buckets["ledger"][seal].data.decode()
    late = slow.ingested_at + timedelta(days=1)
    shown = slow.ingested_at.isoformat().replace("+00:00", "Z")
    assert shown in stored
    world.store.put("ledger", seal, stored.replace(shown, late.isoformat()).encode())
    upload = slow.corrects or slow.id
    for row in world.warehouse.rows(TABLE):
        if (row["_upload_id"], row["_ingested_at"]) == (upload, slow.ingested_at):
            row["_ingested_at"] = late
    period = report(world, since=late - timedelta(hours=1), after=timedelta(days=2))
    assert (0, []) == (period.uploads, codes(period))


def test_rows_without_ledger_entries_are_orphans(world: World) -> None:
    upload = read_ledger(world.ledger, None).uploads[0].facts
    for name in list(world.ledger.names(f"uploads/{upload.id}/")):
        world.store.delete("ledger", name)
    world.store.delete("uploads", upload.name)
    assert ["rows.orphan"] == codes(report(world))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (b"", 0),
        (b"_csvgate_line,_csvgate_errors,a\n", 0),
        (b'_csvgate_line,_csvgate_errors,a\n2,"x","a\nb"\n5,"y",c\n', 2),
        (b'\xef\xbb\xbf_csvgate_line,_csvgate_errors,a\r\n2,"x",c\r\n', 1),
        (b'2,"x",c\n3,"y",\xff\n', 2),
    ],
)
def test_rows_of_a_reject_file(text: bytes, rows: int) -> None:
    contract = load(Path(ROOT / "contracts" / "orders.yaml"))
    assert rows == count_rows(iter([text] if text else []), contract)


def test_rows_of_a_foreign_program_never_name_an_object_in_the_ledger(world: World) -> None:
    """Their `_upload_id` may be anything, and becomes part of no object's name."""

    def foreign(table: str, since: datetime | None) -> TableFacts:
        found = read(world)(table, since)
        strange = RowGroup(("../../audit", world.now), 1, 1)
        return TableFacts(table, (*found.groups, strange))

    world.effects.looks.clear()
    assert ["rows.orphan"] == codes(report(world, read_table=foreign))
    assert not [look for look in world.effects.looks if "audit" in look.target]


def test_a_table_that_is_merged_after_rows_were_appended() -> None:
    fields = {"fields": [{"name": "a", "type": "integer", "constraints": {"required": True}}]}
    world = World(contracts=contracts(schema=fields))
    world.validate(world.upload("plain/appended.csv", table(3)))
    world.drain()
    world.contracts = contracts(schema=fields, merge={"key": ["a"]})
    world.restart()
    world.validate(world.upload("plain/merged.csv", table(2)))
    world.drain()
    found = {one.facts.name: one.facts for one in read_ledger(world.ledger, None).uploads}
    assert {"plain/appended.csv": False, "plain/merged.csv": True} == {
        name: facts.changes_others for name, facts in found.items()
    }
    tables = [read(world)("sales.plain", None)]
    assert [] == compare(found.values(), tables, {}, Deadline(world.now, timedelta(minutes=30)))
