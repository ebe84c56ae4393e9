"""A file that cannot be read within the function's timeout ends as rejected, and is not tried for
ever."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.http import CloudEvent

from csvgate.csv.compression import decompress
from csvgate.protocol.ledger.entries import Overrun
from csvgate.protocol.ledger.ledger import Starts
from csvgate.runtime.errors import Transient
from csvgate.validation.codes import CODES
from csvgate.validation.faults import FileFault
from fakes.effects import Effect
from intake import read_upload, staging_output
from intake.deadlines.time_limits import TimeLimits
from intake.handler import Validator
from intake.staging_output import MAX_CHUNKS
from unit.delivery.simple import contracts, table
from unit.protocol.invariants import loaded
from unit.protocol.orders import orders
from unit.protocol.test_pipeline import upload_id
from world import World

MINUTE = timedelta(minutes=1)


def overruns(number: int) -> list[Overrun]:
    """As many starts, of which each came a little less far than the one before."""
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return [
        Overrun(at=at, bytes_read=5_000 - n, size=20_000, rows=1_000 - n) for n in range(number)
    ]


def code(fault: FileFault | None) -> str | None:
    return fault.fault.code if fault else None


@pytest.mark.parametrize(
    ("size", "number", "expected"),
    [
        (20_000, 0, None),
        (20_001, 0, "file.too_large_to_finish"),
        (20_000, 2, None),
        (20_000, 3, "file.too_slow"),
        (0, 4, "file.too_slow"),
    ],
)
def test_limits(size: int, number: int, expected: str | None) -> None:
    """40 of 60 seconds are kept for what follows the reading."""
    assert expected == code(TimeLimits(MINUTE, 1_000).infeasible(size, overruns(number)))


def test_without_a_rate_no_size_is_refused() -> None:
    assert TimeLimits(MINUTE, None).infeasible(10**15, ()) is None
    assert "file.too_slow" == code(TimeLimits(MINUTE, None).infeasible(1, overruns(3)))


def test_messages_say_what_to_do() -> None:
    limits = TimeLimits(MINUTE, 1_000)
    large, slow = limits.infeasible(20_001, ()), limits.infeasible(1, overruns(3))
    assert large is not None
    assert slow is not None
    assert (
        "the file has 20,001 bytes; at most 20,000 can be read in the 20 seconds that the function "
        "has. Split the file"
    ) == large.fault.message
    assert (
        "the file was not read to its end within 20 seconds, in 3 attempts; the furthest one read "
        "5,000 of 20,000 bytes and judged 1,000 rows. Split the file"
    ) == slow.fault.message


@pytest.mark.parametrize(
    "name", ["file.too_large_to_finish", "file.too_slow", "file.too_many_chunks"]
)
def test_the_faults_are_in_the_catalogue(name: str) -> None:
    assert "Split the" in " ".join(CODES[name].meaning.split())


def limited(world: World, limits: TimeLimits) -> World:
    handler = world.validate.handler
    assert isinstance(handler, Validator)
    reader = replace(handler.reader, limits=limits)
    world.validate = replace(world.validate, handler=replace(handler, reader=reader))
    return world


def check_rejected(world: World, expected: str) -> None:
    world.drain()
    (finished,) = world.finished()
    assert ("rejected", [expected]) == (finished.outcome, [r.code for r in finished.reasons])
    assert ([expected], []) == (world.letter_codes(), loaded(world))
    (email,) = world.mailer.sent
    assert "rejected" == email.custom_args["outcome"]


def test_a_file_that_is_too_large_is_refused_without_reading_it() -> None:
    world = limited(World(), TimeLimits(MINUTE, 10))
    assert "sealed: file_fault" == world.validate(world.upload("orders/a.csv", orders(50)))
    assert [] == [look for look in world.effects.looks if look.kind == "storage.stream"]
    check_rejected(world, "file.too_large_to_finish")


def test_exactly_as_many_bytes_as_can_be_read() -> None:
    data = orders(50)
    world = limited(World(), TimeLimits(timedelta(seconds=41), len(data)))
    assert "sealed: valid" == world.validate(world.upload("orders/a.csv", data))


def slow(world: World, seconds: float) -> CloudEvent:
    """An upload of several pieces, each of which takes so long."""

    def wait(effect: Effect) -> None:
        if effect.kind == "storage.piece":
            world.now += timedelta(seconds=seconds)

    world.effects.looking = wait
    return world.upload("orders/a.csv", orders(40_000))


def test_three_overruns_end_the_upload() -> None:
    world = World(chunk_bytes=1_000_000)
    event = slow(world, 200)
    for number in (1, 2, 3):
        with pytest.raises(Transient) as caught:
            world.validate(event)
        assert "deadline.exceeded" == caught.value.code
        starts = world.ledger.upload(upload_id(world)).starts()
        assert Starts(number, number, frozenset(range(1, number + 1))) == starts
    assert "sealed: file_fault" == world.validate(event)
    check_rejected(world, "file.too_slow")

    (finished,) = world.finished()
    (example,) = finished.reasons[0].examples
    stored = world.store.stat("uploads", "orders/a.csv")
    assert stored is not None
    read = max(overrun.bytes_read for overrun in world.ledger.upload(upload_id(world)).overruns())
    assert 0 < read < stored.size
    said = f"the furthest one read {read:,} of {stored.size:,} bytes and judged 0 rows. Split the"
    assert said in example.message


def slow_clock(world: World, seconds: int) -> World:
    """Whoever looks at the time while the file is read sees it advance so much. The function has
    500 seconds for it."""
    handler = world.validate.handler
    assert isinstance(handler, Validator)

    def clock() -> datetime:
        world.now += timedelta(seconds=seconds)
        return world.now

    reader = replace(handler.reader, clock=clock)
    world.validate = replace(world.validate, handler=replace(handler, reader=reader))
    return world


def overrun_of(world: World, event: CloudEvent, name: str) -> Overrun:
    with pytest.raises(Transient, match=r"deadline\.exceeded"):
        world.validate(event)
    (overrun,) = world.ledger.upload(upload_id(world, name)).overruns()
    return overrun


def test_the_time_is_checked_while_one_stored_piece_expands() -> None:
    """66 kB, which are read in one piece, expand to 64 MiB of blank lines, without a batch."""
    world, steps = slow_clock(World(contracts=contracts()), 10), 0
    data = gzip.compress(b"a\n" + b"\n" * 2**26, mtime=0)

    def counted(pieces: Iterable[bytes], **options: Any) -> Iterator[bytes]:
        nonlocal steps
        for piece in decompress(pieces, **options):
            steps += 1
            yield piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_upload, "decompress", counted)
        overrun = overrun_of(world, world.upload("plain/a.csv.gz", data), "plain/a.csv.gz")
    assert 45 <= steps <= 50
    assert (len(data), len(data), 0) == (overrun.bytes_read, overrun.size, overrun.rows)


def test_the_time_is_checked_for_each_batch() -> None:
    """A file that is read in one piece, of a thousand batches of one row."""
    world = slow_clock(World(contracts=contracts(), chunk_bytes=1), 10)
    data = table(1_000)
    overrun = overrun_of(world, world.upload("plain/a.csv", data), "plain/a.csv")
    assert (len(data), 49) == (overrun.bytes_read, overrun.rows)


def test_a_second_attempt_that_is_faster_completes_the_upload() -> None:
    world = World(chunk_bytes=1_000_000)
    event = slow(world, 200)
    with pytest.raises(Transient, match=r"deadline\.exceeded"):
        world.validate(event)
    world.effects.looking = lambda _: None
    assert "sealed: valid" == world.validate(event)
    world.drain()
    assert 40_000 == len(loaded(world))


def test_other_failures_are_not_overruns() -> None:
    world = World()
    event = world.upload("orders/a.csv", orders(50))
    world.store.corrupt = lambda bucket, _, data: data[:-1] if bucket == "uploads" else data
    for _ in range(5):
        with pytest.raises(Transient, match=r"storage\.corrupt"):
            world.validate(event)
    assert Starts(5, 0, frozenset(range(1, 6))) == world.ledger.upload(upload_id(world)).starts()
    world.store.corrupt = lambda _bucket, _name, data: data
    assert "sealed: valid" == world.validate(event)


def test_the_time_before_the_reading_counts() -> None:
    """The platform ends the request so long after its beginning."""
    world = World()

    def wait(effect: Effect) -> None:
        if effect.target.endswith("/received.json"):
            world.now += timedelta(seconds=501)

    world.effects.before = wait
    with pytest.raises(Transient, match=r"deadline\.exceeded"):
        world.validate(world.upload("orders/a.csv", orders(50)))


@pytest.mark.parametrize(("limit", "status"), [(3, "sealed: file_fault"), (4, "sealed: valid")])
def test_more_chunks_than_one_commit_can_name(
    limit: int, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 10_000 == MAX_CHUNKS
    monkeypatch.setattr(staging_output, "MAX_CHUNKS", limit)
    world = World()
    assert status == world.validate(world.upload("orders/a.csv", orders(150)))
    if limit == 3:
        check_rejected(world, "file.too_many_chunks")
        return
    world.drain()
    assert 150 == len(loaded(world))
