"""A generation in the uploads bucket that the ledger does not know: its event was lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from csvgate.ports import ObjectInfo
from csvgate.protocol.ledger.entries import AuditAction
from csvgate.protocol.ledger.paths import AUDIT_RECORDED
from csvgate.runtime.errors import Transient
from csvgate_ops.operate.reconcile.facts import Deadline
from csvgate_ops.operate.reconcile.lost_events import (
    UnknownObjects,
    replay_lost,
    unknown_objects,
    upload_of,
)
from fakes.effects import Effect
from unit.operate.dead_letters.contexts import TRANSPORT, LetterWorld, letter_world
from unit.operate.reconcile.test_reconcile_run import codes, report
from unit.protocol.orders import orders
from world import World

NAME = "orders/lost.csv"


def with_lost_event() -> LetterWorld:
    """One upload was processed; the event of another never arrived."""
    there = letter_world()
    there.world.validate(there.world.upload("orders/a.csv", orders(3)))
    there.world.drain()
    there.world.upload(NAME, orders(4))
    return there


def unknown(
    world: World,
    *,
    age: timedelta = timedelta(hours=2),
    since: timedelta | None = None,
    kept: timedelta | None = None,
) -> UnknownObjects:
    now = world.now + age
    known = {upload_of(i).id for i in world.store.generations("uploads", "") if i.name != NAME}
    return unknown_objects(
        world.store.generations("uploads", ""),
        known,
        world.contracts,
        Deadline(now, timedelta(hours=1)),
        since=now - since if since else None,
        ledger_kept=kept,
    )


def names(infos: tuple[ObjectInfo, ...]) -> list[str]:
    return [info.name for info in infos]


def test_a_lost_event_is_a_finding_with_its_generation() -> None:
    there = with_lost_event()
    found = report(there.world)
    assert ["event.lost"] == codes(found)
    (finding,) = found.findings
    info = there.world.store.stat("uploads", NAME)
    assert info is not None
    assert (f"gs://uploads/{NAME}#{info.generation}", upload_of(info).id) == (
        finding.where,
        finding.upload,
    )


def test_a_young_object_may_still_get_its_event() -> None:
    world = with_lost_event().world
    assert [] == codes(report(world, after=timedelta(minutes=29)))
    assert ["event.lost"] == codes(report(world, after=timedelta(minutes=31)))


def test_each_generation_has_its_own_event() -> None:
    there = letter_world()
    there.world.store.versioned = True
    there.world.upload("orders/a.csv", orders(3))
    there.world.validate(there.world.upload("orders/a.csv", orders(4)))
    there.world.drain()
    assert ["event.lost"] == codes(report(there.world))


def test_an_object_that_no_contract_matches_is_listed_apart() -> None:
    there = letter_world()
    there.world.upload("unknown/a.csv", b"x")
    there.world.upload("folder/", b"")
    found = report(there.world)
    assert [] == codes(found)
    assert ["unknown/a.csv"] == [
        u.partition("uploads/")[2].partition("#")[0] for u in found.unmatched
    ]


def test_an_ignored_object_is_known() -> None:
    there = letter_world()
    there.world.validate(there.world.upload("unknown/a.csv", b"x"))
    assert ((), ()) == (report(there.world).unmatched, report(there.world).findings)


def test_only_the_period_is_checked_and_what_the_ledger_must_still_know() -> None:
    world = with_lost_event().world
    assert [NAME] == names(unknown(world).lost)
    assert [NAME] == names(unknown(world, since=timedelta(hours=3)).lost)
    assert [] == names(unknown(world, since=timedelta(hours=1)).lost)
    kept = timedelta(days=400)
    assert [NAME] == names(unknown(world, age=timedelta(days=398), kept=kept).lost)
    assert [] == names(unknown(world, age=timedelta(days=400), kept=kept).lost)


def test_a_replay_has_every_row_loaded_once_and_is_audited() -> None:
    there = with_lost_event()
    found = report(there.world)
    for _ in range(2):
        sent = replay_lost(
            found.lost,
            there.world.ledger,
            there.context.publisher,
            TRANSPORT,
            "ada",
            there.world.clock,
        )
        assert 1 == sent
        there.deliver()
    assert 7 == len(there.world.warehouse.rows("sales.orders"))
    assert [] == codes(report(there.world))
    actions = [
        there.world.ledger.audit.get(AUDIT_RECORDED, **p)
        for p in there.world.ledger.audit.find(AUDIT_RECORDED)
    ]
    assert [("ada", "reconcile.replay_lost")] * 2 == [(a.actor, a.action) for a in actions if a]
    assert isinstance(actions[0], AuditAction)
    assert {"upload", "object", "topic"} == actions[0].details.keys()


def test_a_compressed_object_keeps_its_encoding() -> None:
    there = letter_world()
    there.world.store.put("uploads", NAME, b"x", content_encoding="gzip")
    lost = unknown(there.world).lost
    replay_lost(
        lost, there.world.ledger, there.context.publisher, TRANSPORT, "ada", there.world.clock
    )
    assert b'"contentEncoding": "gzip"' in there.world.publisher.topics[TRANSPORT][-1].data


def test_nothing_is_sent_that_cannot_be_recorded() -> None:
    there = with_lost_event()
    lost = unknown(there.world).lost

    def refuse(effect: Effect) -> None:
        if "audit/" in effect.target:
            raise Transient("storage.unavailable", "away")

    there.world.effects.before = refuse
    with pytest.raises(Transient):
        replay_lost(
            lost, there.world.ledger, there.context.publisher, TRANSPORT, "ada", there.world.clock
        )
    assert [] == there.world.publisher.topics[TRANSPORT]


def test_two_lost_generations_are_two_findings() -> None:
    world = with_lost_event().world
    world.store.versioned = True
    world.upload(NAME, orders(5))
    assert ["event.lost"] * 2 == codes(report(world))
    first, second = unknown(world).lost
    assert replace(first, generation=second.generation).name == second.name
