"""A file whose totals differ is refused before anything is visible. The sidecar that states them is
waited for, is not an upload itself, and is read once."""

import gzip
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from csvgate.contracts.match import Contracts
from csvgate.protocol.events import UploadFinished
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.hints import hints
from csvgate_ops.operate.uploads import status
from fakes.effects import Effect
from fakes.storage import FakeObjectStore
from intake.handler import LAST_START_AFTER
from unit.delivery.simple import contracts
from unit.delivery.test_call_counts import CLEAN, INDEX, run, watched, without_subject
from unit.delivery.test_early_end import seal_of
from unit.protocol.test_pipeline import upload_id
from world import World

NAME, SIDECAR = "plain/may.csv", "plain/may.ctl"
PATTERN = r"^Total (?P<rows>\d+) (?P<a>-?\d+)$"
FOOTER: dict[str, Any] = {"dialect": {"footerFrom": "^Total"}, "totals": {"pattern": PATTERN}}
BESIDE: dict[str, Any] = {"totals": {"pattern": PATTERN, "sidecar": "{stem}.ctl"}}
ROWS = "a\n1\n2\n39\n"
RIGHT, WRONG = b"Total 3 42\n", b"Total 3 43\n"


def world_of(fields: Sequence[str] = ("a",), **properties: Any) -> World:
    return World(contracts=contracts(fields, **properties))


def end(world: World) -> UploadFinished:
    world.drain()
    return world.finished()[-1]


def values(world: World) -> list[int]:
    """The values of column a of the visible rows."""
    return sorted(row["a"] for row in world.warehouse.rows("sales.plain"))


def start(world: World, event: Any) -> str:
    """One delivery to a new instance: its outcome, or the code that it raised."""
    world.restart()
    try:
        return world.validate(event)
    except Transient as failure:
        return failure.code


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_right_footer(compress: Any) -> None:
    world = world_of(**FOOTER)
    name = NAME if compress is bytes else f"{NAME}.gz"
    assert "sealed: valid" == world.validate(world.upload(name, compress(ROWS.encode() + RIGHT)))
    assert "completed" == end(world).outcome
    assert [1, 2, 39] == values(world)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ROWS.encode() + WRONG, "file.total_differs"),
        (ROWS.encode(), "file.total_missing"),
        (b"a\n1\n" + RIGHT, "file.total_differs"),
        (b"a\nTotal 1 0\n", "file.total_differs"),
    ],
    ids=["another sum", "cut off at a line end", "lost rows", "no rows"],
)
def test_a_wrong_footer_refuses_the_file(data: bytes, code: str) -> None:
    world = world_of(**FOOTER)
    calls = watched(world)
    assert "sealed: file_fault" == world.validate(world.upload(NAME, data))
    finished = end(world)
    assert ("rejected", code) == (finished.outcome, finished.reasons[0].code)
    assert [code] == world.letter_codes()
    assert {} == world.store.buckets["rejects"]
    assert 0 == sum(call.startswith("bigquery.append") for call in calls.made)
    (email,) = world.mailer.sent
    assert str(seal_of(world, NAME).detail) in email.text.replace("\n", " ")


def test_rejected_rows_are_part_of_the_totals() -> None:
    world = world_of(("a", "b"), **FOOTER)
    data = b"a,b\n1,1\n2,x\n39,1\n7,1,1\nTotal 4 42\n"
    assert "sealed: valid" == world.validate(world.upload(NAME, data))
    assert "completed" == end(world).outcome
    assert [1, 39] == values(world)


@pytest.mark.parametrize(
    "limits",
    [{"rejected_rows": 2}, {"rejected_rate": 0.1}, {"rejected_bytes": 1000}],
    ids=["in the end", "by the rate", "early"],
)
def test_a_file_over_its_limits_is_refused_for_them_and_not_for_its_totals(limits: Any) -> None:
    """So its reject file shows the rows that the totals would only count. Where reading has ended
    early, the totals are not known."""
    world = world_of(limits=limits, **FOOTER)
    data = b"a\n1\n" + b"x\n" * 30 + WRONG
    assert "sealed: over_limit" == world.validate(world.upload(NAME, data))
    finished = end(world)
    assert ("rejected", "limit.rejected") == (finished.outcome, world.letter_codes()[0])
    assert finished.rejects
    assert ("rejected_bytes" in limits) == (seal_of(world, NAME).stopped_at is not None)


@pytest.mark.parametrize("properties", [FOOTER, BESIDE], ids=["footer", "sidecar"])
def test_a_correction_has_no_totals(properties: dict[str, Any]) -> None:
    world = world_of(**properties)
    world.store.put("uploads", SIDECAR, b"Total 3 3\n")
    data = b"a\n1\n2\nx\n" + (b"Total 3 3\n" if properties is FOOTER else b"")
    assert "sealed: valid" == world.validate(world.upload(NAME, data))
    world.drain()
    (name,), (stored,) = zip(*world.store.buckets["rejects"].items(), strict=True)
    corrected = world.upload(name, stored.data.replace(b",x", b",100"))
    assert "sealed: valid" == world.validate(corrected)
    assert "completed" == end(world).outcome
    assert [1, 2, 100] == values(world)


def test_damaged_bytes_are_not_compared() -> None:
    world = world_of(**FOOTER)
    event = world.upload(NAME, ROWS.encode() + RIGHT)
    whole = world.store.corrupt
    world.store.corrupt = lambda _bucket, _name, data: data.replace(b"39", b"38")
    assert "storage.corrupt" == start(world, event)
    world.store.corrupt = whole
    assert "sealed: valid" == start(world, event)


def test_a_sidecar_costs_one_read_and_a_footer_nothing() -> None:
    for properties, footer in ((FOOTER, RIGHT), (BESIDE, b"")):
        world = world_of(**properties, identical="load")
        world.store.put("uploads", SIDECAR, RIGHT)
        world.validate(world.upload("plain/may.csv.gz", ROWS.encode() + footer))
        world.drain()
        steps = without_subject(run(world, world.upload(NAME, ROWS.encode() + footer)))
        expected = [call for call in CLEAN.validate if call != INDEX]
        if properties is BESIDE:
            expected.insert(3, "storage.read uploads")
        assert expected == steps.validate
        assert (CLEAN.enrich, CLEAN.notify) == (steps.enrich, steps.notify)


def test_a_sidecar_is_compared_as_a_footer_is() -> None:
    world = world_of(**BESIDE)
    world.store.put("uploads", SIDECAR, WRONG)
    assert "sealed: file_fault" == world.validate(world.upload(NAME, ROWS.encode()))
    assert (
        "the sum of a is 42, but the sidecar gs://uploads/plain/may.ctl states 43. Compare the "
        "file with its source, and upload it again once it is complete"
    ) == seal_of(world, NAME).detail


def test_a_sidecar_that_comes_later() -> None:
    world = world_of(**BESIDE)
    event = world.upload(NAME, ROWS.encode())
    assert ["sidecar.waiting"] * 3 == [start(world, event) for _ in range(3)]
    assert ([], []) == (world.letter_codes(), world.finished())
    world.store.put("uploads", SIDECAR, RIGHT)
    assert "sealed: valid" == start(world, event)
    assert "completed" == end(world).outcome


def test_a_sidecar_that_never_comes() -> None:
    """The last start refuses the file, so that the uploader is informed, and the name is free."""
    world = world_of(**BESIDE)
    event = world.upload(NAME, ROWS.encode())
    assert ["sidecar.waiting"] * 6 == [start(world, event) for _ in range(6)]
    world.now += LAST_START_AFTER + timedelta(minutes=1)
    assert "sealed: file_fault" == start(world, event)
    finished = end(world)
    assert ("rejected", ["file.sidecar_missing"]) == (finished.outcome, world.letter_codes())
    assert (
        "the sidecar gs://uploads/plain/may.ctl, which states the totals of the file, does not "
        "exist; upload it, then upload the file again"
    ) == seal_of(world, NAME).detail
    assert "rejected" == world.mailer.sent[-1].custom_args["outcome"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * 70_000, "file.sidecar_unreadable"),
        (b"PK\x03\x04....", "file.sidecar_unreadable"),
        (b"", "file.total_missing"),
    ],
)
def test_a_sidecar_that_is_not_one(data: bytes, code: str) -> None:
    world = world_of(**BESIDE)
    world.store.put("uploads", SIDECAR, data)
    assert "sealed: file_fault" == world.validate(world.upload(NAME, ROWS.encode()))
    assert [code] == world.letter_codes()
    assert "the sidecar gs://uploads/plain/may.ctl" in str(seal_of(world, NAME).detail)


def test_a_sidecar_is_read_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = list[int | None]()
    read = FakeObjectStore.read

    def spy(self: FakeObjectStore, bucket: str, *args: Any, **options: Any) -> bytes | None:
        if bucket == "uploads":
            limits.append(options.get("max_bytes"))
        return read(self, bucket, *args, **options)

    monkeypatch.setattr(FakeObjectStore, "read", spy)
    world = world_of(**BESIDE)
    world.store.put("uploads", SIDECAR, RIGHT)
    assert "sealed: valid" == world.validate(world.upload(NAME, ROWS.encode()))
    assert [64 * 1024] == limits


@pytest.mark.parametrize("match", [["plain/*.csv"], ["plain/**"]], ids=["apart", "fits match"])
def test_the_event_of_a_sidecar_is_ignored(match: list[str]) -> None:
    world = world_of(**BESIDE, match=match)
    event = world.upload(SIDECAR, RIGHT)
    calls = watched(world)
    assert "ignored: sidecar" == world.validate(event)
    assert [
        "storage.read received.json",
        "storage.create ignored.json",
        "storage.create ignored in the day's list",
    ] == calls.since()
    found = status(world.ledger, upload_id(world, SIDECAR))
    assert ("ignored", "sidecar") == (found.state, found.ignored)
    assert (
        "plain/may.ctl is a sidecar: it states the totals of an upload under contract plain and is "
        "read together with that upload. It has no rows of its own"
    ) == found.detail
    (hint,) = hints(found, ())
    assert "csvgate infer" not in hint
    assert ([], []) == (world.letter_codes(), world.finished())


def test_a_failure_with_a_sidecar_event_is_not_reported_to_the_uploader() -> None:
    world = world_of(**BESIDE, match=["plain/**"])
    event = world.upload(SIDECAR, RIGHT)
    event.data["crc32c"] = "not a checksum"
    assert "dead-lettered: event.malformed" == world.validate(event)
    world.drain()
    assert [] == world.mailer.sent


def test_an_upload_that_was_pinned_before_it_became_a_sidecar_is_finished() -> None:
    world = world_of(match=["plain/**"])

    def refuse(effect: Effect) -> None:
        if effect.target.startswith("staging/"):
            raise Transient("storage.unavailable", "the staging bucket does not answer")

    event = world.upload(SIDECAR, ROWS.encode())
    world.effects.before = refuse
    assert "storage.unavailable" == start(world, event)
    world.effects.before = lambda _: None
    world.contracts = contracts(**BESIDE, match=["plain/**"])
    assert "sealed: valid" == start(world, event)
    assert "completed" == end(world).outcome


def test_other_objects_without_a_contract_are_ignored_as_before() -> None:
    world = world_of(**BESIDE)
    for found in (world.contracts, Contracts([])):
        world.contracts = found
        world.restart()
        assert "ignored: no contract" == world.validate(world.upload("other/may.ctl", RIGHT))
    shown = status(world.ledger, upload_id(world, "other/may.ctl"))
    assert "no_contract" == shown.ignored
    assert "csvgate infer" in next(hints(shown, ()))
