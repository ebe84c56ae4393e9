"""Anybody who may upload chooses object names. With any name an upload is handled like others, or
ends in a named outcome."""

import re

import pytest

from csvgate.contracts.load import load_directory
from csvgate.contracts.match import Contracts
from unit.protocol.invariants import check, loaded
from unit.protocol.orders import orders
from world import ROOT, World

UPLOADS = {
    "newlines": "orders/a\nb\r\nc.csv",
    "quotes": "orders/'\"`;--.csv",
    "html": 'orders/<img src=x onerror=alert(1)>".csv',
    "spaces": "orders/ .csv",
    "query and fragment": "orders/a?b=c&d#e%2F..%00.csv",
    "glob and template": "orders/[*]{{7*7}}${HOME}$(id).csv",
    "backslashes": "orders/..\\..\\windows.csv",
    "control characters": "orders/\x00\x07\x1b[2J\x7f.csv",
    "right to left": "orders/\u202egpj.exe\u202c.csv",
    "other scripts": "orders/订单 заказы طلبات הזמנות 🎁.csv",
    "decomposed": "orders/cafe\u0301.csv",
    "1,024 bytes": "orders/" + "ü" * 506 + "x.csv",
    "ending twice": "orders/a.csv.csv",
    "as of a reject file": "orders/a.0123456789abcdef0123-0123456789abcdef.rejects.csv",
}
OTHERS = {
    "traversal": ("orders/../../ledger/uploads.csv", "ignored: no contract"),
    "absolute": ("/etc/passwd", "ignored: no contract"),
    "dots": ("..", "ignored: no contract"),
    "folder": ("orders/x.csv/", "ignored: folder"),
    "an address": ("gs://uploads/orders/a.csv", "ignored: no contract"),
}


def everything() -> Contracts:
    return load_directory(ROOT / "contracts")


@pytest.mark.parametrize("name", UPLOADS.values(), ids=UPLOADS)
def test_an_upload_like_any_other(name: str) -> None:
    world = World(contracts=everything())
    assert "sealed: valid" == world.validate(world.upload(name, orders(12, 2)))
    world.drain()
    (finished,) = world.finished()
    assert name == finished.upload.name
    check(world, finished.upload.id, valid=12, bad=2)
    (email,) = world.mailer.sent
    assert "\n" not in email.subject
    (rejects,) = world.store.buckets["rejects"]
    assert len(rejects.encode()) <= 1024
    assert rejects.endswith(".rejects.csv")


@pytest.mark.parametrize(("name", "outcome"), OTHERS.values(), ids=OTHERS)
def test_not_an_upload(name: str, outcome: str) -> None:
    world = World()
    assert outcome == world.validate(world.upload(name, orders(3)))
    world.drain()
    assert [] == loaded(world)
    assert [] == world.letter_codes()


@pytest.mark.parametrize("name", [*UPLOADS.values(), *(name for name, _ in OTHERS.values())])
def test_the_ledger_keeps_names_out_of_its_own(name: str) -> None:
    """A name never becomes part of a ledger object's name: only hexadecimal digits do."""
    world = World()
    world.validate(world.upload(name, orders(3, 1)))
    world.drain()
    for entry in world.store.buckets["ledger"]:
        kind, identifier, *rest = entry.split("/")
        assert kind in ("uploads", "references", "objects", "contents", "days")
        if kind == "days":
            stage = r"[0-9]{11}-[0-9a-f]{20}\.(received|(completed|rejected)-1-4-1|ignored)\.json"
            assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", identifier)
            assert [True] == [bool(re.fullmatch(stage, name)) for name in rest]
            continue
        if kind == "references":
            assert re.fullmatch("2026-11", identifier)
            (identifier,) = rest
        assert set(identifier) <= set("0123456789abcdef")
    for staged in world.store.buckets["staging"]:
        assert re.fullmatch(r"[0-9a-f]{20}/[0-9a-f]{64}\.arrow", staged)
