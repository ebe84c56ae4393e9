"""An upload that is read by several threads ends as it does with one: the same seal, the same
objects, or the same failure. No thread is left, and none reads the object after the engine."""

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from csvgate.contracts.match import Contracts
from csvgate.rejects.limited_rejects import Kept, LimitedRejects
from csvgate.runtime.errors import Failure, Permanent, Transient
from csvgate.validation.batch import Batch
from csvgate.validation.validate import validate
from fakes.effects import Effect
from intake import read_upload, staging_output
from intake.deadlines.time_budget import TimeBudget
from intake.handler import Validator
from unit.delivery.simple import contract, contracts, table
from unit.protocol.test_pipeline import upload_id
from world import World

NAME = "plain/a.csv"
DATA = table(20_000)
SECONDS = 20.0


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert not [each for each in threading.enumerate() if each.name.startswith("csvgate")]


@pytest.fixture(autouse=True)
def _small_blocks_and_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    small = partial(validate, vector_bytes=1, block_bytes=3_000)
    monkeypatch.setattr(read_upload, "validate", small)
    monkeypatch.setattr("fakes.storage.PIECE_BYTES", 1_000)


def world_of(processors: int, found: Contracts | None = None) -> World:
    world = World(contracts=found or contracts(), chunk_bytes=10_000)
    handler = world.validate.handler
    assert isinstance(handler, Validator)
    reader = replace(handler.reader, processors=processors)
    world.validate = replace(world.validate, handler=replace(handler, reader=reader))
    return world


def outcome(world: World, data: bytes = DATA, name: str = NAME) -> Any:
    try:
        said = world.validate(world.upload(name, data))
    except Failure as failure:
        return failure.code, failure.message
    found = world.ledger.upload(upload_id(world, name)).standing_seal()
    assert found is not None
    seal = found[1].model_dump(exclude={"at", "ingested_at", "plan"})
    return said, seal, sorted(world.store.buckets["staging"]), reject_files(world)


def reject_files(world: World) -> list[bytes]:
    return [stored.data for stored in world.store.buckets["rejects"].values()]


def same(
    run: Callable[[World], Any], found: Contracts | None = None, *, most: int = 3
) -> list[Any]:
    """Return what `run` returns with one processor; with more, it must return the same."""
    results = [run(world_of(number, found)) for number in range(1, most + 1)]
    assert all(result == results[0] for result in results)
    return list(results[0])


def test_a_valid_upload() -> None:
    said, seal, staged, _ = same(outcome)
    assert ("sealed: valid", 20_000) == (said, seal["counts"]["valid"])
    assert len(staged) == len(seal["chunks"]) > 8


def test_rejected_rows() -> None:
    data = table(3_000, bad=3_000)
    said, seal, _, rejects = same(partial(outcome, data=data))
    assert ("sealed: valid", 3_000) == (said, seal["counts"]["rejected"])
    assert 3_001 == rejects[0].count(b"\n")


def test_a_correction() -> None:
    def run(world: World) -> Any:
        world.validate(world.upload(NAME, table(10, bad=5_000)))
        world.drain()
        (name,) = world.store.buckets["rejects"]
        corrected = reject_files(world)[0].replace(b",x", b",")
        return outcome(world, corrected, name)

    said, seal, *_ = same(run)
    assert ("sealed: valid", 5_000) == (said, seal["counts"]["valid"])
    assert 5_000 == len(seal["lines"]["loaded"]) if seal["lines"] else seal["lines_digest"]


def test_an_upload_that_exceeds_a_limit() -> None:
    strict = contracts(limits={"rejected_rows": 1_200})
    said, seal, *_ = same(partial(outcome, data=table(2_000, bad=20_000)), strict)
    assert ("sealed: over_limit", 2_000 + 1_200 + 2) == (said, seal["stopped_at"])


def test_damaged_gzip() -> None:
    data = gzip.compress(DATA, 1, mtime=0)
    said, seal, staged, _ = same(partial(outcome, data=data[: len(data) // 2], name=f"{NAME}.gz"))
    assert ("sealed: file_fault", []) == (said, list(seal["chunks"]))
    assert len(staged) > 3, "the batches before the damage"


def failing_piece(world: World, number: int, error: Exception) -> threading.Event:
    """The stream fails at this piece, as often as it is read. Return an event that says that it
    did."""
    failed, count = threading.Event(), 0

    def fail(effect: Effect) -> None:
        nonlocal count
        if effect.kind == "storage.stream":
            count = 0
        if effect.kind == "storage.piece":
            count += 1
            if count == number:
                failed.set()
                raise error

    world.effects.looking = fail
    return failed


ERRORS = [Transient("storage.x", "no answer"), Permanent("object.gone", "it is gone")]


@pytest.mark.parametrize("error", ERRORS)
def test_a_stream_that_fails(error: Exception) -> None:
    def run(world: World) -> Any:
        failing_piece(world, 50, error)
        return *outcome(world)[:2], sorted(world.store.buckets["staging"])

    *_, staged = same(run)
    assert len(staged) > 2


@pytest.mark.parametrize("error", ERRORS)
def test_a_stream_that_fails_ahead_of_the_row_where_reading_stops(error: Exception) -> None:
    """The failure is found when the stored bytes are verified, also if the threads that read ahead
    have met it before."""
    strict, data = contracts(limits={"rejected_rows": 1_200}), table(10, bad=20_000)

    def run(world: World) -> Any:
        failed = failing_piece(world, 16, error)
        take, ahead = LimitedRejects.take, processors_of(world) > 1

        def wait(self: LimitedRejects, batch: Batch) -> Kept:
            if ahead:
                assert failed.wait(SECONDS)
            else:
                assert not failed.is_set()
            return take(self, batch)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LimitedRejects, "take", wait)
            return outcome(world, data)

    found = same(run, strict)
    assert ["storage.x", "sealed: file_fault"][isinstance(error, Permanent)] == found[0]


def processors_of(world: World) -> int:
    handler = world.validate.handler
    assert isinstance(handler, Validator)
    return handler.reader.processors


def test_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the object is verified, while nobody else reads it."""
    monkeypatch.setattr(staging_output, "MAX_CHUNKS", 3)
    said, seal, *_ = same(outcome)
    assert ("sealed: file_fault", "file.too_many_chunks") == (said, seal["reasons"][0]["code"])


def test_a_chunk_that_cannot_be_stored() -> None:
    def run(world: World) -> Any:
        def fail(effect: Effect) -> None:
            if effect.kind == "storage.create" and effect.target.startswith("staging"):
                raise Transient("storage.x", "no answer")

        world.effects.before = fail
        return outcome(world)

    assert ["storage.x", "no answer"] == same(run)


def test_another_thread_reads_the_object(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set[str]()
    check = TimeBudget.check

    def spy(self: TimeBudget) -> None:
        threads.add(threading.current_thread().name)
        check(self)

    monkeypatch.setattr(TimeBudget, "check", spy)
    outcome(world_of(2, Contracts([contract()])))
    assert any(name.startswith("csvgate-blocks") for name in threads)
