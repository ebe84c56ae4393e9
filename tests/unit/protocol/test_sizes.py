"""What the protocol keeps in the ledger fits one request, or is streamed."""

from csvgate.protocol.ledger.entries import Lines
from csvgate.protocol.ledger.ledger import Ledger
from fakes.storage import FakeObjectStore
from intake.read_upload import MOST_LINES
from unit.protocol.orders import orders
from world import World, sample_references


def test_a_reference_larger_than_a_request_is_pinned() -> None:
    rates = sample_references()["fx_rates.csv"]
    large = rates + b"".join(b"X%08d,1\n" % n for n in range(900_000))
    world = World(references={**sample_references(), "fx_rates.csv": large})
    assert "sealed: valid" == world.validate(world.upload("orders/a.csv", orders(2)))
    assert large in {stored.data for stored in world.store.buckets["ledger"].values()}


def test_as_many_rejected_lines_as_are_kept_fit_an_entry() -> None:
    plan = Ledger(FakeObjectStore("ledger"), "ledger").upload("u").plan("p")
    lines = Lines(rejected=tuple(range(10**9, 10**9 + MOST_LINES)))
    plan.keep_lines(lines)
    assert lines == plan.lines()
