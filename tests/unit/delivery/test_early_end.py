"""A file of rejected rows ends early: at the limits of the contract, with the verdict, and with a
reject file of bounded size. The work is counted, never timed."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from csvgate.contracts.match import Contracts
from csvgate.contracts.model import Contract
from csvgate.csv.compression import decompress
from csvgate.protocol.dead_letters import PREFIX
from csvgate.protocol.ledger.entries import Seal
from csvgate.runtime.errors import Transient
from csvgate.validation.batch import Batch, RejectedRow
from csvgate.validation.fast.row_reader import RowReader
from csvgate.validation.validate import validate
from intake import read_upload
from unit.delivery.simple import contract, contracts, table
from unit.protocol.invariants import loaded
from unit.protocol.test_pipeline import upload_id
from world import World

BOMB = gzip.compress(b"a\n" + b"x\n" * 2_000_000, mtime=0)
"""About 4 kB whose rows are all rejected: as a reject file they would have 170 MB."""
LARGE_BOMB = gzip.compress(b"a\n" + b"x\n" * 16_000_000, mtime=0)
"""32 MB in 31 kB, of which 4 MiB are a block."""
MIB = 1024**2


@dataclass
class Work:
    """What the functions did with a file."""

    expanded: int = 0
    batches: int = 0
    judged: int = 0
    """Rows that the vectorised path rejected."""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    done = Work()
    rejected = RowReader.rejected

    def counted_bytes(*args: Any, **options: Any) -> Iterator[bytes]:
        for piece in decompress(*args, **options):
            done.expanded += len(piece)
            yield piece

    def counted_batches(
        pieces: Iterable[bytes], rules: Contract, **options: Any
    ) -> Iterator[Batch]:
        for batch in validate(pieces, rules, **options):
            done.batches += 1
            yield batch

    def counted_rows(self: RowReader, rows: Any, faults: Any) -> list[RejectedRow]:
        done.judged += len(rows)
        return rejected(self, rows, faults)

    monkeypatch.setattr(read_upload, "decompress", counted_bytes)
    monkeypatch.setattr(read_upload, "validate", counted_batches)
    monkeypatch.setattr(RowReader, "rejected", counted_rows)
    return done


def allowing(**limits: Any) -> Contracts:
    return contracts(limits=limits)


def world_of(found: Contracts | None = None) -> World:
    return World(contracts=found or contracts(limits={}), chunk_bytes=2**24)


def seal_of(world: World, name: str) -> Seal:
    found = world.ledger.upload(upload_id(world, name)).standing_seal()
    assert found is not None
    return found[1]


def reject_file(world: World) -> bytes:
    (stored,) = world.store.buckets["rejects"].values()
    return stored.data


def test_four_kilobytes_do_not_become_a_large_reject_file(work: Work) -> None:
    assert len(BOMB) < 4_096
    world = world_of()
    assert "sealed: over_limit" == world.validate(world.upload("plain/a.csv.gz", BOMB))
    # A batch ends with 50,000 faults; the third one has the row that is too much.
    assert (3, 200_000) == (work.batches, work.judged)
    data = reject_file(world)
    assert 100_001 == data.count(b"\n")
    assert len(data) < 9 * MIB
    seal = seal_of(world, "plain/a.csv.gz")
    assert (100_000, 100_000, 100_002) == (seal.counts.read, seal.counts.rejected, seal.stopped_at)


def test_decompression_stops_too(work: Work) -> None:
    world = world_of(allowing(rejected_rows=1_000))
    assert "sealed: over_limit" == world.validate(world.upload("plain/a.csv.gz", LARGE_BOMB))
    assert (1, 100_000) == (work.batches, work.judged)
    assert work.expanded <= 6 * MIB


def test_everybody_hears_where_reading_stopped() -> None:
    world = world_of(allowing(rejected_rows=1_200))
    world.validate(world.upload("plain/a.csv", table(2_000, bad=5_000)))
    world.drain()
    line = 2_000 + 1_200 + 2
    said = (
        f"more than 1,200 rows are rejected; the contract allows 1,200. Reading stopped at line "
        f"{line:,}, so more rows may be faulty; the first 1,200 are shown"
    )
    (finished,) = world.finished()
    assert ("rejected", said, line) == (finished.outcome, finished.detail, finished.stopped_at)
    assert (3_200, 1_200) == (finished.counts.read, finished.counts.rejected)
    (letter,) = world.letters("validate_and_parse")
    assert said == letter.attributes[f"{PREFIX}message"]
    assert str(line) == letter.attributes[f"{PREFIX}stopped-at"]
    (email,) = world.mailer.sent
    for text in (email.text, email.html):
        assert f"Reading stopped at line {line:,}: all numbers in this email" in text
        assert "each of the first 1,200 with its line number" in text
        assert "rows read so far" in text
    assert [] == loaded(world)


def test_a_file_that_is_read_to_its_end_says_nothing_of_the_kind() -> None:
    world = world_of(allowing(rejected_rows=2))
    world.validate(world.upload("plain/a.csv", table(3, bad=3)))
    world.drain()
    (finished,) = world.finished()
    assert ("rejected", None) == (finished.outcome, finished.stopped_at)
    (letter,) = world.letters("validate_and_parse")
    assert f"{PREFIX}stopped-at" not in letter.attributes
    assert "so far" not in world.mailer.sent[0].text


@pytest.mark.parametrize("size", [2_000, MIB])
def test_the_reject_file_has_at_most_the_bytes_of_the_limit(size: int) -> None:
    world = world_of(allowing(rejected_bytes=size))
    world.validate(world.upload("plain/a.csv.gz", BOMB))
    data, seal = reject_file(world), seal_of(world, "plain/a.csv.gz")
    assert size - 100 < len(data) <= size
    assert seal.counts.rejected == data.count(b"\n") - 1
    assert "`limits.rejected_bytes`" in (seal.detail or "")


def test_a_rate_that_is_certain_stops_the_reading(work: Work) -> None:
    world = World(contracts=allowing(rejected_rate=0.2, rejected_rows=700_000), chunk_bytes=10_000)
    data = table(0, bad=100_000)
    assert "sealed: over_limit" == world.validate(world.upload("plain/a.csv", data))
    seal = seal_of(world, "plain/a.csv")
    assert "the rest of the file is too short to bring the rate down" in (seal.detail or "")
    # The file has more than 68 batches, and of every row half of the bytes are sure to be read.
    assert 50 < work.batches < 66
    assert (seal.counts.read, []) == (seal.counts.rejected, loaded(world))


def test_the_stored_bytes_are_verified_all_the_same(work: Work) -> None:
    """Nothing is concluded from bytes that were damaged on their way, wherever reading stopped."""
    world = world_of(allowing(rejected_rows=1_000))
    event = world.upload("plain/a.csv.gz", LARGE_BOMB)
    world.store.corrupt = lambda bucket, _, data: data[:-1] if bucket == "uploads" else data
    with pytest.raises(Transient, match=r"storage\.corrupt"):
        world.validate(event)
    assert (1, {}) == (work.batches, world.store.buckets["rejects"])
    world.store.corrupt = lambda _bucket, _name, data: data
    assert "sealed: over_limit" == world.validate(event)


def test_another_delivery_stops_at_the_same_line() -> None:
    """Both write the same reject file, which is one object."""
    world = world_of(allowing(rejected_rows=1_000))
    event = world.upload("plain/a.csv.gz", BOMB)
    world.validate(event)
    before = dict(world.store.buckets["rejects"])
    name = next(n for n in world.store.buckets["ledger"] if "/seals/" in n)
    world.store.delete("ledger", name)
    world.restart()
    world.validate(event)
    assert before == world.store.buckets["rejects"]


def corrected(world: World, data: bytes) -> str:
    """Upload a reject file again, as it is or longer."""
    (name,) = world.store.buckets["rejects"]
    world.validate(world.upload(name, data))
    world.drain()
    return name


@pytest.mark.parametrize(("size", "outcome"), [(10_000, "rejected"), (20_000, "completed")])
def test_a_correction_is_limited_in_bytes(size: int, outcome: str) -> None:
    """Its rows are not judged again by their number, which the contract does not allow at all."""
    world = world_of(Contracts([contract(limits={"rejected_bytes": size})]))
    world.validate(world.upload("plain/a.csv", table(1, bad=100)))
    world.drain()
    first = reject_file(world)
    header, *rows = first.splitlines(keepends=True)
    strict = contract(limits={"rejected_rows": 0, "rejected_rate": 0, "rejected_bytes": size})
    world.contracts = Contracts([strict])
    world.restart()
    corrected(world, header + b"".join(rows) + b"".join(rows[:50]))
    assert outcome == world.finished()[-1].outcome
    assert (outcome == "rejected") == (world.finished()[-1].stopped_at is not None)
    assert [1] == [row["_line"] - 1 for row in world.warehouse.rows("sales.plain")]
