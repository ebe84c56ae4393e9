"""The same content again: skipped, loaded with a warning, refused or loaded (`identical`)."""

import base64
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from csvgate.protocol.events import UploadFinished
from csvgate.protocol.ledger.content_index import MOST_LOOKED_AT
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.uploads import status
from unit.delivery.simple import contracts, table
from unit.delivery.test_call_counts import kinds, new, watched
from unit.delivery.test_day_lists import listed
from unit.operate.undo.undoing import restore_in, revoke_in
from world import VALIDATED, World, finalized, published

A, B = "plain/a.csv", "plain/b.csv"
ROWS = table(3)


def world_of(**changes: Any) -> World:
    return World(contracts=contracts(**changes))


def end(world: World, event: CloudEvent) -> UploadFinished:
    world.validate(event)
    world.drain()
    return world.finished()[-1]


def load(world: World, name: str, data: bytes = ROWS) -> UploadFinished:
    return end(world, world.upload(name, data))


def number(world: World) -> int:
    return len(world.warehouse.rows("sales.plain"))


@pytest.mark.parametrize(
    ("says", "same_name", "other_name", "rows"),
    [
        ("warn", "rejected", "completed", 6),
        ("skip", "rejected", "rejected", 3),
        ("refuse", "rejected", "rejected", 3),
        ("load", "completed", "completed", 9),
    ],
)
def test_the_same_content_again(says: str, same_name: str, other_name: str, rows: int) -> None:
    world = world_of(identical=says)
    load(world, A)
    ends = [load(world, A), load(world, B)]
    assert [same_name, other_name] == [e.outcome for e in ends]
    assert rows == number(world)
    letters = [m.attributes["csvgate-code"] for m in world.letters("validate_and_parse")]
    assert (["file.identical"] if says == "refuse" else []) == letters


def test_what_people_read_about_a_skipped_upload() -> None:
    world = world_of()
    first = load(world, A)
    again = load(world, A)
    assert ("rejected", "upload.identical") == (again.outcome, again.code)
    assert first.upload == again.identical
    email = world.mailer.sent[-1]
    assert "Not loaded" in email.subject
    assert "already, so they were not loaded again" in email.text
    found = status(world.ledger, again.upload.id)
    assert ("rejected", "upload.identical", first.upload) == (
        found.state,
        found.code,
        found.identical,
    )
    assert f"upload {first.upload.id}, generation {first.upload.generation}" in (found.detail or "")
    line, _ = listed(world)
    assert ("rejected", ("upload.identical",), 0) == (line.state, line.codes, line.loaded)


def test_what_people_read_about_a_loaded_upload() -> None:
    world = world_of()
    first = load(world, A)
    other = load(world, B)
    assert ("completed", first.upload) == (other.outcome, other.identical)
    assert f"Warning: this file has the same content as {A}" in world.mailer.sent[-1].text
    assert first.upload == status(world.ledger, other.upload.id).identical


def test_a_refused_upload_names_the_other_one() -> None:
    world = world_of(identical="refuse")
    first = load(world, A)
    refused = load(world, B)
    assert "file.identical" == refused.reasons[0].code
    assert f"as {A}, is loaded already (upload {first.upload.id}" in (refused.detail or "")


def test_the_calls_of_the_same_content_again() -> None:
    """The index's first entry, the uploads of the same name, and how the other upload ended."""
    world = world_of()
    load(world, A)
    event, calls = world.upload(B, ROWS), watched(world)
    world.validate(event)
    assert {"writes": 6, "reads": 7, "listings": 1, "messages": 1, "bigquery": 0} == kinds(
        calls.since()
    )
    event = world.upload(A, ROWS)
    calls.since()
    world.validate(event)
    assert [
        "storage.create received.json",
        "storage.create received in the day's list",
        "storage.create first.json",
        "storage.read first.json",
        "storage.read decision.json",
        "storage.read dead.json",
        "storage.read finished.json",
        "storage.read 0001.json",
        "storage.read revoked.json",
        "storage.stream uploads",
        "storage.create 0001.json",
        "pubsub.publish validated-records",
    ] == calls.since()


def test_a_contract_that_loads_everything_has_no_index() -> None:
    world = world_of(identical="load")
    load(world, A)
    assert not [name for name in world.store.buckets["ledger"] if name.startswith("contents/")]


def test_an_upload_that_is_under_way_is_not_relied_on() -> None:
    """It may still be rejected. The other one is loaded, and says what it has found."""
    world = world_of(identical="skip")
    world.validate(world.upload(A, ROWS))
    world.validate(world.upload(A, ROWS))
    world.drain()
    first, second = world.finished()
    assert ["completed"] * 2 == [first.outcome, second.outcome]
    assert first.upload == second.identical


def test_a_rejected_upload_is_not_relied_on() -> None:
    world = world_of(limits={"rejected_rows": 0})
    assert ["rejected"] * 2 == [load(world, A, table(1, bad=1)).outcome for _ in range(2)]
    assert 2 == len(world.letters("validate_and_parse"))


def test_a_revoked_upload_is_not_relied_on_until_it_is_restored() -> None:
    world = world_of(identical="skip")
    first = load(world, A)
    revoke_in(world, first.upload.id)
    assert 0 == number(world)
    second = load(world, B)
    assert ("completed", None) == (second.outcome, second.identical)
    revoke_in(world, second.upload.id)
    restore_in(world, first.upload.id)
    again = load(world, A)
    assert ("upload.identical", first.upload) == (again.code, again.identical)
    assert 3 == number(world)


def test_a_second_delivery_is_not_a_duplicate_of_the_first() -> None:
    world = world_of()
    event = world.upload(A, ROWS)
    load_once = end(world, event)
    assert "finished before" == world.validate(event)
    assert load_once.identical is None


def test_a_second_delivery_after_a_crash_is_not_a_duplicate_of_the_first() -> None:
    """The first one has indexed the content, and has not sealed the upload."""
    world = world_of()
    event = world.upload(A, ROWS)

    def crash(effect: Any) -> None:
        if "seals/" in effect.target:
            world.effects.before = lambda _: None
            raise RuntimeError("the instance crashed")

    world.effects.before = crash
    with pytest.raises(Transient):
        world.validate(event)
    assert "completed" == end(world, event).outcome
    assert 3 == number(world)


def test_a_second_delivery_of_a_later_upload_does_not_find_itself() -> None:
    """The first upload was rejected; the later one is in the index, and its instance crashed."""
    world = world_of(identical="skip", limits={"rejected_rows": 0})
    data = table(1, bad=1)
    load(world, A, data)
    world.contracts = contracts(identical="skip")
    world.restart()
    event = world.upload(A, data)

    def crash(effect: Any) -> None:
        if "seals/" in effect.target:
            world.effects.before = lambda _: None
            raise RuntimeError("the instance crashed")

    world.effects.before = crash
    with pytest.raises(Transient):
        world.validate(event)
    again = end(world, event)
    assert ("completed", None) == (again.outcome, again.identical)


def test_the_pair_of_both_later_uploads_is_found() -> None:
    """The first upload was rejected because of a column; the second one was loaded."""
    world = world_of(identical="skip", limits={"rejected_rows": 0})
    data = table(1, bad=1)
    load(world, A, data)
    world.contracts = contracts(fields=("a",), identical="skip")
    world.restart()
    assert "completed" == load(world, A, data).outcome
    assert "upload.identical" == load(world, A, data).code
    assert "upload.identical" == load(world, B, data).code
    assert 1 == number(world)


def test_many_names_with_the_same_content_do_not_slow_down_the_next() -> None:
    world = world_of()
    for name in range(MOST_LOOKED_AT + 3):
        load(world, f"plain/{name}.csv")
    event, calls = world.upload("plain/last.csv", ROWS), watched(world)
    world.validate(event)
    assert {"writes": 6, "reads": 7, "listings": 1, "messages": 1, "bigquery": 0} == kinds(
        calls.since()
    )
    calls.since()
    assert 1 == len(list(new(world, VALIDATED)))
    event = world.upload("plain/3.csv", ROWS)
    calls.since()
    world.validate(event)
    assert kinds(calls.since())["reads"] < 10
    world.enrich(published(next(new(world, VALIDATED)), 1))
    assert "upload.identical" == world.finished()[-1].code


def test_files_without_rows_are_never_duplicates() -> None:
    """Nothing of them is in the table."""
    world = world_of(identical="refuse")
    ends = [load(world, name, b"a\n") for name in (A, B, A)]
    assert [("completed", None)] * 3 == [(e.outcome, e.identical) for e in ends]


def test_another_table_is_another_content() -> None:
    world = world_of(identical="refuse")
    load(world, A)
    world.contracts = contracts(
        identical="refuse", destination={"dataset": "sales", "table": "other"}
    )
    world.restart()
    assert "completed" == load(world, B).outcome


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"),
    [(b"1", b"1", True), (b"1", b"2", False), (b"1", None, True), (None, None, True)],
)
def test_the_md5_decides_if_both_have_one(
    ours: bytes | None, theirs: bytes | None, is_same: bool
) -> None:
    """Two contents may have the same size and CRC32C; composite objects have no MD5."""

    def event(name: str, digest: bytes | None) -> CloudEvent:
        found = finalized(world.store.put("uploads", name, ROWS))
        if digest:
            found.data["md5Hash"] = base64.b64encode(digest * 16).decode()
        return found

    world = world_of(identical="skip")
    end(world, event(A, ours))
    assert ("rejected" if is_same else "completed") == end(world, event(B, theirs)).outcome


@pytest.mark.parametrize("wrong", ["x", 7, None, "A" * 24])
def test_what_is_not_an_md5_is_left_out(wrong: object) -> None:
    world = world_of()
    event = world.upload(A, ROWS)
    event.data["md5Hash"] = wrong
    assert "completed" == end(world, event).outcome


def test_a_second_try_is_skipped_although_the_name_is_refused() -> None:
    world = world_of(on_overwrite="refuse")
    load(world, A)
    assert "upload.identical" == load(world, A).code
    assert "file.overwrite" == load(world, A, table(4)).reasons[0].code


@pytest.mark.parametrize(
    "way",
    [
        {"on_overwrite": "replace"},
        {"replace": "table"},
        {"replace_by": ["a"]},
    ],
    ids=str,
)
def test_where_rows_are_replaced_nothing_is_left_out(way: dict[str, Any]) -> None:
    """The first content again, after another one: the table must have it."""
    world = world_of(**way)
    load(world, A, table(2))
    load(world, A, table(4))
    again = load(world, A, table(2))
    assert ("completed", A) == (again.outcome, again.identical.name if again.identical else "")
    found = {row["a"] for row in world.warehouse.rows("sales.plain")}
    assert {0, 1} <= found
