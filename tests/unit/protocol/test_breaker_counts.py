"""Rejected rows and file faults never open a breaker: bad data is not a bad deploy."""

from unit.protocol.orders import orders
from world import World


def test_file_faults_and_rejected_rows_do_not_count() -> None:
    world = World()
    for number in range(60):
        bad = b"a\n1\n" if number % 2 else orders(2, bad=2)
        assert world.validate(world.upload(f"orders/{number}.csv", bad)).startswith("sealed: ")
    world.drain()
    assert 60 == len(world.letters("validate_and_parse"))
    assert [] == list(world.ledger.names("breaker"))


def test_a_failure_of_the_function_counts() -> None:
    world = World()
    world.store.delete("references", "fx_rates.csv")
    event = world.upload("orders/a.csv", orders(1))
    assert "dead-lettered: reference.missing" == world.validate(event)
    assert 1 == len(list(world.ledger.names("breaker-letters/validate_and_parse/")))
