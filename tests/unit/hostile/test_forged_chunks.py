"""Chunks that were cut or changed anywhere on their way, or have another Arrow schema: none of
their rows becomes visible, and nothing is decoded whose digest is not the sealed one."""

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

import enrichment.sealed_load
from csvgate.chunks.arrow import decode
from csvgate.runtime.errors import Transient
from unit.hostile.forging import announced, sealed_as, staged, stream
from unit.protocol.invariants import loaded
from world import VALIDATED, World, published


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def swollen(data: bytes) -> bytes:
    """Return the same stream with a compressed buffer that claims to be a terabyte."""
    magic = data.index(b"\x28\xb5\x2f\xfd")
    return data[: magic - 8] + (1 << 40).to_bytes(8, "little") + data[magic:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-1],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "another": lambda _: stream(pa.table({"_line": pa.array([2], pa.int64())})),
    "a bit": lambda data: flip(data, random.Random(1)),  # noqa: S311 - it has to be repeatable
    "a terabyte": swollen,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_other_bytes_than_the_sealed_ones_are_not_decoded(
    damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be damaged on their way only, so that reading them again helps."""
    world = World()
    message = announced(world)
    decoded: list[bytes] = []

    def observed(data: bytes, **expected: Any) -> pa.Table:
        decoded.append(data)
        return decode(data, **expected)

    monkeypatch.setattr(enrichment.sealed_load, "decode", observed)
    name, data = staged(world, message)
    world.store.corrupt = lambda _, of, read: damage(read) if of == name else read
    with pytest.raises(Transient) as caught:
        world.enrich(published(message, 1))
    assert ("chunk.corrupt", []) == (caught.value.code, decoded)
    assert [] == loaded(world)
    world.store.corrupt = lambda _bucket, _name, read: read
    world.drain()
    assert ([data], 30) == (decoded, len(loaded(world)))


def test_bytes_that_stay_damaged_end_in_a_letter() -> None:
    world = World()
    message = announced(world)
    name, data = staged(world, message)
    world.store.put("staging", name, data[:-1])
    assert "dead-lettered: chunk.corrupt" == world.deliver(VALIDATED, message)
    assert [] == loaded(world)


def test_a_chunk_with_any_byte_changed_ends_in_a_name() -> None:
    chance = random.Random(1)  # noqa: S311 - it has to be repeatable
    world = World()
    message = announced(world)
    name, _ = staged(world, message)
    world.store.corrupt = lambda _, of, read: flip(read, chance) if of == name else read
    for _ in range(300):
        with pytest.raises(Transient) as caught:
            world.enrich(published(message, 1))
        assert "chunk.corrupt" == caught.value.code
    world.store.corrupt = lambda _bucket, _name, read: read
    world.drain()
    assert 30 == len(loaded(world)) == len(set(loaded(world)))


def test_a_chunk_that_was_sealed_after_it_was_cut_is_malformed() -> None:
    """The Arrow stream is checked as well: the digest only says that nothing changed since."""
    world = World()
    message = announced(world)
    _, data = staged(world, message)
    for end in range(0, len(data), 97):
        cut = sealed_as(world, message, data[:end])
        assert "dead-lettered: chunk.malformed" == world.enrich(published(cut, 1))
    assert [] == loaded(world)
    world.delivered[VALIDATED] = len(world.publisher.topics[VALIDATED])
    world.deliver(VALIDATED, sealed_as(world, message, data))
    assert 30 == len(loaded(world)), "the true one still loads"


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"_line": pa.array([*range(30)], pa.int64())}),
        pa.table({"_line": pa.array(["1"] * 30)}),
        pa.table({"_line": pa.array([*range(30)], pa.int64()), "order_id": pa.array([*range(30)])}),
        pa.table({"nothing": pa.array([*range(30)])}),
        pa.table({}),
    ],
    ids=["no fields", "text lines", "other types", "other columns", "no columns"],
)
def test_a_stream_of_another_shape_is_malformed(table: pa.Table) -> None:
    world = World()
    forged = sealed_as(world, announced(world), stream(table))
    assert "dead-lettered: chunk.malformed" == world.enrich(published(forged, 1))
    assert [] == loaded(world)


def test_a_stream_that_would_fill_the_memory_is_malformed() -> None:
    world = World()
    message = announced(world)
    _, data = staged(world, message)
    forged = sealed_as(world, message, swollen(data))
    assert "dead-lettered: chunk.malformed" == world.enrich(published(forged, 1))
    assert [] == loaded(world)


@pytest.mark.parametrize("rows", [1, 29, 31, 1_000_000])
def test_another_number_of_rows_than_the_seal_says(rows: int) -> None:
    world = World()
    message = announced(world)
    _, data = staged(world, message)
    forged = sealed_as(world, message, data, rows)
    assert "dead-lettered: chunk.malformed" == world.enrich(published(forged, 1))
    assert [] == loaded(world)


def test_a_staged_object_that_csvgate_cannot_have_written() -> None:
    world = World()
    message = announced(world)
    name, _ = staged(world, message)
    world.store.put("staging", name, bytes(8 * 1024 * 1024 + 1))
    assert "dead-lettered: storage.too_large" == world.enrich(published(message, 1))
