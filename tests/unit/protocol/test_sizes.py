"""What the protocol keeps in the ledger fits one request, or is streamed."""

from csvgate.contracts.model import MOST_REJECTED_ROWS
from csvgate.ports import CREATE_BYTES
from csvgate.protocol.ledger.entries import INLINE_LINES, Lines, StagedChunk
from csvgate.protocol.ledger.ledger import Ledger
from csvgate.protocol.ledger.paths import LINES
from fakes.storage import FakeObjectStore
from intake.staging_output import MAX_CHUNKS
from unit.protocol.orders import orders
from world import VALIDATED, World, sample_references


def test_a_reference_larger_than_a_request_is_pinned() -> None:
    rates = sample_references()["fx_rates.csv"]
    # Long keys: what counts are its bytes, and a million rows would take seconds.
    large = rates + b"".join(b"X%01000d,1\n" % n for n in range(9_000))
    assert len(large) > CREATE_BYTES
    world = World(references={**sample_references(), "fx_rates.csv": large})
    assert "sealed: valid" == world.validate(world.upload("orders/a.csv", orders(2)))
    assert large in {stored.data for stored in world.store.buckets["ledger"].values()}


def test_as_many_rejected_lines_as_are_kept_fit_an_entry() -> None:
    entries = Ledger(FakeObjectStore("ledger"), "ledger").upload("u")
    lines = Lines(rejected=tuple(range(10**9, 10**9 + MOST_REJECTED_ROWS)))
    entries.keep_lines("d", lines)
    assert lines == entries.ledger.get(LINES, upload="u", digest="d")


def test_a_seal_of_as_many_chunks_as_a_commit_may_name_fits_an_entry() -> None:
    world = World()
    world.validate(world.upload("orders/a.csv", orders(2)))
    entries = world.ledger.upload(world.publisher.topics[VALIDATED][0].attributes["ce-uploadid"])
    seal = entries.seal(1)
    assert seal is not None
    chunk = StagedChunk(rows=10**7, bytes=10**7, sha256="f" * 64)
    lines = Lines(rejected=tuple(range(10**9, 10**9 + INLINE_LINES)))
    huge = seal.model_copy(update={"chunks": (chunk,) * MAX_CHUNKS, "lines": lines})
    assert huge == entries.create_seal(2, huge) == entries.seal(2)


def test_more_lines_than_a_seal_holds_are_kept_beside_it() -> None:
    """A later correction finds them there."""
    world = World(chunk_bytes=1_000_000)
    world.validate(world.upload("orders/a.csv", orders(4, bad=INLINE_LINES + 1)))
    entries = world.ledger.upload(world.publisher.topics[VALIDATED][0].attributes["ce-uploadid"])
    seal = entries.seal(1)
    assert seal is not None
    assert (None, 64) == (seal.lines, len(seal.lines_digest or ""))
    lines = entries.lines(seal)
    assert lines is not None
    assert (INLINE_LINES + 1, True) == (len(lines.rejected), lines.complete)
