"""A read whose bytes are damaged on their way is noticed at its end. Whatever the damaged bytes
look like, nothing of them is loaded, reported or handed back, and the next read brings the true
rows."""

import gzip
from collections.abc import Callable
from decimal import Decimal

import pytest

from csvgate.runtime.errors import Transient
from fakes.storage import PIECE_BYTES, crc32c
from unit.csv.compressed import KINDS, zipped
from unit.protocol.invariants import check, loaded, rejected
from unit.protocol.orders import HEADER, orders, row
from unit.protocol.test_pipeline import upload_id
from world import COMPLETE, FUNCTIONS, VALIDATED, World

NAME, ROWS = "orders/a.csv", 200
DATA = orders(ROWS)


def replaced(old: bytes, new: bytes, count: int = 1) -> Callable[[bytes], bytes]:
    def damage(data: bytes) -> bytes:
        assert old in data
        assert len(old) == len(new)
        return data.replace(old, new, count)

    return damage


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a value": replaced(b"10.50", b"90.50"),
    "a value in the last row": lambda data: data[::-1].replace(b"05.01", b"05.09", 1)[::-1],
    "a row that becomes invalid": replaced(b"10.50", b"x0.50"),
    "many rows that become invalid": replaced(b"10.50", b"x0.50", 150),
    "a quote": replaced(b"note 7\n", b'"ote 7\n'),
    "a line end": replaced(b"note 7\n", b"note 7,"),
    "another header": replaced(b"order_id", b"0rder_id"),
    "a workbook": replaced(HEADER[:4], b"PK\x03\x04"),
    "gzip": replaced(HEADER[:4], b"\x1f\x8b\x08\x00"),
    "bytes that are not UTF-8": replaced(HEADER[:1], b"\xff"),
    "NUL": replaced(HEADER[:1], b"\0"),
    "cut": lambda data: data[:-1],
    "cut at a line end": lambda data: data[: data.index(b"note 7\n") + 7],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "a row twice": lambda data: HEADER + row(7) + data[len(HEADER) :],
}


def damaged(world: World, damage: Callable[[bytes], bytes], times: int = 1) -> None:
    """The next reads of the upload receive damaged bytes."""
    left = times

    def corrupt(bucket: str, _: str, data: bytes) -> bytes:
        nonlocal left
        if bucket != "uploads" or left == 0:
            return data
        left -= 1
        return damage(data)

    world.store.corrupt = corrupt


def check_nothing_concluded(world: World) -> None:
    entries = world.ledger.upload(upload_id(world, NAME))
    assert entries.standing_seal() is None
    assert [] == world.publisher.topics[VALIDATED] + world.publisher.topics[COMPLETE]
    assert [] == [letter for function in FUNCTIONS for letter in world.letters(function)]
    assert {} == world.store.buckets["rejects"]
    assert [] == entries.notes()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("times", [1, 3])
def test_the_table_ends_with_the_true_values(damage: Callable[[bytes], bytes], times: int) -> None:
    world = World()
    event = world.upload(NAME, DATA)
    damaged(world, damage, times)
    for _ in range(times):
        with pytest.raises(Transient) as caught:
            world.validate(event)
        assert "storage.corrupt" == caught.value.code
        check_nothing_concluded(world)
        world.restart()
    assert "sealed: valid" == world.validate(event)
    world.drain()
    check(world, upload_id(world, NAME), valid=ROWS, bad=0)
    assert {Decimal("10.50")} == {each["amount"] for each in world.warehouse.rows("sales.orders")}
    assert ([], {}) == (world.letter_codes(), world.store.buckets["rejects"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["beginning", "middle", "end"])
def test_a_compressed_file_ends_with_the_true_rows(kind: str, place: str) -> None:
    """Damage looks like a faulty file, another kind of file, or another text."""
    data = KINDS[kind](DATA)
    at = {"beginning": 1, "middle": len(data) // 2, "end": len(data) - 8}[place]
    world = World()
    event = world.upload(NAME, data)
    damaged(world, lambda data: data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :])
    with pytest.raises(Transient) as caught:
        world.validate(event)
    assert "storage.corrupt" == caught.value.code
    check_nothing_concluded(world)
    assert "sealed: valid" == world.validate(event)
    world.drain()
    check(world, upload_id(world, NAME), valid=ROWS, bad=0)


def test_chunks_of_a_damaged_read_stay_in_the_staging_bucket_unannounced() -> None:
    """They were staged before the damage was noticed, under names that nobody seals."""
    world = World()
    event = world.upload(NAME, DATA)
    damaged(world, replaced(b"10.50", b"90.50"))
    with pytest.raises(Transient):
        world.validate(event)
    before = set(world.store.buckets["staging"])
    assert len(before) > 3
    world.validate(event)
    found = world.ledger.upload(upload_id(world, NAME)).standing_seal()
    assert found is not None
    sealed = {f"{upload_id(world, NAME)}/{chunk.sha256}.arrow" for chunk in found[1].chunks}
    assert len(before - sealed) == 1, "the chunk with the damaged row"
    assert before & sealed, "the same bytes are the same objects"


def test_the_reject_file_is_that_of_the_true_bytes() -> None:
    world = World()
    event = world.upload(NAME, orders(ROWS, bad=3))
    damaged(world, replaced(b"note 7\n", b'"ote 7\n'))
    with pytest.raises(Transient):
        world.validate(event)
    check_nothing_concluded(world)
    world.validate(event)
    world.drain()
    check(world, upload_id(world, NAME), valid=ROWS, bad=3)
    assert 3 == len(rejected(world))


FAULTS = {
    "the header": b"a,b,c\n1,2,3\n" + b"x" * (2 * PIECE_BYTES),
    "an empty file with a tail": b"\n" * (2 * PIECE_BYTES),
    "a zip archive of two files": zipped({"may.csv": orders(5), "june.csv": orders(5)}),
    "xz that is cut": KINDS["xz"](orders(ROWS))[:-50],
    "gzip three times": gzip.compress(gzip.compress(gzip.compress(orders(5)))) + b"\0" * 2**20,
}


@pytest.mark.parametrize("data", FAULTS.values(), ids=FAULTS)
def test_a_file_that_the_parser_gives_up_is_read_to_its_end_before_that_is_said(
    data: bytes,
) -> None:
    """Only then is it known that the bytes were intact. The damage is at the end of the file, after
    what the parser has read."""
    world = World()
    event = world.upload(NAME, data)
    damaged(world, lambda data: data[:-1] + b"?")
    with pytest.raises(Transient) as caught:
        world.validate(event)
    assert "storage.corrupt" == caught.value.code
    check_nothing_concluded(world)
    looks = len(world.effects.looks)
    assert "sealed: file_fault" == world.validate(event)
    pieces = [look for look in world.effects.looks[looks:] if look.kind == "storage.piece"]
    assert -(-len(data) // PIECE_BYTES) == len(pieces)
    world.drain()
    assert (1, 1, []) == (len(world.letter_codes()), len(world.finished()), loaded(world))


def test_damage_within_compressed_data_is_noticed() -> None:
    world = World()
    name = f"{NAME}.gz"
    event = world.upload(name, gzip.compress(DATA))
    damaged(world, lambda data: data[:30] + bytes([data[30] ^ 4]) + data[31:])
    with pytest.raises(Transient) as caught:
        world.validate(event)
    assert "storage.corrupt" == caught.value.code
    assert "sealed: valid" == world.validate(event)
    world.drain()
    check(world, upload_id(world, name), valid=ROWS, bad=0)


def test_a_damaged_staged_chunk_is_not_loaded() -> None:
    world = World()
    world.validate(world.upload(NAME, DATA))
    left = 2

    def corrupt(bucket: str, _: str, data: bytes) -> bytes:
        nonlocal left
        if bucket != "staging" or left == 0:
            return data
        left -= 1
        return data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]

    world.store.corrupt = corrupt
    world.drain()
    check(world, upload_id(world, NAME), valid=ROWS, bad=0)
    assert (0, []) == (left, world.letter_codes())


@pytest.mark.parametrize("kept", [0, 1, len(HEADER), len(DATA) // 2, len(DATA) - 1])
def test_an_event_that_says_less_than_there_is(kept: int) -> None:
    """Whoever may publish to the trigger's topic can give a wrong size, and the checksum of as many
    bytes. The rows behind them must not be lost without a trace."""
    world = World()
    event = world.upload(NAME, DATA)
    true = dict(event.data)
    event.data.update(size=str(kept), crc32c=crc32c(DATA[:kept]))
    with pytest.raises(Transient, match=r"storage\.corrupt"):
        world.validate(event)
    check_nothing_concluded(world)
    event.data.update(true)
    assert "sealed: valid" == world.validate(event)
    world.drain()
    check(world, upload_id(world, NAME), valid=ROWS, bad=0)
