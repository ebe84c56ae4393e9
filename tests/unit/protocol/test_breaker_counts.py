"""Bad data is no bad deploy: what uploaders are told of never opens a breaker."""

from unit.protocol.orders import orders
from world import World


def test_file_faults_and_rejected_rows_do_not_count() -> None:
    world = World()
    for number in range(60):
        bad = b"a\n1\n" if number % 2 else orders(2, bad=2)
        assert world.validate(world.upload(f"orders/{number}.csv", bad)).startswith("validated: ")
    world.drain()
    assert 60 == len(world.letters("validate_and_parse"))
    assert [] == list(world.ledger.names("breaker"))


def test_a_failure_of_the_function_counts() -> None:
    world = World()
    gone = world.upload("orders/gone.csv", orders(1))
    world.store.delete("uploads", "orders/gone.csv")
    assert "dead-lettered: object.gone" == world.validate(gone)
    assert 1 == len(list(world.ledger.names("breaker-letters/validate_and_parse/")))
